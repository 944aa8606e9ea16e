import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.duplicates import clusters, shingles, words

NEWS = "Two bridges over the river closed after the wall gave way at noon today"


def together(one, other, first_words=6):
    found = clusters([one, "something else altogether", other], [], first_words, 0.6)
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
        (NEWS, f"breaking news: {NEWS} #flood"),
        (NEWS, NEWS.replace("noon", "one")),
        (NEWS, f"so it begins RT <user>: RT <user>: {NEWS}"),
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
        ("I love the rain so very much", "I hate the rain so very much"),
        ("yes he is adorable", "yes he is terrible"),
        (NEWS, " ".join(reversed(NEWS.split())) + " again"),
    ],
)
def test_texts_that_do_not_are_apart(one, other):
    assert not together(one, other)


def test_known_retweets_are_one_whatever_they_say():
    assert clusters(["a b", "c d", "e f"], [(2, 0)], 5, 0.6) == [0, 1, 0]


LONG = " ".join(f"word{n}" for n in range(30))


@pytest.mark.parametrize(
    "cut", ["RT <user>: {head}…", "“<user>: {head}” and now a long comment of my own comes after it"]
)
def test_only_the_first_words_find_what_is_cut_off_or_commented_on(cut):
    head = " ".join(LONG.split()[:12])
    assert together(LONG, cut.format(head=head), first_words=10)
    assert not together(LONG, cut.format(head=head), first_words=20)


def test_shingles_are_three_words_and_a_shorter_text_is_one():
    assert shingles(["a", "b", "c", "d"]) == {"a b c", "b c d"}
    assert shingles(["a", "b"]) == {"a b"}


@pytest.mark.parametrize(("least", "count"), [(0.6, 1), (0.601, 2)])
def test_a_similarity_at_the_threshold_is_enough(least, count):
    # abc, bcd and cde are in both, def and deg in one each: three of five.
    assert len(set(clusters(["a b c d e f", "a b c d e g"], [], 50, least))) == count


def test_words_leave_placeholders_and_the_head_of_a_retweet():
    assert words("RT <user>: It's 3.45 m <url> ☔ #Flood") == ["it", "s", "3", "45", "m", "flood"]


@given(st.lists(st.sampled_from(["a b", "b a", "c d", "c d e", "", "<url>", "RT <user> a b"]), max_size=8), st.data())
def test_clusters_do_not_depend_on_the_order(texts, data):
    order = data.draw(st.permutations(range(len(texts))))
    found, shuffled = clusters(texts, [], 5, 0.6), clusters([texts[i] for i in order], [], 5, 0.6)
    for i in range(len(texts)):
        for j in range(len(texts)):
            assert (found[order[i]] == found[order[j]]) == (shuffled[i] == shuffled[j])
