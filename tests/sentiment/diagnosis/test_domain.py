import numpy as np
import pytest

from floodmark.sentiment.diagnosis import domain


@pytest.fixture
def rulers(corpus, settings):
    own = settings(folds=3, seeds=2, domain_models=["tfidf"])
    sets = corpus.scored(20)
    return list(domain.variants(corpus, sets, own.diagnose_text, own.train_text, 1)), sets


def test_every_kind_of_label_on_every_source_from_as_many_texts(rulers, corpus):
    found, sets = rulers
    kinds = [(variant.columns["scored_on"], variant.columns["learnt_from"]) for variant in found]
    assert kinds == [
        (f"people:source{number}", kind) for number in range(2) for kind in ("emoji", "other_people", "same_people")
    ]
    for variant in found:
        assert len(variant.runs) == 2
        for run in variant.runs:
            answers = np.concatenate([lesson.answer for lesson in run])
            assert sorted(answers) == sets[variant.columns["scored_on"]].tolist()
            for lesson in run:
                learnt = len(lesson.rows) + len(lesson.choose)
                assert learnt == pytest.approx(variant.columns["learnt_texts"], abs=1)
                assert len(lesson.choose) == pytest.approx(0.2 * learnt, abs=3)
    for source in sets:
        sizes = {variant.columns["learnt_texts"] for variant in found if variant.columns["scored_on"] == source}
        assert len(sizes) == (1 if source.startswith("people:") else 0)


def test_nothing_is_learnt_from_what_it_answers_or_what_is_near_it(corpus, settings):
    """Texts are made near-duplicates in threes, across sources too: no unit is on both sides."""
    people = corpus.rows("people")
    units = corpus.units.copy()
    order = np.random.default_rng(0).permutation(people)
    units[order] = [f"copy{number // 3}" for number in range(len(order))]
    copied = corpus._replace(units=units)
    own = settings(folds=3)
    found = list(domain.variants(copied, corpus.scored(20), own.diagnose_text, own.train_text, 1))
    assert {variant.columns["learnt_from"] for variant in found} == {"emoji", "other_people", "same_people"}
    for variant in found:
        for lesson in variant.runs[0]:
            learnt = set(units[lesson.rows]) | set(units[lesson.choose])
            assert not learnt & set(units[lesson.answer])
            assert not set(units[lesson.rows]) & set(units[lesson.choose])


def test_labels_are_of_whom_the_kind_says(rulers, corpus):
    for variant in rulers[0]:
        source = variant.columns["scored_on"].removeprefix("people:")
        for lesson in variant.runs[0]:
            kind = variant.columns["learnt_from"]
            rows = np.concatenate([lesson.rows, lesson.choose])
            assert (set(corpus.parts[rows]) == {"train"}) == (kind == "emoji")
            assert kind == "emoji" or (set(corpus.sources[rows]) == {source}) == (kind == "same_people")
            assert lesson.labels.tolist() == corpus.labels[lesson.rows].tolist()


def test_one_source_alone_has_no_other_and_few_texts_tell_nothing(corpus, settings, capsys):
    own = settings(folds=2, domain_models=["tfidf"])
    one = corpus._replace(sources=np.where(corpus.sources == "", "", "only"))
    found = list(domain.variants(one, one.scored(20), own.diagnose_text, own.train_text, 1))
    assert [variant.columns["learnt_from"] for variant in found] == ["emoji", "same_people"]
    few = settings(min_texts=10_000)
    assert list(domain.variants(corpus, corpus.scored(20), few.diagnose_text, few.train_text, 1)) == []
    assert "cannot be told" in capsys.readouterr().err


def test_a_pool_of_one_class_to_learn_from_is_left_out(corpus, settings):
    own = settings(folds=2, domain_models=["tfidf"])
    one = corpus._replace(labels=np.where(corpus.parts == "train", 1, corpus.labels))
    found = domain.variants(one, corpus.scored(20), own.diagnose_text, own.train_text, 1)
    assert {variant.columns["learnt_from"] for variant in found} == {"other_people", "same_people"}
