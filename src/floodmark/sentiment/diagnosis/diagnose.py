"""Why a text model falls short where people judge: every measurement of the diagnosis, planned, learnt and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.progress import say
from floodmark.sentiment.baselines import vader_scores
from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.diagnosis import changes, curve, domain, noise, verdicts
from floodmark.sentiment.diagnosis.corpus import read_corpus
from floodmark.sentiment.diagnosis.learners import set_up
from floodmark.sentiment.diagnosis.lessons import NETWORKS, assembled, lessons_of
from floodmark.sentiment.diagnosis.picture import learning_curve
from floodmark.sentiment.diagnosis.scores import Sheet, write_table
from floodmark.sentiment.diagnosis.workers import answer_all
from floodmark.sentiment.emoji import LabelEmoji
from floodmark.storage import write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.corpus import Corpus, Inputs
    from floodmark.sentiment.diagnosis.lessons import Variant
    from floodmark.settings.diagnose_text import DiagnoseText
    from floodmark.settings.evaluate_human import EvaluateHuman
    from floodmark.settings.label_tweets import LabelTweets
    from floodmark.settings.train_text import TrainText

LINEAR = ("mean_vectors", "tfidf")
Classes = dict[str, "NDArray[np.int64]"]


class Outputs(NamedTuple):
    """Where to write: four tables, the metrics, the chart."""

    learning_curve: Path
    label_noise: Path
    domain: Path
    one_change: Path
    diagnosis: Path
    picture: Path


class Params(NamedTuple):
    """The sections of params.yaml that a diagnosis reads."""

    label_tweets: LabelTweets
    train_text: TrainText
    evaluate_human: EvaluateHuman
    diagnose_text: DiagnoseText
    seed: int


class Plan(NamedTuple):
    """What is to be learnt.

    Attributes:
        bases: Every model on all training tweets, with as many seeds as anything needs.
        parts: Every model on a part of them.
        noisy: Models of turned labels.
        rulers: Models of people's labels.
        changed: Networks with one change.
    """

    bases: list[Variant]
    parts: list[Variant]
    noisy: list[Variant]
    rulers: list[Variant]
    changed: list[Variant]

    def everything(self) -> list[Variant]:
        """All of it."""
        return [variant for variants in self for variant in variants]


def diagnose(inputs: Inputs, outputs: Outputs, params: Params, workers: int, work: Path | None = None) -> None:
    """Measure size, label noise, domain and single changes, and write them.

    Without tweets to learn from, or texts that people judged, the tables hold what can be measured, if only headers.

    Args:
        inputs: What is learnt from and judged by.
        outputs: Where to write.
        params: Sections of params.yaml.
        workers: Trainings side by side.
        work: Folder of unfinished work; None to begin anew.

    Raises:
        UserError: if a tweet that people judged is in a split that models learn from, the vectors cannot be read, or
            the sentence encoder is asked for and not installed.
    """
    settings, judging = params.diagnose_text, params.evaluate_human
    spare = settings.spare_tweets if "vader_labels" in settings.changes else 0
    corpus = read_corpus(inputs, judging, params.label_tweets, spare, params.seed)
    vader = vader_scores(corpus.texts)
    sheet = Sheet(corpus, corpus.scored(settings.min_texts), judging.resamples, params.seed)
    if not any(name.startswith("people") for name in sheet.sets):
        say("no texts of both classes that people judged: models are compared on emoji alone")
    plan, classes = Plan([], [], [], [], []), Classes()
    if corpus.learnable():
        plan = _plan(corpus, vader, sheet, params)
        everyone = read_tweets(inputs.labelled)["text"].to_list()
        desk = set_up(corpus, everyone, inputs.vectors, params.train_text, judging.sentence_encoder)
        lessons = lessons_of(plan.everything())
        say(f"{len(lessons)} trainings, {workers} at a time")
        answers = answer_all(desk, lessons, workers, work)
        classes = {variant.name: assembled(variant, answers, len(corpus.texts)) for variant in plan.everything()}
    else:
        say("no tweets of both classes to learn from, or none to validate on: there is nothing to diagnose")
    classes[verdicts.VADER] = (vader >= 0).astype(np.int64)[None]  # as `evaluate_human` has it; no seed changes it
    emoji = LabelEmoji.of(params.label_tweets)
    agreed = list(noise.agreements(sheet, emoji, params.label_tweets.min_margin, vader))
    _write(sheet, plan, classes, settings, agreed, outputs)


def _plan(corpus: Corpus, vader: NDArray[np.float64], sheet: Sheet, params: Params) -> Plan:
    settings, training, seed = params.diagnose_text, params.train_text, params.seed
    sentences = params.evaluate_human.sentence_encoder
    models = [*NETWORKS, *LINEAR, *(["sentence"] if sentences else [])]
    seeds = max(settings.curve_seeds, settings.seeds)
    return Plan(
        bases=list(curve.variants(corpus, models, (), seeds, training, seed)),
        parts=[
            variant
            for variant in curve.variants(corpus, models, settings.shares, settings.curve_seeds, training, seed)
            if variant.columns["share"] != 1
        ],
        noisy=list(noise.variants(corpus, settings.flipped_models, settings.flipped, settings.seeds, training, seed)),
        rulers=list(domain.variants(corpus, sheet.sets, settings, training, seed)),
        changed=list(changes.variants(corpus, vader, settings.changes, sentences, settings.seeds, training, seed)),
    )


def _write(
    sheet: Sheet,
    plan: Plan,
    classes: Classes,
    settings: DiagnoseText,
    agreed: Sequence[Mapping[str, Any]],
    outputs: Outputs,
) -> None:
    of_curve = {name: table[: settings.curve_seeds] for name, table in classes.items()}
    first = {name: table[: settings.seeds] for name, table in classes.items()}
    models = [base.columns["model"] for base in plan.bases]
    by_size = sorted(
        [*plan.parts, *plan.bases], key=lambda item: (models.index(item.columns["model"]), item.columns["share"])
    )
    curve_rows = curve.table(sheet, _seeds(by_size, settings.curve_seeds), of_curve)
    noise_rows = [*agreed, *noise.table(sheet, plan.noisy, first)]
    domain_rows = domain.table(sheet, plan.rulers, first)
    bases = [verdicts.as_base(base) for base in plan.bases if base.columns["model"] in NETWORKS]
    tried = [*_seeds(bases, settings.seeds), *plan.changed] if plan.changed else []
    validation = sheet._replace(sets={changes.VALIDATION: sheet.corpus.rows("validation")})
    change_rows = [
        *changes.table(validation, tried, first),
        *changes.table(sheet, tried, first),
        *(_ceiling(row) for row in domain_rows if row["learnt_from"] == domain.SAME and row["model"] in NETWORKS),
    ]
    write_table(outputs.learning_curve, curve.COLUMNS, curve_rows)
    write_table(outputs.label_noise, noise.COLUMNS, noise_rows)
    write_table(outputs.domain, domain.COLUMNS, domain_rows)
    write_table(outputs.one_change, changes.COLUMNS, change_rows)
    levels = {
        name: sheet.compare(name, {verdicts.VADER: classes[verdicts.VADER]}).mean(verdicts.VADER) for name in sheet.sets
    }
    write_text(outputs.picture, learning_curve(curve_rows, levels))
    write_json(
        outputs.diagnosis,
        {
            "models": verdicts.models(sheet, of_curve) if plan.bases else {},
            "last_tweets": verdicts.last_step(curve_rows),
            "one_change": verdicts.chosen(sheet, validation, tried, first),
        },
    )


def _seeds(variants: Sequence[Variant], seeds: int) -> list[Variant]:
    """The same variants with their first seeds only."""
    return [variant._replace(runs=variant.runs[:seeds]) for variant in variants]


def _ceiling(row: Mapping[str, Any]) -> dict[str, Any]:
    """What people's own labels of the same source give, as a row of the changes; its base are as many emoji tweets."""
    above = {f"above_base{end}": row.get(f"above_emoji{end}", float("nan")) for end in ("", "_low", "_high")}
    return {**row, "change": "human_labels", **above}
