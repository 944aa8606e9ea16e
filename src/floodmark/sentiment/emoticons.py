"""Emoticons of ASCII characters, :-) and :(, as marks of a class: those of Go, Bhayani and Huang (2009), with noses.

Left alone is what may mean something else: :P and :/ and :') have no clear side, 8) and 1) number a list, <3 may be
"less than three", D: a drive. A smile stands free, so that nothing is read into a link, a time (8:30), a score (3:0), a
ratio, `for (;;)` or `A(:)`.
"""

from __future__ import annotations

import regex

_POSITIVE = r"[:;=][-^]?(?:\)+|D+)|\(+[-^]?:"
_NEGATIVE = r"[:;]'?[-^]?\(+|\)+[-^]'?:"
_SIGN = r"\p{So}\p{Sk}\p{M}\u200d\U000e0020-\U000e007f"
"""What emoji are made of."""
_BEFORE = rf"(?<![^\s.,!?…>{_SIGN}])(?<!(?:;|(?:^|[\s\w])\()\s)"
_AFTER = rf"(?![^\s.,!?…<#@\"'’”{_SIGN}])"
_RUN = regex.compile(rf"{_BEFORE}(?:{_POSITIVE}|{_NEGATIVE})+{_AFTER}")
_FACE = regex.compile(rf"(?P<negative>{_NEGATIVE})|(?:{_POSITIVE})")


def count_faces(text: str) -> tuple[int, int]:
    """How many negative and positive emoticons a text has."""
    negative = positive = 0
    for run in _RUN.findall(text):
        for face in _FACE.finditer(run):
            negative, positive = (negative + 1, positive) if face["negative"] else (negative, positive + 1)
    return negative, positive


def strip_faces(text: str) -> str:
    """The text without emoticons, a blank in their place, blanks collapsed."""
    stripped = _RUN.sub(" ", text)
    return text if stripped == text else strip_faces(" ".join(stripped.split()))
