"""Nobody alone, against a count by hand of what leaves."""

from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.tweets import quasi

HOUR = 3_600_000
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 50).map(lambda hour: hour * HOUR)),
        st.sampled_from([None, "hull", "york"]),
        st.sampled_from([None, "en", "de"]),
        st.one_of(st.none(), st.sampled_from("abcdef")),
    ),
    min_size=1,
    max_size=40,
)
NAMES = ("time", "place", "lang", "author")


def table(rows):
    columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
    schema = {"time": pl.Int64, "place": pl.String, "lang": pl.String, "author": pl.String}
    return pl.DataFrame(columns, schema=schema).with_columns(tweet=pl.Series([f"t{n}" for n in range(len(rows))]))


def leave(folder, rows, k, pieces=1):
    tweets = table(rows)
    files = []
    for piece in range(pieces):
        part = tweets.filter(pl.int_range(pl.len()) % pieces == piece)
        files.append(folder / f"{piece}.quasi")
        quasi.identifiers(part).write_ipc(files[-1])
    found = quasi.count(files, k)
    return quasi.suppress(tweets, found, 60), found


def groups(tweets):
    persons = defaultdict(set)
    for number, row in enumerate(tweets.iter_rows(named=True)):
        # How wide a time is leaves with it, and tells a day from its first hour.
        persons[row["time"], row["time_minutes"], row["place"], row["lang"]].add(row["author"] or f"nobody {number}")
    return persons


@settings(max_examples=150)
@given(rows=ROWS, k=st.integers(1, 5), pieces=st.integers(1, 3))
def test_whatever_time_place_and_language_leave_fits_k_persons(rows, k, pieces, tmp_path_factory):
    left, found = leave(tmp_path_factory.mktemp("quasi"), rows, k, pieces)
    sizes = {key: len(persons) for key, persons in groups(left).items() if any(part is not None for part in key)}
    assert all(size >= k for size in sizes.values())
    assert found.report["smallest_group"] == min(sizes.values(), default=None)
    assert found.report["groups"] == len(sizes)
    before = table(rows)
    for name in ("place", "lang"):
        assert all(new in (None, old) for new, old in zip(left[name], before[name], strict=True))
    for new, old, minutes in zip(left["time"], before["time"], left["time_minutes"], strict=True):
        assert (new is None) == (minutes is None)
        assert new is None or new == old or (minutes == 1440 and new == old - old % quasi.DAY_MS)


@given(rows=ROWS)
def test_one_person_is_enough_for_k_of_one(rows, tmp_path_factory):
    left, found = leave(tmp_path_factory.mktemp("quasi"), rows, 1)
    assert left.select(NAMES).equals(table(rows).select(NAMES))
    assert set(found.report["suppressed"].values()) == {0}


def test_a_group_of_too_few_loses_its_place_first_and_then_its_hour(tmp_path):
    many = [(5 * HOUR, None, "en", who) for who in "abc"]
    rows = [
        *many,
        (5 * HOUR, "hull", "en", "d"),
        *[(7 * HOUR + n * HOUR, None, "en", who) for n, who in enumerate("efg")],
    ]
    left, found = leave(tmp_path, rows, 3)
    assert left["place"].to_list() == [None] * 7
    assert left["time"].to_list() == [5 * HOUR] * 4 + [0] * 3
    assert left["time_minutes"].to_list() == [60] * 4 + [1440] * 3
    assert found.report["suppressed"] == {"place": 1, "hour": 3, "lang": 0, "time": 0}


def test_a_hundred_tweets_of_one_person_hide_nobody(tmp_path):
    left, _ = leave(tmp_path, [(5 * HOUR, "hull", "en", "a")] * 100, 2)
    assert left.select(pl.col(name).is_null().all() for name in ("time", "place", "lang")).row(0) == (True, True, True)


def test_days_counted_apart_are_as_days_counted_together(tmp_path, monkeypatch):
    rows = [(n * HOUR * 7, "hull" if n % 3 else None, "en", "abcdefgh"[n % 8]) for n in range(400)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, _ = leave(tmp_path / "a", rows, 4)
    monkeypatch.setattr(quasi, "ROWS", 50)
    parts, _ = leave(tmp_path / "b", rows, 4, 3)
    assert whole.equals(parts)


@pytest.mark.parametrize("k", [2, 3])
def test_no_tweets_at_all_have_no_groups(tmp_path, k):
    report = quasi.count([], k).report
    assert report["groups"] == 0
