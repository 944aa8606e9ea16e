import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.grouping import groups, separate, split_groups, threads

VALUES = st.none() | st.sampled_from("abcd")
RELATIONS = st.integers(1, 14).flatmap(
    lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=1, max_size=3)
)
SHARES = (0.6, 0.25, 0.15)


@given(RELATIONS)
def test_tweets_that_share_anything_are_in_one_group(relations):
    found = groups(relations, limit=1000)
    for values in relations:
        for i, one in enumerate(values):
            for j, other in enumerate(values):
                assert not (one is not None and one == other) or found[i] == found[j]
    # And nobody else: groups are the connected components, found here by spreading labels until nothing moves.
    label = list(range(len(found)))
    for _ in range(len(found)):
        for values in relations:
            for i, one in enumerate(values):
                for j, other in enumerate(values):
                    if one is not None and one == other:
                        label[i] = label[j] = min(label[i], label[j])
    assert found == label


@given(RELATIONS, st.integers(1, 5))
def test_no_group_outgrows_its_limit(relations, limit):
    found = groups(relations, limit)
    assert max(found.count(name) for name in found) <= limit


def test_the_first_relation_is_cut_last():
    photo, author = ["p", "p", None, None], [None, "a", "a", "a"]
    found = groups([photo, author], 2)
    assert found[0] == found[1]
    assert found[1] != found[2]


@given(RELATIONS, st.integers(1, 4), st.integers(0, 2**32))
def test_after_separation_no_two_splits_share_anything(relations, limit, seed):
    group = groups(relations, limit)
    split = split_groups(group, np.zeros(len(group), int), SHARES, np.random.default_rng(seed))
    aside = separate(split, relations)
    for values in relations:
        for i, one in enumerate(values):
            for j, other in enumerate(values):
                if one is not None and one == other and not aside[i] and not aside[j]:
                    assert split[i] == split[j]
    assert not aside[split == split.max()].any()


def test_nothing_is_set_aside_where_no_group_was_cut():
    relations = [["a", "a", "b", None], [None, "x", "x", "y"]]
    group = groups(relations, 100)
    split = split_groups(group, np.zeros(4, int), SHARES, np.random.default_rng(0))
    assert not separate(split, relations).any()


@pytest.mark.parametrize("seed", range(5))
def test_every_stratum_has_its_share_of_every_split(seed):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(900), rng.integers(1, 8, 900))
    stratum = rng.choice(4, len(group), p=(0.5, 0.35, 0.1, 0.05))
    split = split_groups(group.tolist(), stratum, SHARES, rng)
    for name in range(4):
        share = np.bincount(split[stratum == name], minlength=3) / (stratum == name).sum()
        assert np.abs(share - SHARES).max() < 0.02
    assert all(len(set(split[group == name])) == 1 for name in range(900))


def test_splits_depend_on_the_seed_and_on_nothing_else():
    group, stratum = list(range(200)), np.zeros(200, int)
    one, same, other = (split_groups(group, stratum, SHARES, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_no_tweets_make_no_splits():
    assert groups([[]], 5) == []
    split = split_groups([], np.zeros(0, int), SHARES, np.random.default_rng(0))
    assert len(split) == len(separate(split, [[]])) == 0


def test_a_rare_stratum_that_sits_in_large_groups_is_shared_out_too():
    group = np.repeat(np.arange(300), [10] * 100 + [1] * 200)
    stratum = np.where((group < 100) & (np.arange(len(group)) % 10 < 3), 1, 0)
    split = split_groups(group.tolist(), stratum, SHARES, np.random.default_rng(0))
    share = np.bincount(split[stratum == 1], minlength=3) / stratum.sum()
    assert np.abs(share - SHARES).max() < 0.02


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10))
def test_answers_to_answers_are_in_the_conversation_of_the_first(answered):
    """Each tweet answers another or begins its own: two have one root if any chain of answers joins them."""
    tweets = [f"t{n}" for n in range(10)]
    roots = threads(tweets, [f"t{n}" for n in answered])
    joined = np.eye(10, dtype=bool)
    joined[range(10), answered] = joined[answered, range(10)] = True
    for _ in range(4):
        joined = joined @ joined
    assert [[one == other for other in roots] for one in roots] == joined.tolist()


def test_a_conversation_that_began_outside_of_the_archive_keeps_its_name():
    assert threads(["b", "c", "d"], ["a", "b", None]) == ["a", "a", None]
