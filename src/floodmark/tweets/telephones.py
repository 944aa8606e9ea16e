"""How telephone numbers are written, with the numbers of a flood that look like them left alone."""

from __future__ import annotations

import regex

from floodmark.tweets.accounts import DATE
from floodmark.tweets.rule import numerals, rule, years

_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
_GRID = (
    "HP|HT|HU|HW|HX|HY|HZ|NA|NB|NC|ND|NF|NG|NH|NJ|NK|NL|NM|NN|NO|NR|NS|NT|NU|NW|NX|NY|NZ|OV|SC|SD|SE|SH|SJ|SK|SM|SN|SO|SP|"
    "SR|SS|ST|SU|SV|SW|SX|SY|SZ|TA|TF|TG|TL|TM|TQ|TR|TV"
)
# Easting and northing have equally many digits: `NO 0800 111999` is a telephone.
_REFERENCE = rf"(?!(?<=\b(?:{_GRID})[\s:])(?:\d{{3}}\s\d{{3}}|\d{{4}}\s\d{{4}}|\d{{5}}\s\d{{5}})(?![\s/-]?\d))"
_LINE = "tel|telephone|phone|landline|mob|mobile|cell|fax"
_CALL = f"{_LINE}|ring|rang|call|ph|text|txt|sms|whatsapp|dial|hotline|helpline|contact"
_TO_CALL = rf"\b(?:{_CALL})(?:\W{{1,2}}(?:me|us|him|her|them|on|at|is|no|number|now)\b){{0,3}}\W{{1,3}}\K"
_SPOKEN = {"zero": 1, "oh": 1, "o": 1, "nought": 1, "one": 1, "two": 1, "three": 1, "four": 1, "five": 1, "six": 1,
           "seven": 1, "eight": 1, "nine": 1}  # fmt: skip
_SEVERAL = {"double": 2, "triple": 3, "treble": 3}
_DIGIT = rf"(?:(?:{'|'.join(_SEVERAL)})[\s-])?(?:{'|'.join(_SPOKEN)})"


def _clock(blank: str) -> str:
    """Not a list of times in four digits each, nor such a time before a date or a height: `0712 1.3 1310 5.1`."""
    between = rf"(?:[/_-]|{blank})"
    date, height = r"\d{1,2}[./-]\d{1,2}[./-]\d\d", r"\d{1,2}\.\d{1,2}(?!\d)"
    return rf"(?!{_TIME}(?:{between}{_TIME})+(?!{between}?\d)|{_TIME}{blank}(?:{date}|{height}))"


def telephone(blank: str) -> str:
    """Telephone numbers that are unmistakable whatever stands before them, and so forbidden in a scrubbed text.

    No time, date, ratio or price is a nought and ten more digits, however they are grouped; only decimals may be.

    Args:
        blank: Pattern of a blank between two digits.
    """
    gap = rf"(?:[()._\-/]|{blank}){{0,2}}"
    return (
        rf"(?<![\d£$€])(?<!\d\.){_clock(blank)}0[1-9](?:{gap}\d){{9}}(?!\d)|"
        rf"(?<!\d\.?)\+{gap}\d(?:{gap}\d){{9,13}}(?!\d)|"
        r"(?<![\d£$€])(?<!\d[.:_-])(?:\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}|\d{3}_\d{3}_\d{4})(?![\w-])|"
        rf"\(\d{{3}}\){blank}?\d{{3}}(?:[._-]|{blank})?\d{{4}}(?!\d)"
    )


_CLOCK, _TELEPHONE = _clock(r"\s"), telephone(r"\s")


def _is_phone(match: regex.Match[str]) -> bool:
    """Ten to fifteen digits that are no list of years."""
    groups = regex.findall(r"\d+", match.group())
    return 10 <= len("".join(groups)) <= 15 and not years(groups)


def _is_no_tide(match: regex.Match[str]) -> bool:
    """Not a time soon after midnight and the decimals of a table of tides: `0047 4.8 0712 1.3`."""
    return regex.match(r"00[0-5]\d\s\d{1,2}\.\d", match.group()) is None


def _is_british(match: regex.Match[str]) -> bool:
    """The country's code and ten digits more, the nought of the trunk aside."""
    return len(numerals(match).replace("440", "44", 1)) == 12


def _has_digits(match: regex.Match[str]) -> bool:
    """Mostly digits: letters stand for some of them, so that no robot reads the number."""
    return len(numerals(match)) >= 5


def _is_spoken(match: regex.Match[str]) -> bool:
    """Nine to fifteen digits in words, beginning with a nought as every number does that is dialled at home."""
    words = regex.findall(r"\w+", match.group().lower())
    before = [None, *words[:-1]]
    count = sum(_SEVERAL.get(last or "", 1) for last, word in zip(before, words, strict=True) if word in _SPOKEN)
    return 9 <= count <= 15 and len(set(words)) > 3


TELEPHONES = [
    rule(
        "phone",
        r"(?:(?<!\d\.?)\+|(?<!\w)(?<!\d[.,:/-])00)\s?\(?\d{1,3}\)?(?:[\s().\-/]{0,3}\d){6,14}(?!\d)",
        _is_no_tide,
        digits=7,
    ),
    rule(
        "phone",
        r"(?:\+|(?<!\w)(?<!\d[.,:/-])00)\d{1,3}:[\s(]{0,2}\d(?:[\s().\-/]{0,2}\d){8,12}(?!\d)",
        digits=10,
    ),
    rule("phone", rf"(?:\((?=\d{{3,5}}\)))?(?:{_TELEPHONE})", digits=10),
    # Single digits with a blank between any two, the nought alone, and five pairs as in France.
    rule(
        "phone",
        r"(?<![\w£$€])(?<!\d[\s.,:-])0(?:([\s.-])\d)(?:\1\d){8,9}(?![\s.-]?\d)",
        digits=10,
    ),
    rule("phone", r"(?<![\w£$€])(?<!\d[\s.,:/-])0\s[1-9]\d{2,3}[\s-]\d{3}[\s-]?\d{3}(?![\s-]?\d)", digits=10),
    rule("phone", r"(?<![\w£$€])(?<!\d[\s.,:/-])0[1-9]([\s.-])\d\d(?:\1\d\d){3}(?![\w:]|[\s.,/-]\d)", digits=10),
    # Fewer digits ask for more care: what stands before is no letter, and after a digit neither point nor colon.
    rule(
        "phone",
        rf"(?<![\w£$€])(?<!\d[.:]){_REFERENCE}{_CLOCK}{DATE}\(?0[1-9]\d(?:[\s().\-/]{{0,2}}\d){{6,9}}(?!\d)",
        digits=9,
    ),
    rule(
        "phone",
        r"(?<![\w£$€])(?<!\d[.,:/-])44[\s.-]?(?:\(0\)\s?)?[1-9]\d{2,4}[\s.-]?\d{3,4}[\s.-]?\d{2,4}(?!\d)",
        _is_british,
        digits=12,
    ),
    rule(
        "phone",
        rf"(?<![\w£$€+])(?<!\d[.,:-]){_CLOCK}{DATE}\d{{1,5}}(?:([\s.\-])\d{{2,5}})(?:\1\d{{2,5}}){{1,3}}(?![\w:])",
        _is_phone,
        digits=10,
    ),
    # The number of a mobile as in Italy, and a local number behind its area.
    rule(
        "phone",
        r"(?<![\w£$€])(?<!\d[.,:/-])(?:\d{3}\s?[/-]\s?|3\d\d\.)\d{7}(?![\w-]|[.,/:]\d)",
        digits=10,
    ),
    rule("phone", r"\(0[1-9]\)[\s.-]{0,3}\d{3,4}[\s.-]?\d{4}(?!\d)", digits=9),
    # Seven digits are a telephone only where somebody is to be called, six only behind the name of a line.
    rule(
        "phone",
        rf"(?i){_TO_CALL}\d{{3}}[-.\s]?(?!(?:19|20)\d\d)\d{{4}}(?!\d|[-.:]\d|/\d(?!\d\d-?\d{{4}}(?!\d)))",
        digits=7,
    ),
    rule(
        "phone",
        rf"(?i)\b(?:{_LINE})\b(?:\W{{1,2}}(?:no|number|is)\b)?\W{{0,3}}\K\d{{3}}\s?\d{{3}}(?![\s.,:/-]?\d)",
        digits=6,
    ),
    rule(
        "phone",
        r"<phone>\s?(?:/|or|&|,)\s?\K(?:\d{5,7}|\d{3}-\d{3,4})(?![\w:/-]|[.,]\d)",
        digits=5,
    ),
    rule("phone", r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", digits=9),
    rule("phone", r"(?:[0-9]\ufe0f?\u20e3[\s-]?){6,14}[0-9]\ufe0f?\u20e3", digits=7),
    rule(
        "phone",
        r"(?<![\w£$€])(?<!\d[.,:])(?=[\d\s.-]{0,20}[OoIl])[0Oo](?:[\s.-]?[\dOoIl]){9,10}(?!\w)",
        _has_digits,
        digits=5,
    ),
    rule(
        "phone",
        rf"(?i)\b(?:zero|oh|nought)(?:[\s,.-]{{1,3}}{_DIGIT}){{5,14}}\b",
        _is_spoken,
    ),
]
