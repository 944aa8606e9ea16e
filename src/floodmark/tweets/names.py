"""Names of the archive's own users, recognised when they stand in a text without an @."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import regex

from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TOKEN = regex.compile(rf"{PLACEHOLDERS.pattern}|[\p{{L}}\p{{M}}\p{{N}}_]+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Hangul}]")
SHORTEST = 4
"""A one-word name of fewer letters is no name that can be told from a word."""
DISTINCT = 6
"""A user name this long with a digit or an underscore is never a word."""
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u200D\uFE0F\u20E3\U0001F3FB-\U0001F3FF]+")
_PART = regex.compile(r"[#@]\w+|\p{Lu}\.|[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|[^\s]")
_CAPITALISED = regex.compile(r"\p{Lu}(?:\.|[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*)")
_TITLE = regex.compile(
    r"(?i)mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|revd|reverend|cllrs?|councillor|mayor|sgt|insp|capt|"
    r"captain|major|colonel|col|lt|mps?|msp|mla|mep|mbe|obe|cbe|kbe|dbe|cmg|phd|dphil|bsc|msc|mba|llb|frs|frgs|jp|qc|kc|"
    r"jr|jnr|sr|snr|esq"
)
"""Titles and letters behind a name: they end a run of capitalised words, and stand in texts by themselves."""


def words(text: str) -> tuple[str, ...]:
    """Lower-case words of a folded text or name, placeholders left out."""
    return tuple(token for token in TOKEN.findall(text.lower()) if not token.startswith("<"))


class Names:
    """The user and display names of an archive, without those that are ordinary words in it.

    A display name is searched for as a whole, and so is every run of capitalised words in it: who calls herself
    `Cllr Jane Smith 🌊 #hull` is thanked as `Jane Smith`.

    Attributes:
        single: Names of one word.
        several: Names of more words and runs within names, by their first word.
        ordinary: One-word names and runs (joined by blanks) left alone because the archive uses them as words, or
            because they are too short.
    """

    def __init__(self, usernames: Iterable[str], names: Iterable[str], texts: Iterable[str], ordinary: int) -> None:
        """Sort the names.

        Args:
            usernames: User names.
            names: Display names.
            texts: Folded texts of the archive with mentions and links already replaced.
            ordinary: A one-word name, or a run within a name, in this many texts or more is ordinary language.
        """
        names = set(names)
        split = {words(fold(name)) for name in {*usernames, *names}} - {()}
        candidates = {name[0] for name in split if len(name) == 1}
        runs = _Several({run for name in names for run in _runs(name)} - split)
        used: Counter[str] = Counter()
        for text in texts:
            parts = words(text)
            used.update(candidates.intersection(parts))
            used.update({" ".join(run) for run in runs.within(parts)})
        self.single = {name for name in candidates if _is_name(name) and (_is_distinct(name) or used[name] < ordinary)}
        within = {run for run in runs.all() if used[" ".join(run)] < ordinary}
        self._several = _Several({name for name in split if len(name) > 1} | within)
        self.several = self._several.by_first
        self.ordinary = (candidates - self.single) | {" ".join(run) for run in runs.all() - within}
        # Scripts that put no spaces between words need a search inside the token.
        inside = sorted((name for name in self.single if _UNSPACED.search(name)), key=lambda name: (-len(name), name))
        self._inside = regex.compile(r"\L<names>", names=inside) if inside else None

    def within(self, text: str) -> bool:
        """Whether a short text is or holds a name; long names count inside a word too."""
        parts = words(fold(text))
        joined = " ".join(parts)
        return (
            not self.single.isdisjoint(parts)
            or any(True for _ in self._several.within(parts))
            or any(len(name) >= DISTINCT and name in joined for name in self.single)
        )

    def replace(self, text: str, placeholder: str) -> tuple[str, int]:
        """The text with a placeholder for every name, and how many there were.

        A placeholder between the words of a name hides it no more than a comma does. What is cut out may bring the
        words of another name together, so the search goes on until nothing is found.
        """
        total = 0
        while True:
            text, count = self._replace_once(text, placeholder)
            total += count
            if not count:
                return text, total

    def _replace_once(self, text: str, placeholder: str) -> tuple[str, int]:
        found: list[tuple[int, int]] = []
        tokens = [match for match in TOKEN.finditer(text) if not match.group().startswith("<")]
        parts = [match.group().lower() for match in tokens]
        index = 0
        while index < len(parts):
            length = next(self._several.at(parts, index), int(parts[index] in self.single))
            if length:
                found.append((tokens[index].start(), tokens[index + length - 1].end()))
            index += length or 1
        pieces, behind = [], 0
        for start, end in found:
            pieces += [text[behind:start], placeholder]
            behind = end
        text = "".join(pieces) + text[behind:]
        if self._inside is None:
            return text, len(found)
        text, inside = self._inside.subn(placeholder, text)
        return text, len(found) + inside


class _Several:
    """Sequences of two words or more, found at a place in as many looks as there are lengths behind its first word.

    Attributes:
        by_first: The sequences by their first word, without those too short to be told from words.
    """

    def __init__(self, names: Iterable[tuple[str, ...]]) -> None:
        self.by_first: dict[str, set[tuple[str, ...]]] = {}
        for name in names:
            if sum(map(len, name)) > SHORTEST:
                self.by_first.setdefault(name[0], set()).add(name)
        self._lengths = {
            first: sorted({len(name) for name in group}, reverse=True) for first, group in self.by_first.items()
        }

    def all(self) -> set[tuple[str, ...]]:
        """Every sequence."""
        return {name for group in self.by_first.values() for name in group}

    def at(self, parts: Sequence[str], index: int) -> Iterator[int]:
        """Lengths of the sequences that begin at a word, the longest first."""
        first = parts[index]
        for length in self._lengths.get(first, ()):
            if index + length <= len(parts) and tuple(parts[index : index + length]) in self.by_first[first]:
                yield length

    def within(self, parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Every occurrence."""
        for index in range(len(parts)):
            for length in self.at(parts, index):
                yield tuple(parts[index : index + length])


def _runs(name: str) -> Iterator[tuple[str, ...]]:
    """Words of the runs of two or more capitalised words in a display name, emoji aside."""
    run: list[str] = []
    for part in [*_PART.findall(_EMOJI.sub(" ", fold(name))), ""]:
        if _CAPITALISED.fullmatch(part) and not _TITLE.fullmatch(part):
            run.append(part)
            continue
        if len(run) > 1:
            yield words(" ".join(run))
        run = []


def _is_name(word: str) -> bool:
    if word.isdecimal():
        return len(word) > DISTINCT
    return len(word) >= (2 if _UNSPACED.search(word) else SHORTEST)


def _is_distinct(word: str) -> bool:
    return len(word) >= DISTINCT and any(c == "_" or c.isdecimal() for c in word)
