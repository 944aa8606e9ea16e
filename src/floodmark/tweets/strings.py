"""Texts in files of any size, a piece at a time, and what may be text among bytes."""

from __future__ import annotations

import codecs
from typing import IO, TYPE_CHECKING, NamedTuple

import polars as pl
import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 2**18
"""Bytes read at a time."""
OVERLAP = 2**12
"""Bytes of a piece that the next repeats, so that no identifier lies across an edge."""
LONGEST = 2**26
"""Bytes of a text without blanks, such as a picture in a page, that are kept together."""
SHORTEST = 8
"""Fewer letters in a row are none among bytes."""
_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
          codecs.BOM_UTF16_BE: "utf-16"}  # fmt: skip
# As `latin-1`, which has a letter for every byte.
_RUN = (
    r"(?:[\t\r\n -~]|[\x{C2}-\x{DF}][\x{80}-\x{BF}]|[\x{E0}-\x{EF}][\x{80}-\x{BF}]{2}|"
    rf"[\x{{F0}}-\x{{F4}}][\x{{80}}-\x{{BF}}]{{3}}){{{SHORTEST},}}"
)
_INLINE = regex.compile(
    r"</?(?i:a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|tspan|u|wbr)(?:\s[^<>]{0,2000})?/?>"
)
_TAG = regex.compile(r"<[/!?A-Za-z][^<>]{0,2000}>")


class Said(NamedTuple):
    """Texts of one place of a file.

    Attributes:
        where: The file, what is packed in it, and the place therein.
        texts: What is said there.
        unit: What `first` counts, a text being one: `row`; or many: `line`, `byte`.
        first: The number of the first.
        bare: Whether the texts were cut out of bytes that may mean anything.
        numbers: Whether they are numbers, which hide nothing.
        problem: Why a place could not be read, in which case there are no texts.
        copy: The hash of the raw photo that a file is, in which case likewise.
    """

    where: tuple[str, ...]
    texts: pl.Series
    unit: str = ""
    first: int = 0
    bare: bool = False
    numbers: bool = False
    problem: str = ""
    copy: str = ""

    def inside(self, *outer: str) -> Said:
        """The same, further in."""
        return self._replace(where=(*outer, *self.where))


class Packed(NamedTuple):
    """Bytes of one place that may be a file or a text.

    Attributes:
        where: The place.
        raw: The bytes.
    """

    where: str
    raw: bytes


def said(where: str, *texts: str) -> Said:
    """A few texts; letters that no encoding knows are replaced."""
    known = [text.encode("utf-8", "replace").decode() for text in texts]
    return Said((where,), pl.Series(known, dtype=pl.String))


def problem(where: str, why: str) -> Said:
    """A place that could not be read."""
    return Said((where,), pl.Series([], dtype=pl.String), problem=why)


def is_text(head: bytes) -> bool:
    """Whether a file that begins so is read as text."""
    return 0 not in head or head.startswith(tuple(_MARKS))


def lines(file: IO[bytes]) -> Iterator[Said]:
    """A text file in pieces, read as UTF-8 and, where it is none, as Windows-1252; with and without tags."""
    number = 1
    for raw, repeated in _pieces(_recoded(file)):
        text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
        texts = [text]
        if "\ufffd" in text:
            texts.append(raw.decode("cp1252", "replace"))
        if _TAG.search(text):
            texts.append(_TAG.sub(" ", _INLINE.sub("", text)))
        yield Said(("text",), pl.Series(texts, dtype=pl.String), "line", number)
        number += raw[: len(raw) - repeated].count(b"\n")


def _recoded(file: IO[bytes]) -> Iterator[bytes]:
    """UTF-16 and UTF-32 with a mark become UTF-8."""
    head = file.read(PIECE)
    encoding = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    while head:
        yield decoder.decode(head).encode("utf-8", "replace") if decoder else head
        head = file.read(PIECE)


def _pieces(parts: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Pieces that end at blanks, and how many of their last bytes the next piece repeats."""
    kept: list[bytes] = []
    size = 0
    for part in parts:
        at = max(part.rfind(sign) for sign in b"\n \t,;<>\"'") + 1
        kept.append(part)
        size += len(part)
        if (not at and size < LONGEST) or size < PIECE:
            continue
        raw = b"".join(kept)
        end = size - len(part) + at if at else size
        repeated = min(OVERLAP, end)
        yield raw[:end], repeated
        kept = [raw[end - repeated :]]
        size = len(kept[0])
    if size:
        yield b"".join(kept), 0


def runs(file: IO[bytes]) -> Iterator[Said]:
    """Runs of letters among bytes, those of two and four bytes each included.

    A byte that says how long a text is may look like its first letter, so each run is there without it, too.
    """
    place, tail = 0, b""
    while part := file.read(4 * PIECE):
        raw = tail + part
        yield Said(("bytes",), _runs(raw), "byte", place, bare=True)
        tail = raw[-OVERLAP:]
        place += len(raw) - len(tail)


def _runs(raw: bytes) -> pl.Series:
    views = [raw, raw.replace(b"\0", b"")] if 0 in raw else [raw]
    found = pl.Series([view.decode("latin-1") for view in views]).str.extract_all(_RUN).explode(empty_as_null=False)
    texts = [run.encode("latin-1").decode("utf-8", "replace") for run in found]
    return pl.Series([*texts, *(text[1:] for text in texts)], dtype=pl.String).unique(maintain_order=True)
