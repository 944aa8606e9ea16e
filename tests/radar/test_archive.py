"""Frames of many files become sequences: each once, in its place, gaps filled or kept open, never a made-up zero."""

from __future__ import annotations

import json

import netCDF4
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.radar.archive import ingest
from floodmark.radar.frames import on_grid
from floodmark.settings.ingest_radar import IngestRadar
from tests.radar.files import read_sequence, write_radar

GRID = Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 3, 4)


def run(folder, grid=GRID, **changes):
    options = IngestRadar(**{"time_step": 5, "max_gap": 15, "max_rainfall_rate": 300, **changes})
    (folder / "out").mkdir(exist_ok=True)
    for path in (folder / "out").iterdir():
        path.unlink()
    ingest(folder / "in", folder / "out", folder / "radar.json", grid, options)
    sequences = {path.stem: read_sequence(path) for path in sorted((folder / "out").iterdir())}
    return sequences, json.loads((folder / "radar.json").read_text())


@pytest.fixture
def study(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def marked(minutes):
    """Frames whose cells tell their time and place."""
    place = np.arange(12).reshape(3, 4) / 100
    return np.stack([minute + place for minute in minutes])


@pytest.mark.parametrize("minutes", [range(0, 90, 15), [0, 15, 30, 75, 90, 105]])
def test_an_archive_on_a_slower_clock_is_refused_with_what_to_set(study, minutes):
    write_radar(study / "in" / "a.nc", marked(minutes), minutes=minutes)
    with pytest.raises(UserError, match=r"15 or more minutes apart, and ingest_radar.time_step is 5: set it to 15"):
        run(study)
    _, metrics = run(study, time_step=15)
    assert metrics["frames"] == len(minutes)


def test_files_in_any_order_become_one_sequence(study):
    write_radar(study / "in" / "z.nc", marked([0, 5, 20]), minutes=[0, 5, 20])
    write_radar(study / "in" / "a.nc", marked([10, 15, 25]), minutes=[10, 15, 25], south_first=True)
    sequences, metrics = run(study)
    (name, sequence), *others = sequences.items()
    assert not others
    assert name == "20120514T0000"
    assert (metrics["files"], metrics["frames"], metrics["sequences"], metrics["gaps"]) == (2, 6, 1, 0)
    np.testing.assert_allclose(sequence.rate, marked(range(0, 30, 5)), rtol=1e-6)
    assert sequence.times[0] == np.datetime64("2012-05-14T00:00", "s")
    assert sequence.step == 300
    assert sequence.grid == GRID
    assert not sequence.quality.any()
    assert Grid(**metrics["grid"]) == GRID


@given(st.sets(st.integers(0, 25), min_size=1, max_size=15), st.sampled_from([0, 5, 15]), st.integers(0, 3))
@settings(max_examples=30)
def test_gaps_are_filled_if_short_and_break_a_sequence_if_long(tmp_path_factory, marks, max_gap, cut):
    assume(len(marks) <= 3 or any(mark + 1 in marks for mark in marks))  # else the clock is refused
    study = tmp_path_factory.mktemp("study")
    (study / "in").mkdir()
    times = sorted(mark * 5 for mark in marks)
    for number, part in enumerate((times[::2], times[1::2]) if cut else (times,)):
        if part:
            write_radar(study / "in" / f"{number}.nc", marked(part), minutes=part)
    sequences, metrics = run(study, max_gap=max_gap)
    expected, start = [], 0
    for at in range(1, len(times) + 1):
        if at == len(times) or times[at] - times[at - 1] - 5 > max_gap:
            expected.append(times[start:at])
            start = at
    assert len(sequences) == metrics["sequences"] == len(expected)
    for sequence, observed in zip(sequences.values(), expected, strict=True):
        minutes = (sequence.times - np.datetime64("2012-05-14T00:00", "s")).astype(int) // 60
        assert list(minutes) == list(range(observed[0], observed[-1] + 1, 5))
        assert [m for m, q in zip(minutes, sequence.quality, strict=True) if q == 0] == observed
        # The marks of the frames rise with the clock, so linear interpolation gives back the clock.
        np.testing.assert_allclose(sequence.rate, marked(minutes), rtol=1e-5, atol=1e-5)
    assert metrics["interpolated_frames"] == sum(len(s.times) for s in sequences.values()) - len(times)


def test_what_is_missing_stays_missing_and_is_never_zero(study):
    rates = marked([10, 15, 20, 25])
    rates[1, 0, 0] = np.nan
    rates[3] = np.nan
    write_radar(study / "in" / "a.nc", np.delete(rates, 2, axis=0), minutes=[10, 15, 25])
    write_radar(study / "in" / "b.nc", marked([30]), minutes=[30])
    sequences, metrics = run(study)
    sequence = sequences["20120514T0010"]
    assert list(sequence.quality) == [0, 2, 1, 1, 0]
    # Neither the absent frame nor the one without a value is a frame; between them a missing cell has no neighbour.
    assert np.isnan(sequence.rate[1:4, 0, 0]).all()
    assert np.isnan(sequence.rate).sum() == 3
    np.testing.assert_allclose(sequence.rate[2:4, 2, 3], [20.11, 25.11], rtol=1e-5)
    assert metrics["missing_share"] == pytest.approx(3 / 60)
    assert (metrics["interpolated_frames"], metrics["incomplete_frames"]) == (2, 1)


def test_rates_that_cannot_be_are_missing_and_counted(study):
    rates = marked([1, 2])
    rates[0, 0, 0], rates[1, 1, 1] = 1000, -3
    write_radar(study / "in" / "a.nc", rates)
    sequences, metrics = run(study)
    rate = sequences["20120514T0000"].rate
    assert np.isnan([rate[0, 0, 0], rate[1, 1, 1]]).all()
    assert (metrics["implausible_cells"], metrics["wettest_rate"]) == (2, pytest.approx(2.11))
    assert metrics["mean_rate"] == pytest.approx(np.nanmean(rate), rel=1e-5)


def test_a_time_in_two_files_counts_once_if_they_agree_and_is_refused_if_not(study):
    write_radar(study / "in" / "a.nc", marked([0, 5]))
    write_radar(study / "in" / "b.nc", marked([5, 10]), minutes=[5, 10])
    sequences, _ = run(study)
    np.testing.assert_allclose(sequences["20120514T0000"].rate, marked([0, 5, 10]), rtol=1e-6)
    write_radar(study / "in" / "b.nc", marked([6, 10]), minutes=[5, 10])
    with pytest.raises(UserError, match=r"different frames of 2012-05-14T00:05"):
        run(study)


def test_a_frame_off_the_clock_is_refused(study):
    write_radar(study / "in" / "a.nc", marked([0, 7]), minutes=[0, 7])
    with pytest.raises(UserError, match=r"a\.nc.*00:07.*time_step"):
        run(study)


def test_another_grid_is_averaged_by_area_and_lies_in_its_place(study):
    fine = np.zeros((1, 6, 8))
    fine[0, 4:6, 2:4] = [[8, 0], [4, 0]]
    write_radar(study / "in" / "a.nc", fine, size=500.0)
    sequences, _ = run(study)
    expected = np.zeros((3, 4))
    expected[2, 1] = 3
    np.testing.assert_allclose(sequences["20120514T0000"].rate[0], expected, atol=1e-6)


@pytest.mark.parametrize(("west", "north"), [(398000, 309000), (401000, 308000), (400000, 306000), (402000, 310000)])
def test_the_same_lattice_is_cut_out_untouched_and_beyond_it_nothing_is_known(west, north):
    source = Grid("EPSG:27700", west, north, 1000.0, 5, 6)
    rates = np.random.default_rng(0).random((2, 5, 6)).astype(np.float32)
    placed = on_grid(rates, source, GRID)
    for row in range(3):
        for column in range(4):
            i, j = row + round((north - 308000) / 1000), column - round((west - 400000) / 1000)
            inside = 0 <= i < 5 and 0 <= j < 6
            expected = rates[:, i, j] if inside else [np.nan, np.nan]
            np.testing.assert_array_equal(placed[:, row, column], expected)


@given(st.integers(0, 1000), st.sampled_from([250.0, 500.0]))
@settings(max_examples=20)
def test_averaging_keeps_the_mean(seed, size):
    factor = round(1000 / size)
    source = Grid(GRID.crs, GRID.west, GRID.north, size, 3 * factor, 4 * factor)
    rates = np.random.default_rng(seed).gamma(0.3, 10, (1, *source.shape)).astype(np.float32)
    assert on_grid(rates, source, GRID).mean() == pytest.approx(rates.mean(), rel=1e-4)


def test_equal_input_gives_equal_bytes(study):
    write_radar(study / "in" / "a.nc", marked(range(0, 200, 5)), minutes=range(0, 200, 5))
    found = []
    for _ in range(2):
        run(study)
        found.append((study / "out" / "20120514T0000.nc").read_bytes())
    assert found[0] == found[1]


def test_the_files_say_what_they_are(study):
    write_radar(study / "in" / "a.nc", marked([0, 5]))
    run(study)
    with netCDF4.Dataset(study / "out" / "20120514T0000.nc") as file:
        rate = file["rainfall_rate"]
        assert (rate.units, rate.standard_name, rate.dimensions) == ("mm h-1", "rainfall_rate", ("time", "y", "x"))
        assert file["y"][0] > file["y"][-1]
        assert "British National Grid" in file[rate.grid_mapping].crs_wkt
        assert file["quality"].flag_meanings == "observed interpolated incomplete"


def test_without_files_there_is_no_rain_but_metrics(study, capsys):
    sequences, metrics = run(study)
    assert sequences == {}
    assert (metrics["files"], metrics["frames"], metrics["sequences"]) == (0, 0, 0)
    assert Grid(**metrics["grid"]) == GRID
    assert "no radar file" in capsys.readouterr().err
    assert "grid" not in run(study, grid=None)[1]


def test_an_archive_beside_the_study_is_refused(study):
    write_radar(study / "in" / "a.nc", marked([0, 5]), west=900000.0)
    with pytest.raises(UserError, match="no frame has a value"):
        run(study)
