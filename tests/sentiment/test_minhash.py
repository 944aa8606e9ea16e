from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.sentiment.minhash import HASHES, RECALL, banding, jaccard, recall, similar
from floodmark.sentiment.union import Union

SETS = st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=1, max_size=8), max_size=12, unique=True)


def components(count, pairs):
    union = Union(count)
    for one, other in pairs:
        union.join(one, other)
    return [union.root(item) for item in range(count)]


def brute_force(sets, threshold):
    return [(i, j) for i, j in combinations(range(len(sets)), 2) if jaccard(sets[i], sets[j]) >= threshold]


@given(SETS, st.sampled_from([0.3, 0.5, 0.6, 0.75, 1.0]))
@settings(max_examples=60)
def test_what_is_connected_is_similar(sets, threshold):
    found = list(similar(sets, threshold))
    assert set(map(tuple, map(sorted, found))) <= set(brute_force(sets, threshold))
    # No pair is told that others connect already.
    assert len(found) == len(sets) - len(set(components(len(sets), found)))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=14, unique=True), st.randoms())
@settings(max_examples=60)
def test_small_sets_are_connected_as_brute_force_connects_them(families, random):
    # Pairs of one family have a similarity of 18 / 22, of two none, so a miss has odds of less than one in a million.
    sets = [frozenset(f"{kind}-{n}" for n in range(19)) | {f"{kind}-own-{own}"} for kind, own in families]
    random.shuffle(sets)
    threshold = 18 / 22
    assert components(len(sets), similar(sets, threshold)) == components(len(sets), brute_force(sets, threshold))


@pytest.mark.parametrize("threshold", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
def test_bands_keep_the_recall_with_the_hashes_there_are(threshold):
    bands, rows = banding(threshold)
    assert bands * rows <= HASHES
    assert recall(threshold, bands, rows) >= RECALL
    assert recall(threshold, HASHES // (rows + 1), rows + 1) < RECALL or rows == HASHES


def disjoint_pairs(count, both, own):
    """Pairs of sets with `both` members in common and `own` of each alone; different pairs share nothing."""
    sets = []
    for pair in range(count):
        common = {f"{pair}-both-{n}" for n in range(both)}
        sets += [frozenset(common | {f"{pair}-{side}-{n}" for n in range(own)}) for side in "ab"]
    return sets


@pytest.mark.parametrize(("both", "own"), [(6, 2), (12, 4), (9, 3)])
def test_nearly_every_pair_at_the_threshold_is_found(both, own):
    # Similarity 0.6 exactly. With a true recall of 0.995, fewer than 980 of 1,000 have odds of one in a million.
    found = list(similar(disjoint_pairs(1000, both, own), 0.6))
    assert all(one // 2 == other // 2 for one, other in found)
    assert len(found) >= 980


def test_nothing_below_the_threshold_is_found_and_everything_well_above_is():
    assert list(similar(disjoint_pairs(500, 59, 20), 0.6)) == []
    assert len(list(similar(disjoint_pairs(500, 9, 1), 0.6))) == 500


def test_chance_of_a_candidate_is_what_the_formula_says():
    # Similarity 0.4 against bands for 0.6: candidates must be about as many as theory wants, or hashing is not uniform.
    from floodmark.sentiment.minhash import _band, _buckets, _flatten

    sets = disjoint_pairs(2000, 8, 6)
    bands, rows = banding(0.6)
    rng = np.random.default_rng(0)
    met = {tuple(pair) for _ in range(bands) for pair in _buckets(_band(_flatten(sets), rows, rng))}
    assert all(len(pair) == 2 for pair in met)
    assert len(met) / 2000 == pytest.approx(recall(8 / 20, bands, rows), abs=0.05)


def test_the_same_sets_give_the_same_pairs():
    sets = disjoint_pairs(300, 6, 2)
    assert list(similar(sets, 0.6)) == list(similar(sets, 0.6))


@pytest.mark.parametrize("sets", [[], [frozenset("a")]])
def test_one_set_or_none_has_no_pair(sets):
    assert list(similar(sets, 0.6)) == []


@given(SETS, st.sampled_from([0.3, 0.5, 0.6, 1.0]))
@settings(max_examples=60)
def test_a_large_bucket_is_compared_like_a_small_one(sets, threshold):
    from floodmark.sentiment.minhash import _compare_many, _flatten

    if len(sets) < 2:
        return
    wanted = components(len(sets), brute_force(sets, threshold))
    union = Union(len(sets))
    found = list(_compare_many(list(range(len(sets))), _flatten(sets), threshold, union))
    assert set(map(tuple, map(sorted, found))) <= set(brute_force(sets, threshold))
    assert components(len(sets), found) == [union.root(item) for item in range(len(sets))] == wanted
    assert len(found) == len(sets) - len(set(wanted))


def test_a_large_bucket_of_copies_is_one_cluster():
    body = [f"word{n}" for n in range(20)]
    sets = [frozenset([*body, f"own{n}"]) for n in range(3000)]
    assert set(components(len(sets), similar(sets, 0.6))) == {0}
