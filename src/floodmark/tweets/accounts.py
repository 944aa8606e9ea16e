"""How numbers of accounts, cards, insurances and cases are written."""

from __future__ import annotations

import regex

from floodmark.tweets.gauges import are_measured, are_readings
from floodmark.tweets.rule import numerals, rule, years
from floodmark.tweets.signs import DASH, DOT, NO_TEXT_IN_HEX
from floodmark.tweets.squares import ALONE

DATE = rf"(?!\d{{1,2}}[ /{DASH}{DOT}]\d{{1,2}}[ /{DASH}{DOT}](?:\d{{4}}|\d\d)(?!\d))"
"""Not a date."""
_LABEL = "account|acct|acc|a/c|policy|claim|case|passport|customer|reference|ref|utr|licence|order|booking|incident"

_TIME = regex.compile(r"(?:[01]\d|2[0-4])[0-5]\d")
_ISSUER = regex.compile(r"[3-6]|2[2-7]")
_ANY_ISSUER = regex.compile(r"[3-9]|2[2-7]")
_SIGN = rf"[\s{DASH}]"
_SIGNS = rf"[\s/_{DASH}{DOT}]"


def luhn(number: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1)."""
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return len(number) > 0 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_card(match: regex.Match[str]) -> bool:
    """A right check digit, or the usual grouping with a wrong one: typing errors are personal data too.

    Either with an issuer's first digits (ISO/IEC 7812-1; below 22 they are airlines' own), in groups of one length or
    of four and more. Times of opening are none, nor what gauges read: with a unit, or where the check digit is wrong.
    """
    number = numerals(match)
    groups = regex.findall(r"\d+", match.group())
    if years(groups) or all(_TIME.fullmatch(group) for group in groups) or are_measured(match):
        return False
    lengths = [len(group) for group in groups]
    if luhn(number):
        return _ANY_ISSUER.match(number) is not None and (len(set(lengths[:-1])) < 2 or min(lengths[:-1]) >= 4)
    return _ISSUER.match(number) is not None and lengths == [4, 4, 4, 4] and not are_readings(match)


def _is_iban(match: regex.Match[str]) -> bool:
    """Long enough, and mostly digits, or the check digits of ISO 13616 are right and it holds no words."""
    plain = regex.sub(r"[\W_]", "", match.group())
    number = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4]))
    count = len(numerals(match))
    return len(plain) >= 15 and (count >= 10 or (number % 97 == 1 and count >= 8))


def _is_exact(match: regex.Match[str]) -> bool:
    """An IBAN with right check digits: a road and times are grouped alike, `hw12 0630 1230 1845`."""
    plain = regex.sub(r"[\W_]", "", match.group())
    number = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4]))
    return len(plain) >= 15 and number % 97 == 1


_SMALL = rf"(?:{_SIGNS}?[A-Z]{{4}})?(?:{_SIGNS}?\d{{4}}){{2,7}}(?:{_SIGNS}?\d{{1,4}})?"
"""The rest of an IBAN in digits but for the letters of a bank: in small letters others may be words."""


ACCOUNTS = [
    # In small letters without blanks only, lest the words behind it are taken for groups of letters.
    rule(
        "iban",
        rf"\b[A-Z]{{2}}\d{{2}}(?:{_SIGNS}?[A-Z0-9]{{4}}){{2,7}}(?:{_SIGNS}?[A-Z0-9]{{1,4}})?\b|"
        r"\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b",
        _is_iban,
        digits=8,
    ),
    # Where it is said to be one, in whatever groups: `IBAN: IT 03 S 03069 09400 ...`.
    rule(
        "iban",
        rf"(?i:\biban)\W{{0,3}}\K[A-Z]{{2}}\s?\d{{2}}(?:{_SIGNS}?(?:[A-Z]{{0,4}}\d[A-Z0-9]*|[A-Z]\b)){{2,9}}",
        _is_iban,
        digits=8,
    ),
    rule("iban", rf"(?i)\b[A-Z]{{2}}\d\d{_SMALL}\b", _is_exact, digits=10),
    rule("iban", rf"(?i)\biban\W{{0,3}}(?:is\W{{1,3}})?\K[A-Z]{{2}}\s?\d\d{_SMALL}\b", _is_iban, digits=10),
    # With dots only if there are dots throughout: `on 05.12.13 a wall fell` has a date.
    rule(
        "nino",
        rf"(?i)\b[A-Z]{{2}}(?:{_SIGN}?\d{{2}}){{3}}{_SIGN}?[A-D]\b|\b[A-Z]{{2}}(?:[{DOT}]\d{{2}}){{3}}[{DOT}][A-D]\b",
        digits=6,
    ),
    # Short or grouped numbers only where it is said what they are.
    rule("number", rf"(?i)\bnhs\b[^\d\n]{{0,24}}?\K\d{{3}}{_SIGN}?\d{{3}}{_SIGN}?\d{{4}}(?!\d)", digits=10),
    rule(
        "number",
        rf"(?i)\b(?:sort(?:\s?code)?|s/c)\b\W{{0,3}}(?:is\s)?\K\d\d({_SIGN}?)\d\d\1\d\d(?!\d)",
        digits=6,
    ),
    rule(
        "number",
        rf"(?i)\b(?:account|acct|acc|a/c)\b\W{{0,3}}(?:(?:no|nr|number|is)\b\W{{0,3}}){{0,2}}\K"
        rf"\d\d({_SIGN}?)\d\d\1\d\d[\s,/]{{1,3}}\d{{8}}(?!\d)",
        digits=14,
    ),
    rule(
        "number",
        rf"(?i)\b(?:{_LABEL})\b\W{{0,2}}(?:(?:no|number|num|nr|id|is)\b\W{{0,3}}){{0,2}}\K\d{{6,}}(?![\d.,:/-]?\d)",
        digits=6,
    ),
    rule("card", rf"(?<![\d{DOT}]){DATE}{NO_TEXT_IN_HEX}\d(?:{_SIGNS}?\d){{12,18}}(?![{DOT}]?\d)", _is_card, digits=13),
]
LONG_NUMBERS = [
    rule("number", rf"(?<!\d){ALONE}{NO_TEXT_IN_HEX}\d{{9,}}(?!\d)|(?<![\d.])\d+\.\d{{4,}}(?!\d)", digits=5)
]
