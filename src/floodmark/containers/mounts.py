"""What of the disk a stage's container sees: the same paths as outside, written only where the stage writes.

Links of DVC's cache are absolute, and in an experiment's sandbox they lead to the project's cache: whatever the links
among a stage's deps lead to is mounted where it lies, and nothing else is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.storage import work_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from floodmark.dag import StageEntry

READ = (".dvc", ".git", "data", "demo", "docker", "dvc.yaml", "params.yaml", "results/dvc.yaml", "src", "stages")
"""Places in the project that no stage writes to."""
KEYED = ("anonymise", "ingest_media")
"""The stages that are given the key behind the pseudonyms."""
KEY = Path(".floodmark") / "key"


@dataclass(frozen=True, order=True)
class Mount:
    """A place that is the same inside and outside.

    Attributes:
        path: Absolute.
        writable: Whether the stage may write there.
        hidden: Whether an empty file stands in its place.
    """

    path: Path
    writable: bool = False
    hidden: bool = False


def mounts(stage: StageEntry, here: Path, root: Path) -> list[Mount]:
    """What one stage's container sees, outer folders before those inside them.

    Args:
        stage: With its deps.
        here: Where the stage runs: the project, or an experiment's sandbox.
        root: The project that owns cache, key and work in progress, `$DVC_ROOT`.
    """
    # By their real paths: in a clone of a sweep both are links into the project, and lead there inside too.
    work, key = work_folder().resolve(), (root / KEY).resolve()
    work.mkdir(parents=True, exist_ok=True)
    found = {here: Mount(here, writable=True), work: Mount(work, writable=True)}
    for name in READ:
        if (here / name).exists():
            found[here / name] = Mount(here / name)
    for target in targets(here / dep for dep in stage.deps):
        if not target.is_relative_to(here):
            found[target] = Mount(target)
    if key.is_file() and (stage.name in KEYED or key.is_relative_to(here)):
        found[key] = Mount(key, hidden=stage.name not in KEYED)
    return sorted(found.values())


def targets(paths: Iterable[Path]) -> list[Path]:
    """The folders that symbolic links at or below these paths lead to; those of a DVC cache as the whole cache."""
    found = {_folder(Path(os.path.realpath(link))) for path in paths for link in _links(path)}
    return sorted(path for path in found if not any(other in path.parents for other in found))


def _links(path: Path) -> Iterator[Path]:
    if path.is_symlink():
        yield path
    elif path.is_dir():
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield Path(entry.path)
                elif entry.is_dir():
                    yield from _links(Path(entry.path))


def _folder(target: Path) -> Path:
    """What to mount for a link's target: a folder itself, a file's folder, the tree of digests for a cached file."""
    folder = target if target.is_dir() else target.parent
    return folder.parent if folder.parent.name == "md5" and len(folder.name) == 2 else folder
