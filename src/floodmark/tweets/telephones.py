"""How telephone numbers are written, with the numbers of a flood that look like them left alone."""

from __future__ import annotations

import regex

from floodmark.tweets.accounts import DATE
from floodmark.tweets.gauges import are_readings, unit_behind
from floodmark.tweets.rule import numerals, rule, years
from floodmark.tweets.signs import DASH, DIGIT, DOT, ZERO
from floodmark.tweets.squares import LETTERS

_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
# Easting and northing have equally many digits: `NO 0800 111999` is a telephone.
_REFERENCE = rf"(?!(?<=\b(?:{LETTERS})[\s:])(?:\d{{3}}\s\d{{3}}|\d{{4}}\s\d{{4}}|\d{{5}}\s\d{{5}})(?![\s/-]?\d))"
_LINE = "tel|telephone|phone|landline|mob|mobile|cell|fax"
_CALL = f"{_LINE}|ring|rang|call|ph|text|txt|sms|whatsapp|dial|hotline|helpline|contact"
_TO_CALL = rf"\b(?:{_CALL})(?:\W{{1,2}}(?:me|us|him|her|them|on|at|is|no|number|now)\b){{0,3}}\W{{1,3}}\K"
_SPOKEN = {"zero": 1, "oh": 1, "o": 1, "nought": 1, "one": 1, "two": 1, "three": 1, "four": 1, "five": 1, "six": 1,
           "seven": 1, "eight": 1, "nine": 1}  # fmt: skip
_SEVERAL = {"double": 2, "triple": 3, "treble": 3}
_WORD = rf"(?:(?:{'|'.join(_SEVERAL)})[\s-])?(?:{'|'.join(_SPOKEN)})"

_BLANK = rf"[\s{DASH}]"
_SIGN = rf"[\s{DASH}{DOT}]"
_SIGNS = rf"[\s()/{DASH}{DOT}]"
_WHOLE = rf"(?<!\d[,:/{DASH}{DOT}])"
"""Not behind the first part of the same number."""
_FIRST = rf"(?<!\d[\s,:/{DASH}{DOT}])"
"""Nor behind another number."""
_MOMENT = regex.compile(
    rf"(?:19|20)\d\d{_SIGN}(?:0[1-9]|1[0-2]){_SIGN}(?:0[1-9]|[12]\d|3[01]){_SIGN}(?:[01]\d|2[0-4]){_SIGN}?[0-5]\d"
)
"""A date and a time as a logger of data writes them: `2013 12 05 06 30`."""
_CALLED = regex.compile(rf"(?i)\b(?:{_CALL})\b\W{{0,3}}(?:\w+\W{{1,3}}){{0,2}}$")

_ASKED = regex.compile(rf"(?i)(?:\b(?:{_CALL})\b|📞|☎|📱).{{0,40}}$", regex.DOTALL)
_COUNTED = regex.compile(
    r"(?i)\s(?:people|persons|homes|houses|families|cattle|votes|acres|hectares|tonnes|lakhs?|crores?)\b"
)


def _clock(blank: str) -> str:
    """Not a list of times in four digits each, nor such a time before a date or a height: `0712 1.3 1310 5.1`."""
    between = rf"(?:{blank}?[/_{DASH}{DOT}]{blank}?|{blank})"
    date, height = rf"\d{{1,2}}[/{DASH}{DOT}]\d{{1,2}}[/{DASH}{DOT}]\d\d", rf"\d{{1,2}}[{DOT}]\d{{1,2}}(?!\d)"
    return rf"(?!{_TIME}(?:{between}{_TIME})+(?!{between}?\d)|(?:{_TIME}{between})*{_TIME}{blank}(?:{date}|{height}))"


def telephone(blank: str) -> str:
    """Telephone numbers that are unmistakable whatever stands before them, and so forbidden in a scrubbed text.

    No time, date, ratio or price is a nought and ten more digits, however they are grouped; only decimals may be.

    Args:
        blank: Pattern of a blank between two digits.
    """
    gap = rf"(?:[()_/{DASH}{DOT}]|{blank}){{0,3}}"
    american = "|".join(rf"\d{{3}}[{sign}]\d{{3}}[{sign}]\d{{4}}" for sign in (DASH, DOT, "_"))
    return (
        rf"(?<![\d£$€])(?<!\d[{DOT}]){_clock(blank)}[{ZERO}][{DIGIT}](?:{gap}\d){{9}}(?!\d)|"
        rf"(?<!\d[{DOT}]?)\+{gap}\d(?:{gap}\d){{9,13}}(?!\d)|"
        rf"(?<![\d£$€])(?<!\d[:_{DASH}{DOT}])(?:{american})(?![\w{DASH}])|"
        rf"\(\d{{3}}\){blank}?\d{{3}}(?:[_{DASH}{DOT}]|{blank})?\d{{4}}(?!\d)"
    )


_CLOCK, _TELEPHONE = _clock(r"\s"), telephone(r"\s")


def _is_phone(match: regex.Match[str]) -> bool:
    """Ten to fifteen digits that are no list of years or readings and no date with its time."""
    groups = regex.findall(r"\d+", match.group())
    if not 10 <= len("".join(groups)) <= 15 or years(groups) or _MOMENT.fullmatch(match.group()):
        return False
    called = _CALLED.search(match.string, max(0, match.start() - 40), match.start())
    return called is not None or not are_readings(match)


def _is_no_tide(match: regex.Match[str]) -> bool:
    """Not a time soon after midnight and the decimals of a table of tides: `0047 4.8 0712 1.3`."""
    return regex.match(r"00[0-5]\d\s\d{1,2}\.\d", match.group()) is None


def _is_british(match: regex.Match[str]) -> bool:
    """The country's code and ten digits more, the nought of the trunk aside."""
    return len(numerals(match).replace("440", "44", 1)) == 12


def _is_asked(match: regex.Match[str]) -> bool:
    """Behind a word that asks for a call, and neither round nor before what is counted or measured."""
    first, second = regex.findall(r"\d+", match.group())
    if (first.endswith("00") and second.endswith("00")) or unit_behind(match):
        return False
    asked = _ASKED.search(match.string, max(0, match.start() - 80), match.start())
    return asked is not None and _COUNTED.match(match.string, match.end()) is None


def _are_pairs(match: regex.Match[str]) -> bool:
    """Behind a word that asks for a call, and neither minutes nor a scale: `0 15 30 45 00 15`, `0 20 40 60 80 99`."""
    pairs = [int(pair) for pair in regex.findall(r"\d\d", match.group())]
    asked = _ASKED.search(match.string, max(0, match.start() - 60), match.start())
    return asked is not None and max(pairs) > 59 and pairs != sorted(pairs)


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
        rf"(?:(?<!\d\.?)\+|(?<!\w){_WHOLE}00)\s?\(?\d{{1,3}}\)?(?:{_SIGNS}{{0,3}}\d){{6,14}}(?!\d)",
        _is_no_tide,
        digits=7,
    ),
    rule(
        "phone",
        rf"(?:\+|(?<!\w){_WHOLE}00)\d{{1,3}}:[\s(]{{0,2}}\d(?:{_SIGNS}{{0,2}}\d){{8,12}}(?!\d)",
        digits=10,
    ),
    rule("phone", rf"(?:\((?=\d{{3,5}}\)))?(?:{_TELEPHONE})", digits=10),
    # Single digits with a blank between any two, the nought alone, and five pairs as in France.
    rule(
        "phone",
        rf"(?<![\w£$€])(?<!\d[\s,:{DASH}{DOT}])0(?:({_SIGN})\d)(?:\1\d){{8,9}}(?!{_SIGN}?\d)",
        digits=10,
    ),
    rule("phone", rf"(?<![\w£$€]){_FIRST}0\s[1-9]\d{{2,3}}{_BLANK}\d{{3}}{_BLANK}?\d{{3}}(?!{_BLANK}?\d)", digits=10),
    rule("phone", rf"(?<![\w£$€]){_FIRST}0[1-9]({_SIGN})\d\d(?:\1\d\d){{3}}(?![\w:]|[\s,/{DASH}{DOT}]\d)", digits=10),
    # Fewer digits ask for more care: what stands before is no letter, and after a digit neither point nor colon.
    rule(
        "phone",
        rf"(?<![\w£$€])(?<!\d[:{DOT}]){_REFERENCE}{_CLOCK}{DATE}\(?0[1-9]\d(?:{_SIGNS}{{0,2}}\d){{6,9}}(?!\d)",
        digits=9,
    ),
    rule(
        "phone",
        rf"(?<![\w£$€]){_WHOLE}44{_SIGN}?(?:\(0\)\s?)?[1-9]\d{{2,4}}{_SIGN}?\d{{3,4}}{_SIGN}?\d{{2,4}}(?!\d)",
        _is_british,
        digits=12,
    ),
    rule(
        "phone",
        rf"(?<![\w£$€+])(?<!\d[,:{DASH}{DOT}]){_CLOCK}{DATE}\d{{1,5}}(?:({_SIGN})\d{{2,5}})(?:\1\d{{2,5}}){{1,3}}(?![\w:])",
        _is_phone,
        digits=10,
    ),
    # In two groups of five as in India, and in pairs or with commas, as no thousands are that begin with a nought.
    rule(
        "phone",
        rf"(?<![\w£$€]){_FIRST}{_REFERENCE}[6-9६-९]\d{{4}}{_SIGN}\d{{5}}(?![\w:%]|[.,/]\d|{_BLANK}\d)",
        _is_asked,
        digits=10,
    ),
    rule("phone", rf"(?<![\w£$€]){_FIRST}0({_SIGN})[1-9]\d(?:\1\d\d){{4}}(?![\w:]|{_SIGN}?\d)", _are_pairs, digits=11),
    rule("phone", r"(?<![\w£$€.,:/-])0[1-9]\d{2,3},\d{3},\d{3,4}(?![\w:]|[,./-]\d)", digits=10),
    # The number of a mobile as in Italy, and a local number behind its area.
    rule(
        "phone",
        rf"(?<![\w£$€]){_WHOLE}(?:\d{{3}}\s?[/{DASH}]\s?|3\d\d\.)\d{{7}}(?![\w{DASH}]|[.,/:]\d)",
        digits=10,
    ),
    rule("phone", rf"\(0[1-9]\){_SIGN}{{0,3}}\d{{3,4}}{_SIGN}?\d{{4}}(?!\d)", digits=9),
    # Seven digits are a telephone only where somebody is to be called, six only behind the name of a line.
    rule(
        "phone",
        rf"(?i){_TO_CALL}\d{{3}}{_SIGN}?(?!(?:19|20)\d\d)\d{{4}}(?!\d|[-.:]\d|/\d(?!\d\d-?\d{{4}}(?!\d)))",
        digits=7,
    ),
    rule(
        "phone",
        rf"(?i)\b(?:{_LINE})\b(?:\W{{1,2}}(?:no|number|is)\b)?\W{{0,3}}\K\d{{3}}\s?\d{{3}}(?![\s,:/{DASH}{DOT}]?\d)",
        digits=6,
    ),
    rule(
        "phone",
        rf"(?i)\b(?:{_CALL}|telefono?|teléfono|handy)\b(?:\W{{1,2}}(?:me|us|on|at|is|no|nr|number)\b){{0,2}}\W{{0,3}}\K"
        rf"{_CLOCK}(?=0[\s{DASH}])\(?0(?:{_SIGNS}{{0,3}}\d){{8,11}}(?![\w:]|[.,/]\d)",
        digits=9,
    ),
    rule("phone", r"<phone>/\d(?![\w:/-]|[.,]\d|\s?(?:days?|hours?|hrs?|nights?)\b)", digits=1),
    rule(
        "phone",
        rf"<phone>\s?(?:/|or|&|,)\s?\K(?:\d{{5,7}}|\d{{3}}[{DASH}]\d{{3,4}})(?![\w:/{DASH}]|[.,]\d)",
        digits=5,
    ),
    rule("phone", rf"(?<![\w{DASH}])\d{{3}}[{DASH}]\d{{2}}[{DASH}]\d{{4}}(?![\w{DASH}])", digits=9),
    rule("phone", r"(?:[0-9]\ufe0f?\u20e3[\s-]?){6,14}[0-9]\ufe0f?\u20e3", digits=7),
    rule(
        "phone",
        rf"(?<![\w£$€])(?<!\d[.,:])(?=[\d\s{DASH}{DOT}]{{0,20}}[OoIl])[0Oo](?:{_SIGN}?[\dOoIl]){{9,10}}(?!\w)",
        _has_digits,
        digits=5,
    ),
    rule(
        "phone",
        rf"(?i)\b(?:zero|oh|nought)(?:[\s,.-]{{1,3}}{_WORD}){{5,14}}\b",
        _is_spoken,
    ),
]
