"""How points on the map and postcodes are written; grid references and outward postcodes alone are left."""

from __future__ import annotations

import regex

from floodmark.tweets.gauges import unit_behind
from floodmark.tweets.rule import rule
from floodmark.tweets.signs import DASH

_AREA = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|"
    "GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|"
    "PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_TWO = "|".join(area for area in _AREA.split("|") if len(area) == 2 and area not in ("NE", "NW", "SE", "SW"))
"""Areas that are neither one letter nor a wind."""
_UNIT = "(?:ST|ND|RD|TH|FT|HR|YR|PT|LB|BF|GB|TB|PH)"
"""Two capital letters behind a digit that are no end of a postcode as often as not."""
_OPEN = "[23456789CFGHJMPQRVWX]"
"""Letters and digits of Open Location Code, "plus codes"."""
_SIDE = "(?i:north|south|east|west|[NSEW])"
_MINUTES = r"\d{1,2}(?:[.,]\d+)?"
_MEASURE = regex.compile(r"\d(?:ft|hr|yr|yd|ha|pt|lb)")
_MEASURED = regex.compile(
    r"(?i)\s(?:of|deep|high|above|below|under|long|late|wait\w*|delays?|queues?|queuing|tailbacks?|jams?|hold-?ups?|drives?|"
    r"diversions?|closures?|floods?|flooding|water|surge|waves?)\b"
)


def _has_letter(match: regex.Match[str]) -> bool:
    """Not a sum, such as `2345+67`."""
    return not match.group().replace("+", "").isdigit()


def _is_point(match: regex.Match[str]) -> bool:
    """Not levels of a river: below ten metres to the millimetre, close to one another or with a unit or more behind."""
    numbers = regex.fullmatch(r"(\d\.\d{3})\s*[,;/]\s*(\d\.\d{3})", match.group())
    if numbers is None:
        return True
    near = abs(float(numbers[1]) - float(numbers[2])) <= 1
    more = regex.compile(r"\s*[,;/]\s*\d{1,2}\.\d{3}(?!\d)").match(match.string, match.end())
    return not (near or more or unit_behind(match))


def _is_postcode(match: regex.Match[str]) -> bool:
    """Neither a road followed by an ordinal, `M62 2nd exit`, nor by a measure: `M62 2hr delays`, `S6 2ft of water`.

    Nobody writes one half of a postcode in capitals and the other in small letters; where both are alike, `m6 4hr`, it
    is a measure only before what is measured.
    """
    outward, between, inward = match.group(1, 2, 3)
    if between and _MEASURE.fullmatch(inward) and outward != outward.lower():
        return False
    if between and _MEASURE.fullmatch(inward.lower()) and _MEASURED.match(match.string, match.end()):
        return False
    if between not in ("", " ") and regex.fullmatch(r"\d(?:st|nd|rd|th|ft|hr|yr|ha)", inward):
        return False
    ordinal = regex.fullmatch(r"\d(?:st|nd|rd|th)", inward, regex.I)
    return not (ordinal and regex.fullmatch(r"[ABM]\d+", outward, regex.I))


POINTS = [
    rule(
        "coordinates",
        r"[-+]?\d{1,3}\.\d{3,}\s*°?\s*[NSEW]?\s*[,;/]\s*[-+]?\d{1,3}\.\d{3,}(?:\s*°?\s*[NSEW]\b)?|"
        r"[-+]?\d{1,3}\.\d{4,}\s*°?\s*[NSEW]?\s+[-+]?\d{1,3}\.\d{4,}(?:\s*°?\s*[NSEW]\b)?",
        _is_point,
        digits=8,
    ),
    rule(
        "coordinates",
        r"\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['′’](?:\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|''))?\s?[NSEW]?",
        digits=2,
    ),
    rule(
        "coordinates",
        r"\b[NS]\s?\d{1,2}[.,]\d{3,}°?[\s,;/]+[EW]\s?\d{1,3}[.,]\d{3,}°?(?!\d)|"
        r"(?<![\d.,])[-+]?\d{1,2},\d{4,}°?\s?[NS]?\s?[;/\s]\s?[-+]?\d{1,3},\d{4,}°?(?:\s?[EWO]\b)?",
        digits=8,
    ),
    # As a skipper or the coastguard says it: `54 07.4N 001 59.2W`, `534440N 0002012W`.
    rule(
        "coordinates",
        r"(?<![\d.])\d{1,2}[\s°]\d{2}(?:\.\d+)?['′]?\s?[NS][\s,]+\d{1,3}[\s°]\d{2}(?:\.\d+)?['′]?\s?[EW]\b|"
        r"(?<!\d)\d{4,6}(?:\.\d+)?[NS][\s,]?\d{5,7}(?:\.\d+)?[EW]\b",
        digits=6,
    ),
    rule(
        "coordinates",
        rf"(?i)(?<![\d.])\d{{1,3}}\s?deg(?:rees?)?,?\s{_MINUTES}\s?(?:min(?:utes?|s)?\b|['′])"
        rf"(?:,?\s?{_MINUTES}\s?(?:sec(?:onds?|s)?\b|[\"″]))?\s?{_SIDE}\b|"
        rf"(?<![\d.])\d{{1,3}}[.,]\d{{2,}}\s?deg(?:rees?)?\s?{_SIDE}\b",
        digits=2,
    ),
    rule(
        "coordinates",
        r"(?i)\b(?:lat|lon|long|lng|latitude|longitude)\b[\s:=]{0,3}\K"
        r"[-+−]?\d{1,3}[.,]\d{2,}(?:\s?°?\s?[NSEW]\b)?",
        digits=3,
    ),
    rule(
        "coordinates",
        r"(?<![\d.,])\d{1,2}[.,]\d{2,}\s?°?\s?[NS][\s,;/]{1,3}\d{1,3}[.,]\d{2,}\s?°?\s?[EW]\b",
        digits=6,
    ),
    rule("coordinates", r"///\p{L}+\.\p{L}+\.\p{L}+"),
    rule(
        "coordinates",
        r"(?i)\b(?:w3w|what\s?(?:3|three)\s?words)\b(?:\W{1,3}(?:is|are|address|location|at)\b){0,2}\W{1,3}\K"
        r"\p{L}{3,}\.\p{L}{3,}\.\p{L}{3,}",
    ),
    rule("coordinates", rf"(?<![\w+])(?:{_OPEN}{{8}}|{_OPEN}{{4}})\+{_OPEN}{{2,3}}(?![\w+])", _has_letter),
]
POSTCODES = [
    rule(
        "postcode",
        rf"(?i)\b((?:{_AREA})\d[\dA-HJKMNPR-Y]?)([\s{DASH}]?)(\d[ABD-HJLNP-UW-Z]{{2}})\b",
        _is_postcode,
        digits=2,
    ),
    # Parted by other signs, or by blanks elsewhere, in capitals alone; `TA3.4FT` and `TA 5 2ND` are none.
    rule(
        "postcode",
        rf"\b((?:{_TWO})\d[\dA-HJKMNPR-Y]?)([._/])(\d(?!{_UNIT})[ABD-HJLNP-UW-Z]{{2}})(?![^\W_])",
        _is_postcode,
        digits=2,
    ),
    rule(
        "postcode",
        rf"\b(?:{_TWO})\s\d{{1,2}}\s\d(?!{_UNIT})[ABD-HJLNP-UW-Z]{{2}}\b",
        digits=2,
    ),
    # The forces' offices overseas have a number only; one bank kept the code that fits no area.
    rule("postcode", r"(?i)\bBFPO[\s-]?\d{1,4}\b|\bGIR[\s-]?0AA\b", digits=1),
]
