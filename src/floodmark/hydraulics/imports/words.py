"""The words of a text file of any length, gzipped or not, of which the next may be looked at."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.hydraulics.imports.source import damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 16
LONGEST_WORD = 4096
"""Bytes; text without a blank for so long is no grid."""


class Words:
    """The words of a file, of which the next may be looked at.

    Raises:
        UserError: naming the file, if it is damaged or no text.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._chunks = path, chunks(path)
        self._words: list[bytes] = []
        self._at, self._rest = 0, b""

    def peek(self) -> bytes | None:
        """The next word, None at the end."""
        while self._at == len(self._words):
            chunk = next(self._chunks, None)
            if chunk is None and not self._rest:
                return None
            self._words, self._at = self._split(chunk), 0
        return self._words[self._at]

    def take(self, count: int) -> list[bytes]:
        """The next words, fewer at the end."""
        taken: list[bytes] = []
        while len(taken) < count and self.peek() is not None:
            part = self._words[self._at : self._at + count - len(taken)]
            self._at += len(part)
            taken += part
        return taken

    def _split(self, chunk: bytes | None) -> list[bytes]:
        text, self._rest = self._rest + (chunk or b""), b""
        words = text.split()
        if chunk is not None and words and not text[-1:].isspace():
            self._rest = words.pop()
        if len(self._rest) > LONGEST_WORD:
            raise UserError(f"{self._path}: no ESRI ASCII grid: {len(self._rest)} bytes without a blank")
        return words


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked where its name ends in `.gz`, a little at a time.

    Raises:
        UserError: naming the file, if it cannot be read to its end.
    """
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (EOFError, zlib.error, OSError) as error:
        raise damaged(path, "ESRI ASCII", error) from error


def is_number(word: bytes) -> bool:
    """Whether a word is a number, NaN included."""
    try:
        float(word)
    except ValueError:
        return False
    return True
