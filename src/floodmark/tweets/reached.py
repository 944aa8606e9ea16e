"""E-mail addresses and telephones of an archive, gathered so that they are found in every form they may have."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl
import regex

from floodmark.tweets.online import EMAIL
from floodmark.tweets.telephones import TELEPHONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from floodmark.tweets.patterns import Group

LEAST_DIGITS = 9
"""A telephone of fewer digits may be any number, wherever it stands again."""
MOST_DIGITS = 15
"""Of a telephone anywhere (E.164)."""
_HOME = regex.compile(r"^(?:00)?44(?:0(?=\d{10}))?")
"""What stands for the nought that is dialled at home."""
_BEGIN = r"(?:\+\d|\(\+?\d|\b(?:0[1-9]\d|00\d|44))"
_RUN = regex.compile(rf"{_BEGIN}\d*(?:[ \t().\-\u2013/]{{1,3}}\d+){{0,6}}")


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


def regrouped(texts: pl.Series) -> pl.DataFrame:
    """Columns `row` and `text`: of folded texts, what may be telephones, dialled in one piece.

    A number may stand behind a telephone, so every group of digits may be its last. Only known ones are told from
    other numbers, so that this is no form in which unknown ones are looked for.
    """
    rows = texts.str.contains(rf"{_BEGIN}[\d \t().\-\u2013/]{{{LEAST_DIGITS - 3},}}").fill_null(value=False).arg_true()
    said = [(int(row), " ".join(sorted(_pieces(texts[int(row)])))) for row in rows]
    found = [(row, text) for row, text in said if text]
    return pl.DataFrame(found, schema={"row": pl.Int64, "text": pl.String}, orient="row")


def _pieces(text: str) -> set[str]:
    found: set[str] = set()
    for match in _RUN.finditer(text, overlapped=True):
        for digits in accumulate(regex.findall(r"\d+", match.group())):
            if LEAST_DIGITS <= len(digits) <= MOST_DIGITS + 2:
                found.add(_HOME.sub("0", digits) if _HOME.match(digits) else digits.removeprefix("00"))
        found.discard(match.group())
    return found


def _all(rules: Group, texts: pl.Series) -> Iterator[str]:
    for text in texts:
        for rule in rules:
            for match in rule.pattern.finditer(text):
                if rule.check is None or rule.check(match):
                    yield str(match.group())
