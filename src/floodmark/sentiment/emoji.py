"""Emoji as people see them: whole grapheme clusters, skin tones and presentation apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from floodmark.settings.label_tweets import LabelTweets

_VARIANTS = regex.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_EMOJI = regex.compile(r"(?=.*[\p{Emoji_Presentation}\p{Extended_Pictographic}\u20e3])\X", regex.DOTALL)
_JOINER = "\u200d"


class Counts(NamedTuple):
    """How many emoji of each class a text has."""

    negative: int
    positive: int


def canonical(cluster: str) -> str:
    """A cluster without variation selectors and skin tones: the colour of a thumb says nothing about a flood."""
    return cluster if cluster.isascii() else str(_VARIANTS.sub("", cluster)) or cluster


class LabelEmoji:
    """The emoji that decide a tweet's class, which no model may therefore see.

    A cluster counts if the whole of it is in a set: neither a heart on fire nor a broken heart is a heart, a flag is
    no letter, and a keycap no digit. What is removed is wider: any cluster with a label emoji among its joined parts,
    since a model that reads code points would read the label in it.
    """

    def __init__(self, positive: Iterable[str], negative: Iterable[str]) -> None:
        self.positive = {canonical(glyph) for glyph in positive}
        self.negative = {canonical(glyph) for glyph in negative}
        self._all = self.positive | self.negative
        first = sorted({glyph[0] for glyph in self._all})
        self._any = regex.compile(r"\L<glyphs>", glyphs=first)
        self._cluster = regex.compile(r"\X")

    @classmethod
    def of(cls, settings: LabelTweets) -> LabelEmoji:
        """The sets that params.yaml names.

        Raises:
            UserError: if something in them is not one emoji, or is in both.
        """
        sets = {"positive": settings.positive.split(), "negative": settings.negative.split()}
        for name, glyphs in sets.items():
            for glyph in glyphs:
                if not _EMOJI.fullmatch(glyph):
                    raise UserError(f"label_tweets.{name} in params.yaml: {glyph!r} is not one emoji between blanks")
        labels = cls(**sets)
        if both := labels.positive & labels.negative:
            raise UserError(f"label_tweets in params.yaml: {' '.join(sorted(both))} in both positive and negative")
        return labels

    def count(self, text: str) -> Counts:
        """Label emoji by class."""
        if not self._any.search(text):
            return Counts(0, 0)
        clusters = [canonical(cluster) for cluster in self._cluster.findall(text) if not cluster.isascii()]
        return Counts(
            negative=sum(cluster in self.negative for cluster in clusters),
            positive=sum(cluster in self.positive for cluster in clusters),
        )

    def strip(self, text: str) -> str:
        """The text without label emoji, a blank in their place, blanks collapsed."""
        if not self._any.search(text):
            return text
        kept = (" " if self._tells(cluster) else cluster for cluster in self._cluster.findall(text))
        return " ".join("".join(kept).split())

    def _tells(self, cluster: str) -> bool:
        return not cluster.isascii() and not self._all.isdisjoint(
            [canonical(cluster), *map(canonical, cluster.split(_JOINER))]
        )
