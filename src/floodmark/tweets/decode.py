"""All that files can say: names, cells, attributes, metadata, what is packed inside, and the bytes themselves.

Files may be damaged or hostile. They are read in pieces, what is packed is unpacked to disk within an allowance, and
what cannot be read is said. Nothing is executed.
"""

from __future__ import annotations

import binascii
import bz2
import gzip
import lzma
import os
import tempfile
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from polars.exceptions import PanicException

from floodmark.tweets.copies import Originals
from floodmark.tweets.formats import MAGIC, READERS
from floodmark.tweets.pdf import CONTENT, DRAWN, Part, streams
from floodmark.tweets.strings import Packed, Said, is_text, lines, problem, runs, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEEPEST = 5
"""Files packed one in another."""
ALLOWED = 2**30
"""Bytes that may come of one file, however small."""
RATIO = 100
"""Or as many times its size: numbers and texts shrink less, bombs a thousand times."""
CLOSED = {b"\x28\xb5\x2f\xfd": "Zstandard", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
NONE = Originals()
_HEAD = 8192
_BASE64 = r"(?:[A-Za-z0-9+/_-]{60,}\s+)*[A-Za-z0-9+/_-]{24,}={0,2}"
_URL_SAFE = str.maketrans("-_", "+/")


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Some bytes, none at the end."""

    def close(self) -> None:
        """Let go of the file."""


class TooMuchError(Exception):
    """More comes of a file than is allowed."""


class Allowance:
    """How much may still be unpacked of one file, and what neither it nor anything in it may be.

    Attributes:
        left: Bytes.
        originals: The raw photos.
    """

    def __init__(self, size: int, originals: Originals) -> None:
        self.left = max(ALLOWED, RATIO * size)
        self.originals = originals

    def copy(self, source: Readable, path: Path) -> None:
        """Unpack to disk.

        Raises:
            TooMuchError: if the allowance is used up.
        """
        with path.open("wb") as file:
            while part := source.read(2**20):
                self.left -= len(part)
                if self.left < 0:
                    raise TooMuchError
                file.write(part)


def everything(root: Path, originals: Originals = NONE) -> Iterator[Said]:
    """What all files under a folder say, or one file, their names included, and which are copies of raw photos."""
    yield said("name", root.name)
    if not root.is_dir():
        yield from decode(root, originals)
        return
    folders, seen = [root], {_identity(root)}
    while folders:
        folder = folders.pop()
        inner = []
        for number, entry in enumerate(sorted(os.scandir(folder), key=lambda entry: entry.name), 1):
            path = Path(entry.path)
            yield said(f"name {number}", os.fsencode(entry.name).decode("utf-8", "replace")).inside(str(folder))
            if entry.is_symlink():
                yield said("target", os.fsencode(os.readlink(path)).decode("utf-8", "replace")).inside(str(path))
            if path.is_dir():
                if _identity(path) not in seen:
                    seen.add(_identity(path))
                    inner.append(path)
            elif path.is_file():
                yield from decode(path, originals)
            else:
                yield problem("", "no file, or a link to none").inside(str(path))
        folders += reversed(inner)


def decode(path: Path, originals: Originals = NONE) -> Iterator[Said]:
    """What one file says, by its format and as bare bytes."""
    try:
        allowance = Allowance(path.stat().st_size, originals)
        for found in _file(path, path.name, allowance, DEEPEST):
            yield found.inside(str(path))
    except OSError as error:
        yield problem("", f"cannot be read ({error.strerror})").inside(str(path))


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _file(path: Path, name: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    if copy := allowance.originals.copied(path):
        yield problem("", "")._replace(copy=copy, first=path.stat().st_size)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0)
        kind = _kind(head, Path(name).suffix.lower())
        kind = "" if kind == ".zlib" and not _inflates(head) else kind
        for found in (lines if is_text(head) and kind not in PACKED else runs)(file):
            yield found
            yield from _in_text(found, allowance, depth)
    for closed in (name for magic, name in CLOSED.items() if head.startswith(magic)):
        yield problem("", f"packed by {closed}, which is not read: unpack it first")
    try:
        if kind in UNPACKERS:
            yield from UNPACKERS[kind](path, name, allowance, depth)
        for part in READERS[kind](path) if kind in READERS and head else ():
            if isinstance(part, Packed):
                yield from _bytes(part, allowance, depth)
            else:
                yield part
                yield from _in_text(part, allowance, depth)
    except TooMuchError:
        yield problem("", "more comes of it than of any honest file: not searched to its end")
    except (Exception, PanicException) as error:
        # Not its message, which may quote the file.
        yield problem("", f"damaged, or not what it seems to be ({type(error).__name__}): only its bytes were searched")


def _kind(head: bytes, suffix: str) -> str:
    """The suffix of what a file is: by its first bytes, else by its name."""
    for magic, kind in MAGIC.items():
        if head.startswith(magic) and (kind != ".webp" or head[8:12] == b"WEBP"):
            return kind
    return suffix


def _inflates(raw: bytes) -> bool:
    """Whether bytes that begin like a stream of zlib are one: many two bytes do."""
    unpack = zlib.decompressobj()
    try:
        return len(unpack.decompress(raw, _HEAD)) == _HEAD or unpack.eof
    except zlib.error:
        return False


def _bytes(packed: Packed, allowance: Allowance, depth: int) -> Iterator[Said]:
    """What a value of bytes says: as a text if it is one, as a file if it looks like one, else as bytes."""
    kind = _kind(packed.raw[:16], "")
    kind = "" if kind == ".zlib" and not _inflates(packed.raw) else kind
    try:
        text = None if kind else packed.raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        yield from _inner(packed.raw, kind, packed.where, allowance, depth)
    else:
        yield said(packed.where, text)


def _in_text(found: Said, allowance: Allowance, depth: int) -> Iterator[Said]:
    """Files that stand in texts as base64, such as the pictures of a page."""
    # Of a piece of text, not the same once more without tags.
    texts = found.texts[:1] if found.unit == "line" else found.texts
    tokens = texts.str.extract_all(_BASE64).explode().drop_nulls()
    for number, token in enumerate(tokens, 1):
        kind = _kind(_undone(token[:24]), "")
        if kind and (kind != ".zlib" or _inflates(_undone(token))):
            where = f"{' '.join(found.where)} {found.unit} {found.first}, base64 {number}"
            yield from _inner(_undone(token), kind, where, allowance, depth)


def _undone(token: str) -> bytes:
    plain = "".join(token.split()).rstrip("=").translate(_URL_SAFE)
    return binascii.a2b_base64(plain[: len(plain) - (len(plain) % 4 == 1)] + "==")


def _inner(raw: bytes, name: str, where: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    with tempfile.TemporaryDirectory(prefix="floodmark-") as folder:
        path = Path(folder, "inner")
        path.write_bytes(raw)
        yield from _deeper(path, name, where, allowance, depth)


def _deeper(path: Path, name: str, where: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    if depth == 0:
        yield problem(where, f"packed more than {DEEPEST} times: not opened")
        return
    for found in _file(path, name, allowance, depth - 1):
        yield found.inside(where)


def _unpacked(opened: Readable, name: str, where: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    """What a packed file says, as far as it can be unpacked."""
    with tempfile.TemporaryDirectory(prefix="floodmark-") as folder:
        path = Path(folder, "inner")
        torn: Exception | None = None
        try:
            allowance.copy(opened, path)
        except TooMuchError:
            raise
        except Exception as error:
            torn = error
        yield from _deeper(path, name, where, allowance, depth)
        if torn is not None:
            raise torn


def _zip(path: Path, name: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    with zipfile.ZipFile(path) as archive:
        yield said("comment", archive.comment.decode("utf-8", "replace"))
        for number, entry in enumerate(archive.infolist(), 1):
            yield said(f"name {number}", entry.filename, entry.comment.decode("utf-8", "replace"))
            if not entry.is_dir():
                with archive.open(entry) as opened:
                    yield from _unpacked(opened, entry.filename, entry.filename, allowance, depth)


def _stream(opener: Callable[[Path], Readable]) -> Callable[[Path, str, Allowance, int], Iterator[Said]]:
    def unpack(path: Path, name: str, allowance: Allowance, depth: int) -> Iterator[Said]:
        with closing(opener(path)) as opened:
            yield from _unpacked(opened, Path(name).stem, "unpacked", allowance, depth)

    return unpack


def _pdf(path: Path, name: str, allowance: Allowance, depth: int) -> Iterator[Said]:
    yield problem("", DRAWN)
    for number, (begin, end) in enumerate(streams(path), 1):
        # Twice the suffix: one goes where the stream is unpacked.
        with closing(Part(path, begin, end)) as part:
            yield from _unpacked(part, f"{name}{CONTENT}{CONTENT}", f"stream {number}", allowance, depth)


class _Inflated:
    """A bare stream of zlib."""

    def __init__(self, path: Path) -> None:
        self._file, self._inflate = path.open("rb"), zlib.decompressobj()

    def read(self, size: int) -> bytes:
        while not self._inflate.eof:
            part = self._inflate.unconsumed_tail or self._file.read(2**16)
            plain = self._inflate.decompress(part, size)
            if plain or not part:
                return plain
        return b""

    def close(self) -> None:
        self._file.close()


PACKED: dict[str, Callable[[Path, str, Allowance, int], Iterator[Said]]] = {
    **dict.fromkeys((".zip", ".npz", ".whl"), _zip),
    ".gz": _stream(gzip.GzipFile),
    ".bz2": _stream(bz2.BZ2File),
    ".xz": _stream(lzma.LZMAFile),
    ".zlib": _stream(_Inflated),
}
"""By suffix, as `MAGIC` gives it."""
UNPACKERS = {**PACKED, ".pdf": _pdf}
"""Those, and what is a text and holds packed streams."""
