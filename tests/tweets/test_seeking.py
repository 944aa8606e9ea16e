"""The search finds what comparing every identifier with every stretch of words finds."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.canonical import words
from floodmark.tweets.confusables import plain
from floodmark.tweets.fold import fold
from floodmark.tweets.known import Kind
from floodmark.tweets.own import own_words
from floodmark.tweets.seeking import Seeker
from tests.tweets.raw import knows

VOCABULARY = [
    "orla",
    "Quillbeck",
    "QUILLBECK",
    "kestrel9",
    "river",
    "up",
    "Ottoline",
    "Hawkweed",
    "12345678",
    "Ñandú",
    "n\u0303andu\u0301",
    "ｏｒｌａ",
]
PEOPLE = [
    ("kestrel9", "Orla Quillbeck"),
    ("hawkweed", "Ñandú Hawkweed Up"),
    ("river9_up", "Ottoline River Quillbeck 🌊"),
]
CALLED = ["Quillbeck Orla", "Hawkweed Ñandú", "Quillbeck Ottoline River", "Quillbeck Ottoline", "Ottoline Quillbeck",
          "Up Ñandú Hawkweed", "Up Ñandú", "Ñandú Up"]  # fmt: skip
"""What these people are called besides, as far as the vocabulary has it."""
SENTENCES = st.lists(
    st.tuples(st.sampled_from(VOCABULARY), st.sampled_from([" ", ", ", "-", "\n", " <name> "])), max_size=9
)


def brute_force(texts, names):
    """Whether any name stands in each text as whole words, comparing word by word."""
    cut = [plain(fold(name)) for name in names]
    wanted = [words(pl.Series([name])).word.to_list() for name in cut]
    found = []
    for text in texts:
        there = words(pl.Series([fold(text)])).word.to_list()
        spans = {tuple(there[a:b]) for a in range(len(there)) for b in range(a + 1, len(there) + 1)}
        found.append(any(tuple(name) in spans for name in wanted))
    return found


@pytest.fixture(scope="module")
def seeker(tmp_path_factory):
    people = [{"username": user, "name": name} for user, name in PEOPLE]
    return Seeker(knows(tmp_path_factory.mktemp("known"), *people, {"id": "12345678"}))


@given(st.lists(SENTENCES, min_size=1, max_size=5))
def test_whole_words_are_found_as_by_brute_force(seeker, sentences):
    texts = ["".join(word + blank for word, blank in sentence) for sentence in sentences]
    names = [*(part for person in PEOPLE for part in person), "12345678", "Ñandú Hawkweed", "Ottoline River Quillbeck"]
    names += CALLED
    strict = {found.row for found in seeker.strictly(pl.Series(texts), closed=False)}
    assert [row in strict for row in range(len(texts))] == brute_force(texts, names)
    sought = {found.row for found in seeker.seek(pl.Series(texts), np.zeros(len(texts), bool))}
    assert sought == strict


def test_what_a_hit_says(tmp_path):
    seeker = Seeker(knows(tmp_path, {"username": "kestrel9", "name": "Orla Quillbeck"}))
    first, second = seeker.strictly(pl.Series(["up", "orla. QUILLBECK 6b65737472656c39"]), closed=False)
    assert first[:4] == (1, "plain", Kind.NAME, 13)
    assert second[:4] == (1, "hex", Kind.NAME, 8)
    assert first.digest != second.digest


def test_words_of_this_package_are_its_own(tmp_path):
    seeker = Seeker(knows(tmp_path, {"username": "photo", "name": "x"}, {"username": "kestrelmere", "name": "y"}))
    assert seeker.strictly(pl.Series(["photo"]), closed=False)
    assert not seeker.strictly(pl.Series(["photo"]), closed=True)
    assert seeker.strictly(pl.Series(["kestrelmere"]), closed=True)


@pytest.mark.parametrize("name", ["Jane Smith", "jane", "Pixels Photo", "label_row", "photo_4711"])
def test_only_single_words_that_this_program_writes_are_its_own(tmp_path, name):
    # The first two stand in a docstring of `names`, the others are made of words of ours.
    seeker = Seeker(knows(tmp_path, {"username": "x", "name": name}, {"username": "accuracy"}, {"username": "label"}))
    texts = pl.Series([f"by {name.upper()}, of", "label: accuracy"])
    assert {found.row for found in seeker.strictly(texts, closed=True)} == {0}
    assert {found.row for found in seeker.seek(texts, np.zeros(2, bool))} == {0}


def test_the_names_of_twitter_s_programs_hide_nobody_where_nothing_else_stands(tmp_path):
    seeker = Seeker(knows(tmp_path, {"username": "x", "name": "Twitter for iPhone"}))
    texts = pl.Series(["Twitter for iPhone", "it is Twitter for iPhone who wrote"])
    assert {found.row for found in seeker.strictly(texts, closed=True)} == {1}


def test_words_of_prose_are_nobody_s_own():
    assert {"label", "accuracy", "photo", "likes", "slightly", "parquet"} <= own_words()
    assert not {"jane", "smith", "sweeney", "whoever"} & own_words()
    assert len(own_words()) < 2500
