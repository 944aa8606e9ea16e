from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.water import splits
from floodmark.water.records import Record
from tests.water.study import window_settings


def record(name, start_hours, hours=2.0, origin="radar", epoch="2012-01-01"):
    start = np.datetime64(epoch, "s") + np.timedelta64(round(start_hours * 3600), "s")
    frames = start + np.arange(0, round(hours * 3600) + 1, 300).astype("timedelta64[s]")
    return Record(name, origin, Path(name), Path(name), frames[6::6], frames)


def archive(starts, epoch="2012-01-01"):
    return [record(f"r{index:03}", start, epoch=epoch) for index, start in enumerate(starts)]


def of(assigned, split):
    return {name for name, value in assigned.items() if value == split}


starts = st.lists(st.floats(0, 2 * 366 * 24 - 1), min_size=6, max_size=40, unique=True).map(sorted)


@given(starts, st.randoms())
@settings(max_examples=60, deadline=None)
def test_no_storm_is_in_two_splits_whatever_the_archive(hours, random):
    records = archive(hours)
    shuffled = random.sample(records, len(records))
    assigned = splits.split_events(shuffled, window_settings())
    assert set(assigned) == {item.name for item in records}
    assert assigned == splits.split_events(records, window_settings())
    apart = np.timedelta64(6 * 3600, "s")
    for one in records:
        for other in records:
            gap = max(other.start - one.end, one.start - other.end)
            if gap < apart:
                assert assigned[one.name] == assigned[other.name]


def test_events_too_close_to_be_independent_are_one_storm():
    near = [record("b", 0), record("a", 3), record("c", 6.5), record("d", 40)]
    generated = [record("g0", 0, origin="generated"), record("g1", 1, origin="generated")]
    assert splits.storm_of_events([*generated, *reversed(near)], 6) == {
        "a": "b", "b": "b", "c": "b", "d": "d", "g0": "g0", "g1": "g1",
    }  # fmt: skip


def test_the_last_year_is_for_testing_and_generated_storms_for_training():
    records = archive([24 * day for day in range(20)]) + archive([24 * day for day in range(20)], "2013-06-01")
    records = [record(f"{index:02}", 0, epoch=str(item.start)) for index, item in enumerate(records)]
    generated = [record(f"g{index}", 24 * index, origin="generated", epoch="2030-01-01") for index in range(5)]
    assigned = splits.split_events(records + generated, window_settings())
    years = {item.name: str(item.start)[:4] for item in records}
    assert {years[name] for name in of(assigned, "test")} == {"2013"}
    assert {years[name] for name in of(assigned, "train") | of(assigned, "validation") if name in years} == {"2012"}
    assert of(assigned, "train") >= {item.name for item in generated}
    assert len(of(assigned, "validation")) == 4


def test_an_archive_of_one_year_is_tested_on_its_last_share():
    assigned = splits.split_events(archive([24 * day for day in range(20)]), window_settings())
    assert of(assigned, "test") == {f"r{index:03}" for index in range(15, 20)}
    assert of(assigned, "validation")


def test_too_few_radar_events_are_predicted_and_generated_storms_split():
    names = [f"{climate}-{index:02}" for climate in ("convective", "frontal") for index in range(8)]
    generated = [record(name, 24 * index, origin="generated") for index, name in enumerate(names)]
    assigned = splits.split_events(archive([0.0, 48.0]) + generated, window_settings())
    assert of(assigned, "predict") == {"r000", "r001"}
    assert [len(of(assigned, name)) for name in ("train", "validation", "test")] == [10, 2, 4]
    for split in ("train", "validation", "test"):
        assert {name.split("-")[0] for name in of(assigned, split)} == {"convective", "frontal"}


def test_no_events_have_no_splits():
    assert splits.split_events([], window_settings()) == {}
    assert splits.split_events(archive([0.0]), window_settings()) == {"r000": "predict"}


@given(
    st.tuples(st.integers(4, 60), st.integers(4, 60)), st.integers(4, 20), st.integers(2, 6), st.integers(0, 4),
    st.integers(0, 2**31),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_no_seen_cell_lies_near_an_unseen_one(shape, size, one_in, guard, seed):
    valid = np.random.default_rng(seed).random(shape) > 0.1
    region = splits.regions(shape, size, one_in, guard, valid)
    assert (region[~valid] == splits.GUARD).all()
    assert set(np.unique(region)) <= {splits.GUARD, splits.SEEN, splits.UNSEEN}
    seen, unseen = np.argwhere(region == splits.SEEN), np.argwhere(region == splits.UNSEEN)
    if len(seen) and len(unseen):
        apart = np.abs(seen[:, None] - unseen[None]).max(-1).min()
        assert apart > 2 * guard


def test_blocks_are_held_out_whole_and_spread():
    shape = (300, 280)
    region = splits.regions(shape, 75, 4, 0, np.ones(shape, bool))
    block = splits.block_ids(shape, 75)
    held_out = [number for number in np.unique(block) if (region[block == number] == splits.UNSEEN).any()]
    assert all((region[block == number] == splits.UNSEEN).all() for number in held_out)
    assert len(held_out) == 4
    assert {number // 4 for number in held_out} == {0, 1, 2, 3}


def test_sequences_of_one_storm_count_once_towards_min_events():
    broken = archive([3.0 * index for index in range(12)])
    assert set(splits.split_events(broken, window_settings()).values()) == {"predict"}
