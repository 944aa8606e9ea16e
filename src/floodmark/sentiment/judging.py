"""Every model against human judgement, beside baselines: VADER on the texts as written, and on what the models read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.confusion import classification_scores, confusion_matrix
from floodmark.learning.intervals import bootstrap_interval
from floodmark.learning.seeds import generator
from floodmark.progress import say
from floodmark.sentiment.baselines import constant, vader
from floodmark.sentiment.clip_models import predict_clip
from floodmark.sentiment.dataset import CLASSES
from floodmark.sentiment.embeddings import read_embeddings
from floodmark.sentiment.human import Judged, read_judged
from floodmark.sentiment.scoring import balanced_accuracies, unit_cells
from floodmark.sentiment.text_models import predict_text
from floodmark.storage import write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from floodmark.settings.evaluate_human import EvaluateHuman

COLUMNS = ("model", "source", "n", "accuracy", "balanced_accuracy", "macro_f1", "low", "high")
ALL = "all"
"""Stands for every source together."""
AS_WRITTEN, BASELINE, MAJORITY = "vader", "vader_without_emoji", "majority"
"""VADER with the label emoji that no model sees, VADER on the models' own texts, and the commonest class."""


def evaluate(
    human: Path,
    judged: Path,
    models: Path,
    embeddings: Path,
    confidences: Sequence[str],
    confusion: Path,
    table: Path,
    metrics: Path,
    settings: EvaluateHuman,
    seed: int,
) -> None:
    """Write the scores of every model and baseline against people.

    The models know two classes, so the headline leaves out texts that people call neutral, and says how many; the
    confusion tables hold them. Intervals are 95 % bootstrap intervals of the balanced accuracy over texts.

    Args:
        human: `human.parquet`, the texts as written, which VADER reads.
        judged: `judged.parquet`, the same texts without label emoji, which VADER and the models read.
        models: Folder of `text/<model>` and `clip/<confidence>`.
        embeddings: Folder of the embeddings.
        confidences: The CLIP models.
        confusion: Folder to write a table of truth and prediction for each model to.
        table: CSV to write, a row a model and source.
        metrics: JSON to write.
        settings: Text models and bootstrap samples.
        seed: Of the bootstrap.
    """
    _say_what_is_left_over(models / "clip", confidences)
    votes = read_judged(human)
    texts = votes.texts
    predictions = _predictions(texts, read_judged(judged).texts, models, embeddings, confidences, settings.text_models)
    truth = texts["label"].to_list()
    for model, predicted in predictions.items():
        lines = sorted(zip(truth, (CLASSES[number] for number in predicted), strict=True))
        write_text(confusion / f"{model}.csv", "truth,predicted\n" + "".join(f"{a},{b}\n" for a, b in lines))
    polar = texts["label"].is_in(CLASSES).to_numpy()
    known = np.array([int(label == CLASSES[1]) for label in texts["label"].filter(polar)], np.int64)
    kept = {model: predicted[polar] for model, predicted in predictions.items()}
    kept = {MAJORITY: constant(known), **kept}
    sources = texts["source"].fill_null("unknown").filter(polar).to_list()
    rows = _rows(known, kept, sources, settings.resamples, seed)
    _write_table(table, rows)
    write_json(metrics, _metrics(votes, known, kept, rows, settings.resamples, seed))
    if not len(known):
        say("no text was judged negative or positive by people: nothing to compare the models with")


def _say_what_is_left_over(folder: Path, confidences: Sequence[str]) -> None:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in confidences:
            say(f"{path} is of no confidence in augment.min_confidences and is not judged: delete it")


def _predictions(
    texts: pl.DataFrame,
    judged: pl.DataFrame,
    models: Path,
    embeddings: Path,
    confidences: Sequence[str],
    text_models: Sequence[str],
) -> dict[str, NDArray[np.int64]]:
    """Class of every text by model, the baseline first; models that could not be trained are left out."""
    in_order = texts.select("label_row").join(judged, on="label_row", how="left", maintain_order="left")
    stripped = in_order["text"].to_list()
    found: dict[str, NDArray[np.int64] | None] = {
        AS_WRITTEN: vader(texts["text"].to_list())[0],
        BASELINE: vader(stripped)[0],
    }
    for name in text_models:
        found[name] = predict_text(models / "text" / name / "model.safetensors", stripped)
    vectors = read_embeddings(embeddings, "human")
    row_of = {row: number for number, row in enumerate(vectors.ids)}
    text_BE = vectors.vectors[[row_of[row] for row in texts["label_row"]]]
    for confidence in confidences:
        found[f"clip-{confidence}"] = predict_clip(models / "clip" / confidence / "model.safetensors", text_BE)
    for name, predicted in found.items():
        if predicted is None:
            say(f"{name} was not trained: it is not judged")
    return {name: predicted for name, predicted in found.items() if predicted is not None}


def _rows(
    truth: NDArray[np.int64], kept: Mapping[str, NDArray[np.int64]], sources: Sequence[str], resamples: int, seed: int
) -> list[dict[str, Any]]:
    """One row a model and source, all sources together first."""
    rows = []
    names = np.array(sources, object)
    for model, predicted in kept.items():
        for source in [ALL, *sorted(set(sources))]:
            chosen = np.full(len(truth), True) if source == ALL else names == source
            matrix = confusion_matrix(truth[chosen], predicted[chosen], 2)
            cells = unit_cells(truth[chosen], predicted[chosen], range(int(chosen.sum())))
            # One stream a source: every model is judged on the same resampled texts.
            rng = generator(seed, "evaluate_human", source)
            low, high = bootstrap_interval(cells, balanced_accuracies, rng, resamples)
            scores = classification_scores(matrix)
            rows.append({"model": model, "source": source, "n": int(chosen.sum()), **scores, "low": low, "high": high})
    return rows


def _write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = [",".join(COLUMNS)]
    for row in rows:
        lines.append(",".join(_cell(row[column]) for column in COLUMNS))
    write_text(path, "\n".join(lines) + "\n")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def _metrics(
    votes: Judged,
    truth: NDArray[np.int64],
    kept: Mapping[str, NDArray[np.int64]],
    rows: list[dict[str, Any]],
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    headline = {row["model"]: {key: row[key] for key in COLUMNS[3:]} for row in rows if row["source"] == ALL}
    for model, predicted in kept.items():
        if model not in (AS_WRITTEN, BASELINE, MAJORITY):
            headline[model]["above_vader"] = paired_difference(
                truth, predicted, kept[BASELINE], resamples, generator(seed, "evaluate_human", "paired")
            )
    return {
        "judgements": votes.judgements,
        "texts": len(votes.texts),
        "ties": votes.ties,
        "agreement": votes.agreement,
        "neutral": int((votes.texts["label"] == "neutral").sum()),
        "compared": len(truth),
        "models": headline,
    }


def paired_difference(
    truth: NDArray[np.int64],
    predicted: NDArray[np.int64],
    baseline: NDArray[np.int64],
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Balanced accuracy of a model less that of the baseline, with the interval over texts resampled together."""
    texts = range(len(truth))
    cells = np.concatenate([unit_cells(truth, answer, texts) for answer in (predicted, baseline)], axis=1)

    def difference(sums: NDArray[np.floating]) -> NDArray[np.floating]:
        return balanced_accuracies(sums[..., :4]) - balanced_accuracies(sums[..., 4:])

    low, high = bootstrap_interval(cells, difference, rng, resamples)
    value = float(difference(cells.sum(0))) if len(cells) else math.nan
    return {"difference": value, "low": low, "high": high}
