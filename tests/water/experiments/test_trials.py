"""Trials: which storms they see, what is scored, and that finished ones are not done again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.water.dataset import Windows
from floodmark.water.experiments import trials
from floodmark.water.experiments.kept import read_kept
from floodmark.water.experiments.trials import Contest, Trial, chosen_storms, run_trials, with_changes
from floodmark.water.scoring import Tables
from tests.water.experiments.conftest import quick

STORMS = pl.DataFrame({"storm": [f"s{number % 9}" for number in range(30)]})


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5))
def test_fewer_storms_are_always_among_more(one, other, seed):
    few, many = (chosen_storms(STORMS, count, seed) for count in sorted((one, other)))
    assert set(few) <= set(many)
    assert len(many) == max(one, other)
    assert set(chosen_storms(STORMS, None, seed)) == set(STORMS["storm"])


def test_seeds_draw_different_storms():
    assert len({tuple(chosen_storms(STORMS, 4, seed)) for seed in range(10)}) > 5


def same(one: Tables, other: Tables) -> bool:
    return one.parameters == other.parameters and all(
        np.array_equal(table, other.tallies[key].counts[place])
        for key, tally in one.tallies.items()
        for place, table in tally.counts.items()
    )


def jobs_of(small):
    settings = quick()
    return [
        Trial("first", "unet", 1, small.windows, settings),
        Trial("second/of two", "temporal_cnn", 1, small.windows, settings, storms=2),
        Contest("baselines", small.windows, 0.1, 1),
    ]


def test_a_finished_trial_is_read_and_not_done_again(small, place, monkeypatch):
    first = run_trials(jobs_of(small), place)
    assert [outcome.storms for outcome in first] == [
        Windows(small.windows).select("emulate", "train")["storm"].n_unique(),
        2,
        0,
    ]
    monkeypatch.setattr(trials, "_train", None)
    monkeypatch.setattr(trials, "_compete", None)
    for one, other in zip(first, run_trials(jobs_of(small), place), strict=True):
        assert one.history == other.history
        assert same(one.tables, other.tables)
        assert same(other.tables, one.tables)


def test_an_outcome_is_the_same_without_a_folder_of_work(small, place):
    kept, fresh = (run_trials(jobs_of(small)[:1], one)[0] for one in (place, replace(place, work=None)))
    assert kept.history == fresh.history
    assert same(kept.tables, fresh.tables)
    assert same(read_kept(place.work / "first").tables, fresh.tables)


def test_two_jobs_of_one_name_are_refused(small, place):
    with pytest.raises(ValueError, match="same name"):
        run_trials([jobs_of(small)[0]] * 2, place)


def test_a_change_is_checked_as_a_file_is():
    assert with_changes(quick(), "unet", epochs=7).unet.epochs == 7
    with pytest.raises(ValueError, match="epochs"):
        with_changes(quick(), "unet", epochs=0)


def test_raw_takes_out_the_normalisation_of_the_ground(small, place):
    settings = with_changes(quick(), "temporal_cnn", relief=False)
    trial = Trial("healed", "temporal_cnn", 1, small.windows, settings)
    healed, raw = run_trials([trial, replace(trial, name="raw", raw=True)], place)
    assert healed.history != raw.history
    (with_norm,), (without,) = healed.tables.parameters.values(), raw.tables.parameters.values()
    assert without == with_norm - 4  # a scale and an offset of the elevation and of the share of rain that is missing


@pytest.mark.slow
def test_two_processes_give_the_bytes_of_one(small, place):
    one = run_trials(jobs_of(small), replace(place, work=None))
    two = run_trials(jobs_of(small), replace(place, work=None, workers=2))
    for first, second in zip(one, two, strict=True):
        assert first.history == second.history
        assert same(first.tables, second.tables)
