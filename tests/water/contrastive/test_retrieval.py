from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.water.contrastive.judging import MODEL, Similarities, judge
from floodmark.water.contrastive.nulls import MeanRain, terrain_known
from floodmark.water.contrastive.retrieval import anywhere, same_place


def brute_hits(similarity, allowed, k):
    """Candidates sorted one by one; equals in every order, of which the share that hits is taken."""
    hits = []
    for i, row in enumerate(similarity):
        rivals = [row[j] for j in range(len(row)) if allowed[i, j] and j != i]
        before, equal = sum(value > row[i] for value in rivals), sum(value == row[i] for value in rivals)
        hits.append(np.mean([before + behind < k for behind in range(equal + 1)]))
    return np.array(hits)


@settings(max_examples=60)
@given(st.integers(2, 9), st.integers(1, 3), st.integers(1, 6), st.integers(0, 10**6))
def test_hits_are_those_of_a_sort(count, places, k, seed):
    rng = np.random.default_rng(seed)
    similarity = rng.integers(0, 4, (count, count)).astype(float)  # coarse: many equals
    place = rng.integers(0, places, count)
    storms = [str(one) for one in rng.integers(0, 3, count)]
    for candidates in (anywhere(storms), same_place(storms, place.tolist())):
        np.testing.assert_allclose(
            candidates.hits(similarity, (k,))[:, 0], brute_hits(similarity, candidates.allowed_NN, k)
        )


def test_permuted_pairs_hit_k_in_n():
    rng = np.random.default_rng(0)
    places = [0] * 8 + [1] * 4
    similarity = rng.normal(size=(12, 12))
    for candidates in (anywhere(["s"] * 12), same_place(["s"] * 12, places)):
        expected = candidates.chance((1, 3)).mean(0)
        found = candidates.permuted(similarity, (1, 3), np.random.default_rng(1), 4000).mean(0)
        np.testing.assert_allclose(found, expected, atol=0.01)
    assert anywhere(["s"] * 12).chance((3,)).mean() == pytest.approx(3 / 12)
    assert same_place(["s"] * 12, places).chance((2,)).mean() == pytest.approx((8 * 2 / 8 + 4 * 2 / 4) / 12)


def test_no_matcher_of_terrain_alone_beats_the_bound():
    """Its similarity depends on the query's place only, whatever it makes of the candidates."""
    rng = np.random.default_rng(2)
    places = [0, 0, 0, 1, 1, 2, 2, 2, 2]
    candidates = anywhere(["s"] * len(places))
    bound = terrain_known(candidates, places, (1, 2)).mean(0)
    for _ in range(300):
        similarity = rng.normal(size=(3, len(places)))[places]
        similarity += 10 * (np.array(places)[:, None] == np.array(places))  # it knows the ground perfectly
        np.testing.assert_array_less(candidates.hits(similarity, (1, 2)).mean(0), bound + 1e-9)
        np.testing.assert_allclose(candidates.hits(similarity, (1, 2)).mean(0), bound)


def test_the_line_of_mean_rain_is_least_squares():
    rng = np.random.default_rng(3)
    rain = rng.normal(size=40)
    table = np.column_stack([rain, 2 * rain - 1 + rng.normal(scale=0.1, size=40)])
    line = MeanRain.fitted(table)
    np.testing.assert_allclose([line.slope, line.intercept], np.polyfit(*table.T, 1), rtol=1e-9)
    similarity = line.similarity(table)
    i, j = 4, 7
    assert similarity[i, j] == pytest.approx(-abs(line.intercept + line.slope * table[i, 0] - table[j, 1]))
    assert MeanRain.fitted(np.zeros((0, 2))).slope == 0


def study(signal, seed=0, storms=24, places=5):
    """Windows whose rain and water share a hidden vector as far as `signal` says, and a mean rain that tells little."""
    rng = np.random.default_rng(seed)
    count = storms * places
    hidden = rng.normal(size=(count, 16))
    water = hidden + rng.normal(size=(count, 16)) * 0.3
    rain = signal * hidden + (1 - signal) * rng.normal(size=(count, 16))
    storm = np.repeat([f"s{i:02}" for i in range(storms)], places).tolist()
    place = np.tile(np.arange(places), storms).tolist()
    other = rain[rng.permutation(count)]
    mean = rng.normal(size=(count, 2))
    return Similarities(rain @ water.T, other @ water.T, MeanRain(1.0, 0.0).similarity(mean)), storm, place


@pytest.mark.parametrize(("signal", "verdict"), [(0.9, "yes"), (0.0, "no")])
def test_a_planted_relation_is_found_and_a_planted_absence_is_not(signal, verdict):
    rows, summary = judge(*study(signal), np.random.default_rng(0), 400)
    assert summary["verdict"] == verdict
    assert {found["verdict"] for found in summary["candidates"].values()} == {verdict}
    assert summary["storms"] == 24
    for row in rows:
        assert row["low"] <= row["recall"] + 1e-9
        assert row["recall"] <= row["high"] + 1e-9
        if row["matcher"] == MODEL:
            assert row["above"] == row["above_low"] == row["above_high"] == 0


def test_a_model_that_only_knows_the_ground_gets_a_no():
    """It finds the place in each case, which is far above chance, and there it guesses."""
    similarities, storms, places = study(0.0)
    ground = 5 * (np.array(places)[:, None] == np.array(places)) + 0.01 * similarities.model_NN
    _, summary = judge(
        Similarities(ground, ground, similarities.mean_rain_NN), storms, places, np.random.default_rng(0), 400
    )
    assert summary["verdict"] == "no"
    found = summary["candidates"]["anywhere"]
    assert found["best_null"] in {"terrain_known", "other_rain"}
    assert found["recall_at_1"]["model"] > 3 * found["recall_at_1"]["permuted_pairs"]


def test_a_model_no_better_than_mean_rain_gets_a_no():
    similarities, storms, places = study(0.0)
    known = np.random.default_rng(4).normal(size=len(storms))
    by_rain = MeanRain(1.0, 0.0).similarity(np.column_stack([known, known]))
    _, summary = judge(
        Similarities(by_rain, similarities.other_rain_NN, by_rain), storms, places, np.random.default_rng(0), 400
    )
    assert summary["candidates"]["same_place"]["best_null"] == "mean_rain"
    assert summary["verdict"] == "no"


def test_without_windows_it_stays_undecided():
    none = np.zeros((0, 0))
    rows, summary = judge(Similarities(none, none, none), [], [], np.random.default_rng(0), 100)
    assert summary["verdict"] == "undecided"
    assert all(np.isnan(row["recall"]) for row in rows)
