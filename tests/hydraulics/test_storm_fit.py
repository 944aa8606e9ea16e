"""A climate fitted to an archive is near the one that the archive was drawn from, and draws storms like it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.grid import Grid
from floodmark.hydraulics.storm_cells import storm
from floodmark.hydraulics.storm_fit import directions, fit, fit_climate
from floodmark.hydraulics.storm_measures import texture, texture_of
from floodmark.hydraulics.storms import generate
from floodmark.hydraulics.wet_spells import archive_spells, spells
from floodmark.learning.seeds import generator
from floodmark.radar.sequence import OBSERVED, SequenceReader, SequenceWriter
from floodmark.settings.generate_storms import Climate
from tests.hydraulics.storm_settings import fitted, storm_settings

GRID = Grid("EPSG:32616", 0.0, 64000.0, 2000.0, 32, 32)
STEP = 300
CLIMATES = {
    "frontal": Climate(
        count=0, total=(8, 22), peak=60, duration=(150, 220), cells=(7, 14), radius=(4, 9), scatter=9, life=(60, 130),
        speed=(5, 12), direction=(40, 110), spread=0.5, noise=0.35, noise_length=4,
    ),
    "convective": Climate(
        count=0, total=(5, 16), peak=110, duration=(90, 180), cells=(2, 6), radius=(2, 4.5), scatter=5, life=(40, 100),
        speed=(1, 6), direction=(180, 270), spread=0.7, noise=0.5, noise_length=3,
    ),
}  # fmt: skip
SETTINGS = fitted(corrections=5, simulated=16, smoothing=3)


def drawn(climate, name, count=40):
    """The wettest spell of each of some storms."""
    found = []
    for number in range(count):
        wet = list(spells(storm(climate, GRID, STEP, generator(number, name)), GRID, STEP, SETTINGS))
        found += [max(wet, key=lambda one: one.total)] if wet else []
    return found


@cache
def recovered(name):
    events = drawn(CLIMATES[name], name)
    return events, fit(events, GRID, STEP, SETTINGS, seed=0)


# Least and most ratio of the fitted middle of a span to the true one: some twice what four archives differed by.
WITHIN = {
    "total": (0.85, 1.15), "duration": (0.75, 1.1), "speed": (0.75, 1.3), "radius": (0.65, 1.4), "life": (0.7, 1.3),
    "noise": (0.85, 1.2), "noise_length": (0.85, 1.15), "scatter": (0.5, 2), "cells": (0.25, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", CLIMATES)
@pytest.mark.parametrize("key", WITHIN)
def test_the_middle_of_each_span_is_near_the_truth(name, key):
    ratio = np.mean(getattr(recovered(name)[1], key)) / np.mean(getattr(CLIMATES[name], key))
    assert WITHIN[key][0] <= ratio <= WITHIN[key][1], f"{name} {key}: {ratio:.2f}"


@pytest.mark.parametrize("name", CLIMATES)
def test_cut_off_peak_and_direction_are_found(name):
    found, true = recovered(name)[1], CLIMATES[name]
    assert found.peak == pytest.approx(true.peak)
    assert np.mean(found.direction) == pytest.approx(np.mean(true.direction), abs=15)
    assert true.direction[0] - 15 < found.direction[0] < found.direction[1] < true.direction[1] + 15
    assert true.total[0] * 0.9 < found.total[0] < found.total[1] < true.total[1] * 1.05


def test_two_climates_are_told_apart():
    wide, small = (recovered(name)[1] for name in CLIMATES)
    for key, apart in (("radius", 1.4), ("life", 1.2), ("speed", 1.8), ("duration", 1.15), ("noise_length", 1.25)):
        assert np.mean(getattr(wide, key)) > apart * np.mean(getattr(small, key)), key
    assert small.noise > 1.2 * wide.noise
    assert small.peak > 1.5 * wide.peak


# Of the wet share only the order of size is kept where cells are few and small: the fit gives them too many.
ALIKE = {"total": 0.2, "peak": 0.05, "duration": 0.2, "half_width": 0.2, "reach": 0.2, "speed": 0.3, "wet_share": 0.65}


@pytest.mark.parametrize("name", CLIMATES)
def test_storms_of_the_fitted_climate_look_like_the_archive(name):
    events, climate = recovered(name)
    again = drawn(climate, "again")
    for key, tolerance in ALIKE.items():
        before, after = (np.nanmean([getattr(one, key) for one in which]) for which in (events, again))
        assert after == pytest.approx(before, rel=tolerance), f"{name} {key}"


def test_the_same_events_and_seed_give_the_same_climate():
    events, climate = recovered("convective")
    assert fit(events, GRID, STEP, SETTINGS.model_copy(update={"corrections": 1}), seed=0) == fit(
        events, GRID, STEP, SETTINGS.model_copy(update={"corrections": 1}), seed=0
    )
    assert climate.spread == SETTINGS.spread


@given(st.floats(0, 360), st.lists(st.floats(-80, 80), min_size=3, max_size=20))
@settings(max_examples=50)
def test_directions_turn_with_the_compass(turn, offsets):
    quantiles = (0.1, 0.9)
    plain = np.array(directions(np.array(offsets) % 360, quantiles))
    turned = np.array(directions((np.array(offsets) + turn) % 360, quantiles))
    assert np.diff(plain) == pytest.approx(np.diff(turned), abs=1e-6)
    assert plain[0] <= plain[1]
    assert (turned - plain - turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert np.diff(plain) == pytest.approx(np.diff(np.quantile(offsets, quantiles)), abs=1e-6)


def test_a_blob_that_moves_is_clocked():
    y, x = np.mgrid[:32, :32]
    for east, south in ((1.0, 0.0), (0.0, -1.5), (-0.7, 0.7)):
        frames = [
            10 * np.exp(-((x - 16 - east * (t - 6)) ** 2 + (y - 16 - south * (t - 6)) ** 2) / 18).astype(np.float32)
            for t in range(12)
        ]
        (found,) = spells(frames, GRID, STEP, fitted())
        assert found.speed == pytest.approx(np.hypot(east, south) * 2000 / 300, rel=0.05)
        off = found.direction - np.degrees(np.arctan2(east, -south))
        assert (off + 180) % 360 - 180 == pytest.approx(0, abs=3)
        assert found.reach == pytest.approx(np.hypot(6, 3), rel=0.2)
        assert found.duration == 60


def test_texture_is_read_through_a_moving_cell():
    climate = replace_noise(0.4, 4.0)
    rate = storm(climate, GRID, STEP, generator(3))
    pairs = [pair for before, after in pairwise(rate) for pair in texture(before, after)]
    noise, length = texture_of(pairs, 2.0)
    assert noise == pytest.approx(0.4, rel=0.2)
    assert length == pytest.approx(4.0, rel=0.1)
    assert np.isnan(texture_of([], 2.0)).all()


def replace_noise(noise, length):
    return CLIMATES["frontal"].model_copy(update={"noise": noise, "noise_length": length})


def write(path, frames, start="2012-05-14T03:00", grid=GRID):
    writer = SequenceWriter(path, grid, np.datetime64(start), STEP)
    for frame in frames:
        writer.append(frame.astype(np.float32), OBSERVED)
    writer.close()


def test_spells_end_at_a_dry_gap_and_missing_values_are_left_out(tmp_path):
    rng = np.random.default_rng(0)
    wet = storm(CLIMATES["frontal"], GRID, STEP, generator(1))[5:25]
    holes = np.where(rng.random(wet.shape) < 0.2, np.nan, wet)
    dry, short = np.zeros((9, 32, 32)), np.zeros((3, 32, 32))
    gone = np.full((3, 32, 32), np.nan)
    write(tmp_path / "a.nc", np.concatenate([short, wet, dry, wet, short, wet]))
    write(tmp_path / "b.nc", np.concatenate([holes, gone]))
    write(tmp_path / "c.nc", wet[:1])
    events, grid, step = archive_spells(tmp_path, fitted())
    assert (grid, step, len(events)) == (GRID, STEP, 3)
    assert events[1].duration == 100 + 15 + 100
    assert events[1].total == pytest.approx(2 * events[0].total, rel=1e-6)
    for key, tolerance in (("total", 0.03), ("speed", 0.1), ("half_width", 0.1), ("noise", 0.2), ("reach", 0.05)):
        assert getattr(events[2], key) == pytest.approx(getattr(events[0], key), rel=tolerance), key


def test_no_more_than_a_block_of_an_archive_is_in_memory(tmp_path, monkeypatch):
    write(tmp_path / "a.nc", np.full((300, 32, 32), 2.0))
    asked = []
    plain = SequenceReader.__getitem__

    def spied(self, span):
        asked.append(span.stop - span.start)
        return plain(self, span)

    monkeypatch.setattr(SequenceReader, "__getitem__", spied)
    (event,) = archive_spells(tmp_path, fitted())[0]
    assert max(asked) <= 256
    assert event.total == pytest.approx(50)


@pytest.mark.parametrize(("frames", "words"), [(0, "0 wet events"), (2, "0 of 12 wet events show likeness")])
def test_an_archive_that_shows_too_little_is_not_fitted_and_a_line_says_why(tmp_path, capsys, frames, words):
    rain = storm(CLIMATES["frontal"], GRID, STEP, generator(1))[9:]
    for number in range(12):
        write(tmp_path / f"{number}.nc", np.concatenate([rain[:frames], np.zeros((2, 32, 32))]))
    assert fit_climate(tmp_path, fitted(count=1), seed=0) is None
    told = capsys.readouterr().err
    assert words in told
    assert "least_events is 10" in told


def test_fitted_storms_follow_the_set_ones_and_change_none_of_them(tmp_path):
    archive = tmp_path / "radar"
    archive.mkdir()
    for number in range(4):
        write(archive / f"{number}.nc", storm(CLIMATES["frontal"], GRID, STEP, generator(number)))
    about = fitted(count=2, least_events=3, corrections=1, simulated=3)
    climates = {"slow": CLIMATES["convective"].model_copy(update={"count": 2})}
    for name, kinds in (("with", about), ("without", fitted())):
        (tmp_path / name).mkdir()
        asked = storm_settings(climates=climates, fitted=kinds)
        generate({"grid": asdict(GRID)}, archive, tmp_path / name, tmp_path / f"{name}.json", asked, seed=3)
    without = {path.name: path.read_bytes() for path in (tmp_path / "without").iterdir()}
    found = {path.name: path.read_bytes() for path in (tmp_path / "with").iterdir()}
    assert sorted(found) == ["fitted-0000.nc", "fitted-0001.nc", "slow-0000.nc", "slow-0001.nc"]
    assert {name: found[name] for name in without} == without
    told = json.loads((tmp_path / "with.json").read_text())["fitted"]
    assert 0 < told["radius"]["least"] <= told["radius"]["most"]
    assert told["peak"] == pytest.approx(60)
    assert "fitted" not in json.loads((tmp_path / "without.json").read_text())
    first = SequenceReader(tmp_path / "with" / "fitted-0000.nc")
    assert (str(first.times[0]), first.attributes["climate"]) == ("2000-01-03T00:00:00", "fitted")


def test_even_rain_shows_neither_motion_nor_width():
    (event,) = spells([np.full((32, 32), 2, np.float32)] * 12, GRID, STEP, fitted())
    assert np.isnan([event.speed, event.direction, event.likeness, event.half_width]).all()
    assert (event.total, event.peak, event.duration) == (2, 2, 60)


def test_quantiles_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match=r"quantiles = \[0.9, 0.1\] must have the least first"):
        fitted(quantiles=(0.9, 0.1))


def test_a_measure_that_an_event_lacks_is_taken_from_the_others():
    events = [replace(one, speed=np.nan, direction=np.nan) if at % 2 else one for at, one in enumerate(drawn_few())]
    climate = fit(events, GRID, STEP, fitted(corrections=0), seed=0)
    assert 0 < climate.speed[0] <= climate.speed[1]


def drawn_few():
    return recovered("frontal")[0][:10]
