"""Patterns of personal data in folded text, with the ordinary numbers of a flood that they must leave alone.

Left alone: river levels (3.45 m), times (14:30, 0630 1845), dates, grid references (TA 0956 2873), roads (A63, M62),
outward postcodes (HU5), hashtags and emoji.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Callable

_EMOJI = r"\p{Extended_Pictographic}"
REST = rf"[^\s<>\"{_EMOJI}]*(?:{_EMOJI}+/[^\s<>\"{_EMOJI}]*)*"
_DATE = r"(?!\d{1,2}[./\- ]\d{1,2}[./\- ](?:\d{4}|\d\d)(?!\d))"
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
_GRID = (
    "HP|HT|HU|HW|HX|HY|HZ|NA|NB|NC|ND|NF|NG|NH|NJ|NK|NL|NM|NN|NO|NR|NS|NT|NU|NW|NX|NY|NZ|OV|SC|SD|SE|SH|SJ|SK|SM|SN|SO|SP|"
    "SR|SS|ST|SU|SV|SW|SX|SY|SZ|TA|TF|TG|TL|TM|TQ|TR|TV"
)
# Easting and northing have equally many digits: `NO 0800 111999` is a telephone.
_REFERENCE = rf"(?!(?<=\b(?:{_GRID})[\s:])(?:\d{{3}}\s\d{{3}}|\d{{4}}\s\d{{4}}|\d{{5}}\s\d{{5}})(?![\s/-]?\d))"
_CALL = (
    "ring|rang|call|phone|ph|tel|telephone|text|txt|sms|whatsapp|dial|fax|mob|mobile|cell|hotline|helpline|landline|"
    "contact"
)
_MAIL = (
    "gmail|googlemail|hotmail|outlook|yahoo|ymail|rocketmail|icloud|aol|live|msn|btinternet|btopenworld|virginmedia|"
    "blueyonder|ntlworld|talktalk|tiscali|protonmail|gmx"
)
_STREET = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Dr|Way|Court|Ct|Crescent|Cres|Terrace|Ter|Place|Pl|Gardens|Gdns|"
    "Grove|Hill|Square|Sq|Row|Mews|Walk|Park|View|Rise|Parade|Boulevard|Blvd|Green|Quay|Wharf|Bank|Croft|Fold|Yard"
)
_AREA = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|"
    "GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|"
    "PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)


def _clock(blank: str) -> str:
    """Not a list of times in four digits each, nor such a time before a date."""
    between = rf"(?:[/-]|{blank})"
    return rf"(?!{_TIME}(?:{between}{_TIME})+(?!{between}?\d)|{_TIME}{blank}\d{{1,2}}[./-]\d{{1,2}}[./-]\d\d)"


def telephone(blank: str) -> str:
    """Telephone numbers that are unmistakable whatever stands before them, and so forbidden in a scrubbed text.

    No time, date, ratio or price is a nought and ten more digits, however they are grouped; only decimals may be.

    Args:
        blank: Pattern of a blank between two digits.
    """
    gap = rf"(?:[().\-/]|{blank}){{0,2}}"
    return (
        rf"(?<![\d£$€])(?<!\d\.){_clock(blank)}0[1-9](?:{gap}\d){{9}}(?!\d)|"
        rf"(?<!\d\.?)\+{gap}\d(?:{gap}\d){{9,13}}(?!\d)|"
        r"(?<![\d£$€])(?<!\d[.:-])(?:\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4})(?![\w-])|"
        rf"\(\d{{3}}\){blank}?\d{{3}}(?:[.-]|{blank})\d{{4}}(?!\d)"
    )


_CLOCK, _TELEPHONE = _clock(r"\s"), telephone(r"\s")


def _digits(match: regex.Match[str]) -> str:
    return "".join(regex.findall(r"\d", match.group()))


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1)."""
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return len(digits) > 0 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _years(groups: list[str]) -> bool:
    return all(regex.fullmatch(r"(?:19|20)\d\d", group) for group in groups)


def _is_card(match: regex.Match[str]) -> bool:
    """A right check digit, or the usual grouping with a wrong one: typing errors are personal data too."""
    digits, groups = _digits(match), regex.findall(r"\d+", match.group())
    return luhn(digits) or ([len(group) for group in groups] == [4, 4, 4, 4] and not _years(groups))


def _is_iban(match: regex.Match[str]) -> bool:
    """Long enough, and with the check digits of ISO 13616 or mostly digits."""
    plain = regex.sub(r"\s", "", match.group())
    number = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4]))
    return len(plain) >= 15 and (number % 97 == 1 or sum(c.isdigit() for c in plain) >= 10)


def _is_address_v4(match: regex.Match[str]) -> bool:
    return all(int(part) <= 255 for part in match.group().split("."))


def _is_phone(match: regex.Match[str]) -> bool:
    """Ten to fifteen digits that are no list of years."""
    groups = regex.findall(r"\d+", match.group())
    return 10 <= len("".join(groups)) <= 15 and not _years(groups)


def _is_british(match: regex.Match[str]) -> bool:
    """The country's code and ten digits more, the nought of the trunk aside."""
    return len(_digits(match).replace("440", "44", 1)) == 12


def _is_postcode(match: regex.Match[str]) -> bool:
    """Not a road followed by an ordinal: `M62 2nd exit`."""
    outward, inward = match.group(1), match.group(2)
    ordinal = regex.fullmatch(r"\d(?:st|nd|rd|th)", inward, regex.I)
    return not (ordinal and regex.fullmatch(r"[ABM]\d+", outward, regex.I))


class Rule(NamedTuple):
    """One way in which one kind of personal data is written.

    Attributes:
        kind: The placeholder's name.
        pattern: What to look for.
        check: What a match must pass besides.
        sign: A character that every match holds, `0` meaning any digit: most texts are spared most patterns.
    """

    kind: str
    pattern: regex.Pattern[str]
    check: Callable[[regex.Match[str]], bool] | None
    sign: str


def _rule(kind: str, sign: str, pattern: str, check: Callable[[regex.Match[str]], bool] | None = None) -> Rule:
    return Rule(kind, regex.compile(pattern), check, sign)


RULES = [
    # Whole links first, before anything inside one is taken for something else.
    _rule("url", "", rf"(?i)https?:[/\\]*{REST}|\bhttps?\b{REST}|\bwww\.{REST}|\bpic\.twitter\.com{REST}"),
    _rule("email", "@", r"(?:[\w.!#$%&'*+/=?^`{|}~-]+|\"[^\"]{1,64}\")@(?:[\w-]+(?:\.[\w-]+)+|\[[\d.:a-fA-F]+\])"),
    _rule(
        "email",
        "",
        r"(?i)\b[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\sat\s)\s?[\w-]+(?:\s?(?:\(dot\)|\[dot\]|\sdot\s|\.)\s?[\w-]+)*"
        r"\s?(?:\(dot\)|\[dot\]|\sdot\s)\s?\w+",
    ),
    # With an ordinary dot only at hosts of mail: `flooding at bbc.co.uk` says where to read.
    _rule(
        "email",
        "",
        rf"(?i)(?<![\w.+-])[\w.+-]{{1,64}}\s?(?:\(at\)|\[at\]|\sat\s)\s?(?:{_MAIL})\.\p{{L}}{{2,3}}(?:\.\p{{L}}{{2}})?\b",
    ),
    _rule("url", "/", rf"(?i)(?<![\w@.-])(?:[\p{{L}}\p{{N}}-]{{1,63}}\.){{1,9}}\p{{L}}{{2,}}/{REST}"),
    _rule(
        "url",
        ".",
        r"(?i)(?<![\w@.-])(?:[\p{L}\p{N}-]{1,63}\.){1,9}(?:com|org|net|gov|edu|info|biz|co|uk|ly|gl|eu|au|ca|nz|ph|de|fr)\b(?!\.\w)",
    ),
    # Some fans write @/name, so that nobody is notified.
    _rule("user", "@", r"@[/.|*\\-]{0,2}\w+"),
    _rule(
        "coordinates",
        "0",
        r"[-+]?\d{1,3}\.\d{3,}\s*°?\s*[NSEW]?\s*[,;/]\s*[-+]?\d{1,3}\.\d{3,}(?:\s*°?\s*[NSEW]\b)?|"
        r"[-+]?\d{1,3}\.\d{4,}\s*°?\s*[NSEW]?\s+[-+]?\d{1,3}\.\d{4,}(?:\s*°?\s*[NSEW]\b)?|"
        r"\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['′](?:\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″]|''))?\s?[NSEW]?",
    ),
    _rule("coordinates", "/", r"///\p{L}+\.\p{L}+\.\p{L}+"),
    _rule("ip", "0", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)", _is_address_v4),
    _rule("ip", "0", r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])"),
    _rule("iban", "0", r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?\b", _is_iban),
    _rule("nino", "0", r"(?i)\b[A-Z]{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?[A-D]\b"),
    _rule("card", "0", rf"(?<![\d.]){_DATE}\d(?:[\s-]?\d){{12,18}}(?!\.?\d)", _is_card),
    _rule("phone", "0", r"(?:(?<!\d\.?)\+|(?<!\w)(?<!\d[.,:/-])00)\s?\(?\d{1,3}\)?(?:[\s().\-/]{0,3}\d){6,14}(?!\d)"),
    _rule("phone", "0", r"(?:\+|(?<!\w)(?<!\d[.,:/-])00)\d{1,3}:[\s(]{0,2}\d(?:[\s().\-/]{0,2}\d){8,12}(?!\d)"),
    _rule("phone", "0", rf"(?:\((?=\d{{3,5}}\)))?(?:{_TELEPHONE})"),
    # Fewer digits ask for more care: what stands before is no letter, and after a digit neither point nor colon.
    _rule(
        "phone",
        "0",
        rf"(?<![\w£$€])(?<!\d[.:]){_REFERENCE}{_CLOCK}{_DATE}\(?0[1-9]\d(?:[\s().\-/]{{0,2}}\d){{6,9}}(?!\d)",
    ),
    _rule(
        "phone",
        "0",
        r"(?<![\w£$€])(?<!\d[.,:/-])44[\s.-]?(?:\(0\)\s?)?[1-9]\d{2,4}[\s.-]?\d{3,4}[\s.-]?\d{2,4}(?!\d)",
        _is_british,
    ),
    _rule(
        "phone",
        "0",
        rf"(?<![\w£$€+])(?<!\d[.,:-]){_CLOCK}{_DATE}\d{{1,5}}(?:([\s.\-])\d{{2,5}})(?:\1\d{{2,5}}){{1,3}}(?![\w:])",
        _is_phone,
    ),
    # Seven digits are a telephone only where somebody is to be called.
    _rule(
        "phone",
        "0",
        rf"(?i)\b(?:{_CALL})(?:\W{{1,2}}(?:me|us|him|her|them|on|at|is|no|number|now)\b){{0,3}}\W{{1,3}}\K"
        r"\d{3}[-.\s](?!(?:19|20)\d\d)\d{4}(?!\d|[-./:]\d)",
    ),
    _rule("phone", "0", r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    _rule("postcode", "0", rf"(?i)\b((?:{_AREA})\d[\dA-HJKMNPR-Y]?)\s?(\d[ABD-HJLNP-UW-Z]{{2}})\b", _is_postcode),
    _rule(
        "address",
        "0",
        r"(?:(?i:flat|apartment|apt|unit|house)\s?\d{1,4}[A-Za-z]?,?\s+)?(?<![\w.,:])\d{1,4}[A-Za-z]?,?\s+"
        rf"(?:(?:(?!(?i:am|pm)\b)[A-Z][\w'’-]+\.?\s+){{1,3}}(?i:{_STREET})|"
        r"(?!(?:more|other|main|of|for|on|and|the|local|major|minor|closed|lane|way|mile|metre|meter|hour|day|week|foot|inch|new)\s)"
        r"[a-z'’-]{3,}\s+(?:street|road|lane|avenue|close|drive|crescent|terrace|gardens|grove|mews))\b",
    ),
    _rule("number", "0", r"(?<!\d)\d{9,}(?!\d)|(?<![\d.])\d+\.\d{4,}(?!\d)"),
]
"""Kind, pattern and check, in the order in which they are applied."""
