"""Six floods that never were, in towns made up for them, over the two years of the radar archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from demo.grammar import Lexicon, words


@dataclass(frozen=True)
class Flood:
    """One flood that people write about.

    Attributes:
        name: Value of the tweets' field `event`.
        tag: Its hashtag, without the sign.
        start: First day.
        days: How long people write about it.
        share: Tweets, relative to the others.
        country: Country and its code.
        centre: Longitude and latitude around which its places lie.
        towns: Its towns.
        places: Streets and quarters.
        rivers: Its rivers.
        languages: Share of each language.
    """

    name: str
    tag: str
    start: datetime
    days: int
    share: float
    country: tuple[str, str]
    centre: tuple[float, float]
    towns: tuple[str, ...]
    places: tuple[str, ...]
    rivers: tuple[str, ...]
    languages: dict[str, float]

    @property
    def lexicon(self) -> Lexicon:
        """Its names, as slots of the grammar."""
        return {"town": self.towns, "place": self.places + self.towns, "river": self.rivers}


def _flood(
    name: str,
    tag: str,
    start: str,
    days: int,
    share: float,
    country: str,
    centre: tuple[float, float],
    towns: str,
    places: str,
    rivers: str,
    languages: dict[str, float],
) -> Flood:
    land, code = country.split("/")
    day = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return Flood(
        name,
        tag,
        day,
        days,
        share,
        (land, code),
        centre,
        words(towns),
        words(places),
        words(rivers),
        {"en": 1 - sum(languages.values()), **languages},
    )


FLOODS = (
    _flood("tarnbeck-summer", "TarnbeckFlood", "2012-06-22", 24, 1.3, "United Kingdom/GB", (-2.41, 54.62),
           "Tarnbeck|Oakenshaw Mill|Netherholme|Garrowby Bridge",
           "Weir Lane|the Shambles|Cooper's Row|Mill Green|the Wharf|Low Town",
           "the Garrow|the Tarn Beck|the Nethery", {}),
    _flood("millbrook-creek", "MillbrookCreekFlood", "2012-09-03", 21, 1.0, "Australia/AU", (152.31, -27.84),
           "Millbrook Creek|Wandoola|Kettle Flat|Burrajong",
           "Gumtree Road|the Showground|Cannery Street|the Levee|River Heads",
           "Millbrook Creek|the Wandoola River|Kettle Creek", {}),
    _flood("rio-salvo", "RioSalvo", "2012-11-14", 18, 0.9, "Spain/ES", (-1.27, 38.71),
           "Puente Salvo|Villarueda|Casas del Molino", "Calle del Agua|Plaza Vieja|the Lower Quarter|Molino Bajo",
           "the Salvo|the Rueda", {"es": 0.30, "fr": 0.03}),
    _flood("altwasser", "AltwasserHochwasser", "2013-05-29", 22, 1.0, "Germany/DE", (12.93, 50.91),
           "Altwasser|Niederbrunnau|Steinfurt an der Lohme", "Uferweg|Lohmeplatz|the Old Dyke|Brunnau South|Marktgasse",
           "the Lohme|the Brunn", {"de": 0.26, "fr": 0.05}),
    _flood("san-isidro-bay", "SanIsidroBayPH", "2013-08-16", 26, 1.1, "Philippines/PH", (121.13, 14.47),
           "San Isidro Bay|Lawaan Heights|Barrio Mabini", "Purok Seven|the Fish Port|Sampaloc Bend|Mabini Bridge",
           "the Lawaan River|the Isidro Creek", {"tl": 0.24}),
    _flood("val-torbida", "ValTorbida", "2013-11-17", 20, 0.8, "Italy/IT", (9.36, 44.53),
           "Torbida Superiore|Pontelungo|Molini di Sotto",
           "Via Lungofiume|Piazza dei Molini|the Lower Bridge|Borgo Basso",
           "the Torbida|the Rio Secco", {"it": 0.28, "fr": 0.06}),
)  # fmt: skip
