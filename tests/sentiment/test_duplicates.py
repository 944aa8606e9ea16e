import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.duplicates import Union, clusters, words

NEWS = "Two bridges over the river closed after the wall gave way at noon today"


def together(one, other, first_words=6):
    found = clusters([one, "something else altogether", other], [], first_words)
    assert found[1] not in (found[0], found[2])
    return found[0] == found[2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NEWS, f"RT <user>: {NEWS}"),
        (NEWS, f"{NEWS} <url>"),
        (NEWS, NEWS.upper() + "!!! 😭"),
        (NEWS, f"rt <user> {NEWS[:40]}…"),
        (f"{NEWS} <url> via <user>", f"{NEWS} says the mayor"),
        ("so wet", "wet, so wet"),
        ("love this", "this love"),
    ],
)
def test_texts_that_say_the_same_are_one(one, other):
    assert together(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("so wet", "so dry"),
        ("<user> <url>", "<url>"),
        ("😀", "😀"),
        (NEWS, "Two bridges over the river open again"),
        ("", ""),
    ],
)
def test_texts_that_do_not_are_apart(one, other):
    assert not together(one, other)


def test_known_retweets_are_one_whatever_they_say():
    assert clusters(["a b", "c d", "e f"], [(2, 0)], 5) == [0, 1, 0]


def test_words_leave_placeholders_and_the_head_of_a_retweet():
    assert words("RT <user>: It's 3.45 m <url> ☔ #Flood") == ["it", "s", "3", "45", "m", "flood"]


@given(st.lists(st.sampled_from(["a b", "b a", "c d", "c d e", "", "<url>", "RT <user> a b"]), max_size=8), st.data())
def test_clusters_do_not_depend_on_the_order(texts, data):
    order = data.draw(st.permutations(range(len(texts))))
    found, shuffled = clusters(texts, [], 5), clusters([texts[i] for i in order], [], 5)
    for i in range(len(texts)):
        for j in range(len(texts)):
            assert (found[order[i]] == found[order[j]]) == (shuffled[i] == shuffled[j])


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), st.integers(1, 8))
def test_unions_agree_with_brute_force_and_keep_their_limit(pairs, limit):
    union, sets = Union(8), [{i} for i in range(8)]
    for one, other in pairs:
        first, second = (next(s for s in sets if i in s) for i in (one, other))
        if first is not second and len(first) + len(second) <= limit:
            sets.remove(second)
            first |= second
        assert union.join(one, other, limit) == any({one, other} <= s for s in sets)
    for members in sets:
        assert {union.root(i) for i in members} == {min(members)}
        assert union.size[min(members)] == len(members) <= max(limit, 1)
