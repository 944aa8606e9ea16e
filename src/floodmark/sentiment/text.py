"""Tweets as words: the tokens that GloVe's 6B vectors know, and placeholders that stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

PADDING, UNKNOWN = "<pad>", "<unk>"
PLACEHOLDERS = (
    "<address>", "<card>", "<coordinates>", "<email>", "<iban>", "<ip>", "<name>",
    "<nino>", "<number>", "<phone>", "<postcode>", "<url>", "<user>",
)  # fmt: skip
"""What `anonymise` leaves where personal data stood."""
SPECIAL = (PADDING, UNKNOWN, *PLACEHOLDERS)
"""Tokens without a pretrained vector; ids 0, 1, 2, ... in this order."""

_HASHTAG = regex.compile(r"#(\w+)")
_CAMEL = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})|_")
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


def tokens(text: str) -> list[str]:
    """Words of a scrubbed text, as GloVe's 6B vocabulary writes them.

    Lower case; hashtags become the words they are made of; a letter written three or more times stays twice; emoji
    and other signs are left out.
    """
    text = _HASHTAG.sub(lambda match: " " + _CAMEL.sub(" ", match.group(1)) + " ", text.replace("’", "'"))
    return [str(token) for token in _TOKEN.findall(_LONG.sub(r"\1\1", text.lower()))]


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
