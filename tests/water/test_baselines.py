from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from floodmark.water import splits
from floodmark.water.baselines import AllDry, Climatology, PersistenceOracle, RoutedRain, terrain_classes
from floodmark.water.features import NAMES

SHAPE = (6, 8)
AREA, HOLLOW = NAMES.index("drainage_area"), NAMES.index("depression_depth")


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
        self.statistics = {"routed_pattern": [2, 9, 4]}

    def select(self, task, split):
        assert split == splits.TRAIN
        return pl.DataFrame({"source": [0, 1, 2, 3], "target": [0, 1, 2, 3]})

    def depth_whole(self, target):
        return self.maps[target]

    def routed(self, source, channel):
        assert channel == 1
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
