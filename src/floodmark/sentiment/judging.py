"""Every model against human judgement, beside baselines: VADER on the texts as written, and on what the models read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from floodmark.learning.seeds import generator
from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.sentiment.agreement import agreement
from floodmark.sentiment.answers import BASELINE, FIXED, MAJORITY, Inputs, all_answers
from floodmark.sentiment.archive import events, refuse_learnt
from floodmark.sentiment.baselines import constant
from floodmark.sentiment.dataset import CLASSES
from floodmark.sentiment.human import Decided, Judged, decide, read_judged
from floodmark.sentiment.human_tables import (
    ALL,
    Case,
    class_rows,
    comparison_rows,
    headline,
    reliability_rows,
    score_rows,
)
from floodmark.sentiment.scorecard import Answers, difference, judge
from floodmark.storage import write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.evaluate_human import EvaluateHuman
    from floodmark.settings.train_clip import TrainClip

LEFT_OUT = "left_out"


class Outputs(NamedTuple):
    """Where to write.

    Attributes:
        confusion: Folder for a table of truth and prediction of each model.
        reliability: Folder for the reliability table of each model that gives probabilities.
        scores: CSV, a row a model, treatment of neutral texts, source and event.
        classes: CSV, the same by class.
        comparisons: CSV, a row a pair of models.
        metrics: JSON.
    """

    confusion: Path
    reliability: Path
    scores: Path
    classes: Path
    comparisons: Path
    metrics: Path


def evaluate(
    inputs: Inputs,
    outputs: Outputs,
    confidences: Sequence[str],
    settings: EvaluateHuman,
    dense: TrainClip,
    seed: int,
) -> None:
    """Write the scores of every model and baseline against people.

    The models know two classes. The headline leaves out texts that people call neutral; beside it stand the scores with
    these texts taken for one of the classes, as the original study did; the confusion tables keep them as a third.
    Intervals are 95 % bootstrap intervals over texts.

    Raises:
        UserError: if a tweet that people judged, or one of its conversation, is in a split that models learn from.
    """
    _say_what_is_left_over(inputs.models / "clip", confidences)
    judged = read_judged(inputs.human)
    tweets = pl.read_parquet(inputs.tweets, columns=["tweet", "text_hash", "conversation", "event"])
    refuse_learnt(judged.judgements, tweets, inputs.labelled)
    votes = decide(judged, settings.classes.by_label())
    answers = all_answers(votes.texts, inputs, confidences, settings, dense, seed)
    _write_confusion(outputs.confusion, votes.texts["label"].to_list(), answers)
    event_of = events(judged.judgements, tweets)
    where = [event_of.get(row) for row in votes.texts["label_row"]]
    cases: list[Case] = []
    comparisons = []
    for neutral in (LEFT_OUT, f"as_{settings.neutral_as}"):
        kept, truth = _treated(votes.texts["label"], None if neutral == LEFT_OUT else settings.neutral_as)
        said = {MAJORITY: Answers(constant(truth))} | {name: answer.of(kept) for name, answer in answers.items()}
        texts = votes.texts.with_columns(pl.Series("event", where, pl.String)).filter(kept)
        for chosen, case in _cases(neutral, texts, truth, said, settings, seed):
            cases.append(case)
            if case.event == ALL:
                there = {model: answer.of(chosen) for model, answer in said.items()}
                comparisons += comparison_rows(case, truth[chosen], there)
    for model, verdict in cases[0].verdicts.items():
        if rows := reliability_rows(verdict):
            write_csv(outputs.reliability / f"{model}.csv", list(rows[0]), rows)
    for path, table in (
        (outputs.scores, score_rows(cases)),
        (outputs.classes, class_rows(cases)),
        (outputs.comparisons, comparisons),
    ):
        write_csv(path, list(table[0]), table)
    write_json(outputs.metrics, _metrics(judged, votes, cases, settings, seed))
    if not cases[0].texts:
        say("no text was judged negative or positive by people: nothing to compare the models with")


def _say_what_is_left_over(folder: Path, confidences: Sequence[str]) -> None:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in confidences:
            say(f"{path} is of no confidence in augment.min_confidences and is not judged: delete it")


def _write_confusion(folder: Path, truth: Sequence[str], answers: Mapping[str, Answers]) -> None:
    for model, said in answers.items():
        lines = sorted(zip(truth, (CLASSES[number] for number in said.classes), strict=True))
        write_text(folder / f"{model}.csv", "truth,predicted\n" + "".join(f"{a},{b}\n" for a, b in lines))


def _treated(labels: pl.Series, neutral_as: str | None) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which texts are kept, and the class of those, neutral ones being left out or taken for a class."""
    known = labels if neutral_as is None else labels.replace("neutral", neutral_as)
    kept = known.is_in(CLASSES)
    return kept.to_numpy(), (known.filter(kept) == CLASSES[1]).cast(pl.Int64).to_numpy()


def _cases(
    neutral: str,
    texts: pl.DataFrame,
    truth: NDArray[np.int64],
    answers: Mapping[str, Answers],
    settings: EvaluateHuman,
    seed: int,
) -> Iterator[tuple[NDArray[np.bool_], Case]]:
    """All texts, then those of each source, then those of each event, with the rows that they are."""
    sources = texts["source"].fill_null("unknown")
    named = texts["event"].drop_nulls().unique().sort()
    chosen = [(ALL, ALL, np.full(len(texts), True))]
    chosen += [(_named(source), ALL, (sources == source).to_numpy()) for source in sources.unique().sort()]
    chosen += [(ALL, _named(event), (texts["event"] == event).fill_null(False).to_numpy()) for event in named]
    for source, event, rows in chosen:
        rng = generator(seed, "evaluate_human", neutral, source, event)
        said = {model: answer.of(rows) for model, answer in answers.items()}
        verdicts = judge(truth[rows], said, settings.calibration_bins, rng, settings.resamples)
        yield rows, Case(neutral, source, event, int(rows.sum()), verdicts)


def _named(name: str) -> str:
    """A source or an event as the tables call it: one that is called `all` must not be taken for all of them."""
    return f"{name} (its name)" if name == ALL else name


def _metrics(
    judged: Judged, votes: Decided, cases: Sequence[Case], settings: EvaluateHuman, seed: int
) -> dict[str, Any]:
    plain, taken = (case for case in cases if case.whole)
    return {
        "judgements": len(judged.judgements),
        "repeats": judged.repeats,
        "texts": len(votes.texts),
        "ties": votes.ties,
        "voteless": votes.voteless,
        "agreement": _agreement(judged, settings, seed),
        "neutral": int((votes.texts["label"] == "neutral").sum()),
        "compared": plain.texts,
        "models": _models(plain),
        "neutral_as_a_class": {"compared": taken.texts, "models": _models(taken)},
    }


def _models(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {model: headline(verdict) for model, verdict in case.verdicts.items()}
    for model, verdict in case.verdicts.items():
        if model not in FIXED:
            value, low, high = difference(verdict, case.verdicts[BASELINE])
            found[model]["above_vader"] = {"difference": value, "low": low, "high": high}
    return found


def _agreement(judged: Judged, settings: EvaluateHuman, seed: int) -> dict[str, Any]:
    """Krippendorff's alpha of the labels as they were given, and of the classes they stand for."""
    of_label = settings.classes.by_label()
    order = ("negative", "neutral", "positive")
    scales = {
        "labels": (len(of_label), {label: number for number, label in enumerate(of_label)}),
        "classes": (len(order), {label: order.index(name) for label, name in of_label.items() if name}),
    }
    result = {}
    for name, (steps, scale) in scales.items():
        rows = judged.judgements.filter(pl.col("label").is_in(list(scale)))
        values = rows["label"].replace_strict(scale, return_dtype=pl.Int64).to_numpy()
        rng = generator(seed, "evaluate_human", "agreement", name)
        result[name] = agreement(rows["label_row"].to_list(), values, steps, rng, settings.resamples)
    return result
