"""A design storm holds the table's depth at every duration about its peak, and nothing beyond its table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.design_storm import design_depth, design_storm, hyetograph, placement, reduced_variate
from floodmark.hydraulics.storms import generate
from floodmark.settings.base import read_section
from floodmark.settings.generate_storms import DesignStorm, GenerateStorms
from tests.hydraulics.storm_settings import storm_settings
from tests.hydraulics.test_storms import climate
from tests.radar.files import read_sequence

GRID = Grid("EPSG:32616", 0.0, 20000.0, 1000.0, 20, 24)
TABLE = {
    "durations": [5, 15, 30, 60, 120, 360], "return_periods": [2, 10, 100],
    "depths": [[6, 11, 15, 20, 25, 35], [9, 17, 24, 31, 39, 53], [14, 27, 38, 49, 61, 82]],
    "return_period": 100, "duration": 120, "peak_position": 0.5, "areal_reduction": 0.95,
}  # fmt: skip


def design(**changes):
    return DesignStorm(**{**TABLE, **changes})


@st.composite
def designs(draw):
    """Tables whose depths grow as powers of the duration, ever more slowly, and with the return period."""
    durations = [5.0]
    for _ in range(draw(st.integers(1, 5))):
        durations.append(durations[-1] * draw(st.sampled_from([2, 3])))
    powers = sorted((draw(st.floats(0.05, 0.95)) for _ in durations[1:]), reverse=True)
    row = [draw(st.floats(0.2, 1.3))]
    for power, before, after in zip(powers, durations, durations[1:], strict=False):
        row.append(row[-1] * (after / before) ** power)
    factors = np.cumprod([1, *(draw(st.floats(1, 2)) for _ in range(draw(st.integers(0, 3))))])
    periods = list(np.cumsum([draw(st.floats(1.5, 5)) for _ in factors]))
    blocks = draw(st.integers(2, int(min(durations[-1] // 5, 200))))
    return design(
        durations=durations, return_periods=periods, depths=[[value * factor for value in row] for factor in factors],
        return_period=draw(st.floats(periods[0], periods[-1])), duration=blocks * 5,
        peak_position=draw(st.floats(0, 1)),
    )  # fmt: skip


@given(designs())
@settings(max_examples=80)
def test_the_greatest_depth_of_k_blocks_is_the_tables_for_every_k(storm):
    depths = np.concatenate([[0], np.cumsum(hyetograph(storm, 300) * 300 / 3600)])
    count = len(depths) - 1
    assert count == storm.duration / 5
    wanted = design_depth(storm, storm.return_period, [5.0 * k for k in range(1, count + 1)])
    greatest = [(depths[k:] - depths[:-k]).max() for k in range(1, count + 1)]
    np.testing.assert_allclose(greatest, wanted, rtol=1e-9)


def test_where_a_table_is_uneven_the_blocks_about_the_peak_still_hold_its_depths():
    uneven = design(durations=[5, 10, 15], return_periods=[2], depths=[[10, 11, 16]], return_period=2, duration=15)
    rate = hyetograph(uneven, 300)
    np.testing.assert_allclose(rate * 300 / 3600, [5, 10, 1])


@given(st.integers(1, 300), st.floats(0, 1))
@settings(max_examples=100)
def test_blocks_fill_every_place_and_stay_about_the_peak(count, position):
    places = placement(count, position)
    assert sorted(places) == list(range(count))
    assert abs(places[0] - position * (count - 1)) <= 0.5
    for k in range(1, count + 1):
        assert max(places[:k]) - min(places[:k]) == k - 1


def test_blocks_alternate_right_and_left():
    assert placement(7, 0.5) == [3, 4, 2, 5, 1, 6, 0]
    assert placement(5, 0) == [0, 1, 2, 3, 4]
    assert placement(5, 1) == [4, 3, 2, 1, 0]


def test_the_table_itself_is_met_exactly():
    storm = design()
    for period, row in zip(storm.return_periods, storm.depths, strict=True):
        assert design_depth(storm, period, storm.durations).tolist() == row


def test_between_the_tables_depths_are_linear_in_gumbels_variate_and_in_logarithms():
    storm = design()
    # Chow, Maidment and Mays (1988), example 12.2.1: 1.500 of five years.
    assert reduced_variate(np.array([5.0]))[0] == pytest.approx(1.5, abs=5e-4)
    y = reduced_variate(np.array([10.0, 50.0, 100.0]))
    share = (y[1] - y[0]) / (y[2] - y[0])
    assert design_depth(storm, 50, [60])[0] == pytest.approx(31 + share * (49 - 31))
    assert design_depth(storm, 100, [np.sqrt(60 * 120)])[0] == pytest.approx(np.sqrt(49 * 61))


@given(designs(), st.data())
@settings(max_examples=50)
def test_longer_is_deeper_and_less_intense_and_rarer_is_no_shallower(storm, data):
    minutes = st.floats(storm.durations[0], storm.durations[-1])
    short, long = sorted((data.draw(minutes), data.draw(minutes)))
    years = st.floats(storm.return_periods[0], storm.return_periods[-1])
    common, rare = sorted((data.draw(years), data.draw(years)))
    less, more = design_depth(storm, common, [short, long])
    assert less <= more * (1 + 1e-12)
    assert more / long <= less / short * (1 + 1e-9)
    assert (design_depth(storm, rare, [short, long]) >= np.array([less, more]) * (1 - 1e-12)).all()


@pytest.mark.parametrize(
    ("period", "minutes", "parts"),
    [
        (200, 60, ["return_period = 200", "2 to 100"]),
        (1.5, 60, ["return_period = 1.5", "2 to 100"]),
        (10, 4, ["duration = 4", "5 to 360"]),
        (10, 400, ["duration = 400", "5 to 360"]),
    ],
)
def test_depths_are_not_extrapolated(period, minutes, parts):
    with pytest.raises(UserError) as caught:
        design_depth(design(), period, [minutes])
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"return_period": 200}, ["return_period = 200", "2 to 100", "not extrapolated"]),
        ({"duration": 400}, ["duration = 400", "5 to 360"]),
        ({"duration": 7}, ["duration = 7", "time_step = 5"]),
        ({"duration": 5}, ["duration = 5", "two or more"]),
        ({"durations": [6, 15, 30, 60, 120, 360]}, ["durations begins at 6", "time_step = 5"]),
        ({"durations": [5, 15, 15, 60, 120, 360]}, ["durations: 15 follows 15"]),
        ({"return_periods": [2, 100, 10]}, ["return_periods: 10 follows 100"]),
        ({"return_periods": [2, 10]}, ["3 rows", "2 return_periods"]),
        ({"depths": [[6, 11, 15, 20, 25], *TABLE["depths"][1:]]}, ["2 years", "5 values", "6 durations"]),
        ({"depths": [[6, 11, 11, 20, 25, 35], *TABLE["depths"][1:]]}, ["2 years", "11 follows 11"]),
        ({"depths": [[6, 19, 20, 21, 25, 35], *TABLE["depths"][1:]]}, ["19 mm in 15 minutes", "at most the 72"]),
        (
            {"depths": [*TABLE["depths"][:2], [14, 27, 30, 31.5, 38, 82]]},
            ["100 years: 38 mm", "least the 39 of 10 years"],
        ),
        ({"depths": [[0, 11, 15, 20, 25, 35], *TABLE["depths"][1:]]}, ["depths.0.0 = 0", "greater than 0"]),
        ({"peak_position": 1.5}, ["peak_position = 1.5", "0 (start) to 1 (end)"]),
        ({"areal_reduction": 0}, ["areal_reduction = 0", "above 0 to 1"]),
    ],
)
def test_a_wrong_design_storm_is_refused_with_key_and_figures(changes, parts):
    values = storm_settings().model_dump() | {"design_storms": {"big": {**TABLE, **changes}}}
    with pytest.raises(UserError) as caught:
        read_section({"generate_storms": values}, "generate_storms", GenerateStorms, "params.yaml")
    for part in ("params.yaml", "generate_storms", *parts):
        assert part in str(caught.value)


@pytest.mark.parametrize("name", ["fitted", "design", "design-x"])
def test_no_climate_takes_the_name_of_another_kind(name):
    with pytest.raises(ValueError, match=rf"climates.{name}.*rename"):
        storm_settings(climates={name: climate()})


def test_a_design_storm_follows_the_others_and_says_what_it_is(tmp_path):
    for name, designed in (("with", {"big": design()}), ("without", {})):
        (tmp_path / name).mkdir()
        asked = storm_settings(climates={"slow": climate(count=1)}, design_storms=designed)
        generate({"grid": asdict(GRID)}, tmp_path, tmp_path / name, tmp_path / f"{name}.json", asked, seed=3)
    found = read_sequence(tmp_path / "with" / "design-big.nc")
    assert str(found.times[0]) == "2000-01-02T00:00:00"
    assert found.rate.shape == (24, *GRID.shape)
    assert (found.rate == found.rate[:, :1, :1]).all()
    assert found.rate.sum(axis=0).mean() * 5 / 60 == pytest.approx(61 * 0.95, rel=1e-5)
    assert found.rate.max() * 5 / 60 == pytest.approx(14 * 0.95, rel=1e-5)
    about = {key: found.attributes[key] for key in ("return_period_years", "duration_minutes", "point_depth_mm")}
    assert about == {"return_period_years": 100, "duration_minutes": 120, "point_depth_mm": 61}
    metrics = json.loads((tmp_path / "with.json").read_text())
    assert metrics["design_storms"]["big"]["depth"] == pytest.approx(57.95)
    assert "design_storms" not in json.loads((tmp_path / "without.json").read_text())
    before, after = ((tmp_path / name / "slow-0000.nc").read_bytes() for name in ("without", "with"))
    assert before == after


def test_the_rain_is_float32_and_of_the_grids_shape():
    rate = design_storm(design(peak_position=0), GRID, 300)
    assert rate.dtype == np.float32
    assert rate.shape == (24, *GRID.shape)
    assert (np.diff(rate[:, 0, 0]) <= 1e-4).all()


def test_storms_of_set_climates_are_those_they_were_before_other_kinds(tmp_path):
    (tmp_path / "storms").mkdir()
    asked = storm_settings(least_events=5, climates={"slow": climate(count=1), "brisk": climate(count=1, speed=(8, 9))})
    generate({"grid": asdict(GRID)}, tmp_path, tmp_path / "storms", tmp_path / "storms.json", asked, seed=3)
    digest = hashlib.sha256()
    for path in sorted((tmp_path / "storms").glob("*.nc")):
        found = read_sequence(path)
        # To three digits: another machine's exponential may differ in the last ones.
        digest.update(path.name.encode() + str(found.times[0]).encode() + np.round(found.rate, 3).tobytes())
    assert digest.hexdigest() == "bcf329d6c5ba70d55da0fac55840f67609392fe9ee2d8304f418873d128c2eef"
    assert sorted(json.loads((tmp_path / "storms.json").read_text())) == ["grid", "mean_peak", "mean_total", "storms"]
