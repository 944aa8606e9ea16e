"""The report's second half: tweets, images, models, topics, people; no text that could be searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.report import figures, html
from floodmark.report.files import read_histories, read_metrics, read_rows
from floodmark.report.topics import topics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CLASSES = ("negative", "neutral", "positive")


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
        lines = {name: [row["accuracy"] for row in rows] for name, rows in histories.items()}
        if any(any(values) for values in lines.values()):
            curves = figures.curves(lines, "validation accuracy", title)
            parts.append(html.drawing(curves, f"{title}: validation accuracy on emoji labels by epoch"))
        rows = [[name, *_scores(outputs / "sentiment" / folder / name / "train.json")] for name in histories]
        parts.append(
            html.table(
                ["model", "training tweets", "validation", "test", "majority (test)"],
                rows,
                f"{title}: accuracy on emoji labels",
            )
        )
    return parts


def _scores(path: Path) -> list[Any]:
    found = read_metrics(path)
    accuracy = [found.get(split, {}).get("accuracy") for split in ("validation", "test")]
    majority = found.get("test", {}).get("majority", {}).get("accuracy")
    return [found.get("training", {}).get("tweets"), *accuracy, majority]


def _human(outputs: Path) -> list[str]:
    rows = read_rows(outputs / "sentiment/human.csv")
    if not rows:
        return [html.note("There are no human labels to judge by.")]
    parts = []
    for source in sorted({str(row["source"]) for row in rows}):
        lines = [
            (str(row["model"]), row["balanced_accuracy"], row["low"], row["high"])
            for row in rows
            if row["source"] == source
            and all(isinstance(row[k], (int, float)) for k in ("balanced_accuracy", "low", "high"))
        ]
        if lines:
            title = f"Balanced accuracy against people, {source} (95 % intervals)"
            parts.append(html.drawing(figures.intervals(lines, "balanced accuracy", title), title))
    parts.append(html.table(list(rows[0]), (list(row.values()) for row in rows), "All scores against people"))
    return [*parts, *_confusions(outputs / "sentiment/confusion")]


def _confusions(folder: Path) -> list[str]:
    parts = []
    for path in sorted(folder.glob("*.csv")):
        pairs = [(row["truth"], row["predicted"]) for row in read_rows(path)]
        names = [name for name in CLASSES if any(name in pair for pair in pairs)]
        counts = [[sum(pair == (truth, said) for pair in pairs) for said in names] for truth in names]
        if names:
            parts.append(html.drawing(figures.matrix(counts, names, path.stem), f"Confusion matrix of {path.stem}"))
    return parts
