"""The front of cost against score: what makes maps of water, its seconds per event, and the best of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from emulator_event import predicted, settled, simulated
from emulator_models import change_by_half, half_is_fast, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emulator_event import EventRain, Place
    from emulator_models import Candidate
    from numpy.typing import NDArray

FACTORS = (1, 2, 3, 4)
HALVED = ("unet", "guided_unet")
"""Models that are also timed in bfloat16."""
LONG_ENOUGH = 0.2
"""Seconds that turns last together, at least: shorter ones are disturbed more easily."""
ALIKE = 0.005
"""Scores no farther apart than this are alike: of such models the faster one is the best."""


class Point(NamedTuple):
    """Something that makes a map of water.

    Attributes:
        name: As in scores.csv, but for models in bfloat16.
        kind: model, simulation or baseline.
        score: Critical success index, None where it is not known.
        make: Maps of some rain over a place.
    """

    name: str
    kind: str
    score: float | None
    make: Callable[[Place, EventRain, int], Any]


def points(found: Sequence[Candidate], folder: Path) -> list[Point]:
    """All that are compared: simulations, dearest first, models, then baselines.

    Args:
        found: The models.
        folder: Of the windows, on which it is measured what bfloat16 changes.
    """
    known = {"simulator": 1.0, **scores()}

    def simulation(factor: int) -> Point:
        name = f"coarse_simulator_{factor}" if factor > 1 else "simulator"
        return Point(
            name, "simulation", known.get(name), lambda place, rain, maps: simulated(place, rain, factor, maps)
        )

    made = [*map(simulation, FACTORS), *(model(one, known.get(one.name)) for one in found)]
    for one in found:
        if half_is_fast() and one.name in HALVED:
            change, score = change_by_half(one, folder), known.get(one.name)
            made.append(model(one, None if change is None or score is None else score + change, half=True))
    return [
        *made,
        Point("settled_rain", "baseline", known.get("settled_rain"), settled),
        Point("climatology", "baseline", known.get("climatology"), climatology),
    ]


def model(one: Candidate, score: float | None, *, half: bool = False) -> Point:
    """A model, with its network in the form that predicts fastest."""
    network = one.network(half)
    return Point(
        one.name + half * ", bfloat16", "model", score,
        lambda place, rain, maps: predicted(place, rain, network, one.groups, maps),
    )  # fmt: skip


def as_trained(one: Candidate) -> Point:
    """A model, with its network as training leaves it."""
    return Point(one.name, "model", None, lambda place, rain, maps: predicted(place, rain, one.plain, one.groups, maps))


def climatology(place: Place, _: EventRain, maps: int) -> list[NDArray[Any]]:
    """A map that is there is handed out."""
    return [np.array(place.site.depth) for _ in range(maps)]


def seconds(point: Point, place: Place, rains: Sequence[EventRain], maps: int, turns: int) -> float:
    """Per event: the mean over storms of the least of some turns, more of them for what is done in a moment."""
    least = []
    for rain in rains:
        taken: list[float] = []
        while len(taken) < turns or sum(taken) < LONG_ENOUGH:
            begun = time.perf_counter()
            point.make(place, rain, maps)
            taken.append(time.perf_counter() - begun)
        least.append(min(taken))
    return float(np.mean(least))


def measure_front(
    all_points: Sequence[Point], place: Place, rains: Sequence[EventRain], maps: int, turns: int
) -> list[dict[str, Any]]:
    """Seconds per event and score of every point."""
    for point in all_points:  # compiles, and finds its memory
        point.make(place, rains[0], maps)
    return [
        {
            "name": point.name,
            "seconds": seconds(point, place, rains, maps, turns),
            "score": point.score,
            "kind": point.kind,
        }
        for point in all_points
    ]


def best_of(front: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The model with the highest score, the fastest of those about alike; where none is scored, the last named."""
    models = [item for item in front if item["kind"] == "model"]
    scored = [item for item in models if item["score"] is not None]
    if not scored:
        return models[-1]
    highest = max(item["score"] for item in scored)
    return min((item for item in scored if item["score"] >= highest - ALIKE), key=lambda item: item["seconds"])


def equal_to(model: dict[str, Any], front: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The coarsest simulation that scores as well as a model, or the full one where that is not known."""
    simulations = [item for item in front if item["kind"] == "simulation"]
    if model["score"] is None:
        return simulations[0]
    return [item for item in simulations if item["score"] is not None and item["score"] >= model["score"]][-1]
