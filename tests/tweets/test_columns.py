"""Columns of texts against one rule after another on one text after another."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.tweets.columns import FEW, _wider, close_all, fold_all, forbidden, lists, scrub_all
from floodmark.tweets.fold import fold
from floodmark.tweets.scrub import apply
from floodmark.tweets.shapes import FORBIDDEN, PLACEHOLDERS, close, shapes
from tests.tweets.knowing import RULES, column
from tests.tweets.marked import CORPUS, HALVES, parse

RAW = [tweet.raw for half in HALVES for tweet in parse((CORPUS / f"{half}.txt").read_text(encoding="utf-8")).tweets]
PIECES = st.sampled_from(
    ["07700 900123", "@bob", "http://t.co/AbC1", "12 Mill Lane", "HU5 2NN", "＠ｂｏｂ", "&amp;", "é", "\u200d", "😀",
     "53.74571, -0.33671", "GB33BUKB20201555555555", "\u0430nna", "  ", "\n", "jane at mail dot org", "<user>",
     "192.0.2.7", "5.3 m"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=6).map(" ".join)


def one_by_one(text):
    for rule in RULES:
        text = apply(rule, text)
    return close(text)


def test_the_corpus_is_scrubbed_as_if_every_rule_were_tried_on_every_text():
    folded = fold_all(column(RAW))
    assert folded.to_list() == [fold(text) for text in RAW]
    assert scrub_all(folded)[0].to_list() == [one_by_one(text) for text in folded]


@settings(max_examples=40)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_any_texts_are_scrubbed_as_if_every_rule_were_tried_on_each(texts):
    texts = texts * FEW
    folded = fold_all(column(texts))
    assert folded.to_list() == [fold(text) for text in texts]
    clean = scrub_all(folded)[0]
    assert clean.to_list() == [one_by_one(text) for text in folded]
    assert close_all(clean).to_list() == clean.to_list()


@pytest.mark.parametrize("rule", [*RULES, *FORBIDDEN.values()], ids=lambda rule: getattr(rule, "kind", "shape"))
def test_a_wider_pattern_misses_no_match(rule):
    pattern = getattr(rule, "pattern", None)
    pattern = rule if isinstance(pattern, str) else pattern
    texts = [fold(text) for text in RAW]
    seen = column(texts).str.contains(_wider(pattern)).to_list()
    hits = [pattern.search(text) is not None for text in texts]
    assert all(wide for wide, hit in zip(seen, hits, strict=True) if hit)
    # One that let everything through would spare nothing.
    assert sum(seen) < len(seen)


@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_text_with_a_forbidden_shape_is_never_passed_over(texts):
    maybe = forbidden(column(texts)).to_list()
    assert all(may for text, may in zip(texts, maybe, strict=True) if shapes(PLACEHOLDERS.sub(" ", text)))


@given(st.lists(st.lists(st.text(max_size=3), max_size=3), max_size=6))
def test_lists_are_columns_of_lists(values):
    assert lists(values).equals(pl.Series(values, dtype=pl.List(pl.String)), check_names=False)
