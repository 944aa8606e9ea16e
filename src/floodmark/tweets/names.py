"""What in a user's name is a name, and how surely it can be told from a word of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from floodmark.tweets.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHORTEST = 4
"""A one-word name of fewer letters is no name that can be told from a word; nor are several of as few together."""
DISTINCT = 6
"""A user name this long with a digit or an underscore is never a word."""
_BRIEF = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Hangul}"
UNSPACED = rf"[{_BRIEF}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}\p{{Javanese}}]"
"""Scripts that put no spaces between words: a name may stand inside what looks like one.

Tibetan is none of them, for it puts a dot between syllables: its names are sequences like those of several words.
"""
SHORTEST_RUN_IN = 3
"""Letters of several words that may stand inside others in one piece."""
_UNSPACED = regex.compile(UNSPACED)
_BRIEFEST = regex.compile(f"[{_BRIEF}]")
"""In these, two letters are a name that can be told from a word."""
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u200D\uFE0F\u20E3\U0001F3FB-\U0001F3FF]+")
_PART = regex.compile(r"[#@]\w+|\p{Lu}\.|[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|[^\s]")
_CAPITALISED = regex.compile(r"\p{Lu}(?:\.|[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*)")
_TITLE = regex.compile(
    r"(?i)mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|revd|reverend|cllrs?|councillor|mayor|sgt|insp|capt|"
    r"captain|major|colonel|col|lt|mps?|msp|mla|mep|mbe|obe|cbe|kbe|dbe|cmg|phd|dphil|bsc|msc|mba|llb|frs|frgs|jp|qc|kc|"
    r"jr|jnr|sr|snr|esq"
)
"""Titles and letters behind a name: they end a run of capitalised words, and stand in texts by themselves."""


TITLES = ("mr", "mrs", "ms", "miss", "dr", "cllr")
"""By which people are called who are not called by their first names."""


def runs(name: str) -> Iterator[str]:
    """Runs of two or more capitalised words in a display name, emoji aside.

    Who calls herself `Cllr Jane Smith 🌊 #hull` is thanked as `Jane Smith`.
    """
    run: list[str] = []
    for part in [*_PART.findall(_EMOJI.sub(" ", fold(name))), ""]:
        if _CAPITALISED.fullmatch(part) and not _TITLE.fullmatch(part):
            run.append(part)
            continue
        if len(run) > 1:
            yield " ".join(run)
        run = []


def called(name: str) -> Iterator[str]:
    """What the bearer of a display name is called by: its runs, and the first in lists, in hashtags, and politely.

    What else stands in a display name is an employer or a place, with words of its own.
    """
    found = list(runs(name))
    yield from found
    for run in found[:1]:
        yield from _forms(run)


def _forms(run: str) -> Iterator[str]:
    first, *middle, last = run.split()
    yield f"{last} {first}"
    yield "".join(run.split())
    yield "_".join(run.split())
    if middle:
        yield f"{first} {last}"
        yield f"{last} {' '.join([first, *middle])}"
        yield f"{first}{last}"
        yield f"{first}_{last}"
    for title in TITLES:
        yield f"{title} {last}"


def is_name(word: str) -> bool:
    """Whether a one-word name can be told from a word at all."""
    if word.isdecimal():
        return len(word) > DISTINCT
    return len(word) >= (2 if _BRIEFEST.search(word) else SHORTEST)


def is_distinct(word: str) -> bool:
    """Whether a name of one word is none of any language."""
    return len(word) >= DISTINCT and any(c == "_" or c.isdecimal() for c in word)


def unspaced(word: str) -> bool:
    """Whether a word may stand inside another."""
    return _UNSPACED.search(word) is not None


def run_in(words: Sequence[str]) -> Iterator[str]:
    """How several words stand inside others, if all of them may: as in the name, and in one piece."""
    whole = "".join(words)
    if len(whole) >= SHORTEST_RUN_IN and is_name(whole) and all(map(unspaced, words)):
        yield whole
        yield " ".join(words)
