"""The table of the systems: what there is, how to rebuild it, its score beside its baseline, and what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floodmark.report.files import read_metrics, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SCORE, PREDICTED = "critical_success_index", "predicted_events"
COLUMNS = ("system", "rebuild with", "score", "baseline")
TO_COME = "to come"
BASELINES = ("climatology", "routed_rain")
JUDGES = {
    "vader_without_emoji": "VADER",
    "vader": "with the emoji",
    "majority": "majority",
    "tfidf": "TF-IDF",
    "mean_vectors": "mean word vectors",
    "clip_zero_shot": "CLIP zero-shot",
    "clip_linear_probe": "CLIP's linear probe",
    "sentence": "sentence encoder",
    "sentence_dense": "with two dense layers",
}
"""Baselines of sentiment as a reader knows them, those first that follow one another."""
FIXED = ("vader_without_emoji", "majority")
"""Those that learn nothing here, which stand beside every model; all stand once, beside the best one."""


@dataclass(frozen=True)
class System:
    """One system of the two reports the project grew from.

    Attributes:
        name: What a reader looks for.
        target: What `dvc repro` takes; empty while the system is to come.
        score: Reads its score and its baseline's, as text, from the outputs folder for the confidences of the params.
    """

    name: str
    target: str
    score: Callable[[Path, Sequence[str]], tuple[str, str]] | None = None


def rows(outputs: Path, confidences: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """The table's rows for the outputs that lie in a folder, and the CLIP models of these confidences."""
    result = []
    for system in SYSTEMS:
        if system.score is None:
            result.append((system.name, TO_COME, "", ""))
            continue
        score, baseline = system.score(outputs, confidences)
        result.append((system.name, f"dvc repro {system.target}", score, baseline))
    return result


def _water(task: str) -> Callable[[Path, Sequence[str]], tuple[str, str]]:
    def read(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
        found = [row for row in read_rows(outputs / "water/scores.csv") if row["task"] == task]
        shallowest = min((row["wet_depth"] for row in found), default=None)
        pick = {(row["model"], row["split"]): row for row in found if row["wet_depth"] == shallowest}

        def shown(model: str) -> str:
            values = [pick.get((model, split)) for split in ("unseen_storms", "unseen_terrain")]
            return " / ".join(_interval(row, SCORE) for row in values)

        def real(model: str) -> str:
            row = pick.get((model, PREDICTED))
            return "" if row is None else f", radar's own events {_interval(row, SCORE)}"

        at = "" if shallowest is None else f" at {shallowest:g} m"
        # Where radar's events are too few to be split they are only predicted, and generated storms are the test.
        storms = "unseen generated storms" if any(row["split"] == PREDICTED for row in found) else "unseen storms"
        return (
            f"critical success index{at} against the simulation, {storms} / terrain: {shown('unet')}{real('unet')}",
            "; ".join(f"{name.replace('_', ' ')} {shown(name)}{real(name)}" for name in BASELINES),
        )

    return read


def _interval(row: dict[str, Any] | None, key: str) -> str:
    if row is None or not isinstance(row[key], (int, float)):
        return "–"
    if not isinstance(row.get("low"), (int, float)):
        return f"{row[key]:.2f}"
    return f"{row[key]:.2f} ({row['low']:.2f}–{row['high']:.2f})"


def _human(model: str) -> Callable[[Path, Sequence[str]], tuple[str, str]]:
    def read(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
        return f"balanced accuracy against human labels: {_judged(outputs, model)}", _judges(outputs, FIXED)

    return read


def _clip(outputs: Path, confidences: Sequence[str]) -> tuple[str, str]:
    shown = ", ".join(f"{confidence}: {_judged(outputs, f'clip-{confidence}')}" for confidence in confidences)
    return f"balanced accuracy against human labels by confidence, {shown}", _judges(outputs, FIXED)


def _judged(outputs: Path, model: str) -> str:
    return _interval(_headline(outputs).get(model), "balanced_accuracy")


def _headline(outputs: Path) -> dict[str, dict[str, Any]]:
    """Scores by model on all texts but those that people call neutral."""
    whole = ("left_out", "all", "all")
    rows = read_rows(outputs / "sentiment/human.csv")
    return {row["model"]: row for row in rows if (row["neutral"], row["source"], row["event"]) == whole}


def _judges(outputs: Path, names: Sequence[str] = tuple(JUDGES)) -> str:
    known = [name for name in names if name in _headline(outputs)]
    return ", ".join(f"{JUDGES[name]} {_judged(outputs, name)}" for name in known) or "–"


def _augmentation(outputs: Path, confidences: Sequence[str]) -> tuple[str, str]:
    scores = {}
    for name in confidences:
        test = read_metrics(outputs / "sentiment/clip" / name / "train.json").get("test", {})
        if test.get("balanced_accuracy") is not None:
            scores[name] = _interval(test, "balanced_accuracy")
    own = scores.pop("none", "–")
    shown = ", ".join(f"{confidence}: {score}" for confidence, score in scores.items()) or "–"
    return f"balanced accuracy on emoji labels (test) by confidence, {shown}", f"own photos only: {own}"


def _topics(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
    summary = read_metrics(outputs / "topics/summary.json")
    coherence, chance = (summary.get(key) for key in ("npmi", "npmi_of_shuffled_words"))
    shown = ["–" if value is None else f"{value:.3f}" for value in (coherence, chance)]
    return f"NPMI coherence {shown[0]}", f"the topics' words shuffled {shown[1]}"


def _people(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
    found = _headline(outputs)
    models = [row for name, row in found.items() if name not in JUDGES]
    if not models:
        return "–", "–"
    best = max(models, key=lambda row: row["balanced_accuracy"] or 0)
    return (
        f"{best['n']} texts judged negative or positive; highest of the models, {best['model']}: "
        f"{_interval(best, 'balanced_accuracy')}",
        _judges(outputs),
    )


SYSTEMS = (
    System(
        "Rain so far and terrain to water now (`emulate`): U-Net with routed rain",
        "evaluate_water",
        _water("emulate"),
    ),
    System(
        "Water one lead time ahead (`nowcast`): the same U-Net, tuned",
        "evaluate_water",
        _water("nowcast"),
    ),
    System("Temporal CNN", ""),
    System("Variational autoencoder", ""),
    System("Contrastive rain ↔ water, and a decoder on it", ""),
    System("LSTM + GloVe", "train_text@lstm evaluate_human", _human("lstm")),
    System("Transformer encoder + GloVe", "train_text@transformer evaluate_human", _human("transformer")),
    System("CLIP + two dense layers", "train_clip evaluate_human", _clip),
    System("Augmentation at several confidences", "train_clip", _augmentation),
    System("LDA topics", "find_topics", _topics),
    System("Evaluation against people", "evaluate_human", _people),
)
