"""JSON values of files that downloads left behind: lines or one value, gzipped or not, whole or torn."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz")
_BRACKETS = (b"[", b"]", b"],")
"""Lines of their own that begin or end a list."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find(folder: Path) -> list[Path]:
    """The files under a folder that are read, in the order of their paths."""
    return sorted(path for path in folder.rglob("*.json*") if path.name.endswith(ENDINGS) and not path.is_dir())


def others(folder: Path) -> list[Path]:
    """What else lies under a folder and is not read: files of other endings, and links to folders."""
    read = set(find(folder))
    return sorted(path for path in folder.rglob("*") if path not in read and (path.is_symlink() or not path.is_dir()))


def lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """What is to be parsed, numbered by lines: lines, or a `.json` in one piece where that is one value.

    A first line that is a value by itself begins no larger one: such a file is never held as a whole. Of a list that is
    torn, or is called lines, the items are read that stand whole on lines of their own.
    """
    rows = _file_lines(path)
    first = next(rows, None)
    if first is None:
        return
    begun: Iterable[tuple[int, bytes | str]] = chain([first], rows)
    if path.name.endswith((".json", ".json.gz")) and isinstance(first[1], bytes) and not _parses(first[1]):
        begun = held = list(begun)
        whole = b"\n".join(line for _, line in held if isinstance(line, bytes))
        if len(held) > 1 and isinstance(held[-1][1], bytes) and _parses(whole):
            begun = [(1, whole)]
    is_list = isinstance(first[1], bytes) and first[1].startswith(b"[")
    yield from _items(begun) if is_list else begun


def _items(rows: Iterable[tuple[int, bytes | str]]) -> Iterator[tuple[int, bytes | str]]:
    """Lines without what makes their objects items of a list, and without those that only begin or end one."""
    for number, line in rows:
        alone = _alone(line) if isinstance(line, bytes) else line
        if alone not in _BRACKETS:
            yield number, alone


def _alone(line: bytes) -> bytes:
    """No object ends with a comma or a bracket, so that none is harmed."""
    bare = line.lstrip(b", \t")
    if bare[:1] == b"[" and bare[-1:] != b"]":
        bare = bare[1:].lstrip()
    return bare.rstrip(b"], \t") if bare[:1] == b"{" else line


def _file_lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """Numbered lines that are not blank; a text says why the file could not be read on."""
    number = 0
    try:
        with cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(_decoded(file), 1):
                line = raw.removeprefix(codecs.BOM_UTF8).strip()
                if line:
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield number + 1, "the file ends too early"
    except OSError as error:
        yield number + 1, f"the file cannot be read ({error.strerror or error})"


def _decoded(file: BinaryIO) -> Iterable[bytes]:
    """Lines in UTF-8, of a file that may be in UTF-16, as PowerShell's `>` writes what it redirects."""
    begins = file.read(2)
    file.seek(0)
    if begins in UTF_16:
        return (line.encode("utf-8", "replace") for line in io.TextIOWrapper(file, "utf-16", errors="replace"))
    return file


def parse(line: bytes) -> Any:
    """The value of one line.

    Raises:
        ValueError: if it is no JSON, or nested deeper than can be walked.
    """
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:  # The standard parser takes NaN and lone surrogates, which some downloaders write; only the latter go.
        text = json.dumps(json.loads(line.decode("utf-8", "replace")), ensure_ascii=False)
        return json.loads(text.encode("utf-8", "ignore"))
    except (ValueError, RecursionError):
        raise ValueError("no JSON") from None


def _parses(line: bytes) -> bool:
    try:
        parse(line)
    except ValueError:
        return False
    return True
