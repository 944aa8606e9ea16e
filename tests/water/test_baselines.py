from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.water import splits
from floodmark.water.baselines import (
    AllDry,
    Climatology,
    PersistenceOracle,
    RainThreshold,
    RoutedRain,
    terrain_classes,
)
from floodmark.water.features import NAMES
from floodmark.water.fitting import fit_threshold, training_maps
from floodmark.water.logistic import HandLogistic, RoutedLogistic
from floodmark.water.rivals import rivals
from floodmark.water.simulated_baselines import CoarseSimulator
from tests.water import study
from tests.water.conftest import cut

SHAPE = (6, 8)
AREA, HOLLOW = NAMES.index("drainage_area"), NAMES.index("depression_depth")


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """A study cut into windows; nothing is trained on it."""
    outputs = tmp_path_factory.mktemp("baselines")
    study.write_study(outputs)
    return cut(outputs)


class Known:
    """Four training maps over ground whose two eastern columns are unseen; routed rain is wet where `wet` will be."""

    def __init__(self):
        self.region = np.full(SHAPE, splits.SEEN)
        self.region[:, 6:] = splits.UNSEEN
        self.static_raw = np.zeros((len(NAMES), *SHAPE), np.float32)
        self.static_raw[AREA] = np.log(np.arange(6.0)[:, None] + 1)
        self.static_raw[HOLLOW][2] = 1.0
        self.maps = np.zeros((4, *SHAPE), np.float32)
        self.maps[:, 2, :] = 0.5
        self.maps[0, 4, 1] = 0.5
        self.rates = np.zeros((4, 2, *SHAPE), np.float32)
        self.statistics = {"pattern": [3, 1], "rain_scaling": "square_root", "reducer": "mean"}

    def pairs(self, task, split):
        assert split == splits.TRAIN
        return [(0, 0), (1, 1), (2, 2), (3, 3)]

    def depth_whole(self, target):
        return self.maps[target]

    def channel_names(self, groups):
        names = {"terrain": list(NAMES), "rain": ["rain_0", "rain_1", "rain_missing"], "routed": ["routed_0"]}
        return [name for group in ("terrain", "rain", "routed") if group in groups for name in names[group]]

    def inputs(self, groups, task, source, row, col, height, width):
        assert (task, row, col, height, width) == ("emulate", 0, 0, *SHAPE)
        rain = np.concatenate([np.sqrt(self.rates[source]), np.full((1, *SHAPE), 9, np.float32)])
        parts = {"terrain": self.static_raw, "rain": rain, "routed": self.routed_longest(source)[None]}
        return np.concatenate([parts[group] for group in ("terrain", "rain", "routed") if group in groups])

    def routed_longest(self, source):
        return np.where(self.maps[source] > 0, 5.0, np.linspace(0, 3, 48).reshape(SHAPE)).astype(np.float32)

    @property
    def grid(self):
        return type("Shape", (), {"shape": SHAPE})


def test_climatology_knows_where_it_is_often_wet_and_carries_it_to_like_ground():
    baseline = Climatology(Known(), "emulate", 0.1, 2)
    expected = np.zeros(SHAPE, bool)
    expected[2] = True  # seen cells by their own past, the unseen ones because they are hollows too
    np.testing.assert_array_equal(baseline.wet({}), expected)


def test_climatology_learns_nothing_from_unseen_ground():
    known = Known()
    before = Climatology(known, "emulate", 0.1, 2)
    known.maps[:, :, 6:] = 9.0
    after = Climatology(known, "emulate", 0.1, 2)
    np.testing.assert_array_equal(before.wet({}), after.wet({}))
    known.static_raw[:, :, 6:] *= 0
    seen = known.region == splits.SEEN
    np.testing.assert_array_equal(
        terrain_classes(known.static_raw, seen, 2)[seen], terrain_classes(Known().static_raw, seen, 2)[seen]
    )


def test_climatology_picks_the_best_frequency_by_trying_all():
    known = Known()
    rng = np.random.default_rng(4)
    known.maps = (rng.random((4, *SHAPE)) < rng.random(SHAPE)) * np.float32(0.5)
    baseline = Climatology(known, "emulate", 0.1, 3)
    seen = known.region == splits.SEEN
    wet = known.maps[:, seen] > 0
    frequency = wet.mean(0)

    def index(threshold):
        foretold = np.broadcast_to(frequency >= threshold, wet.shape)
        return (foretold & wet).sum() / (foretold | wet).sum()

    best = max(np.unique(frequency), key=index)
    np.testing.assert_array_equal(baseline.wet({})[seen], frequency >= best)


def test_nothing_ever_wet_is_foretold_dry():
    known = Known()
    known.maps[:] = 0
    assert not Climatology(known, "emulate", 0.1, 3).wet({}).any()
    assert not AllDry(SHAPE).wet({}).any()


def test_routed_rain_finds_the_threshold_that_parts_wet_from_dry():
    known = Known()
    baseline = RoutedRain(known, "emulate", 0.1)
    seen = known.region == splits.SEEN
    for source in range(4):
        np.testing.assert_array_equal(baseline.wet({"source": source})[seen], known.maps[source][seen] > 0)


def test_rain_counts_by_the_frames_of_its_channels():
    known = Known()
    known.rates[:] = np.random.default_rng(5).uniform(0, 9, known.rates.shape)
    baseline = RainThreshold(known, "emulate", 0.1)
    np.testing.assert_allclose(baseline.score({"source": 2}), 3 * known.rates[2, 0] + known.rates[2, 1], rtol=1e-5)
    known.statistics["reducer"] = "sum"
    np.testing.assert_allclose(baseline.score({"source": 2}), known.rates[2].sum(0), rtol=1e-5)


def test_rain_on_the_cell_parts_wet_from_dry_where_it_does():
    known = Known()
    known.rates[:, 1] = 1 + 5 * (known.maps > 0)
    baseline = RainThreshold(known, "emulate", 0.1)
    for source in range(4):
        np.testing.assert_array_equal(baseline.wet({"source": source}), known.maps[source] > 0)


def test_a_threshold_is_the_best_of_all_that_are_tried():
    known, rng = Known(), np.random.default_rng(6)
    known.maps = (rng.random((4, *SHAPE)) < 0.3) * np.float32(0.5)
    score = [known.maps[source] + rng.normal(1, 0.4, SHAPE).astype(np.float32) for source in range(4)]
    tried = np.linspace(0.5, 2, 40)
    seen = known.region == splits.SEEN

    def index(threshold):
        foretold, wet = np.stack(score)[:, seen] >= threshold, known.maps[:, seen] >= np.float32(0.1)
        return (foretold & wet).sum() / (foretold | wet).sum()

    assert fit_threshold(known, "emulate", 0.1, lambda source: score[source], tried) == max(tried, key=index)
    known.maps[:] = 0
    assert fit_threshold(known, "emulate", 0.1, lambda source: score[source], tried) == np.inf


@pytest.mark.parametrize("kind", [RoutedLogistic, HandLogistic])
def test_logistic_regression_learns_from_seen_ground_alone_and_the_same_every_time(kind):
    known = Known()
    known.rates[:, 1] = 1 + 5 * (known.maps > 0)
    first = kind(known, "emulate", 0.1, 3)
    for source in range(4):
        seen = known.region == splits.SEEN
        np.testing.assert_array_equal(first.wet({"source": source})[seen], known.maps[source][seen] > 0)
        chance = first.score({"source": source})
        assert ((chance > 0) & (chance < 1)).all()
        assert chance[known.maps[source] > 0].min() > chance[known.maps[source] == 0].max()
    known.maps[:, :, 6:] = 9.0
    known.routed_longest = Known().routed_longest
    again = kind(known, "emulate", 0.1, 3)
    np.testing.assert_array_equal(first.coefficients, again.coefficients)
    assert (first.intercept, first.threshold) == (again.intercept, again.threshold)


def test_logistic_regression_reads_what_it_says(windows):
    for kind, inputs in ((RoutedLogistic, 2 + 2), (HandLogistic, 2 + 3)):
        baseline = kind(windows, "emulate", 0.1, 1)
        assert baseline.parameters == inputs + 2
        names = windows.channel_names(baseline.groups)
        assert "rain_missing" not in {names[place] for place in baseline.chosen}


@pytest.mark.parametrize("level", [0.0, 9.0])
def test_logistic_regression_of_one_kind_of_cell_foretells_no_wet_one_it_never_saw(level):
    known = Known()
    known.maps[:] = level
    assert HandLogistic(known, "emulate", 0.1, 3).wet({"source": 0}).all() == (level > 0)


@pytest.mark.parametrize("task", ["emulate", "nowcast"])
def test_rivals_of_a_study_without_coarse_simulations_are_the_others(tmp_path, task, capsys):
    study.write_study(tmp_path, radar=6, generated=2)
    windows = cut(tmp_path, coarse_factors=[])
    found = {rival.name: rival for rival in rivals(windows, task, 0.1, 4, 1)}
    names = ["climatology", "rain_threshold", "routed_rain", "routed_logistic", "hand_logistic", "all_dry"]
    assert list(found) == names + ["persistence_oracle"] * (task == "nowcast")
    assert "coarse_simulator_2, coarse_simulator_3, coarse_simulator_4" in capsys.readouterr().err
    row = windows.select(task, splits.TEST).row(0, named=True)
    for rival in found.values():
        wet = rival.wet(row)
        assert (wet.shape, wet.dtype) == (windows.grid.shape, bool)
        score = rival.score(row) if hasattr(rival, "score") else None
        if score is not None:
            assert score.dtype == np.float32
            assert (score >= 0).all()


def test_a_coarse_simulation_that_is_absent_is_named(windows):
    with pytest.raises(UserError, match="3 times coarser"):
        CoarseSimulator(windows, "emulate", 0.1, 3)


def test_the_maps_fitted_on_are_spread_over_the_training_maps(windows):
    maps = windows.pairs("emulate", splits.TRAIN)
    assert training_maps(windows, "emulate") == maps
    windows.pairs = lambda task, split: [(number, number) for number in range(600)]
    assert len(training_maps(windows, "emulate")) == 60
    assert training_maps(windows, "emulate")[::59] == [(0, 0), (599, 599)]
    del windows.pairs


def test_the_oracle_knows_the_depth_at_t0_and_a_dry_beginning(windows):
    oracle = PersistenceOracle(windows, 0.1)
    nowcast = windows.index.filter(pl.col("task") == "nowcast")
    emulate = windows.index.filter(pl.col("task") == "emulate")
    known = {(row["event"], row["time"]): row["target"] for row in emulate.iter_rows(named=True)}
    held, dry = 0, 0
    for row in nowcast.unique(["event", "t0"]).iter_rows(named=True):
        target = known.get((row["event"], row["t0"]))
        if target is None:
            assert not oracle.wet(row).any()
            dry += 1
        else:
            np.testing.assert_array_equal(oracle.wet(row), windows.depth_whole(target) >= np.float32(0.1))
            held += 1
    assert held


@pytest.mark.parametrize("classes", [2, 5, 50])
def test_classes_part_hollows_from_open_ground(windows, classes):
    seen = np.asarray(windows.region) == splits.SEEN
    kinds = terrain_classes(windows.static_raw, seen, classes)
    hollow = windows.static_raw[HOLLOW] > 0
    assert not set(np.unique(kinds[hollow])) & set(np.unique(kinds[~hollow]))
