"""Topics matched one to one: planted permutations come back, and nothing is as good by brute force."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.topic_matching import cosine, jaccard, match, stability


def topics(seed, number=5, words=40):
    return np.random.default_rng(seed).dirichlet(np.full(words, 0.1), number)


def tops(words_KW, number=6):
    return np.argsort(-words_KW, axis=1)[:, :number]


@given(st.permutations(range(5)), st.integers(0, 9))
def test_permuted_topics_are_matched_back_exactly(order, seed):
    one = topics(seed)
    other = one[list(order)]
    matched = match(cosine(one, other))
    assert np.array_equal(other[matched], one)
    found = stability([one, other], [tops(one), tops(other)])
    assert found.cosine == pytest.approx(np.ones(5))
    assert found.jaccard == pytest.approx(np.ones(5))


@given(st.integers(0, 50), st.integers(1, 5))
def test_no_matching_is_better_by_brute_force(seed, number):
    similarity = np.random.default_rng(seed).random((number, number))
    best = max(
        sum(similarity[row, column] for row, column in enumerate(order)) for order in permutations(range(number))
    )
    matched = match(similarity)
    assert sorted(matched) == list(range(number))
    assert similarity[np.arange(number), matched].sum() == pytest.approx(best)


def test_the_greedy_matching_would_be_worse():
    assert match(np.array([[0.9, 0.8], [0.8, 0.1]])).tolist() == [1, 0]


def test_cosine_and_jaccard_of_worked_examples():
    assert cosine(np.array([[1.0, 0], [0.5, 0.5]]), np.array([[0.0, 2], [3, 3]])) == pytest.approx(
        np.array([[0, 0.5**0.5], [0.5**0.5, 1]])
    )
    assert jaccard(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [4, 9]])).tolist() == [[1, 0], [0, 1 / 3]]


def test_the_random_matching_is_the_mean_over_all_permutations():
    one, other = topics(1), topics(2)
    found = stability([one, other], [tops(one), tops(other)])
    alike, shared = cosine(one, other), jaccard(tops(one), tops(other))
    orders = list(permutations(range(5)))
    assert found.random_cosine == pytest.approx(np.mean([alike[range(5), order].mean() for order in orders]))
    assert found.random_jaccard == pytest.approx(np.mean([shared[range(5), order].mean() for order in orders]))
    assert found.cosine.mean() > found.random_cosine


def test_the_run_most_alike_to_the_others_is_taken():
    rng = np.random.default_rng(0)
    middle = topics(3)
    runs = [topics(9), *(middle * np.exp(rng.normal(0, noise, middle.shape)) for noise in (0.5, 0.0, 0.5))]
    assert stability(runs, [tops(run) for run in runs]).run == 2


def test_a_topic_that_only_one_run_has_is_told_from_those_that_all_have():
    runs = [topics(4), topics(4)[[3, 1, 0, 4, 2]], topics(4)[::-1].copy()]
    for run, place in zip(runs, (2, 4, 2), strict=True):
        run[place] = np.random.default_rng(place + len(run[place])).dirichlet(np.full(40, 0.1))
    runs[2][2] = np.random.default_rng(77).dirichlet(np.full(40, 0.1))
    found = stability(runs, [tops(run) for run in runs])
    assert sorted(found.jaccard > 0.9) == [False, True, True, True, True]
