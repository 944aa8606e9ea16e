"""Emoji as people see them: whole grapheme clusters, skin tones and presentation apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

from floodmark.errors import UserError
from floodmark.sentiment.emoticons import count_faces, strip_faces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from floodmark.settings.label_tweets import LabelTweets

_VARIANTS = regex.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_EMOJI = regex.compile(r"(?=.*[\p{Emoji_Presentation}\p{Extended_Pictographic}\u20e3])\X", regex.DOTALL)
_JOINER = "\u200d"
_TWO_TONED = {"🫱\u200d🫲": "🤝"}
"""A handshake of two skin tones is written as two hands (Unicode Technical Standard 51)."""


class Counts(NamedTuple):
    """How many marks of each class a text has."""

    negative: int
    positive: int


def canonical(cluster: str) -> str:
    """A cluster without variation selectors, skin tones and loose joiners: a thumb's colour tells no sentiment."""
    if cluster.isascii():
        return cluster
    plain = str(_VARIANTS.sub("", cluster)).strip(_JOINER)
    return _TWO_TONED.get(plain, plain) or cluster


class LabelEmoji:
    """The emoji that decide a tweet's class, which no model may therefore see; emoticons too, where asked for.

    A cluster counts if the whole of it is in a set: neither a heart on fire nor a broken heart is a heart, a flag is
    no letter, and a keycap no digit. What is removed is wider: any cluster that holds a label emoji, as a couple holds
    a heart, since a model that reads code points would read the label in it.
    """

    def __init__(self, positive: Iterable[str], negative: Iterable[str], emoticons: bool = False) -> None:
        self.positive = {canonical(glyph) for glyph in positive}
        self.negative = {canonical(glyph) for glyph in negative}
        self._emoticons = emoticons
        glyphs = sorted(self.positive | self.negative)
        self._held = regex.compile(r"\L<glyphs>", glyphs=glyphs)
        # A glyph's first character, and what stands for two glyphs' sake in a two-toned one: a quick look for both.
        first = {glyph[0] for glyph in glyphs} | {pair[0] for pair in _TWO_TONED}
        self._any = regex.compile(r"\L<glyphs>", glyphs=sorted(first))
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
        labels = cls(**sets, emoticons=settings.emoticons)
        if both := labels.positive & labels.negative:
            raise UserError(f"label_tweets in params.yaml: {' '.join(sorted(both))} in both positive and negative")
        return labels

    def count(self, text: str) -> Counts:
        """Marks by class."""
        negative = positive = 0
        if self._any.search(text):
            clusters = [canonical(cluster) for cluster in self._cluster.findall(text)]
            negative = sum(cluster in self.negative for cluster in clusters)
            positive = sum(cluster in self.positive for cluster in clusters)
        if self._emoticons:
            sad, glad = count_faces(self._without(text))
            negative, positive = negative + sad, positive + glad
        return Counts(negative, positive)

    def strip(self, text: str) -> str:
        """The text without marks, a blank in the place of each, blanks collapsed."""
        text = self._without(text)
        return strip_faces(text) if self._emoticons else text

    def _without(self, text: str) -> str:
        """The text without label emoji."""
        if not self._any.search(text):
            return text
        kept = (" " if self._held.search(canonical(cluster)) else cluster for cluster in self._cluster.findall(text))
        return " ".join("".join(kept).split())
