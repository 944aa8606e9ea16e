import numpy as np
import pytest

from floodmark.learning.repeats import Repeats
from floodmark.sentiment.diagnosis import changes
from floodmark.sentiment.diagnosis.curve import answered
from floodmark.sentiment.diagnosis.lessons import Lesson, Variant
from floodmark.settings.train_text import TrainText

SETTINGS = ("more_dropout", "small", "slow", "small_batches")


@pytest.fixture
def base(corpus, settings):
    rows = corpus.rows("train")
    return Lesson(
        "lstm", rows, corpus.labels[rows], corpus.rows("validation"), answered(corpus), 1, settings().train_text
    )


@pytest.mark.parametrize("model", changes.NETWORKS)
@pytest.mark.parametrize("change", SETTINGS)
def test_a_change_of_settings_is_of_one_thing_and_valid(model, change, params):
    before = params("train_text", TrainText)
    after = changes.recipe(model, change, before)
    old, new = getattr(before, model).model_dump(), getattr(after, model).model_dump()
    differ = {key for key in old if old[key] != new[key]}
    network = {"lstm": {"units"}, "transformer": {"width", "feed_forward"}}[model]
    wanted = {"more_dropout": {"dropout"}, "slow": {"learning_rate"}, "small_batches": {"batch_size"}}
    assert differ == wanted.get(change, network)
    type(getattr(before, model)).model_validate(new)
    assert "width" not in new or new["width"] % new["heads"] == 0
    other = "lstm" if model == "transformer" else "transformer"
    assert getattr(after, other) == getattr(before, other)
    assert after.words == before.words


def test_labels_that_vader_contradicts_are_dropped_and_silence_is_no_contradiction(corpus, base):
    vader = np.zeros(len(corpus.texts))
    wrong, right = base.rows[:5], base.rows[5:10]
    vader[wrong] = 0.4 - 0.8 * corpus.labels[wrong]
    vader[right] = 0.8 * corpus.labels[right] - 0.4
    after = changes.changed(base, "clean_labels", corpus, vader)
    assert after.rows.tolist() == base.rows[5:].tolist()
    assert after.labels.tolist() == base.labels[5:].tolist()


def test_spare_tweets_get_the_class_of_the_lexicon_where_it_has_one(corpus, base):
    spare = corpus.rows("spare")
    vader = np.zeros(len(corpus.texts))
    vader[spare[:3]] = (0.5, -0.5, 0.1)
    after = changes.changed(base, "vader_labels", corpus, vader)
    assert after.rows.tolist() == [*base.rows, *spare[:3]]
    assert after.labels.tolist() == [*base.labels, 1, 0, 1]
    assert after.choose.tolist() == base.choose.tolist()


def names(corpus, settings, tried, sentences=False):
    vader = np.zeros(len(corpus.texts))
    found = changes.variants(corpus, vader, tried, sentences, 1, settings().train_text, 1)
    return {variant.name: variant.runs[0][0] for variant in found}


def test_each_network_has_the_changes_that_it_can_have(corpus, settings):
    found = names(corpus, settings, ["mean_pool", "sentence_encoder"])
    assert list(found) == ["lstm with mean_pool"]
    assert found["lstm with mean_pool"].mean_pool
    found = names(corpus, settings, ["sentence_encoder", "slow"], sentences=True)
    assert [lesson.model for lesson in found.values()] == ["sentence", "lstm", "sentence", "transformer"]


def test_the_best_is_best_on_validation_and_the_base_where_nothing_helps():
    tried = [Variant(name, {"model": name.split()[0]}, ()) for name in ("a base", "a slow", "a small", "b base")]
    values = np.array([[0.6, 0.6], [0.5, 0.7], [0.5, 0.8], [0.9, 0.9]])
    found = Repeats(tuple(variant.name for variant in tried), values, np.zeros((10, 4)))
    assert changes.best("a", tried, found).name == "a small"
    assert changes.best("a", tried[:2], found._replace(values=values)).name == "a base"
