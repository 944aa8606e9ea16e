"""benchmarks/emulator.py times what models really read, and compares with the right simulation."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from floodmark.hydraulics.site import make_site
from floodmark.terrain.raster import read_raster
from floodmark.water.layout import GROUPS
from tests.water import study

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from emulator_event import Place, channels
from emulator_front import best_of, equal_to
from emulator_ground import rain_of


def test_channels_are_those_of_the_windows(outputs, windows):
    event = windows.events.filter(origin="radar").row(0, named=True)
    water, groups = study.water_settings(), [group for group in GROUPS if group != "permanent"]
    elevation, grid = read_raster(outputs / "terrain" / "terrain.tif")
    place = Place(make_site(elevation, grid, Path("nowhere"), water), water.losses, windows.statistics)
    rain = rain_of(outputs / "radar" / f"{event['event']}.nc")
    (made,) = channels(place, rain, groups, 1)
    last = windows.index.filter(task="emulate", event=event["event"]).sort("t0").row(-1, named=True)
    after = (last["t0"] - event["start"]).total_seconds()
    assert after == rain.moments(1)[0], "the event's last window is at the end of its rain"
    whole = windows.inputs(groups, "emulate", last["source"], 0, 0, *windows.grid.shape)
    np.testing.assert_allclose(made, whole, rtol=1e-6, atol=1e-6)


def item(name, kind, score, seconds):
    return {"name": name, "kind": kind, "score": score, "seconds": seconds}


SIMULATIONS = [
    item("simulator", "simulation", 1.0, 9),
    item("coarse_simulator_2", "simulation", 0.7, 3),
    item("coarse_simulator_3", "simulation", 0.6, 1),
]


@pytest.mark.parametrize(
    ("score", "peer"),
    [(0.8, "simulator"), (0.7, "coarse_simulator_2"), (0.55, "coarse_simulator_3"), (None, "simulator")],
)
def test_the_peer_is_the_coarsest_simulation_that_scores_as_well(score, peer):
    assert equal_to(item("unet", "model", score, 1), SIMULATIONS)["name"] == peer


def test_the_best_model_scores_highest_and_of_those_alike_is_fastest():
    models = [
        item("unet", "model", 0.5, 1),
        item("slow", "model", 0.802, 5),
        item("fast", "model", 0.8, 2),
        item("untried", "model", None, 0.1),
        item("settled_rain", "baseline", 0.9, 0.1),
    ]
    assert best_of([*SIMULATIONS, *models])["name"] == "fast"
    assert best_of([item("untried", "model", None, 1)])["name"] == "untried"
