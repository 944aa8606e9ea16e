from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from floodmark.water import splits
from floodmark.water.baselines import Climatology
from floodmark.water.duplicates import Content
from floodmark.water.fitting import training_maps
from tests.water import study
from tests.water.conftest import cut


def write_dry_spells(outputs):
    """Generated storms to learn from, most of them dry: no rain at all, in time and place, is the same everywhere."""
    network = study.write_terrain(outputs, study.valley())
    rain, depth = study.storm(network, 3, frames=36)
    # Wet only in the west, and only after an hour, by which time no frame of a history is missing.
    rain[:12], rain[:, :, 5:], depth[:3], depth[:, :, 40:] = 0, 0, 0, 0
    for index in range(8):
        share = 1.0 if index % 2 else 0.0
        name, day = f"g{index}", f"2000-01-{index + 1:02}T00:00"
        study.write_event(outputs, name, "generated", day, rain * share, depth * share)


def test_equal_dry_windows_are_one_that_counts_for_all(tmp_path):
    write_dry_spells(tmp_path)
    windows = cut(tmp_path)
    training = windows.index.filter(pl.col("split") == splits.TRAIN)
    cells = windows._rain.shape[2]
    factor = study.FINE.height // cells

    def content(row):
        place = (slice(row["row"], row["row"] + 16), slice(row["col"], row["col"] + 16))
        coarse = tuple(slice(part.start // factor, (part.stop - 1) // factor + 1) for part in place)
        parts = (windows._rain[row["source"]][:, *coarse], windows._routed[row["source"]][:, *place])
        depth = windows._depth[row["target"]][place]
        dry = depth.max() < 100
        return dry, (row["task"], row["row"], row["col"], *(part.tobytes() for part in (*parts, depth)))

    # Every window there is, in the index's order, by brute force.
    corners = training.select("row", "col").unique().sort("row", "col").rows()
    wanted: dict = {}
    for task, earlier in (("emulate", 0), ("nowcast", 1)):
        for event in windows.events.filter(split=splits.TRAIN).sort("event").iter_rows(named=True):
            assert event["sources"] == event["targets"] + 1  # The moments are the start and every snapshot.
            for index in range(event["targets"]):
                source, target = event["source"] + index + 1 - earlier, event["target"] + index
                for row, col in corners:
                    window = {"task": task, "source": source, "target": target, "row": row, "col": col}
                    dry, key = content(window)
                    first, count = wanted.get(key if dry else (task, target, row, col), (window, 0))
                    wanted[key if dry else (task, target, row, col)] = (first, count + 1)
    found = training.select("task", "source", "target", "row", "col", "count")
    assert found.rows() == [(*first.values(), count) for first, count in wanted.values()]
    for task in ("emulate", "nowcast"):
        counts = found.filter(task=task)["count"]
        assert counts.max() > 4
        assert len(counts) < counts.sum()


def test_the_count_is_in_the_weight_and_in_the_metrics(tmp_path):
    write_dry_spells(tmp_path)
    windows = cut(tmp_path)
    training = windows.index.filter(pl.col("split") == splits.TRAIN)
    several = training.filter(pl.col("count") > 1)
    assert several.height
    np.testing.assert_allclose(several["weight"], 0.1 * several["count"].to_numpy(), rtol=1e-6)
    others = windows.index.filter(pl.col("split") != splits.TRAIN)
    assert set(others["count"]) == set(others["weight"]) == {1}


@pytest.mark.parametrize("task", ["emulate", "nowcast"])
def test_what_counts_moments_looks_at_those_too_that_no_window_is_left_of(tmp_path, task):
    write_dry_spells(tmp_path)
    windows = cut(tmp_path)
    training = windows.index.filter(pl.col("split") == splits.TRAIN, pl.col("task") == task)
    everywhere = training.group_by("row", "col").agg(pl.col("count").sum())["count"].unique().to_list()
    maps = windows.pairs(task, splits.TRAIN)
    kept = training.select("source", "target").unique()
    assert len(set(maps)) == len(maps)
    assert [len(maps)] == everywhere
    assert set(kept.rows()) < set(maps)
    wet = np.mean([windows.depth_whole(target) >= np.float32(0.1) for _, target in maps], axis=0)
    seen = windows.region == splits.SEEN
    climatology = Climatology(windows, task, 0.1, 3)
    np.testing.assert_allclose(climatology.score({})[seen], wet[seen], rtol=1e-6)
    assert len(training_maps(windows, task)) == len(maps)


def test_windows_that_differ_in_one_value_of_anything_differ():
    rng = np.random.default_rng(5)
    rain, routed, depth = rng.random((3, 4, 4)), rng.random((2, 16, 16)), rng.integers(0, 9, (16, 16))
    content = Content(rain, routed, depth, 8)
    assert content.digest(4, 6) == Content(rain.copy(), routed.copy(), depth.copy(), 8).digest(4, 6)
    for number, place in ((0, (2, 1, 1)), (1, (1, 11, 13)), (2, (4, 6))):
        parts = [rain.copy(), routed.copy(), depth.copy()]
        parts[number][place] += 1
        assert content.digest(4, 6) != Content(*parts, 8).digest(4, 6)
        assert content.digest(0, 0) == Content(*parts, 8).digest(0, 0) or number == 0 or place == (4, 6)
