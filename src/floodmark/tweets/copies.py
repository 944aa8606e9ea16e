"""Raw photos, known again byte for byte wherever a copy lies."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Originals:
    """The files of a folder by their sizes; only those that are as large as a file met are ever read."""

    def __init__(self, folder: Path | None = None) -> None:
        self._sizes: dict[int, list[Path]] = defaultdict(list)
        self._digests: dict[int, set[str]] = {}
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.is_file() and path.stat().st_size:
                self._sizes[path.stat().st_size].append(path)

    def __len__(self) -> int:
        """How many files there are that say anything."""
        return sum(map(len, self._sizes.values()))

    def copied(self, path: Path) -> str:
        """The hash of a file if it is one of these, else nothing."""
        size = path.stat().st_size
        if size not in self._sizes:
            return ""
        if size not in self._digests:
            self._digests[size] = {_digest(original) for original in self._sizes[size]}
        digest = _digest(path)
        return digest if digest in self._digests[size] else ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
