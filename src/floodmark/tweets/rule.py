"""What a rule of the scrubber is: one way in which one kind of personal data is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Callable


class Rule(NamedTuple):
    """One way in which one kind of personal data is written.

    The pattern is dear and most texts are spared most patterns: a text that holds a match has at least so many digits,
    one of the signs, and what the hint finds.

    Attributes:
        kind: The placeholder's name.
        pattern: What to look for.
        check: What a match must pass besides.
        digits: The fewest digits of a match.
        signs: Texts in lower case; none if there is no sign.
        hint: A pattern of the standard library, which is faster where it begins with a letter or a digit; for texts in
            lower case.
    """

    kind: str
    pattern: regex.Pattern[str]
    check: Callable[[regex.Match[str]], bool] | None = None
    digits: int = 0
    signs: tuple[str, ...] = ()
    hint: re.Pattern[str] | None = None


def rule(
    kind: str,
    pattern: str,
    check: Callable[[regex.Match[str]], bool] | None = None,
    *,
    digits: int = 0,
    signs: str = "",
    hint: str = "",
) -> Rule:
    """A rule of patterns that are still to be compiled; `signs` are parted by blanks, `_` standing for a blank."""
    parts = tuple(sign.replace("_", " ") for sign in signs.split())
    return Rule(kind, regex.compile(pattern), check, digits, parts, re.compile(hint) if hint else None)


def numerals(match: regex.Match[str]) -> str:
    """The digits of a match."""
    return "".join(regex.findall(r"\d", match.group()))


def years(groups: list[str]) -> bool:
    """Whether numbers are years, one and all."""
    return all(regex.fullmatch(r"(?:19|20)\d\d", group) for group in groups)
