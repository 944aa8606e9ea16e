"""E-mail addresses and telephones of an archive, gathered so that they are found in every form they may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from floodmark.tweets.online import EMAIL
from floodmark.tweets.telephones import TELEPHONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl

    from floodmark.tweets.patterns import Group

LEAST_DIGITS = 9
"""A telephone of fewer digits may be any number, wherever it stands again."""
_HOME = regex.compile(r"^(?:00)?44(?:0(?=\d{10}))?")
"""What stands for the nought that is dialled at home."""


def reached(texts: pl.Series, scrubbed: pl.Series) -> tuple[set[str], set[str]]:
    """E-mail addresses and telephones in folded texts.

    Args:
        texts: The texts.
        scrubbed: The same, scrubbed by pattern: only where it left a placeholder there is something to be found.
    """
    emails = texts.filter(scrubbed.str.contains("<email>", literal=True))
    phones = texts.filter(scrubbed.str.contains("<phone>", literal=True))
    return set(_all(EMAIL, emails)), set(_all(TELEPHONES, phones))


def dialled(phones: Iterable[str]) -> set[str]:
    """Every way in which telephones are dialled: as written, in one piece, and with and without Britain's code."""
    found: set[str] = set()
    for phone in phones:
        digits = "".join(regex.findall(r"\d", phone))
        if len(digits) >= LEAST_DIGITS:
            home = _HOME.sub("0", digits)
            found |= {phone, digits, home}
            found |= {f"44{home[1:]}"} if home.startswith("0") and not home.startswith("00") else set()
    return found


def _all(rules: Group, texts: pl.Series) -> Iterator[str]:
    for text in texts:
        for rule in rules:
            for match in rule.pattern.finditer(text):
                if rule.check is None or rule.check(match):
                    yield str(match.group())
