"""What a rule of the scrubber is: one way in which one kind of personal data is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Callable


class Rule(NamedTuple):
    """One way in which one kind of personal data is written.

    Attributes:
        kind: The placeholder's name.
        pattern: What to look for.
        check: What a match must pass besides.
        digits: The fewest digits of a text that holds a match: most texts are spared most patterns.
        hint: What every text has that holds a match, without looks: soon found where the pattern takes long. Rust's
            `regex` looks for many patterns as one, and one that is too large for it takes a hundred times as long.
    """

    kind: str
    pattern: regex.Pattern[str]
    check: Callable[[regex.Match[str]], bool] | None = None
    digits: int = 0
    hint: regex.Pattern[str] | None = None


def rule(
    kind: str,
    pattern: str,
    check: Callable[[regex.Match[str]], bool] | None = None,
    *,
    digits: int = 0,
    hint: str | None = None,
) -> Rule:
    """A rule of a pattern that is still to be compiled."""
    return Rule(kind, regex.compile(pattern), check, digits, regex.compile(hint) if hint else None)


def numerals(match: regex.Match[str]) -> str:
    """The digits of a match, those of other alphabets too, as ASCII has them."""
    return "".join(str(int(digit)) for digit in regex.findall(r"\d", match.group()))


def years(groups: list[str]) -> bool:
    """Whether numbers are years, one and all."""
    return all(regex.fullmatch(r"(?:19|20)\d\d", group) for group in groups)
