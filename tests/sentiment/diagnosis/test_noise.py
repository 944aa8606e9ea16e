import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from floodmark.sentiment.diagnosis import noise
from floodmark.sentiment.diagnosis.scores import Sheet
from floodmark.sentiment.emoji import LabelEmoji


def test_emoji_decide_as_they_do_for_tweets():
    emoji = LabelEmoji(["😀"], ["😢"])
    texts = ["good 😀", "😢😢😀", "😀😢", "plain"]
    assert noise.emoji_classes(texts, emoji, 1).tolist() == [1, 0, -1, -1]
    assert noise.emoji_classes(["😀", "😀😀"], emoji, 2).tolist() == [-1, 1]


def test_kappa_is_that_of_the_library_and_undefined_without_variety():
    rng = np.random.default_rng(0)
    one = rng.integers(0, 2, 200)
    other = np.where(rng.random(200) < 0.7, one, rng.integers(0, 2, 200))
    assert noise.kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))
    assert noise.kappa(one, one) == 1
    assert math.isnan(noise.kappa(np.ones(3, int), np.ones(3, int)))
    assert math.isnan(noise.kappa(np.zeros(0, int), np.zeros(0, int)))


def test_agreement_counts_texts_of_which_both_say_something():
    said, truth = np.array([1, 0, -1, 1, 1]), np.array([1, 0, 0, 0, 1])
    row = noise.agreement("m", "people", said, truth)
    assert (row["texts"], row["value"]) == (4, 0.75)
    # Wilson's interval of 3 of 4.
    assert (row["value_low"], row["value_high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)
    nothing = noise.agreement("m", "people", np.array([-1]), np.array([1]))
    assert nothing["texts"] == 0
    assert "value" not in nothing


def test_emoji_of_judged_texts_are_compared_where_people_saw_them(corpus):
    emoji = LabelEmoji(["😀"], ["😢"])
    sheet = Sheet(corpus, corpus.scored(20), 100, 1)
    vader = np.where(corpus.labels == 1, 0.5, -0.5)
    vader[corpus.rows("train")] *= -1
    vader[corpus.rows("people")[:3]] = 0
    found = {(row["measure"], row["scored_on"]): row for row in noise.agreements(sheet, emoji, 1, vader)}
    whole = found["emoji_agreement", "people"]
    assert whole["texts"] == len(corpus.rows("people"))
    assert whole["value"] == whole["kappa"] == 1
    assert ("emoji_agreement", "emoji_test") not in found
    assert found["vader_agreement", "people"]["texts"] == whole["texts"] - 3
    assert found["vader_agreement", "emoji_train"]["value"] == 0
    assert found["vader_agreement", "emoji_test"]["value"] == 1


def test_more_flips_hold_the_fewer_and_classes_keep_their_proportion():
    labels = np.array([0] * 40 + [1] * 20)
    some, more = (noise.flip(labels, share, np.random.default_rng(2)) for share in (0.1, 0.3))
    assert [(labels[labels == c] != some[labels == c]).sum() for c in (0, 1)] == [4, 2]
    assert [(labels[labels == c] != more[labels == c]).sum() for c in (0, 1)] == [12, 6]
    assert set(np.flatnonzero(some != labels)) < set(np.flatnonzero(more != labels))
    assert labels.tolist() == [0] * 40 + [1] * 20


def test_turned_labels_are_of_training_alone(corpus, settings):
    (variant,) = noise.variants(corpus, ["tfidf"], [0.25], 1, settings().train_text, 1)
    ((lesson,),) = variant.runs
    truth = corpus.labels[lesson.rows]
    assert (lesson.labels != truth).mean() == pytest.approx(0.25, abs=0.02)
    assert set(corpus.parts[lesson.rows]) == {"train"}
    assert set(corpus.parts[lesson.choose]) == {"validation"}
