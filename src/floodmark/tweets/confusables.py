"""Letters and digits that look like others (Unicode Technical Standard 39, its table of confusables).

Letters of other alphabets become those of ASCII in every word. Digits and marks of other scripts do so only beside
letters of ASCII: numbers stay numbers. Capital I, small l and the digit 1 are one sign, O and 0 another, where that
makes no word of a language of another: in words that hold a further digit or an underscore. In other words it is a
reading of a text, looked at besides the text itself, for `Wali` and `wall`, `10ft` and `loft` are different words.
"""

from __future__ import annotations

import importlib.resources
import json
import re
import unicodedata
from functools import cache

import confusable_homoglyphs
import regex

LONGEST = 2**15
"""Letters of a text, more than any tweet has, of which only what stands near a disguise is read anew."""
NEAR = 64
"""Letters on either side of a disguise, at least, that may be the rest of a name."""
LONGEST_PART = 64
"""Letters of a word; what is longer is none."""
NO_WORD = list("23456789_")
"""Signs of a word that is none of any language, even if digits may stand for letters."""
SAME = {"i": "1", "l": "1", "o": "0"}
"""Signs that nobody can tell apart in such words."""
_BESIDE = regex.compile(r"(?<![\p{L}\p{M}\p{N}_])(?=[\p{L}\p{M}\p{N}]*[a-z_])[\p{L}\p{M}\p{N}_]+")
"""A word with letters of ASCII."""
_MARKS = "\u200e\u200f"
_STARTS = r"[I1|]+[aeiouy][a-z]{2}|0(?:[b-df-hj-np-tv-z][a-z]{2}|[A-Z]{3})|l[b-df-hj-km-np-tv-xz][a-z]{2}"
# Or1a, Bi11, Qui||; QU1LL, QUlLL; 1arkspur, 0rla, lnes; neither 10ft nor M10, Italy nor lake. From the beginning of a
# word on, for base64 is full of the like.
_STROKES = (
    r"(?:^|[^0-9A-Za-z|])(?:"
    r"[A-Za-z][a-z]*(?:[A-Z][a-z]+)*[I01|]+[a-z]|[A-Za-z][a-z]+(?:[A-Z][a-z]+)*[I1|]+(?:[^0-9A-Za-z|]|$)|"
    rf"[A-Z]+[l01|]+[A-Z]|{_STARTS})|[A-Za-z]\|+[0-9A-Za-z]"
)
_PART = re.compile(r"(?:[^\W_]|\|)+")
_SOME = re.compile(r"[I01|]|^l[b-df-hj-km-np-tv-xz]|[A-Z]l")
_BAR = re.compile(r"(?<=[A-Za-z])\|+(?=[0-9A-Za-z])|(?<=[A-Za-z][a-z])\|+$|^\|+(?=[aeiouy][a-z]{2})")
# Digits and letters at random, such as base64, are no words.
_WORDLIKE = re.compile(r"(?:[A-Z]?[a-zI01]{2,}+)++|[A-Zl01]+")
_SMALL = re.compile(
    r"(?<=[A-Za-z])[I01]+(?=[a-z])|(?<=[A-Za-z][a-z])[I1]+$|^[I1]+(?=[aeiouy][a-z]{2})|^0(?=[b-df-hj-np-tv-z][a-z]{2})"
)
_LARGE = re.compile(r"(?<=[A-Z])[l01]+(?=[A-Z])|^0(?=[A-Z]{3})|^l(?=[b-df-hj-km-np-tv-xz][a-z]{2})")
_AS_SMALL = str.maketrans("I10", "llo")
_AS_LARGE = str.maketrans("l10", "IIO")


@cache
def _table() -> dict[str, str]:
    """Single characters beyond ASCII that look like a letter or digit of it."""
    file = importlib.resources.files(confusable_homoglyphs).joinpath("confusables.json")
    alike: dict[str, str] = {}
    for written, others in json.loads(file.read_text(encoding="utf-8")).items():
        # Letters that are written from right to left stand between marks there.
        letter = written.strip(_MARKS)
        like = sorted((other["c"] for other in others if len(other["c"]) == 1 and other["c"].isascii()), key=str.lower)
        if len(letter) == 1 and not letter.isascii() and like and like[0].isalnum():
            alike[letter] = like[0]
            folded = unicodedata.normalize("NFKC", letter)
            if not letter.isalnum() and len(folded) == 1:
                alike[folded] = like[0]
    return alike


@cache
def letters() -> dict[int, str]:
    """Letters that look like a letter or digit of ASCII."""
    return {ord(letter): like.lower() for letter, like in _table().items() if letter.isalpha()}


@cache
def _others() -> dict[int, str]:
    """Digits, numerals and marks that do."""
    return {ord(sign): like.lower() for sign, like in _table().items() if unicodedata.category(sign)[0] in "NM"}


@cache
def _other() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _others()))}]")


def plain(text: str) -> str:
    """A word, or a folded text, in small letters and digits of ASCII where its own look like these."""
    # The small letter of the Turkish capital with a dot has one too many.
    lower = text.casefold().replace("i\u0307", "i")
    if lower.isascii():
        return lower
    if _other().search(lower):
        lower = _BESIDE.sub(lambda word: word.group().translate(_others()), lower)
    return lower.translate(letters())


@cache
def _odd() -> dict[int, str]:
    """Signs, and letters whose small or large forms look otherwise, such as a capital Greek Zeta."""
    return {
        ord(sign): like for sign, like in _table().items() if ord(sign) not in _others() and plain(sign) != like.lower()
    }


@cache
def disguised() -> str:
    """What of a folded text may be meant otherwise than it is compared, as a pattern of any engine."""
    return f"[{''.join(map(chr, sorted(_odd())))}]|{_STROKES}"


@cache
def _disguised() -> re.Pattern[str]:
    return re.compile(disguised())


def undisguised(text: str) -> str:
    """A folded text as who wrote it in such letters wants it read; of a long one what stands near them."""
    if len(text) > LONGEST:
        text = " . ".join(_near(text))
    text = text.translate(_odd())
    return _PART.sub(_straight, text)


def _straight(part: re.Match[str]) -> str:
    """A word with letters in place of strokes and rings, as far as its other letters tell which they are."""
    word = part.group()
    if len(word) > LONGEST_PART or not _SOME.search(word):
        return word
    word = _BAR.sub(lambda found: "l" * len(found.group()), word)
    if not _WORDLIKE.fullmatch(word):
        return word
    word = _LARGE.sub(lambda found: found.group().translate(_AS_LARGE), word)
    # One that is undone may tell what another is.
    for _ in range(2):
        word = _SMALL.sub(lambda found: found.group().translate(_AS_SMALL), word)
    return word


def _near(text: str) -> list[str]:
    """Stretches around disguises that begin and end at blanks, if there are any soon."""
    stretches: list[list[int]] = []
    for found in _disguised().finditer(text):
        part = _PART.search(text, found.start(), found.start() + LONGEST_PART + 2)
        if part and found.group().isascii() and _straight(part) == part.group():
            continue
        start, end = max(found.start() - NEAR, 0), found.end() + NEAR
        start = max(text.rfind(" ", max(start - NEAR, 0), start), start - NEAR, 0) if start else 0
        blank = text.find(" ", end, end + NEAR)
        end = end + NEAR if blank < 0 else blank
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = end
        else:
            stretches.append([start, end])
    return [text[start:end] for start, end in stretches]
