"""Lists a DVC remote by DVC's own file system, in a process that can be ended: `python -m ... ROOT NAME`.

Prints one line of JSON: whether it was reached, whether anything lies there, and what was said.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from floodmark.doctor.configuration import configuration

MISSING = 404


def listing(root: Path, name: str) -> dict[str, Any]:
    """What comes of listing a remote."""
    from dvc.fs import get_cloud_fs

    kind, config, path = get_cloud_fs(configuration(root), name=name)
    try:
        entries = kind(**config).ls(path, detail=False)
    except Exception as error:  # whatever a library of a storage raises, it is what is wrong with the remote
        status = _status(error)
        if kind.protocol in ("http", "https"):
            # A server of files seldom lists them: that it knows nothing of the folder itself is an answer.
            return _told(status in (403, MISSING), status == MISSING, status and f"HTTP status {status}", error)
        empty = isinstance(error, FileNotFoundError) and kind.protocol != "local"
        return _told(empty, empty, "", error)
    return {"reached": True, "empty": not entries, "said": ""}


def _told(reached: bool, empty: bool, said: Any, error: Exception) -> dict[str, Any]:
    return {"reached": reached, "empty": empty, "said": said or f"{type(error).__name__}: {_cause(error)}"}


def _status(error: BaseException | None) -> int | None:
    """The HTTP status that an error came of, if it came of one."""
    while error is not None:
        status = getattr(error, "status", None)
        if isinstance(status, int) and status:
            return status
        error = error.__cause__ or error.__context__
    return None


def _cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


if __name__ == "__main__":
    print(json.dumps(listing(Path(sys.argv[1]), sys.argv[2])))
