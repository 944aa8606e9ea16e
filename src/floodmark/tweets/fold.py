"""Text as a reader sees it: escapes undone, look-alike letters plain, nothing invisible; emoji untouched.

Personal data hides from patterns behind full-width or mathematical letters, soft hyphens, zero-width characters and
HTML escapes (Unicode Technical Report 36). Folding comes first, and the folded text is what is kept.
"""

from __future__ import annotations

import html
import unicodedata

import regex

# Invisible characters, except the joiners and tags that belong to emoji.
_PICTURE = r"[\p{Extended_Pictographic}\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF]"
_INVISIBLE = regex.compile(
    rf"(?<!{_PICTURE}\uFE0F?)\u200D|\u200D(?!{_PICTURE})|(?<![\p{{Emoji}}])[\uFE00-\uFE0F]|"
    r"[\p{Cf}--[\u200D\U000E0020-\U000E007F]]|[\p{Cc}--\s]|[\p{Cs}\p{Co}]",
    regex.VERSION1,
)
_PICTURES = regex.compile(rf"({_PICTURE}|[#*0-9]\uFE0F?\u20E3)")


def fold(text: str) -> str:
    """The plain form of a text; folding twice changes nothing more."""
    # One disguise can hide another, such as an escape written in full-width letters, so it goes on until nothing moves.
    while (plain := _peeled(text)) != text:
        text = plain
    return text


def _peeled(text: str) -> str:
    """The text with one layer of disguise less."""
    plain = html.unescape(text)
    if not (plain.isascii() and plain.isprintable()):
        plain = _INVISIBLE.sub("", plain)
        plain = "".join(
            part if _PICTURES.fullmatch(part) else unicodedata.normalize("NFKC", part)
            for part in _PICTURES.split(plain)
            if part
        )
    return " ".join(plain.split())
