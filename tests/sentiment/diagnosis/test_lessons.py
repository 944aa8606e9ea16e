import itertools
import multiprocessing
from dataclasses import replace

import numpy as np
import pytest
import torch

from floodmark.errors import UserError
from floodmark.sentiment.diagnosis.curve import answered, subset, training_seed, variants
from floodmark.sentiment.diagnosis.learners import learn
from floodmark.sentiment.diagnosis.lessons import UNANSWERED, Lesson, Variant, assembled, lessons_of
from floodmark.sentiment.diagnosis.workers import answer_all
from floodmark.sentiment.scoring import decided
from floodmark.sentiment.text_baselines import text_baselines
from floodmark.sentiment.text_models import predict_text, train_text
from floodmark.settings.train_clip import TrainClip


@pytest.fixture
def lesson(corpus, settings):
    rows = corpus.rows("train")
    return Lesson(
        "lstm", rows, corpus.labels[rows], corpus.rows("validation"), answered(corpus), 1, settings().train_text
    )


@pytest.mark.parametrize("name", ["lstm", "transformer"])
def test_the_first_seed_on_all_tweets_is_the_very_model_that_is_judged(
    name, corpus, desk, lesson, inputs, tmp_path
):  # fmt: skip
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    train_text(name, inputs.labelled, inputs.vectors, tmp_path, lesson.settings, 1)
    torch.set_num_threads(before)
    texts = [corpus.texts[row] for row in lesson.answer]
    probabilities = predict_text(tmp_path / "model.safetensors", texts)
    (found,) = answer_all(desk, {"one": replace(lesson, model=name)}, 1).values()
    assert found.tolist() == decided(probabilities).tolist()
    assert 0 < found.mean() < 1


def test_baselines_are_those_that_are_judged(corpus, desk, lesson, inputs, params):
    texts = [corpus.texts[row] for row in lesson.answer]
    judged = text_baselines(inputs.labelled, texts, inputs.vectors, False, params("train_clip", TrainClip), 1)
    for name, answers in judged.items():
        found = learn(desk, replace(lesson, model=name))
        assert found.tolist() == decided(answers.probabilities).tolist(), name


def test_processes_answer_as_this_one_does(desk, lesson, corpus):
    lessons = {name: replace(lesson, model=name) for name in ("lstm", "mean_vectors")}
    alone, beside = (answer_all(desk, lessons, workers) for workers in (1, 2))
    assert list(alone) == list(beside) == ["lstm", "mean_vectors"]
    for name in lessons:
        assert alone[name].tolist() == beside[name].tolist()


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_that_were_given_before_a_failure_are_not_given_again(desk, lesson, tmp_path, monkeypatch, workers):
    lessons = {name: replace(lesson, model=name) for name in ("tfidf", "mean_vectors")}
    whole = answer_all(desk, lessons, 1)
    recipe = lesson.settings.transformer.model_copy(update={"heads": 3})
    wrong = replace(lesson, model="transformer", settings=lesson.settings.model_copy(update={"transformer": recipe}))
    with pytest.raises(UserError, match="no multiple of heads"):
        answer_all(desk, {"tfidf": lessons["tfidf"], "wrong": wrong}, 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tfidf.npy"]
    learnt = []

    def noting(desk, lesson):
        learnt.append(lesson.model)
        return learn(desk, lesson)

    monkeypatch.setattr("floodmark.sentiment.diagnosis.workers.learn", noting)
    found = answer_all(desk, lessons, workers, tmp_path)
    assert learnt == ["mean_vectors"]  # one alone is learnt in this process
    assert list(found) == list(whole)
    assert all((found[name] == whole[name]).all() for name in whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mean_vectors.npy", "tfidf.npy"]
    answer_all(desk, lessons, workers, tmp_path)
    assert learnt == ["mean_vectors"]


def test_a_lesson_that_fails_ends_all_of_them(desk, lesson):
    recipe = lesson.settings.transformer.model_copy(update={"heads": 3})
    wrong = replace(lesson, model="transformer", settings=lesson.settings.model_copy(update={"transformer": recipe}))
    long = lesson.settings.lstm.model_copy(update={"epochs": 1_000_000, "patience": 1_000_000})
    endless = replace(lesson, settings=lesson.settings.model_copy(update={"lstm": long}))
    with pytest.raises(UserError, match="no multiple of heads"):
        answer_all(desk, {"wrong": wrong, "endless": endless}, 2)
    assert multiprocessing.active_children() == []


def test_a_mean_over_states_is_another_model_and_as_blind_to_padding(desk, lesson):
    from floodmark.sentiment.diagnosis.mean_pool import MeanPooledLstm
    from floodmark.sentiment.models.lstm import LstmClassifier
    from floodmark.sentiment.models.words import WordEmbedding

    made = []
    for kind in (MeanPooledLstm, LstmClassifier):
        torch.manual_seed(0)
        words = WordEmbedding(torch.randn(20, 6), torch.full((4, 6), torch.nan))
        made.append(kind(words, [5], True, False, 0.0).eval())
    ids = torch.tensor([[5, 6, 7], [8, 9, 0]])
    wide = torch.cat([ids, torch.zeros(2, 4, dtype=torch.int64)], dim=1)
    pooled, final = (model(ids, ids != 0) for model in made)
    torch.testing.assert_close(made[0](wide, wide != 0), pooled)
    assert (pooled - final).abs().max() > 1e-3
    # One word's only states are its final ones.
    torch.testing.assert_close(*(model(ids[:, :1], ids[:, :1] != 0) for model in made))


def test_lessons_that_answer_alike_are_learnt_once(lesson):
    half = replace(lesson, rows=lesson.rows[::2], labels=lesson.labels[::2])
    linear = replace(lesson, model="tfidf")
    runs = [(lesson,), (half,), (replace(lesson),), (linear,), (replace(linear, seed=2),)]
    found = list(lessons_of([Variant("all", {}, tuple(runs))]).values())
    assert len(found) == 3
    assert found[0] is not linear
    assert len(found[-1].rows) == len(linear.rows)
    assert found[-1].model == "tfidf"
    changes = ({"seed": 2}, {"labels": 1 - lesson.labels}, {"mean_pool": True}, {"choose": lesson.choose[1:]},
               {"answer": lesson.answer[1:]}, {"model": "transformer"})  # fmt: skip
    assert len({replace(lesson, **change).key for change in changes} | {lesson.key}) == 7
    recipe = lesson.settings.lstm.model_copy(update={"dropout": 0.9})
    assert replace(lesson, settings=lesson.settings.model_copy(update={"lstm": recipe})).key != lesson.key


def test_answers_of_one_seed_are_put_together(lesson):
    parts = tuple(replace(lesson, answer=np.array(rows)) for rows in ([0, 2], [3]))
    answers = {parts[0].key: np.array([1, 0]), parts[1].key: np.array([1])}
    found = assembled(Variant("parts", {}, (parts, parts[:1])), answers, 5)
    assert found.tolist() == [[1, UNANSWERED, 0, 1, UNANSWERED], [1, UNANSWERED, 0, UNANSWERED, UNANSWERED]]


def test_subsets_are_nested_and_hold_every_class():
    labels = np.array([0] * 30 + [1] * 10)
    shares = (0.01, 0.1, 0.5, 1)
    found = [subset(labels, share, np.random.default_rng(3)) for share in shares]
    assert [np.bincount(labels[rows]).tolist() for rows in found] == [[1, 1], [3, 1], [15, 5], [30, 10]]
    for small, large in itertools.pairwise(found):
        assert set(small) < set(large)
    assert found[-1].tolist() == list(range(40))
    assert subset(labels, 0.5, np.random.default_rng(4)).tolist() != found[2].tolist()


def test_each_repeat_draws_its_own_tweets_the_same_for_every_model(corpus, settings):
    found = list(variants(corpus, ["lstm", "tfidf"], [0.5], 2, settings().train_text, 1))
    assert [variant.columns["share"] for variant in found] == [0.5, 1, 0.5, 1]
    lstm, tfidf = found[0], found[2]
    rows = [[run[0].rows.tolist() for run in variant.runs] for variant in (lstm, tfidf)]
    assert rows[0] == rows[1]
    assert rows[0][0] != rows[0][1]
    assert [run[0].seed for run in lstm.runs] == [1, training_seed(1, 1)]
    assert training_seed(1, 1) not in (1, training_seed(1, 2), training_seed(2, 1))
