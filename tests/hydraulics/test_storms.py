"""Made-up storms keep to what was asked for."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.storm_cells import storm
from floodmark.hydraulics.storms import generate
from floodmark.learning.seeds import generator
from floodmark.settings.base import read_section
from floodmark.settings.generate_storms import Climate, GenerateStorms
from tests.hydraulics.storm_settings import FITTED, storm_settings
from tests.radar.files import read_sequence

GRID = Grid("EPSG:32616", 0.0, 20000.0, 1000.0, 20, 24)


def climate(**changes):
    values = {
        "count": 2, "total": (6, 9), "peak": 90, "duration": (60, 90), "cells": (3, 6), "radius": (2, 4),
        "scatter": 4, "life": (40, 80), "speed": (2, 6), "direction": (0, 360), "spread": 0.5, "noise": 0.3,
        "noise_length": 3,
    }  # fmt: skip
    return Climate(**{**values, **changes})


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_total_peak_and_duration_lie_in_their_spans(seed):
    rate = storm(climate(), GRID, 300, generator(seed))
    assert rate.dtype == np.float32
    assert rate.shape[1:] == GRID.shape
    assert 12 <= len(rate) <= 18
    assert rate.min() >= 0
    assert rate.max() <= 90 + 1e-4
    total = rate.sum(axis=0).mean() * 300 / 3600
    # Rates below a drizzle are cut off after scaling, which takes a little.
    assert 5.5 < total <= 9.01


def test_a_storm_goes_where_it_is_sent():
    wide = Grid("EPSG:32616", 0.0, 90000.0, 1000.0, 90, 120)
    for direction, (column, row) in {90: (1, 0), 180: (0, 1), 315: (-(0.5**0.5), -(0.5**0.5))}.items():
        kind = climate(speed=(5, 5), direction=(direction, direction), cells=(1, 1), life=(150, 150), noise=0.01)
        drifts = []
        for seed in range(30):
            late = storm(kind, wide, 300, generator(seed)).astype(np.float64)[-5:]
            core = np.where(late > 0.5 * late.max(axis=(1, 2), keepdims=True), late, 0)
            mass = core.sum(axis=(1, 2))
            x = (core.sum(axis=1) * np.arange(120)).sum(axis=1) / mass
            y = (core.sum(axis=2) * np.arange(90)).sum(axis=1) / mass
            drifts.append([np.diff(x).mean(), np.diff(y).mean()])
        # 5 m s-1 for 300 s are 1.5 cells, give or take the fifth by which a rain cell is faster or slower.
        np.testing.assert_allclose(np.median(drifts, axis=0), 1.5 * np.array([column, row]), atol=0.3)


def test_small_cells_leave_less_even_rain_than_wide_ones():
    def unevenness(radius):
        totals = [storm(climate(radius=(radius, radius)), GRID, 300, generator(seed)).sum(axis=0) for seed in range(8)]
        return np.mean([total.std() / total.mean() for total in totals])

    assert unevenness(2) > 1.5 * unevenness(8)


def folder(path):
    path.mkdir(parents=True)
    return path


def test_a_storm_depends_on_its_name_and_the_seed_alone(tmp_path):
    where = {"grid": {"crs": GRID.crs, "west": 0.0, "north": 20000.0, "cell_size": 1000.0, "height": 20, "width": 24}}
    asked = {"few": {"slow": climate(count=2)}, "more": {"slow": climate(count=3), "brisk": climate(count=1)}}
    for name, climates in asked.items():
        settings_ = storm_settings(least_events=0, climates=climates)
        generate(where, tmp_path / "radar", folder(tmp_path / name), tmp_path / f"{name}.json", settings_, seed=3)
    few, more = (read_sequence(tmp_path / name / "slow-0001.nc") for name in asked)
    np.testing.assert_array_equal(few.rate, more.rate)
    assert not np.array_equal(few.rate[:12], read_sequence(tmp_path / "few" / "slow-0000.nc").rate[:12])
    assert (more.attributes["climate"], int(more.attributes["seed"]), more.grid) == ("slow", 3, GRID)
    assert json.loads((tmp_path / "more.json").read_text())["storms"] == 4
    starts = {read_sequence(path).times[0] for path in (tmp_path / "more").glob("*.nc")}
    assert len(starts) == 4


def test_equal_seeds_give_equal_bytes_and_others_other_storms(tmp_path):
    where = {"grid": {"crs": GRID.crs, "west": 0.0, "north": 20000.0, "cell_size": 1000.0, "height": 20, "width": 24}}
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        settings_ = storm_settings(least_events=0, climates={"slow": climate(count=1)})
        generate(where, tmp_path / "radar", folder(tmp_path / name), tmp_path / f"{name}.json", settings_, seed)
        found.append((tmp_path / name / "slow-0000.nc").read_bytes())
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("where", [{}, {"files": 0}])
def test_without_a_place_no_storm_is_made_and_the_metrics_say_so(tmp_path, where, capsys):
    settings_ = storm_settings(least_events=0, climates={"slow": climate()})
    generate(where, tmp_path / "radar", folder(tmp_path / "storms"), tmp_path / "storms.json", settings_, seed=0)
    assert not list((tmp_path / "storms").iterdir())
    assert json.loads((tmp_path / "storms.json").read_text())["storms"] == 0
    assert "no storm" in capsys.readouterr().err


@pytest.mark.parametrize(("observed", "storms"), [(96, 4), (6, 4), (5, 6), (1, 10), (0, 10)])
def test_storms_make_up_for_what_a_short_archive_lacks(tmp_path, observed, storms):
    settings_ = storm_settings(least_events=10, climates={"slow": climate(), "wide": climate()})
    where = {"grid": asdict(GRID), "sequences": observed}
    generate(where, tmp_path / "radar", folder(tmp_path / "storms"), tmp_path / "storms.json", settings_, seed=0)
    assert json.loads((tmp_path / "storms.json").read_text())["storms"] == storms


def test_a_span_the_wrong_way_round_is_refused():
    values = climate().model_dump() | {"radius": [4, 2]}
    with pytest.raises(UserError, match="radius"):
        read_section(
            {"generate_storms": {"time_step": 5, "climates": {"slow": values}, "fitted": FITTED}},
            "generate_storms",
            GenerateStorms,
            str(Path("params.yaml")),
        )
