"""The labelled corpus: tweets in which every personal datum is marked, and how much of it the scrubber replaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from floodmark.tweets.columns import fold_all, lists, scrub_all
from floodmark.tweets.fold import fold
from floodmark.tweets.hiding import hide
from floodmark.tweets.shapes import PLACEHOLDERS
from tests.tweets.knowing import column, names

CORPUS = Path("tests/tweets/corpus")
HALVES = ("seen", "unseen")
NO_RULE = ("stranger", "plate")
"""Marked, though no rule looks for them: people of whom the archive knows nothing, and number plates."""
ORDINARY = 20
MARK = re.compile(r"\[\[(\w+):(.*?)\]\](?!\])")
PERSON = re.compile(r"\{\{(.*?)\}\}")
Span = tuple[str, int, int]


@dataclass(frozen=True)
class Marked:
    """One tweet.

    Attributes:
        raw: As its author wrote it.
        marks: Kind, begin and end of every personal datum in the folded text.
        persons: Whom the API's annotations name.
    """

    raw: str
    marks: tuple[Span, ...]
    persons: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """One half of the corpus."""

    tweets: tuple[Marked, ...]
    usernames: tuple[str, ...]
    names: tuple[str, ...]


def parse(text: str) -> Corpus:
    """Read one half, in the form that its first lines explain."""
    users, tweets = [], []
    for line in text.splitlines():
        if line.startswith("user: "):
            users.append(line.removeprefix("user: ").split(" | ", 1))
        elif line.strip() and not line.startswith("## "):
            tweets.append(_marked(line))
    return Corpus(tuple(tweets), tuple(name for name, _ in users), tuple(name for _, name in users))


def _marked(line: str) -> Marked:
    persons = tuple(PERSON.findall(line))
    line = PERSON.sub("", line).rstrip()
    line = re.sub(r"\\u([0-9a-f]{4})|\\n", lambda match: chr(int(match[1], 16)) if match[1] else "\n", line)
    parts = re.split(MARK.pattern, line, flags=re.DOTALL)
    raw = folded = ""
    marks = []
    for at, part in enumerate(parts):
        if at % 3 == 1:
            continue
        raw += part
        # A blank between two pieces is kept, as folding the whole keeps it.
        plain = fold(part)
        blank = (part[:1].isspace() or folded.endswith("\n")) and folded.strip() != ""
        folded = folded.rstrip("\n") + (" " if blank and plain else "")
        begin = len(folded)
        folded += plain
        if at % 3 == 2:
            marks.append((parts[at - 1], begin, len(folded)))
        if part[-1:].isspace() or (not plain and blank):
            folded += "\n"
    assert folded.rstrip("\n") == fold(raw), raw
    return Marked(raw, tuple(marks), persons)


def scrub(corpus: Corpus) -> list[str]:
    """The texts as they leave the gate."""
    plain, _ = scrub_all(fold_all(column(tweet.raw for tweet in corpus.tweets)))
    known = names(corpus.usernames, corpus.names, plain, ORDINARY)
    return hide(plain, lists([tweet.persons for tweet in corpus.tweets]), known).to_list()


def replaced(folded: str, clean: str) -> list[Span]:
    """What of a folded text the placeholders of its scrubbed form stand for.

    Raises:
        ValueError: if the scrubbed text is another one's.
    """
    kept = [re.escape(part) for part in PLACEHOLDERS.split(clean)]
    # The scrubber's last step puts a blank behind an @ that means "at", and takes strokes from the face `://`.
    kept = [part.replace("@\\ ", r"@\ ?").replace(":/", ":/+") for part in kept]
    match = re.fullmatch("(.+?)".join(kept), folded, flags=re.DOTALL)
    if match is None:
        raise ValueError(f"{clean!r} is not made of {folded!r}")
    kinds = [found.strip("<>") for found in PLACEHOLDERS.findall(clean)]
    return [(kind, *match.span(number)) for number, kind in enumerate(kinds, 1)]


@dataclass
class Score:
    """Of one kind: data marked and wholly replaced, placeholders of the kind put and right."""

    marked: int = 0
    removed: int = 0
    put: int = 0
    right: int = 0


def score(corpus: Corpus, tell: Callable[[str, str, str], None] = lambda *_: None) -> dict[str, Score]:
    """The score of every kind, in alphabetical order, those without a rule last.

    A datum is removed if no letter and no digit of it is left, whatever placeholder took it. A placeholder is right if
    it stands for a datum of its kind and took no letter and no digit that is not marked.

    Args:
        corpus: One half.
        tell: Called with `missed` or `wrong`, a kind and the scrubbed text, for whoever mends a rule.
    """
    found: dict[str, Score] = {}
    for tweet, clean in zip(corpus.tweets, scrub(corpus), strict=True):
        folded = fold(tweet.raw)
        spans = replaced(folded, clean)
        gone, marked = _characters(folded, spans), _characters(folded, tweet.marks)
        for kind, begin, end in tweet.marks:
            one = found.setdefault(kind, Score())
            one.marked += 1
            whole = _characters(folded, [(kind, begin, end)]) <= gone
            one.removed += whole
            if not whole:
                tell("missed", kind, clean)
        for kind, begin, end in spans:
            one = found.setdefault(kind, Score())
            one.put += 1
            taken = _characters(folded, [(kind, begin, end)])
            right = taken <= marked and any(
                mark[0] == kind and mark[1] < end and begin < mark[2] for mark in tweet.marks
            )
            one.right += right
            if not right:
                tell("wrong", kind, clean)
    return dict(sorted(found.items(), key=lambda item: (item[0] in NO_RULE, item[0])))


def _characters(text: str, spans: Iterable[Span]) -> set[int]:
    """Where the letters and digits of some spans stand."""
    return {at for _, begin, end in spans for at in range(begin, end) if text[at].isalnum()}


def wilson(hits: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = (share * (1 - share) / of + spread / of / 4) ** 0.5 * z / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
