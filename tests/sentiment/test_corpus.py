"""Which words are counted, and that a text retweeted a hundred times counts once."""

import numpy as np
import pytest

from floodmark.sentiment.corpus import count_words
from floodmark.settings.find_topics import FindTopics


@pytest.fixture(scope="module")
def settings(params):
    return lambda **changes: params("find_topics", FindTopics, **{"min_tweets": 2, "max_share": 1} | changes)


def test_short_words_stop_words_and_what_is_no_word_are_not_counted(settings):
    corpus = count_words(["The river is up 2 m, ok <url> #RiverLevel", "river river level again <user>"], settings())
    assert corpus.words == ["level", "river"]
    assert corpus.counts.toarray().tolist() == [[1, 2], [1, 2]]


def test_words_of_retweets_are_as_rare_as_the_text_they_repeat(settings):
    texts = ["Bessie saved the piano", *["RT <user>: Bessie saved the piano <url>"] * 30, "water came", "water went"]
    corpus = count_words(texts, settings())
    assert corpus.words == ["water"]
    assert corpus.distinct.tolist() == [31, 32]
    assert count_words(texts, settings(min_tweets=1)).distinct.tolist() == [0, 31, 32]


def test_every_tweet_is_counted_but_only_distinct_ones_weigh(settings):
    corpus = count_words(["mud here", "mud there mud", "rain here", "Mud HERE!", "😀"], settings(min_tweets=1))
    assert corpus.words == ["mud", "rain"]
    assert corpus.counts.sum(0).tolist() == [[4, 1]]
    assert corpus.usable.tolist() == [0, 1, 2, 3]
    assert corpus.word_shares == pytest.approx([0.75, 0.25])
    assert corpus.together(np.array([1, 0])).tolist() == [[1, 0], [0, 2]]


def test_words_in_too_many_tweets_are_left_out(settings):
    corpus = count_words(["flood mud", "flood mud rain", "flood rain", "flood"], settings(max_share=0.5))
    assert corpus.words == ["mud", "rain"]
    assert corpus.distinct.tolist() == [0, 1, 2]


@pytest.mark.parametrize("texts", [[], ["😀"], ["mud"], ["the of and", "is it"]])
def test_nothing_to_count_is_no_error(settings, texts):
    corpus = count_words(texts, settings())
    assert corpus.words == []
    assert corpus.counts.shape == (len(texts), 0)
    assert len(corpus.distinct) == len(corpus.usable) == 0
