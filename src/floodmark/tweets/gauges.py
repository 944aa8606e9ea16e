"""Lists of what gauges read, which are grouped as telephones, cards and points on the map are."""

from __future__ import annotations

from itertools import pairwise

import regex

UNITS = (
    "mm|cm|m|km|ft|feet|inches|yd|yds|yards|miles|mi|mbar|mb|millibars|hpa|cfs|cusecs|cumecs|m3/s|m³/s|l/s|mld|maod|aod|"
    "mph|kph|knots|kts|metres|meters|degrees|mw"
)
"""Units of levels, flows, pressures and distances; no inch that is also a word."""
_UNIT = regex.compile(rf"(?i)(?:[\s,/–-]{{1,2}}\d+(?:\.\d+)?){{0,12}}\s?(?:{UNITS})(?![\w/-])")
_LEAST = 4
"""Fewer numbers in small steps may be a telephone."""
_STEP = 0.2
"""Of the larger number."""


def unit_behind(match: regex.Match[str]) -> bool:
    """Whether a unit stands behind what is matched, or behind more numbers of the same list."""
    return _UNIT.match(match.string, match.end()) is not None


def are_measured(match: regex.Match[str]) -> bool:
    """Whether the whole numbers of a match are of one size, and a unit stands behind."""
    numbers = _numbers(match)
    return len(numbers) > 2 and max(numbers) <= 3 * min(numbers) and unit_behind(match)


def are_readings(match: regex.Match[str]) -> bool:
    """Whether whole numbers are measured, or small steps lie between, all up or all down, as hardly ever by chance."""
    numbers = _numbers(match)
    steps = [(after - before) / max(before, after) for before, after in pairwise(numbers)]
    steady = all(0 < step <= _STEP for step in steps) or all(0 > step >= -_STEP for step in steps)
    return (len(numbers) >= _LEAST and steady) or are_measured(match)


def _numbers(match: regex.Match[str]) -> list[int]:
    """Whole numbers; none if one of them begins with a nought, as no reading does."""
    groups = regex.findall(r"\d+", match.group())
    return [] if any(group.startswith("0") for group in groups) else [int(group) for group in groups]
