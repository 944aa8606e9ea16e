"""Text as a reader sees it: escapes undone, look-alike letters plain, nothing invisible; emoji untouched.

Personal data hides from patterns behind full-width or mathematical letters, soft hyphens, zero-width characters and
HTML escapes (Unicode Technical Report 36), names behind Cyrillic and Greek letters that look like Latin ones (Technical
Standard 39). Folding comes first, and the folded text is what is kept.
"""

from __future__ import annotations

import html
import re
import unicodedata

import regex

# Invisible characters, except the joiners, selectors and tags that belong to emoji.
_PICTURE = r"[\p{Extended_Pictographic}\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF]"
_INVISIBLE = regex.compile(
    rf"(?<!{_PICTURE}\uFE0F?)\u200D|\u200D(?!{_PICTURE})|(?<![\p{{Emoji}}])[\uFE00-\uFE0F]|(?<=[#*0-9])[\uFE00-\uFE0F](?!\u20E3)|"
    r"(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0020-\U000E007F]+|"
    r"[\p{Cf}\p{Default_Ignorable_Code_Point}--[\u200D\uFE00-\uFE0F\U000E0020-\U000E007F]]|[\p{Cc}--\s]|[\p{Cs}\p{Co}]",
    regex.VERSION1,
)
# Wider than the pattern above and faster, as are the questions of `_peeled`: most texts hold nothing of the kind.
_SUSPECT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
# The sign of a Spanish ordinal, which some keyboards have for the degree, would else become an o.
_DEGREE = re.compile(r"(?<=\d)º(?=\s?\d)")
_PICTURES = regex.compile(rf"({_PICTURE}|[#*0-9]\uFE0F?\u20E3)")
# Letters that nobody can tell apart in most typefaces, of those that keyboards have.
_TWINS = str.maketrans(
    "аеорсухіјѕԁһԛԝѵӏАВЕКМНОРСТУХІЈЅԜԚοινΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϹͺ",
    "aeopcyxijsdhqwvlABEKMHOPCTYXIJSWQoivABEZHIKMNOPTYXcCi",
)
_NOT_LATIN = re.compile("[\u0370-\u052f]")
_MIXED = regex.compile(r"\b(?=\w*\p{Latin})(?=\w*[\p{Cyrillic}\p{Greek}])\w+")


def fold(text: str) -> str:
    """The plain form of a text; folding twice changes nothing more."""
    # One disguise can hide another, such as an escape written in full-width letters, so it goes on until nothing moves.
    while (plain := _peeled(text)) != text:
        text = plain
    return text


def _latin(word: regex.Match[str]) -> str:
    """A word of two alphabets in Latin letters, if all its others are twins of some: `5 μm` is no disguise."""
    plain = str(word.group()).translate(_TWINS)
    return str(word.group()) if regex.search(r"[\p{Cyrillic}\p{Greek}]", plain) else plain


def bare(text: str) -> str:
    """A text without the accents of Latin letters, each letter in its place: `Ōta` may be annotated as `Ota`."""
    plain = (unicodedata.normalize("NFD", letter)[0] for letter in text)
    return "".join(one if one.isascii() else letter for one, letter in zip(plain, text, strict=True))


def _peeled(text: str) -> str:
    """The text with one layer of disguise less."""
    plain = html.unescape(text) if "&" in text else text
    if not (plain.isascii() and plain.isprintable()):
        if _SUSPECT.search(plain):
            plain = _INVISIBLE.sub("", plain)
        # Before forms are made one: of a Greek c that would make an s.
        if _NOT_LATIN.search(plain):
            plain = _MIXED.sub(_latin, plain)
        if not unicodedata.is_normalized("NFKC", plain):
            plain = _DEGREE.sub("°", plain)
            plain = "".join(
                part if _PICTURES.fullmatch(part) else unicodedata.normalize("NFKC", part)
                for part in _PICTURES.split(plain)
                if part
            )
    return " ".join(plain.split())
