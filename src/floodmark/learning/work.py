"""Where a stage keeps unfinished work, found again only while all that the stage depends on is what it was."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark import ranks
from floodmark.dag import every_stage, lookup
from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.settings.base import read_params
from floodmark.storage import work_folder, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE = 2**20
"""Bytes from which a file's digest is remembered."""
SETTLED = 2 * 10**9
"""Nanoseconds for which a file must have lain unchanged before its digest is remembered: clocks of file systems are
coarse, and a file written twice within a tick keeps its time."""


@contextmanager
def resumable(address: str) -> Iterator[Path]:
    """The folder of one stage's unfinished work: kept if the block fails or is killed, removed when it succeeds.

    Its name holds a digest of the contents of the stage's deps in dvc.yaml (data and code), of the params that it names
    there, and of the versions and kind of device that compute. Where another process works in it, as experiments that
    share a stage may, this one gets a folder of its own that nobody resumes from. Of several ranks the first one keeps
    the folder, and all are given it.

    Args:
        address: What `dvc repro` takes, such as ``train_water@unet``.

    Raises:
        UserError: if the pipeline has no such stage.
    """
    if not ranks.first():
        yield Path(ranks.from_first(""))
        return
    folder = work_folder(address, digest(address))
    lock = _lock(folder)
    if lock is None:
        say(f"{address}: another process works on the same, so this one cannot be resumed if it is cut off")
        with tempfile.TemporaryDirectory(prefix="floodmark-") as own:
            yield Path(ranks.from_first(own))
        return
    try:
        yield Path(ranks.from_first(str(folder)))
        shutil.rmtree(folder)
    finally:
        os.close(lock)


def digest(address: str) -> str:
    """What identifies the work of a stage, 32 hexadecimal digits: equal only if the stage would do the same.

    Raises:
        UserError: if the pipeline has no such stage.
    """
    import numpy as np
    import torch

    from floodmark.learning.device import pick_device

    stage = every_stage(Path()).get(address)
    if stage is None:
        raise UserError(f"dvc.yaml has no stage {address}: `dvc stage list` shows those there are")
    params = read_params(Path("params.yaml"))
    memory = _Memory(work_folder("digests.json"))
    parts: dict[str, Any] = {
        "params": {key: lookup(params, key) for key in stage.params},
        "deps": {dep: _content(Path(dep), memory) for dep in stage.deps},
        "versions": [platform.python_version(), np.__version__, torch.__version__, pick_device().type],
    }
    memory.write()
    return hashlib.blake2b(json.dumps(parts, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _lock(folder: Path) -> int | None:
    """Make and lock a folder until the returned descriptor is closed or the process ends; None where another has it."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # removed by one that succeeded meanwhile
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if folder.is_dir() and os.path.samestat(os.fstat(descriptor), folder.stat()):
            return descriptor
        os.close(descriptor)


def _content(path: Path, memory: _Memory) -> Any:
    """Digests of a file, or of all files below a folder by their names."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing")
    if path.is_file():
        return memory.digest(path)
    files = (Path(folder, name) for folder, _, names in os.walk(path, followlinks=True) for name in names)
    return {file.relative_to(path).as_posix(): memory.digest(file) for file in files}


class _Memory:
    """Digests of large files by their path, size and times, so that gigabytes are read once and not at every start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            self._known = {}

    def digest(self, path: Path) -> str:
        """Of a file's bytes."""
        name, status = os.path.realpath(path), path.stat()
        state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        remembered = self._known.get(name)
        if remembered is not None and remembered[:-1] == state:
            return str(remembered[-1])
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        if status.st_size >= LARGE and time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLED:
            self._known[name] = [*state, found]
        return found

    def write(self) -> None:
        """Keep what is known of the files that are still there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = {name: entry for name, entry in self._known.items() if Path(name).exists()}
        write_text(self._path, json.dumps(kept, sort_keys=True))
