"""The report's second half: tweets, images, models, topics, people; no text that could be searched for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from floodmark.report import figures, html
from floodmark.report.files import read_histories, read_metrics, read_rows
from floodmark.report.topics import topics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CLASSES = ("negative", "neutral", "positive")
CALIBRATION = ("brier_score", "expected_calibration_error")
NEUTRAL = {
    "left_out": "neutral texts left out",
    "as_positive": "neutral texts taken for positive",
    "as_negative": "neutral texts taken for negative",
}


def people(outputs: Path, confidences: Sequence[str]) -> str:
    """Everything in people, from the archive to the judgement."""
    return (
        html.section("tweets", "Tweets: what came in and what was kept", *_accounting(outputs))
        + html.section("images", "Images given by CLIP", *_images(outputs))
        + html.section("sentiment", "Sentiment models in training", *_training(outputs, confidences))
        + html.section("human", "Judged by people", *_human(outputs))
        + html.section("topics", "Topics", *topics(outputs))
    )


def _accounting(outputs: Path) -> list[str]:
    names = {
        "tweets/audit.json": "Anonymisation",
        "media.json": "Photo references by their fate",
        "tweets/labels.json": "Emoji labels and splits",
    }
    return [html.tree(read_metrics(outputs / name), title) for name, title in names.items()]


def _images(outputs: Path) -> list[str]:
    accounting = read_metrics(outputs / "augment/accounting.json")
    parts = [html.tree(accounting, "Every labelled tweet in one row of each table")]
    pretraining = read_metrics(outputs / "clip/train.json")
    return [*parts, html.tree(pretraining, "CLIP, as trained or passed through")] if pretraining else parts


def _training(outputs: Path, confidences: Sequence[str]) -> list[str]:
    parts = []
    for folder, title in (("text", "Text models"), ("clip", "CLIP + dense, by confidence of the image")):
        histories = read_histories(outputs / "sentiment" / folder)
        if folder == "clip":
            # A confidence that was taken off the list leaves its folder behind.
            histories = {name: histories[name] for name in confidences if name in histories}
        parts += _curves(histories, title)
        rows = [[name, *_scores(outputs / "sentiment" / folder / name / "train.json")] for name in histories]
        parts.append(
            html.table(
                ["model", "training tweets", "validation", "test", "majority (test)"],
                rows,
                f"{title}: accuracy on emoji labels",
            )
        )
    return parts


def _curves(histories: dict[str, list[dict[str, Any]]], title: str) -> list[str]:
    """The seed's own figure: accuracy in training and in validation by epoch, a line per model or confidence."""
    lines = {
        "none (without augmentation)" if name == "none" else name: (
            [row["training_accuracy"] for row in rows],
            [row["accuracy"] for row in rows],
        )
        for name, rows in histories.items()
        if math.isfinite(rows[0]["loss"])  # a model that could not be trained has one empty epoch
    }
    if not lines:
        return []
    caption = (
        f"{title}: accuracy on emoji labels by epoch; in training over the batches as they were learnt from, with "
        "dropout, in validation after the epoch"
    )
    return [html.drawing(figures.learning(lines, "accuracy", title), caption)]


def _scores(path: Path) -> list[Any]:
    found = read_metrics(path)
    accuracy = [found.get(split, {}).get("accuracy") for split in ("validation", "test")]
    majority = found.get("test", {}).get("majority", {}).get("accuracy")
    return [found.get("training", {}).get("tweets"), *accuracy, majority]


def _human(outputs: Path) -> list[str]:
    folder = outputs / "sentiment"
    rows = read_rows(folder / "human.csv")
    if not any(row["n"] for row in rows):
        return [html.note("There are no human labels to judge by.")]
    parts = [_agreement(read_metrics(folder / "metrics.json"))]
    whole = [row for row in rows if row["source"] == row["event"] == "all"]
    for neutral in dict.fromkeys(row["neutral"] for row in rows):
        told = NEUTRAL[neutral]
        parts += _balanced([row for row in whole if row["neutral"] == neutral], f"all texts, {told}")
        parts.append(_wide([row for row in whole if row["neutral"] == neutral], f"Scores against people, {told}"))
    for source in sorted({str(row["source"]) for row in rows} - {"all"}):
        chosen = [row for row in rows if row["source"] == source and row["neutral"] == "left_out"]
        parts += _balanced(chosen, f"{source}, {NEUTRAL['left_out']}")
    narrow = [row for row in rows if row not in whole]
    parts.append(html.fold("Scores by source and by event", _wide(narrow, "Scores on parts of the texts")))
    for name, title in (("classes.csv", "Scores by class"), ("comparisons.csv", "Every pair of models")):
        table = read_rows(folder / name)
        if table:
            parts.append(html.fold(title, html.table(list(table[0]), (list(row.values()) for row in table), title)))
    return [*parts, *_reliability(folder / "reliability"), *_confusions(folder / "confusion")]


def _agreement(metrics: dict[str, Any]) -> str:
    """Counts of what people said, and how far they agree."""
    counts = {key: value for key, value in metrics.items() if isinstance(value, int)}
    agreement = {"krippendorff": metrics.get("agreement", {})}
    return html.tree(counts | agreement, "What people said, and Krippendorff's alpha of those who read the same texts")


def _balanced(rows: list[dict[str, Any]], told: str) -> list[str]:
    keys = ("balanced_accuracy", "low", "high")
    lines = [
        (str(row["model"]), row[keys[0]], row[keys[1]], row[keys[2]])
        for row in rows
        if all(isinstance(row[key], (int, float)) for key in keys)
    ]
    if not lines:
        return []
    title = f"Balanced accuracy against people, {told} (95 % intervals)"
    return [html.drawing(figures.intervals(lines, "balanced accuracy", title), title)]


def _wide(rows: list[dict[str, Any]], caption: str) -> str:
    """Scores with their intervals in one cell, so that the table fits a page."""
    scores = ("accuracy", "balanced_accuracy", "macro_f1", "matthews_correlation", *CALIBRATION)
    columns = ("model", "neutral", "source", "event", "n", *(score.replace("_", " ") for score in scores))
    lines = [[*(row[key] for key in columns[:5]), *(_interval(row, score) for score in scores)] for row in rows]
    return html.table(columns, lines, f"{caption} (95 % intervals)")


def _interval(row: dict[str, Any], score: str) -> str | None:
    prefix = "" if score == "balanced_accuracy" else f"{score}_"
    value, low, high = row[score], row[f"{prefix}low"], row[f"{prefix}high"]
    if value is None:
        return None
    return f"{value:.3f}" if low is None else f"{value:.3f} ({low:.3f} to {high:.3f})"


def _reliability(folder: Path) -> list[str]:
    columns = ("probability", "positive_share", "low", "high")
    tables = {
        path.stem: [(row[columns[0]], row[columns[1]], row[columns[2]], row[columns[3]]) for row in read_rows(path)]
        for path in sorted(folder.glob("*.csv"))
    }
    if not tables:
        return []
    title = "Reliability against people"
    drawn = figures.reliability(tables, "probability of positive", "share that people call positive", title)
    return [html.drawing(drawn, f"{title}, {NEUTRAL['left_out']}; on the line, probabilities mean what they say")]


def _confusions(folder: Path) -> list[str]:
    parts = []
    for path in sorted(folder.glob("*.csv")):
        pairs = [(row["truth"], row["predicted"]) for row in read_rows(path)]
        names = [name for name in CLASSES if any(name in pair for pair in pairs)]
        counts = [[sum(pair == (truth, said) for pair in pairs) for said in names] for truth in names]
        if names:
            parts.append(html.drawing(figures.matrix(counts, names, path.stem), f"Confusion matrix of {path.stem}"))
    return parts
