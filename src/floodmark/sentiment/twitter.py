"""Tweets as words of GloVe's Twitter vectors, in whose texts tokens stand for links, numbers, faces and emphasis.

The rules are those that Pennington, Socher and Manning (2014) published with the vectors. Where those spoil a text,
ours do not: a hashtag keeps its mark though it begins with digits, a run of capitals in it stays one word, and a
bracket or a colon is a face only where it is one.
"""

from __future__ import annotations

import regex

from floodmark.sentiment.text import PADDING, PLACEHOLDERS, UNKNOWN, Normaliser, parts

USER, URL, NUMBER, HASHTAG = "<user>", "<url>", "<number>", "<hashtag>"
SMILE, LOLFACE, SADFACE, NEUTRALFACE, HEART = "<smile>", "<lolface>", "<sadface>", "<neutralface>", "<heart>"
REPEAT, ELONG, ALLCAPS = "<repeat>", "<elong>", "<allcaps>"
SPECIAL = (USER, URL, NUMBER, HASHTAG, SMILE, LOLFACE, SADFACE, NEUTRALFACE, HEART, REPEAT, ELONG, ALLCAPS)
"""Tokens of the set that stand for something else than themselves."""
STANDS_FOR = {"<user>": USER, "<name>": USER, "<email>": USER, "<url>": URL}
"""What the placeholders of `anonymise` are to this set: people and links; all others stand where digits stood."""

# The mouth of a face may be a letter only where no word goes on, and its eyes an 8 only where no number ends.
_EYES = r"(?:[:;=]|(?<![\p{L}\p{N}])8)"
_NOSE = r"['`-]?"
_KINDS = {
    "placeholder": "|".join(PLACEHOLDERS),
    "url": r"https?://\S+|\bwww\.\S+",
    "user": r"@\w+",
    "hashtag": r"\#(?=\w*\p{L})\w+",
    "heart": r"<3(?![.,]?\d)",
    "smile": rf"{_EYES}{_NOSE}(?:\)+|[dD]+(?!\p{{L}}))|\(+{_NOSE}[:;=8](?![\p{{L}}\p{{N}}])",
    "lolface": rf"{_EYES}{_NOSE}[pP]+(?!\p{{L}})",
    "sadface": rf"{_EYES}{_NOSE}\(+|(?<![\p{{L}}\p{{N}}])\)+{_NOSE}[:;=8](?![\p{{L}}\p{{N}}])",
    "neutralface": rf"{_EYES}{_NOSE}(?:[|*]|/(?![/\w])|[lL](?!\p{{L}}))",
    "number": r"[-+]?\.?\d+(?:[.,:]\d+)*",
    "repeat": r"[!?.]{2,}",
    "word": r"\p{L}[\p{L}\p{M}]*(?:['-]\p{L}[\p{L}\p{M}]*)*",
    "sign": r"(?!\p{Emoji_Modifier})[\p{P}\p{S}]",
}
_TOKEN = regex.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_ELONGATED = regex.compile(r"(.)\1{2,}$")
_SHOUTED = regex.compile(r"(?!.*\p{Ll}).*\p{Lu}{2}")
_CONTRACTION = regex.compile(r"(?<=\p{L})(?=n't$|'(?:s|re|ve|ll|d|m)$)")


def tokens(text: str) -> list[str]:
    """Words of a scrubbed text, as GloVe's Twitter vocabulary writes them.

    Lower case; what is no word becomes one of `SPECIAL`. Of a letter written three or more times at a word's end one
    is left, before `<elong>`; a word in capitals is followed by `<allcaps>`, and repeated `!`, `?` and `.`, of which
    the last is left, by `<repeat>`. Contractions are parted as in the Penn treebank.
    """
    return [token for match in _TOKEN.finditer(text.replace("’", "'")) for token in _written(match)]


def _written(match: regex.Match[str]) -> list[str]:
    kind, found = str(match.lastgroup), str(match.group())
    if kind == "placeholder":
        return [STANDS_FOR.get(found, NUMBER)]
    if kind == "hashtag":
        return _hashtag(found[1:])
    if kind == "repeat":
        return [found[-1], REPEAT]
    if kind == "word":
        return _word(found)
    return [found.lower()] if kind == "sign" else [f"<{kind}>"]


def _hashtag(body: str) -> list[str]:
    return [HASHTAG, *(NUMBER if part.isdigit() else part.lower() for part in parts(body)), *_emphasis(body)]


def _word(word: str) -> list[str]:
    shorter = _ELONGATED.sub(r"\1", word)
    whole = _CONTRACTION.split(shorter.lower())
    return [*whole, *_emphasis(word), *([ELONG] if shorter != word else [])]


def _emphasis(word: str) -> list[str]:
    """`<allcaps>` after a word with two capitals in a row and no small letter."""
    return [ALLCAPS] if _SHOUTED.match(word) else []


TWITTER = Normaliser("twitter", (PADDING, UNKNOWN, *SPECIAL), tokens)
"""Of `glove.twitter.27B`."""
