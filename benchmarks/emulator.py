"""What a map of water costs: all models beside our own simulator on cells 1 to 4 times larger, and beside landlab.

Seconds of one core per event, everything on one thread: a model makes all its inputs from the rain (histories, routed
and settled rain, a coarse simulation where it reads one) and predicts a map at the end of the rain, or several up to
then; a simulator runs to the end of the rain, and its coarse depths are brought to the fine terrain. What is made once
a ground (drainage, terrain features, coarser beds, compiled kernels, networks in memory) is not counted, nor is reading
the rain. Seconds are the least of some turns, of several storms their mean.

`ratio` is of the best model as `floodmark predict` runs it, with `--bfloat16` where the processor has it (`in_float32`
tells of it without): by how much the coarsest own simulation that scores as well takes longer. The full simulation
scores 1 by definition, so it is the one for a model better than all coarse simulations. landlab's seconds are its rate
on the same ground from the same depths, times the steps that the deepest water bounds it to; on more cells than the
demonstration's, its rate there.

Needs the outputs of `dvc repro make_windows`; takes networks from outputs/water/models and scores from
outputs/water/scores.csv where they are, else weights at random and no score. Run from the repository's root:

    PYTHONPATH=src python benchmarks/emulator.py
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy and torch are loaded

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import torch
from emulator_figure import draw
from emulator_front import Point, as_trained, best_of, equal_to, measure_front, points, seconds
from emulator_ground import WINDOWS, demonstration, lasting, sized
from emulator_landlab import landlab_rate, landlab_seconds
from emulator_models import candidates

from floodmark.settings.base import read_params

if TYPE_CHECKING:
    from emulator_event import EventRain, Place

HOURS, SIDES = (1, 3, 6), (100, 200, 500)
SEVERAL = 6
"""Maps of an event, where not one alone is asked for."""


class Compared(NamedTuple):
    """What a model is compared on at one length and size.

    Attributes:
        ours: The model's seconds per event.
        peer: Of the simulation that scores as well.
        landlab: Of landlab, None where it is not installed.
    """

    ours: float
    peer: float
    landlab: float | None

    def ratios(self) -> dict[str, float | None]:
        """Of both peers."""
        return {"ratio": self.peer / self.ours, "landlab_ratio": self.landlab and self.landlab / self.ours}


def compare(model: Point, peer: Point, place: Place, rain: EventRain, rate: float | None, turns: int) -> Compared:
    """One map of one event."""
    found = [seconds(point, place, [rain], 1, turns) for point in (model, peer)]
    return Compared(found[0], found[1], landlab_seconds(place, rain, rate) if rate else None)


def rounded(value: Any) -> Any:
    """Numbers to four digits, wherever they stand."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


@click.command()
@click.option("--maps", default=1, show_default=True, help="Of an event: at the end of its rain, and evenly before.")
@click.option("--turns", default=2, show_default=True, help="Times that each storm is timed, at least.")
@click.option("--figure", type=click.Path(path_type=Path), help="SVG to draw: score against seconds per event.")
def main(maps: int, turns: int, figure: Path | None) -> None:
    """Print seconds per event as one JSON object, on the last line."""
    torch.set_num_threads(1)
    place, rains = demonstration()
    found = candidates(read_params(Path("params.yaml")), place.statistics)
    every = {point.name: point for point in points(found, WINDOWS)}
    front = measure_front(list(every.values()), place, rains, maps, turns)
    best = best_of(front)
    equal = equal_to(best, front)
    model, peer = every[best["name"]], every[equal["name"]]
    rate = landlab_rate(place, rains[0])
    landlab = sum(landlab_seconds(place, rain, rate) for rain in rains) / len(rains) if rate else None
    trained = next(one for one in found if one.name == best["name"].split(",")[0])
    whole = next(item for item in front if item["name"] == trained.name)
    several = [seconds(point, place, rains[:1], SEVERAL, 2) for point in (model, peer)]
    by_length = [
        {"hours": hours, **compare(model, peer, place, lasting(rains, hours), rate, 2).ratios()} for hours in HOURS
    ]
    by_size = []
    for side in SIDES:
        larger, rain = sized(place, rains[0], side)
        # On more cells than the demonstration's landlab is no faster a cell, and takes long to find its neighbours.
        its = landlab_rate(larger, rain) if rate and side**2 < place.site.elevation.size else rate
        by_size.append({"cells": side**2, **compare(model, peer, larger, rain, its, 2).ratios()})
    result = {
        "ours": best["seconds"],
        "ours_name": best["name"],
        "ours_as_trained": seconds(as_trained(trained), place, rains, maps, turns),
        "peer": equal["seconds"],
        "peer_name": equal["name"],
        "unit": "s of one core per event",
        "ratio": equal["seconds"] / best["seconds"],
        "landlab_ratio": landlab and landlab / best["seconds"],
        "in_float32": {
            "seconds": whole["seconds"],
            "ratio": equal["seconds"] / whole["seconds"],
            "landlab_ratio": landlab and landlab / whole["seconds"],
        },
        "maps": maps,
        "cells": place.site.elevation.size,
        "event_hours": sum(rain.hours for rain in rains) / len(rains),
        "events": len(rains),
        "threads": 1,
        "front": front,
        f"at_{SEVERAL}_maps": {"ours": several[0], "peer": several[1], "ratio": several[1] / several[0]},
        "landlab_cell_steps_per_s": rate,
        "by_length": by_length,
        "by_size": by_size,
        "weights_at_random": [one.name for one in found if one.threshold is None],
    }
    if figure is not None:
        draw(front, maps, figure)
    click.echo(json.dumps(rounded(result)))


if __name__ == "__main__":
    main()
