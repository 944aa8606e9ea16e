"""Streams of a PDF, and what the strings in them say; which letters a font draws for them is not known."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

from floodmark.tweets.strings import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = ".content"
"""The suffix of a stream whose strings are read."""
DRAWN = (
    "a PDF, whose text may be drawn by numbers of glyphs: its streams and strings were searched, so read it yourself"
)
GAP = -180
"""Thousandths of a letter's height by which two pieces of a line stand apart where a blank is meant."""
PIECE = 2**16
"""Letters of a page's text that are searched together."""
_BEGIN = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
# Every alternative ends at the first sign that it cannot hold, so hostile bytes are read in one go.
_TOKEN = re.compile(
    rb"(?P<string>\((?:[^()\\]|\\.)*\))|(?P<hex><[0-9A-Fa-f\s]{2,}>)|(?P<sign>[\[\]])|(?P<number>-?\d+(?:\.\d*)?)|"
    rb"(?P<word>[A-Za-z*'\"]+)",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\n|\r)|(.))", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOVES = {b"Td", b"TD", b"Tm", b"T*", b"'", b'"', b"ET"}


class Part:
    """A stretch of a file that is read like a file."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self._file, self._left = path.open("rb"), end - begin
        self._file.seek(begin)

    def read(self, size: int) -> bytes:
        """Some bytes, none at the end."""
        part = self._file.read(min(size, self._left))
        self._left -= len(part)
        return part

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def streams(path: Path) -> Iterator[tuple[int, int]]:
    """Where each stream begins and ends. What merely looks like a beginning is one too: nothing hides behind it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        for match in _BEGIN.finditer(raw):
            end = raw.find(b"endstream", match.end())
            yield match.end(), end if end >= 0 else len(raw)


def strings(path: Path) -> Iterator[Said]:
    """Lines of pages, put together from their pieces, and single strings such as an author's name."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        page, inside, letters = [""], False, 0
        for match in _TOKEN.finditer(raw):
            kind, token = match.lastgroup, match.group()
            if kind in ("string", "hex"):
                text = _decoded(token)
                if inside:
                    page[-1] += text
                    letters += len(text)
                elif len(text) > 1 and text.isprintable():
                    yield said("string", text)
            elif kind == "number":
                page[-1] += " " if inside and float(token) < GAP else ""
            elif token in _MOVES and page[-1]:
                page.append("")
            inside = token == b"BT" or (inside and token != b"ET")
            if letters >= PIECE and not page[-1]:
                yield said("text of a page", "\n".join(page), "".join(page))
                page, letters = [""], 0
        yield said("text of a page", "\n".join(page), "".join(page))


def _decoded(token: bytes) -> str:
    if token.startswith(b"<"):
        digits = b"".join(token[1:-1].split())
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        raw = _ESCAPE.sub(_unescaped, token[1:-1])
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    return raw.replace(b"\0", b"").decode("cp1252", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, broken, letter = match.groups()
    if octal:
        return bytes([int(octal, 8) & 255])
    return b"" if broken else _CONTROLS.get(letter, letter)
