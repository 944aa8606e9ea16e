"""Places made coarse: to a set level of the API's, or to a cell of ten kilometres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from floodmark.tweets.coarse import country

Level = Literal["country", "admin", "city", "cell"]
LEVELS = ("country", "admin", "city", "neighborhood", "poi")
"""The API's types of places, from coarse to fine."""
CELL_KM = 10.0
DEGREE_KM = 111.195
"""Of latitude, on a sphere of 6,371 km."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A raw place: still secret, never written.

    Attributes:
        id: The API's public id, or the point where a tweet has nothing else.
        country: Code or name.
        place_type: Of `LEVELS`, or unknown.
        full_name: `Hull, England`.
        centre: Longitude and latitude in degrees, empty if unknown.
    """

    id: str
    country: str = ""
    place_type: str = ""
    full_name: str = ""
    centre: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CoarsePlace:
    """What a place becomes: `key` is to be hashed, the rest leaves, the country as a code."""

    key: str
    country: str
    place_type: str


def coarsen(place: Place, level: Level) -> CoarsePlace | None:
    """The coarsest of what is known that is at least as coarse as asked for; None where nothing is.

    A place as coarse as the level or coarser stays itself. Of a finer one, the API's name says what it lies in, one
    level up (`Soho, London`); where that is not enough, the country is left. A cell is that of the place's centre.
    """
    rank = LEVELS.index(place.place_type) if place.place_type in LEVELS else len(LEVELS)
    wanted = LEVELS.index("city" if level == "cell" else level)
    if rank <= wanted and not (level == "cell" and rank == wanted):
        return CoarsePlace(place.id, country(place.country), place.place_type)
    if level == "cell":
        if place.centre:
            return CoarsePlace(_cell(*place.centre), country(place.country), "cell")
    elif level != "country" and rank == wanted + 1 and "," in place.full_name:
        around = place.full_name.rsplit(",", 1)[1].strip()
        return CoarsePlace(f"{level}:{place.country}:{around.casefold()}", country(place.country), level)
    return CoarsePlace(f"country:{place.country}", country(place.country), "country") if place.country else None


def _cell(longitude: float, latitude: float) -> str:
    """Row and column of squares of ten kilometres; rows are of equal height, and each has as many as fit around it."""
    row = math.floor(latitude * DEGREE_KM / CELL_KM)
    middle = math.radians(min((row + 0.5) * CELL_KM / DEGREE_KM, 90.0))
    return f"cell:{row}:{math.floor(longitude * DEGREE_KM * math.cos(middle) / CELL_KM)}"
