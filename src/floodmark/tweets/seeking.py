"""Identifiers of an archive in any texts: as written, in other letters, and in forms that must be undone first.

Tables that have just been anonymised are searched strictly: whatever is known must not be there. Other files hold
numbers and words of their own, and some of them equal an archive's by chance; there the rules below say what counts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from floodmark.tweets.canonical import whole, words
from floodmark.tweets.coarse import CLIENTS
from floodmark.tweets.columns import fold_all
from floodmark.tweets.confusables import plain
from floodmark.tweets.hiding import sure
from floodmark.tweets.known import Hits, Kind, kept
from floodmark.tweets.likely import likely_numbers
from floodmark.tweets.names import UNSPACED
from floodmark.tweets.own import own_words
from floodmark.tweets.reached import at_home, regrouped
from floodmark.tweets.readings import readings
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from floodmark.tweets.known import Known

PLAIN, REGROUPED = "plain", "regrouped"
SHORTEST_BARE = 8
"""Letters of an identifier that is looked for among bytes."""
PSEUDONYM = "^[a-z2-7]{26}$"
"""What is written so says nothing else."""


class Found(NamedTuple):
    """One identifier in one text; it is not repeated.

    Attributes:
        row: Which text.
        form: `plain`, or what had to be undone.
        kind: What it is.
        length: Its letters and digits.
        digest: The first digits of its hash, the same wherever the same identifier is found.
    """

    row: int
    form: str
    kind: Kind
    length: int
    digest: str


class Seeker:
    """Looks for what an archive knows."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._firsts = {name[0] for name in known.inside}
        self._longest = max(map(len, known.inside), default=0)

    @cached_property
    def own(self) -> NDArray[np.uint64]:
        """Hashes of those words of ours that are somebody's name of one word."""
        return np.unique(self._known.find(pl.Series(sorted(own_words()), dtype=pl.String)).hash)

    def strictly(self, texts: pl.Series, *, closed: bool) -> list[Found]:
        """Whatever of the archive stands in texts, and of every text once in each form.

        Args:
            texts: Of one column of an anonymised table.
            closed: Whether they are words of our own, such as classes; these may equal a name.
        """
        rows, forms, all_ = _forms(texts)
        if not closed:
            rows, forms, all_ = _with_telephones(rows, forms, all_)
        hits, sizes = self._hits(all_, ours=closed)
        found = [
            Found(int(rows[row]), forms[row], Kind(kind), int(size), _digest(int(hash_)))
            for row, kind, hash_, size in zip(hits.row, hits.kind, hits.hash, sizes, strict=True)
        ]
        return list(dict.fromkeys([*found, *self._inside(rows, forms, all_)]))

    def seek(self, texts: pl.Series, bare: NDArray[np.bool_], numbers: NDArray[np.bool_] | None = None) -> list[Found]:
        """What counts as a leak in texts of any origin.

        Args:
            texts: Any.
            bare: Which are cut out of bytes.
            numbers: Which are numbers, and hide nothing.
        """
        rows, forms, all_ = _with_telephones(*_forms(texts, numbers))
        hits, sizes = self._hits(all_, ours=True)
        bytes_ = bare[rows]
        among = bytes_[hits.row]
        likely = ~among | ((sizes >= SHORTEST_BARE) & (hits.kind != Kind.WORD))
        hits, sizes = kept(hits, likely), sizes[likely]
        told = likely_numbers(all_, hits, bytes_, self._known)
        found = [
            Found(int(rows[row]), forms[row], Kind(kind), int(size), _digest(_whole(kind, cut, hash_)))
            for row, kind, hash_, size, cut in zip(hits.row, hits.kind, hits.hash, sizes, told, strict=True)
            if cut
        ]
        decoded = np.flatnonzero(~bytes_)
        inside = self._inside(rows[decoded], [forms[at] for at in decoded], all_.gather(decoded))
        return list(dict.fromkeys([*found, *inside]))

    def _hits(self, texts: pl.Series, *, ours: bool) -> tuple[Hits, NDArray[np.int64]]:
        """Identifiers that are no ordinary words, and the letters of each."""
        found = words(texts)
        hits = sure(self._known.find_words(found), self._known)
        if ours and len(hits.row):
            # A name of several words, or one with a digit or an underscore, is nobody's word, ours included.
            alone = (hits.kind == Kind.WORD) & (hits.length == 1) & np.isin(hits.hash, self.own)
            client = texts.is_in(CLIENTS).fill_null(value=False).to_numpy()[hits.row]
            hits = kept(hits, ~(alone | client))
        letters = np.concatenate([[0], np.cumsum(found.word.str.len_chars().to_numpy().astype(np.int64))])
        first = found.start[hits.row] + hits.word
        return hits, letters[first + hits.length] - letters[first]

    def _inside(self, rows: NDArray[np.int64], forms: list[str], texts: pl.Series) -> Iterator[Found]:
        """Names that stand inside words of scripts without spaces."""
        if not self._known.inside:
            return
        for at in texts.str.contains(UNSPACED).arg_true():
            text = plain(PLACEHOLDERS.sub(" ", texts[at]))
            for place in (place for place, letter in enumerate(text) if letter in self._firsts):
                longest = range(min(place + self._longest, len(text)), place + 1, -1)
                name = next((text[place:end] for end in longest if text[place:end] in self._known.inside), "")
                if name:
                    hash_ = int(whole(words(pl.Series([name])))[0][0])
                    yield Found(int(rows[at]), forms[at], Kind.WORD, len(name), _digest(hash_))


def _forms(
    texts: pl.Series, numbers: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], list[str], pl.Series]:
    """All forms of texts: which text each is of, its form, and what it says, folded."""
    folded = fold_all(texts)
    near = ~folded.str.contains(PSEUDONYM)
    near = (near if numbers is None else near & pl.Series(~numbers)).arg_true()
    other = readings(folded.gather(near))
    rows = np.concatenate([np.arange(len(texts)), near.to_numpy()[other["row"].to_numpy()]])
    return rows, [PLAIN] * len(texts) + other["form"].to_list(), pl.concat([folded.alias("text"), other["text"]])


def _with_telephones(
    rows: NDArray[np.int64], forms: list[str], texts: pl.Series
) -> tuple[NDArray[np.int64], list[str], pl.Series]:
    """The same, and telephones in one piece: what is written in other groups than in the archive."""
    found = regrouped(texts).unique(["row", "text"], maintain_order=True)
    at = found["row"].to_numpy()
    more = [REGROUPED if forms[row] == PLAIN else f"{REGROUPED} in {forms[row]}" for row in at]
    return np.concatenate([rows, rows[at]]), forms + more, pl.concat([texts, found["text"].alias(texts.name)])


def _whole(kind: int, cut: str, hash_: int) -> int:
    """A telephone is the same in whatever way it is dialled."""
    digits = "".join(letter for letter in cut if letter.isdecimal())
    return int(whole(words(pl.Series([at_home(digits)])))[0][0]) if kind == Kind.PHONE else int(hash_)


def _digest(hash_: int) -> str:
    return f"{hash_:016x}"[:8]
