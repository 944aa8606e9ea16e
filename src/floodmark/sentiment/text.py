"""Tweets as words: the tokens that GloVe's 6B vectors know, and token ids for any set of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

PADDING, UNKNOWN = "<pad>", "<unk>"
PLACEHOLDERS = (
    "<address>", "<card>", "<coordinates>", "<email>", "<iban>", "<ip>", "<name>",
    "<nino>", "<number>", "<phone>", "<postcode>", "<url>", "<user>",
)  # fmt: skip
"""What `anonymise` leaves where personal data stood."""

_HASHTAG = regex.compile(r"#(\w+)")
_JOINT = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})|_")
_LONG = regex.compile(r"(\p{L})\1{2,}")
_TOKEN = regex.compile(
    "|".join(
        [
            "|".join(PLACEHOLDERS),
            r"[:;=]['-]?(?:[)(/|]|[dp](?!\p{L}))",  # emoticons, of which GloVe has the common ones
            r"\p{L}[\p{L}\p{M}]*(?=n't)|n't|'(?:s|re|ve|ll|d|m)\b",  # contractions as in the Penn treebank
            r"[\p{L}\p{M}]+(?:[-.][\p{L}]+)*",
            r"\d+(?:[.,:]\d+)*",
            r"[!?.,;:\"()$%&]",
        ]
    )
)


class Normaliser(NamedTuple):
    """How the texts were written that a set of vectors was learnt from; ours are written the same way for it.

    Attributes:
        name: `plain` or `twitter`.
        special: Tokens whose vectors are learnt with the model; ids 0, 1, 2, ... in this order, padding first.
        tokens: Words of a scrubbed text as the set's vocabulary has them.
    """

    name: str
    special: tuple[str, ...]
    tokens: Callable[[str], list[str]]

    def ids(self, words: Sequence[str]) -> dict[str, int]:
        """Token to id: the special tokens, then the words."""
        return {token: number for number, token in enumerate((*self.special, *words))}


def tokens(text: str) -> list[str]:
    """Words of a scrubbed text, as GloVe's 6B vocabulary writes them.

    Lower case; hashtags become the words they are made of; a letter written three or more times stays twice; emoji
    and other signs are left out.
    """
    text = _HASHTAG.sub(lambda match: f" {' '.join(parts(match.group(1)))} ", text.replace("’", "'"))
    return [str(token) for token in _TOKEN.findall(_LONG.sub(r"\1\1", text.lower()))]


PLAIN = Normaliser("plain", (PADDING, UNKNOWN, *PLACEHOLDERS), tokens)
"""Of vectors learnt from edited text, such as GloVe 6B (Wikipedia and Gigaword)."""


def parts(hashtag: str) -> list[str]:
    """What a hashtag's body is made of: `QLDFloods2013` is `QLD`, `Floods`, `2013`."""
    return [part for part in _JOINT.sub(" ", hashtag).split(" ") if part]


def encode(texts: Sequence[Sequence[str]], index: Mapping[str, int], max_tokens: int) -> NDArray[np.int64]:
    """Token ids of shape (texts, max_tokens), padded at the end with 0.

    A longer text keeps its first `max_tokens` tokens; a text without any is one unknown token, so that no row is all
    padding.
    """
    padding, unknown = index[PADDING], index[UNKNOWN]
    ids = np.full((len(texts), max_tokens), padding, np.int64)
    for row, words in enumerate(texts):
        kept = [index.get(word, unknown) for word in words[:max_tokens]] or [unknown]
        ids[row, : len(kept)] = kept
    return ids


def unknown_share(texts: Sequence[Sequence[str]], index: Mapping[str, int]) -> float:
    """Share of the tokens that the vocabulary lacks; 0 without tokens."""
    total = sum(len(words) for words in texts)
    return sum(word not in index for words in texts for word in words) / total if total else 0.0
