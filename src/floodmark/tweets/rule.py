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
        digit: Every match holds a digit, and
        signs: one of these, in lower case, where there are any: most texts are spared most patterns.
    """

    kind: str
    pattern: regex.Pattern[str]
    check: Callable[[regex.Match[str]], bool] | None
    digit: bool
    signs: tuple[str, ...]


def rule(
    kind: str,
    signs: str,
    pattern: str,
    check: Callable[[regex.Match[str]], bool] | None = None,
) -> Rule:
    """A rule.

    Args:
        kind: The placeholder's name.
        signs: `|` between any two, a `0|` in front where every match holds a digit.
        pattern: A regular expression, still to be compiled.
        check: What a match must pass besides.
    """
    first, *rest = signs.split("|")
    digit = first == "0"
    return Rule(kind, regex.compile(pattern), check, digit, tuple(rest if digit else [first, *rest]))


def digits(match: regex.Match[str]) -> str:
    """The digits of a match."""
    return "".join(regex.findall(r"\d", match.group()))


def years(groups: list[str]) -> bool:
    """Whether numbers are years, one and all."""
    return all(regex.fullmatch(r"(?:19|20)\d\d", group) for group in groups)
