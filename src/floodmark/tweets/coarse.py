"""Fine values made coarse: counts in bins, times floored, rare classes lumped together."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OTHER = "other"
PLACE_TYPES = frozenset({"country", "admin", "city", "neighborhood", "poi"})
MEDIA_KINDS = frozenset({"photo", "video", "animated_gif"})
COUNTRIES = frozenset((
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
    "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
    "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX",
    "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK",
    "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
    "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
    "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
    "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
    "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM",
    "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
    "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF",
    "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY",
    "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW", "XK",
))  # fmt: skip
"""ISO 3166-1, and the code that the API gives Kosovo."""
MINUTE_MS = 60_000
MOST_CACHED = 4096
"""Values of a field that are worked out once: most tweets have the same few."""


def log_bin(number: int | None) -> int | None:
    """0 for 0, else 1 + floor(log2(number)): bin k holds 2^(k-1) to 2^k - 1."""
    return None if number is None else min(number.bit_length(), 63)


def floor_time(time_ms: int | None, minutes: int) -> int | None:
    """The beginning of the interval, counted from 1970 UTC, that holds a time."""
    return None if time_ms is None else time_ms - time_ms % (minutes * MINUTE_MS)


@lru_cache(maxsize=MOST_CACHED)
def slug(text: str | None) -> str | None:
    """A short name of letters, digits, dots, underscores and hyphens; anything else is lumped together."""
    if text is None:
        return None
    return text if re.fullmatch(r"[A-Za-z0-9._-]{1,40}", text) else OTHER


@lru_cache(maxsize=MOST_CACHED)
def language(tag: str | None) -> str | None:
    """A tag of BCP 47: a language, perhaps with its script and region; anything else is lumped together.

    Variants, extensions and private parts hold words of anybody's choice.
    """
    if tag is None:
        return None
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?", tag) else OTHER


@lru_cache(maxsize=MOST_CACHED)
def client(source: str | None) -> str | None:
    """The name of the program that posted, without the link that old archives wrap it in."""
    return None if source is None else re.sub(r"<[^>]*>", "", source).strip()[:40]


def country(code: str) -> str:
    """A country's code as it stands in ISO 3166-1; anything else, such as a name, is lumped together."""
    return among(code.upper(), COUNTRIES) if code else ""


def among(text: str, known: frozenset[str]) -> str:
    """The value if it is known, else `other`."""
    return text if text in known else OTHER


CLIENTS = frozenset(
    f"Twitter {name}"
    for name in ("for iPhone", "for Android", "for iPad", "for BlackBerry", "for Mac", "Web Client", "Web App")
) | {"TweetDeck", "Instagram", "Facebook", "Hootsuite", "Buffer", "IFTTT"}
"""Clients that millions used: companies have accounts of the same names, which hide nobody."""


def common(
    values: Iterable[tuple[str | None, str | None]], least: int, is_name: Callable[[str], bool] = lambda value: False
) -> Callable[[str | None], str | None]:
    """Keeps the values that at least `least` persons have, makes the rest `other`, leaves None.

    Args:
        values: A value and whose it is; without a person it counts as one more person's.
        least: Persons.
        is_name: Whether a value holds a name; it then becomes `other`, however common it is.
    """
    counts: Counter[str] = Counter()
    for value, _ in {(value, person or number) for number, (value, person) in enumerate(values)}:
        if value is not None:
            counts[value] += 1
    kept = {value for value, number in counts.items() if number >= least and (value in CLIENTS or not is_name(value))}
    return lambda value: None if value is None else value if value in kept else OTHER
