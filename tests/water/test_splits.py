from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
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
@settings(max_examples=60)
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


def test_sequences_of_one_storm_count_once_towards_min_events():
    broken = archive([3.0 * index for index in range(12)])
    assert set(splits.split_events(broken, window_settings()).values()) == {"predict"}


def by(way, **changes):
    plain = {"by": way, "dates": {"train": [], "validation": [], "test": []}, "block_hours": 168,
             "block_turns": ["train", "train", "validation", "test"]}  # fmt: skip
    return {"split": {**plain, **changes}}


def test_dates_split_a_year_to_learn_from_and_floods_to_choose_by_as_the_seed_did():
    dates = {"train": [["2007-01-01", "2007-12-31"]], "validation": [["2013-06-01", "2013-06-30"]], "test": []}
    records = [
        record("first", 0, epoch="2007-01-01"), record("last", 20, epoch="2007-12-31"),
        record("over", 23, epoch="2007-06-01"), record("before", 22.5, hours=1, epoch="2006-12-31"),
        record("flood", 5, epoch="2013-06-15"), record("half", 23, epoch="2013-06-30"),
        record("other", 5, epoch="2013-07-15"), record("made", 5, origin="generated", epoch="2013-06-15"),
    ]  # fmt: skip
    assigned = splits.split_events(records, window_settings(**by("dates", dates=dates), independence_hours=0.5))
    assert assigned == {
        "first": "train", "last": "train", "over": "train", "before": "predict", "flood": "validation",
        "half": "guard", "other": "predict", "made": "train",
    }  # fmt: skip


def test_days_that_follow_on_another_split_begin_with_a_guard_of_history_and_lead():
    dates = {"train": [["2012-01-01", "2012-01-02"]], "validation": [["2012-01-03", "2012-01-04"]],
             "test": [["2012-01-05", "2012-01-06"]]}  # fmt: skip
    # A history of 7 frames of 5 minutes and a lead of 30: 65 minutes.
    records = [record("a", 40), record("b", 48.5, 0.5), record("c", 49.1), record("d", 95), record("e", 97.1)]
    assigned = splits.split_events(records, window_settings(**by("dates", dates=dates), independence_hours=0))
    assert assigned == {"a": "train", "b": "guard", "c": "validation", "d": "guard", "e": "test"}


def test_blocks_of_time_are_dealt_in_turn():
    records = archive([24 * day + 6 for day in range(28)])
    assigned = splits.split_events(records, window_settings(**by("blocks")))
    assert [len(of(assigned, split)) for split in ("train", "validation", "test", "guard")] == [14, 7, 7, 0]
    assert of(assigned, "validation") == {f"r{index:03}" for index in range(14, 21)}


@given(starts, st.floats(3, 200), st.lists(st.sampled_from(["train", "validation", "test"]), min_size=1, max_size=5))
@settings(max_examples=80)
def test_storms_of_different_blocks_lie_history_and_lead_apart(hours, length, turns):
    chosen = window_settings(**by("blocks", block_hours=length, block_turns=turns), independence_hours=1)
    records = archive(hours)
    assigned = splits.split_events(records, chosen)
    assert splits.history_and_lead(records, chosen) == np.timedelta64(65 * 60, "s")
    used = [item for item in records if assigned[item.name] != "guard"]
    for one in used:
        for other in used:
            if assigned[one.name] != assigned[other.name]:
                assert max(other.start - one.end, one.start - other.end) >= np.timedelta64(65 * 60, "s")
    storms = splits.storm_of_events(records, 1)
    for item in records:
        assert assigned[item.name] == assigned[storms[item.name]]


def test_blocks_of_one_split_have_no_guard_between_them():
    records = archive([23 + 24 * day for day in range(10)])
    chosen = window_settings(**by("blocks", block_hours=24, block_turns=["train"]))
    assert set(splits.split_events(records, chosen).values()) == {"train"}


def test_blocks_no_longer_than_their_guard_are_refused():
    chosen = window_settings(**by("blocks", block_hours=1))
    with pytest.raises(UserError, match=r"block_hours = 1 must be above the 1.08333 h"):
        splits.split_events(archive([0.0]), chosen)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (by("dates"), "dates must name some days"),
        (
            by("dates", dates={"train": [["2012-02-01", "2012-01-01"]], "validation": [], "test": []}),
            "before its first",
        ),
        (
            by("dates", dates={"train": [["2012-01-01", "2012-02-01"]], "validation": [],
                               "test": [["2012-02-01", "2012-03-01"]]}),
            "train until 2012-02-01 and of test from 2012-02-01 overlap",
        ),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        window_settings(**changes)
