"""Lists every DVC remote by DVC's own file systems, in a process that can be ended: `python -m ... ROOT`.

Prints a line of JSON for each as soon as it has answered; one that hangs keeps no other waiting.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from floodmark.doctor.configuration import configuration

EMPTY, LISTED, UNLISTED, UNREACHED, PLUGIN = "empty", "listed", "unlisted", "unreached", "plugin"
"""What became of it: nothing lies there; something does; it answered, but not for a listing; it did not; DVC lacks the
plug-in to ask."""


def listing(config: dict[str, Any], name: str) -> tuple[str, str]:
    """What becomes of listing a remote, and what was said."""
    from dvc.fs import get_cloud_fs

    try:
        kind, options, path = get_cloud_fs(config, name=name)
        remote = kind(**options)
    except ImportError as error:
        return PLUGIN, str(error)
    if kind.protocol in ("http", "https"):
        return _web(remote, path)
    try:
        return (LISTED if remote.ls(path, detail=False) else EMPTY), ""
    except FileNotFoundError as error:
        # An object store has no folders: what was never pushed to is not there.
        return (UNREACHED if kind.protocol == "local" else EMPTY), _words(error)


def _web(remote: Any, path: str) -> tuple[str, str]:
    """DVC lists no web server; whether the address answers can be asked."""
    import aiohttp

    try:
        there = remote.fs.exists(path, strict=True)
    except aiohttp.ClientResponseError as error:
        return (UNLISTED if error.status == 403 else UNREACHED), f"HTTP status {error.status}"
    return (LISTED, "") if there else (UNLISTED, "HTTP status 404")


def _words(error: BaseException) -> str:
    """The cause, without the layers of the libraries above it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"


def main(root: Path) -> None:
    """Ask all at once."""
    config, lock = configuration(root), threading.Lock()

    def work(name: str) -> None:
        try:
            state, said = listing(config, name)
        except Exception as error:  # whatever the library of a storage raises, it is what is wrong with the remote
            state, said = UNREACHED, _words(error)
        with lock:
            print(json.dumps({"name": name, "state": state, "said": said}), flush=True)

    threads = [threading.Thread(target=work, args=(name,)) for name in config["remote"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
