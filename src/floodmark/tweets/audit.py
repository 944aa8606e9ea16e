"""Every identifier of a raw archive is searched for in what was written, whatever form it has taken there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.errors import UserError
from floodmark.learning.streams import one_by_one
from floodmark.progress import track
from floodmark.tweets import schema
from floodmark.tweets.columns import forbidden
from floodmark.tweets.decode import NONE, everything
from floodmark.tweets.known import Kind
from floodmark.tweets.seeking import PLAIN, Found, Seeker
from floodmark.tweets.shapes import PLACEHOLDERS, shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from floodmark.learning.streams import Stream
    from floodmark.tweets.copies import Originals
    from floodmark.tweets.known import Known
    from floodmark.tweets.strings import Said

ROWS = 2**13
LETTERS = 2**20
"""Texts that are searched together: identifiers lie on disk and are read once for all of them."""
MOST = 10_000
"""Leaks and unread places that are listed; all are counted."""
PHOTO = "photo"
HIDDEN = "(a name that leaks)"
NAMES = {
    Kind.NAME: "name",
    Kind.WORD: "one-word name",
    Kind.RUN: "part of a name",
    Kind.ID: "id",
    Kind.URL: "link",
    Kind.COORDINATES: "coordinates",
    Kind.POINT: "coordinates",
    Kind.EMAIL: "e-mail address",
    Kind.PHONE: "telephone",
}


@dataclass(frozen=True, slots=True)
class Leak:
    """Where an identifier is; the identifier is not repeated.

    Attributes:
        place: File, what is packed in it, column and row, line, or byte.
        kind: Of `NAMES`, or `PHOTO`.
        form: `plain`, or what had to be undone.
        length: Letters and digits of the identifier, or bytes of the photo.
        digest: The first digits of its hash, the same wherever the same identifier is found.
    """

    place: str
    kind: str
    form: str
    length: int
    digest: str


@dataclass
class Report:
    """What a search came to.

    Attributes:
        searched: Identifiers by kind, and names that are ordinary words.
        texts: How many were searched.
        found: Leaks by kind, all of them.
        leaks: The first of them.
        unread: Places that could not be read, and why.
        problems: How many these are.
    """

    searched: dict[str, int]
    texts: int = 0
    found: Counter[str] = field(default_factory=Counter)
    leaks: list[Leak] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    problems: int = 0

    @property
    def clean(self) -> bool:
        """Whether all was read and nothing found."""
        return not self.found and not self.problems


def counted(known: Known) -> dict[str, int]:
    """Identifiers by kind, and how many names cannot be told from words."""
    return {
        "ids": known.count(Kind.ID),
        "names": known.count(Kind.NAME, Kind.WORD, Kind.RUN) - len(known.ordinary),
        "urls": known.count(Kind.URL),
        "coordinates": known.count(Kind.COORDINATES),
        "emails": known.count(Kind.EMAIL),
        "phones": known.count(Kind.PHONE),
        "ordinary_names": len(known.ordinary) + known.count(Kind.SHORT),
    }


def audit(paths: Sequence[Path], known: Known, stream: Stream = one_by_one) -> dict[str, Any]:
    """Search the tables that were just anonymised: nothing of what is known may be in them, in any form.

    Args:
        paths: The tables.
        known: What the archive knows.
        stream: Does jobs side by side.

    Returns:
        Metrics: how many identifiers were searched for by kind, and `leaks`, which is 0.

    Raises:
        UserError: if anything was found; the message counts by kind and quotes nothing.
    """
    sizes = [pl.scan_parquet(path).select(pl.len()).collect().item() for path in paths]
    jobs = [(path, first) for path, size in zip(paths, sizes, strict=True) for first in range(0, size, ROWS)]
    leaks: Counter[str] = Counter()
    for found in stream(partial(_leaks, known=known), jobs, "searching tables"):
        leaks.update(found)
    if leaks.total():
        found_ = ", ".join(f"{number} {kind}" for kind, number in sorted(leaks.items()) if number)
        raise UserError(
            f"identifiers of the archive would have survived ({found_}): nothing was written. Please report this with "
            "the kinds and numbers, not with the tweets"
        )
    return {"searched": counted(known), "leaks": leaks.total()}


def _leaks(part: tuple[Path, int], known: Known) -> Counter[str]:
    """What is found in some rows of a table, by kind."""
    path, first = part
    leaks: Counter[str] = Counter()
    seeker, closed = Seeker(known), []
    for column in pl.scan_parquet(path).slice(first, ROWS).collect():
        cells = (column.explode() if isinstance(column.dtype, pl.List) else column).drop_nulls()
        if column.name in schema.CLOSED:
            # Words of ours: some user may well be called `user` or `photo`.
            leaks["class"] += int((~cells.is_in(schema.CLOSED[column.name])).sum())
        elif column.name == "text":
            leaks.update(NAMES[leak.kind] for leak in seeker.strictly(cells, closed=False))
            for text in cells.filter(forbidden(cells)):
                leaks.update(shapes(PLACEHOLDERS.sub(" ", text)))
        elif cells.dtype == pl.String:
            closed.append(cells.unique().alias("cell"))
    if closed:
        leaks.update(NAMES[leak.kind] for leak in seeker.strictly(pl.concat(closed), closed=True))
    return leaks


def search(root: Path, known: Known, originals: Originals = NONE) -> Report:
    """Search a file, or all files under a folder.

    Args:
        root: The file or folder.
        known: What the archive knows.
        originals: Raw photos, of which no file may be a copy.
    """
    searcher = _Searcher(root, known)
    for said in track(everything(root, originals), f"searching {root}"):
        searcher.add(said)
    return searcher.done()


class _Searcher:
    """Gathers texts until there are enough to be searched together."""

    def __init__(self, root: Path, known: Known) -> None:
        self._root, self._seeker, self._report = str(root), Seeker(known), Report(counted(known))
        self._waiting: list[Said] = []
        self._rows = self._letters = 0
        self._leaks: dict[tuple[tuple[str, ...], str, str, str], Found] = {}
        self._unread: list[tuple[tuple[str, ...], str]] = []
        self._photos: list[Said] = []

    def add(self, said: Said) -> None:
        if said.problem:
            self._report.problems += 1
            if len(self._unread) < MOST:
                self._unread.append((said.where, said.problem))
            return
        if said.copy:
            self._report.found[PHOTO] += 1
            if len(self._photos) < MOST:
                self._photos.append(said)
            return
        self._waiting.append(said)
        self._rows += len(said.texts)
        self._letters += int(said.texts.str.len_bytes().sum() or 0)
        if self._rows >= ROWS or self._letters >= LETTERS:
            self._search()

    def done(self) -> Report:
        """The report. Names of files and columns that leak themselves are left out of its places."""
        self._search()
        hidden = self._hidden()
        # What a reader of the format has found needs not be told again as bytes.
        read = {(where[:-1], digest) for where, _, _, digest in self._leaks if where[-1] != "bytes"}
        for (where, number, form, digest), found in self._leaks.items():
            again = any((where, number, plainer, digest) in self._leaks for plainer in _plainer(form))
            if again or (where[-1] == "bytes" and (where[:-1], digest) in read):
                self._report.found -= Counter([NAMES[found.kind]])
                continue
            place = self._shown(where, hidden) + (f", {number}" if number else "")
            self._report.leaks.append(Leak(place, NAMES[found.kind], form, found.length, digest))
        self._report.leaks += [
            Leak(self._shown(said.where, hidden), PHOTO, PLAIN, said.first, said.copy[:8]) for said in self._photos
        ]
        self._report.unread = [(self._shown(where, hidden), why) for where, why in self._unread]
        return self._report

    def _search(self) -> None:
        waiting, self._waiting, self._rows, self._letters = self._waiting, [], 0, 0
        chosen = [said.texts.is_first_distinct() & said.texts.is_not_null() for said in waiting]
        rows = [(said, int(row)) for said, some in zip(waiting, chosen, strict=True) for row in some.arg_true()]
        if not rows:
            return
        texts = pl.concat([said.texts.filter(some).alias("text") for said, some in zip(waiting, chosen, strict=True)])
        self._report.texts += len(texts)
        lines: dict[int, dict[tuple[str, str], list[int]]] = {}
        bare, numbers = (
            np.array(flags, bool) for flags in zip(*((said.bare, said.numbers) for said, _ in rows), strict=True)
        )
        for found in self._seeker.seek(texts, bare, numbers):
            said, row = rows[found.row]
            if said.unit == "line" and found.row not in lines and len(self._leaks) < MOST:
                lines[found.row] = self._lines(said.texts[row])
            told = lines.get(found.row, {}).get((found.digest, found.form), [])
            for number in [f"line {said.first + line}" for line in told] or [_number(said, row)]:
                self._keep((said.where, number, found.form, found.digest), found)

    def _lines(self, text: str) -> dict[tuple[str, str], list[int]]:
        """In which lines of a text what is found: they are searched once more, one by one."""
        lines = pl.Series(text.split("\n"))
        told: dict[tuple[str, str], list[int]] = {}
        for found in self._seeker.seek(lines, np.zeros(len(lines), bool)):
            told.setdefault((found.digest, found.form), []).append(found.row)
        return told

    def _keep(self, key: tuple[tuple[str, ...], str, str, str], found: Found) -> None:
        if key not in self._leaks:
            self._report.found[NAMES[found.kind]] += 1
            if len(self._leaks) < MOST:
                self._leaks[key] = found

    def _shown(self, where: tuple[str, ...], hidden: set[str]) -> str:
        parts = ["/".join(HIDDEN if part in hidden else part for part in inner) for inner in self._parts(where)]
        return " > ".join(part for part in [self._root + parts[0], *parts[1:]] if part)

    def _parts(self, where: tuple[str, ...]) -> list[list[str]]:
        """Names of folders and the file below what is searched, and what is inside the file."""
        return [where[0].removeprefix(self._root).split("/"), *([part] for part in where[1:])]

    def _hidden(self) -> set[str]:
        """Those of all places that leak themselves."""
        places = [
            *(where for where, *_ in self._leaks),
            *(where for where, _ in self._unread),
            *(said.where for said in self._photos),
        ]
        parts = sorted({part for where in places for inner in self._parts(where) for part in inner})
        texts = pl.Series(parts, dtype=pl.String)
        return {parts[found.row] for found in self._seeker.seek(texts, np.zeros(len(parts), bool))}


def _plainer(form: str) -> Iterator[str]:
    """Forms that undo less: of `hex in percent` each of the two alone, and none. Forms are three at most."""
    undone = () if form == PLAIN else form.split(" in ")
    for number in range(len(undone)):
        yield from (" in ".join(some) or PLAIN for some in combinations(undone, number))


def _number(said: Said, row: int) -> str:
    numbers = {"row": f"row {said.first + row}", "byte": f"from byte {said.first}", "line": f"from line {said.first}"}
    return numbers.get(said.unit, "")
