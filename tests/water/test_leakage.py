"""Each leak is planted, and found."""

from __future__ import annotations

import copy
import shutil

import numpy as np
import polars as pl
import pytest

from floodmark.water import splits
from floodmark.water import windows as making
from floodmark.water.dataset import Windows
from floodmark.water.leakage import leakage
from floodmark.water.statistics import RoutedSums, terrain_statistics
from tests.water import study
from tests.water.conftest import cut


@pytest.fixture
def opened(outputs):
    found = Windows(outputs / "windows")
    found.statistics = copy.deepcopy(found.statistics)
    return found


def test_nothing_leaks_of_the_study(opened):
    assert leakage(opened) == []


@pytest.mark.parametrize("changes", [{"fold": 0}, {"guard_upstream": 0.5}, {"routed_pattern": "channels"}])
def test_nothing_leaks_of_other_ways(tmp_path, changes):
    study.write_study(tmp_path, radar=6, generated=1)
    assert leakage(cut(tmp_path, **changes)) == []


def moved(windows, event, split):
    """One event's windows and record given to another split."""
    there = pl.col("event") == event
    for name in ("index", "moments", "events"):
        table = getattr(windows, name)
        setattr(windows, name, table.with_columns(split=pl.when(there).then(pl.lit(split)).otherwise("split")))


def test_a_shared_storm_is_found(opened):
    training, testing = (opened.events.filter(split=split)["event"][0] for split in ("train", "test"))
    same = pl.when(pl.col("event") == testing).then(pl.lit(training)).otherwise("storm")
    opened.events, opened.index = opened.events.with_columns(storm=same), opened.index.with_columns(storm=same)
    assert leakage(opened) == [f"storm {training} is in test and train"]


def test_a_test_storm_among_training_windows_is_found(opened):
    testing = opened.events.filter(split="test")["event"][0]
    there = pl.col("event") == testing
    opened.index = opened.index.with_columns(split=pl.when(there).then(pl.lit("train")).otherwise("split"))
    assert f"windows of {testing} whose split is not their event's" in leakage(opened)


def test_a_test_storm_among_training_moments_is_found(opened):
    testing = opened.events.filter(split="test")["event"][0]
    there = pl.col("event") == testing
    opened.moments = opened.moments.with_columns(split=pl.when(there).then(pl.lit("train")).otherwise("split"))
    assert f"moments of {testing} whose split is not their event's" in leakage(opened)


@pytest.mark.parametrize(("column", "what"), [("source", "rain"), ("target", "depth")])
def test_a_shared_moment_is_found(opened, column, what):
    """A training window that reads what belongs to a test storm."""
    training, testing = (opened.index.filter(split=split).row(0, named=True) for split in ("train", "test"))
    first = pl.int_range(pl.len()) == opened.index.with_row_index().filter(split="train")["index"][0]
    opened.index = opened.index.with_columns(
        pl.when(first).then(pl.lit(testing[column], pl.Int32)).otherwise(column).alias(column)
    )
    assert leakage(opened) == [f"windows of {training['event']} whose {what} is another event's"]


def test_storms_too_close_in_time_are_found(opened):
    training, testing = (
        opened.events.filter(split=split, origin="radar").row(0, named=True) for split in ("train", "test")
    )
    late = training["end"] + pl.duration(hours=5)
    there = pl.col("event") == testing["event"]
    length = pl.col("end") - pl.col("start")
    opened.events = opened.events.with_columns(
        start=pl.when(there).then(late).otherwise("start"), end=pl.when(there).then(late + length).otherwise("end")
    )
    (leak,) = leakage(opened)
    assert leak == f"event {testing['event']} of test begins less than 6 h after {training['event']} of train ends"


def test_a_shared_cell_is_found(opened):
    region = np.array(opened.region)
    row = opened.index.filter(split="train").row(0, named=True)
    region[row["row"] + 3, row["col"] + 5] = splits.UNSEEN
    opened.region = region
    found = leakage(opened)
    assert any(f"row {row['row']}, column {row['col']} hold ground that is not seen" in leak for leak in found)
    assert any("is both seen and unseen" in leak for leak in found)


@pytest.mark.parametrize("more", ["storm", "cells"])
def test_a_statistic_of_more_than_training_is_found(opened, more):
    seen = np.asarray(opened.region) == splits.SEEN
    learnt = opened.events.filter(split="train")
    if more == "storm":
        learnt = pl.concat([learnt, opened.events.filter(split="test").head(1)])
    else:
        seen |= np.asarray(opened.region) == splits.UNSEEN
        opened.statistics["static"] = terrain_statistics(opened.static_raw, seen)
    sums = RoutedSums.none(2)
    for first, count in learnt.select("source", "sources").iter_rows():
        for source in range(first, first + count):
            sums.add(opened.routed_channels(source)[:, seen])
    opened.statistics["routed"] = sums.statistics()
    found = leakage(opened)
    assert "statistics of routed rain 0 are not those of training storms and seen ground" in found
    assert any("statistics of terrain slope" in leak for leak in found) == (more == "cells")


def test_an_event_in_the_wrong_split_is_found_by_the_statistics_too(opened):
    testing = opened.events.filter(split="test")["event"][0]
    moved(opened, testing, "train")
    assert any("statistics of routed rain" in leak for leak in leakage(opened))


def test_windows_that_leak_are_not_made(outputs, tmp_path, monkeypatch):
    for name in ("radar", "storms", "terrain", "water"):
        shutil.copytree(outputs / name, tmp_path / name)
    every = making.splits.split_events

    def careless(records, settings):
        assigned = every(records, settings)
        return {**assigned, "r00": "test", "r01": "train"}

    monkeypatch.setattr(making.splits, "split_events", careless)
    assert isinstance(cut(tmp_path), Windows)  # Another split is no leak,
    monkeypatch.setattr(making.splits, "storm_of_events", lambda records, hours: {item.name: "r00" for item in records})
    with pytest.raises(RuntimeError, match="storm r00 is in test and train"):  # a shared storm is.
        cut(tmp_path)


def test_statistics_of_all_ground_are_found_in_heights(opened):
    opened.statistics["elevation"]["mean"] += 0.01 * opened.statistics["elevation"]["deviation"]
    (leak,) = leakage(opened)
    assert leak.startswith("statistics of elevation of the ground")


def test_ground_within_the_guard_is_found(opened):
    guard = study.WINDOWS["guard_cells"]
    assert leakage(opened, guard) == []
    assert any("within the guard" in leak for leak in leakage(opened, guard + 1))
    region = np.array(opened.region)
    row, column = np.argwhere(region == splits.UNSEEN)[0]
    region[row - 1 if row else row, column] = splits.SEEN
    opened.region = region
    assert any("lies 1 cells from seen ground" in leak for leak in leakage(opened, guard))


def test_a_mask_that_lets_unseen_depth_through_is_found(opened, monkeypatch):
    opened.statistics["least_seen_share"] = 0
    row, column = np.argwhere(np.asarray(opened.region) == splits.UNSEEN)[0]
    first = pl.int_range(pl.len()) == opened.index.with_row_index().filter(split="train")["index"][0]
    size = opened.index["height"].min()
    place = {"row": min(row, opened.grid.height - size), "col": min(column, opened.grid.width - size)}
    opened.index = opened.index.with_columns(
        pl.when(first).then(pl.lit(int(value), pl.Int32)).otherwise(name).alias(name) for name, value in place.items()
    )
    assert leakage(opened) == []
    monkeypatch.setattr(Windows, "learnable", Windows.known)
    assert [leak for leak in leakage(opened) if "is learnt from" in leak]
