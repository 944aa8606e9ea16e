"""E-mail addresses and telephones of an archive, gathered so that they are found in every form they may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import regex

from floodmark.tweets.online import EMAIL
from floodmark.tweets.signs import DASH, DOT
from floodmark.tweets.telephones import TELEPHONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from floodmark.tweets.patterns import Group

LEAST_DIGITS = 9
"""A telephone of fewer digits may be any number, wherever it stands again."""
MOST_DIGITS = 17
"""Of a telephone anywhere, 15 (E.164), and the two noughts before it."""
_HOME = regex.compile(r"^(?:00)?44(?:0(?=\d{10}))?")
"""What stands for the nought that is dialled at home."""
_BEGIN = rf"(?:\+\d|\(\+?\d|\b(?:0[ {DASH}]?[1-9]\d|00\d|44))"
_GAP = rf"[ \t(){DASH}{DOT}/]"
_RUN = regex.compile(rf"{_BEGIN}\d*(?:{_GAP}{{1,3}}\d+){{0,6}}")
_LIKELY = rf"{_BEGIN}(?:\d|{_GAP}){{{LEAST_DIGITS - 3},}}"
_NUMBER = regex.compile(r"\d+")
_TRUNK = "(0)"
"""Dialled at home alone."""
GROUPED = pl.Schema({"row": pl.Int64(), "token": pl.String(), "text": pl.String()})


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
        digits = "".join(_NUMBER.findall(phone))
        if len(digits) >= LEAST_DIGITS:
            home = at_home(digits)
            found |= {phone, digits, home}
            found |= {f"44{home[1:]}"} if home.startswith("0") and not home.startswith("00") else set()
    return found


def at_home(digits: str) -> str:
    """The same for all ways to dial one telephone: of Britain with its nought, of others with their code."""
    return str(_HOME.sub("0", digits)) if _HOME.match(digits) else digits.removeprefix("00")


def regrouped(texts: pl.Series) -> pl.DataFrame:
    """Of folded texts, what may be telephones: columns `row`, `token`, as it is written, and `text`, `at_home`.

    A number may stand behind a telephone, so every group of digits may be its last. Only known ones are told from
    other numbers, so that this is no form in which unknown ones are looked for.
    """
    rows = texts.str.contains(_LIKELY).fill_null(value=False).arg_true()
    found = [(int(row), *pair) for row in rows for pair in dict.fromkeys(_grouped(texts[int(row)]))]
    return pl.DataFrame(found, schema=GROUPED, orient="row")


def _grouped(text: str) -> Iterator[tuple[str, str]]:
    for match in _RUN.finditer(text, overlapped=True):
        run = match.group()
        for group in _NUMBER.finditer(run):
            token = run[: group.end()]
            for digits in {"".join(_NUMBER.findall(way)) for way in (token, token.replace(_TRUNK, ""))}:
                if LEAST_DIGITS <= len(digits) <= MOST_DIGITS and (said := at_home(digits)) != token:
                    yield token, said


def _all(rules: Group, texts: pl.Series) -> Iterator[str]:
    for text in texts:
        for rule in rules:
            for match in rule.pattern.finditer(text):
                if rule.check is None or rule.check(match):
                    yield str(match.group())
