"""Held-out perplexity, coherence and the rule that chooses, against values worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from floodmark.sentiment.coherence import coherence, coherences, shuffled_npmi
from floodmark.sentiment.corpus import Corpus
from floodmark.sentiment.lda import top_words
from floodmark.sentiment.topic_choice import choose, halve, perplexity, unigram_perplexity

COUNTS = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(0, 4))


def together(present):
    return np.array(present).T @ np.array(present), len(present)


def corpus_of(present):
    counts = csr_matrix(np.array(present, np.int64))
    return Corpus([f"w{word}" for word in range(counts.shape[1])], counts, np.arange(counts.shape[0]))


def test_coherence_of_a_worked_example():
    found = coherence(*together([[1, 1], [1, 1], [1, 0], [0, 0]]))
    assert found["umass"] == pytest.approx(math.log(3 / 3))
    assert found["npmi"] == pytest.approx(math.log(0.5 / (0.75 * 0.5)) / -math.log(0.5))


def test_coherence_at_its_ends():
    assert coherence(*together([[1, 0], [0, 1]]))["npmi"] == -1
    assert coherence(*together([[1, 1], [1, 1]]))["npmi"] == 1
    assert coherence(*together([[1, 1]] * 50 + [[0, 0]] * 50))["npmi"] == pytest.approx(1)
    assert coherence(*together([[1], [0]])) == {"umass": 0, "npmi": 0}


def test_coherence_goes_over_every_pair_once():
    present = np.random.default_rng(0).integers(0, 2, (40, 4))
    pairs = [coherence(*together(present[:, [upper, lower]])) for lower in range(4) for upper in range(lower)]
    found = coherence(*together(present))
    for key in ("umass", "npmi"):
        assert found[key] == pytest.approx(np.mean([pair[key] for pair in pairs]))


def test_topics_are_scored_by_their_own_words_and_the_baseline_by_words_of_all():
    corpus = corpus_of([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]])
    top = np.array([[1, 0], [2, 3]])
    assert [topic["npmi"] for topic in coherences(corpus, top)] == pytest.approx([1, 1])
    assert [topic["npmi"] for topic in coherences(corpus, top[:, ::-1] * 0 + [[0, 2], [3, 1]])] == [-1, -1]
    # Of the three ways to pair four words, one gives the topics again (NPMI 1) and two never stand together (-1).
    assert shuffled_npmi(corpus, top, np.random.default_rng(0)) == pytest.approx(-1 / 3, abs=0.5)


@given(counts=COUNTS, seed=st.integers(0, 9))
def test_halves_hold_every_word_once(counts, seed):
    long = counts[counts.sum(1) >= 2]
    halves = halve(csr_matrix(counts), np.random.default_rng(seed))
    assert np.array_equal((halves.seen + halves.asked).toarray(), long)
    assert np.array_equal(halves.seen.toarray().sum(1), long.sum(1) // 2)


def test_halves_are_dealt_and_not_cut():
    row = csr_matrix(np.ones((200, 10), np.int64))
    halves = halve(row, np.random.default_rng(0))
    assert halves.seen.toarray().mean(0) == pytest.approx(np.full(10, 0.5), abs=0.15)


@given(counts=COUNTS.filter(lambda counts: counts.sum() > 0), seed=st.integers(0, 9))
def test_perplexity_is_that_of_its_definition(counts, seed):
    rng = np.random.default_rng(seed)
    shares, words = rng.dirichlet(np.ones(3), len(counts)), rng.dirichlet(np.ones(counts.shape[1]), 3)
    terms = [
        counts[tweet, word] * math.log(sum(shares[tweet, topic] * words[topic, word] for topic in range(3)))
        for tweet in range(len(counts))
        for word in range(counts.shape[1])
    ]
    assert perplexity(shares, words, csr_matrix(counts)) == pytest.approx(math.exp(-sum(terms) / counts.sum()))


def test_a_fair_die_has_the_perplexity_of_its_sides():
    assert unigram_perplexity(csr_matrix(np.ones((2, 6))), csr_matrix(np.ones((3, 6)))) == pytest.approx(6)
    assert perplexity(np.ones((1, 1)), np.full((1, 6), 1 / 6), csr_matrix([[2, 0, 0, 1, 0, 0]])) == pytest.approx(6)


def test_the_rule_takes_the_most_coherent_of_those_near_the_lowest_perplexity():
    by_number = {4: (130.0, 0.9), 8: (109.0, 0.2), 12: (100.0, 0.1), 16: (105.0, 0.2)}
    tried = {number: {"perplexity": score, "npmi": npmi} for number, (score, npmi) in by_number.items()}
    assert choose(tried, 0) == 12
    assert choose(tried, 0.05) == 16
    assert choose(tried, 0.1) == 8  # of equals the smallest
    assert choose(tried, 0.3) == 4
    assert choose(dict(reversed(tried.items())), 0.1) == 8


def test_relevance_weighs_probability_against_lift():
    words = np.array([[0.5, 0.3, 0.2], [0.5, 0.1, 0.4]])
    shares = np.array([0.8, 0.15, 0.05])
    assert top_words(words, shares, 1.0, 2).tolist() == [[0, 1], [0, 2]]
    assert top_words(words, shares, 0.0, 3).tolist() == [[2, 1, 0], [2, 1, 0]]
    by_hand = [0.6 * math.log(p) + 0.4 * math.log(p / q) for p, q in zip(words[0], shares, strict=True)]
    assert top_words(words, shares, 0.6, 3)[0].tolist() == sorted(range(3), key=lambda word: -by_hand[word])


def test_equally_relevant_words_come_in_alphabetical_order():
    assert top_words(np.full((1, 4), 0.25), np.full(4, 0.25), 0.6, 9).tolist() == [[0, 1, 2, 3]]
