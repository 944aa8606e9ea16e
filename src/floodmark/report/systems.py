"""The table of the systems: what there is, how to rebuild it, and its score beside its baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floodmark.report.files import read_metrics, read_rows
from floodmark.report.names import MODELS, SCORE, known, strongest, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

COLUMNS = ("system", "rebuild with", "score", "baseline")
STORMS, TERRAIN, PREDICTED = "unseen_storms", "unseen_terrain", "predicted_events"
BASELINES = ("climatology", "routed_rain")
"""Those of water that stand beside every model, with the strongest one, whichever that is."""
BEST = "guided_unet"
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
        target: What `dvc repro` takes.
        score: Reads its score and its baseline's, as text, from the outputs folder for the confidences of the params.
    """

    name: str
    target: str
    score: Callable[[Path, Sequence[str]], tuple[str, str]]


def rows(outputs: Path, confidences: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """The table's rows for the outputs that lie in a folder, and the CLIP models of these confidences."""
    result = []
    for system in SYSTEMS:
        score, baseline = system.score(outputs, confidences)
        result.append((system.name, f"dvc repro {system.target}", score, baseline))
    return result


def _water(model: str, task: str = "emulate") -> Callable[[Path, Sequence[str]], tuple[str, str]]:
    def read(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
        found = [row for row in read_rows(outputs / "water/scores.csv") if row["task"] == task]
        shallowest = min((row["wet_depth"] for row in found), default=None)
        found = [row for row in found if row["wet_depth"] == shallowest]
        pick = {(row["model"], row["split"]): row for row in found}

        def shown(name: str) -> str:
            values = " / ".join(_interval(pick.get((name, split)), SCORE) for split in (STORMS, TERRAIN))
            real = pick.get((name, PREDICTED))
            return values if real is None else f"{values}, radar's own events {_interval(real, SCORE)}"

        at = "" if shallowest is None else f" at {shallowest:g} m"
        # Where radar's events are too few to be split they are only predicted, and generated storms are the test.
        storms = "unseen generated storms" if any(row["split"] == PREDICTED for row in found) else "unseen storms"
        best = [strongest([row for row in found if row["split"] == split]) for split in (STORMS, TERRAIN)]
        others = dict.fromkeys(name for name in best if name is not None and name not in BASELINES)
        told = [*((name, "") for name in BASELINES), *((name, "strongest, ") for name in others)]
        return (
            f"critical success index{at} against the simulation, {storms} / terrain: {shown(model)}"
            + _few(outputs, model, task, f"{shallowest:g} m" if shallowest is not None else ""),
            "; ".join(f"{prefix}{words(name)} {shown(name)}" for name, prefix in told),
        )

    return read


def _few(outputs: Path, model: str, task: str, depth: str) -> str:
    """Where a score is of too few storms that are wet enough to count, of how many."""
    told = read_metrics(outputs / "water/metrics.json").get(model, {}).get(task, {})
    few = [(words(split), at[depth]) for split, at in told.items() if "remark" in at.get(depth, {})]
    return "".join(f"; too few storms wet enough on {split}: {at['storms_wet_enough']}" for split, at in few)


def _contrast(outputs: Path, _: Sequence[str]) -> tuple[str, str]:
    """The verdict, and recall@1 among windows of any ground and of the same ground, beside the best null's."""
    summary = read_metrics(outputs / "water/contrastive/retrieval.json")
    found = summary.get("candidates", {})
    own, nulls = [], []
    for name in ("anywhere", "same_place"):
        recall, best = found.get(name, {}).get("recall_at_1", {}), found.get(name, {}).get("best_null", "")
        above = found.get(name, {}).get("above_best_null", {})
        own.append(_number(recall.get("model")))
        bounds = [above.get(key) for key in ("value", "low", "high")]
        gain = "above it {:+.2f} ({:+.2f} to {:+.2f})".format(*bounds) if all(map(known, bounds)) else "–"
        nulls.append(f"{words(best)} {_number(recall.get(best))}, {gain}" if best else "–")
    return (
        f"a relation that a model can learn: {summary.get('verdict', '–')}; recall@1 on unseen storms, candidates of "
        f"any ground / the same ground: {' / '.join(own)}",
        f"best null: {' / '.join(nulls)}",
    )


def _number(value: Any) -> str:
    return f"{value:.2f}" if known(value) else "–"


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
    *(
        System(f"{told} (`{name}`)", f"train_water@{name} evaluate_water", _water(name))
        for name, told in MODELS.items()
    ),
    System(
        f"The same one lead time ahead (`nowcast`), by the last of these (`{BEST}`)",
        f"train_water@{BEST} evaluate_water",
        _water(BEST, "nowcast"),
    ),
    System("Contrastive rain ↔ water: is there a relation to learn?", "pretrain_contrastive", _contrast),
    System("LSTM + GloVe", "train_text@lstm evaluate_human", _human("lstm")),
    System("Transformer encoder + GloVe", "train_text@transformer evaluate_human", _human("transformer")),
    System("CLIP + two dense layers", "train_clip evaluate_human", _clip),
    System("Augmentation at several confidences", "train_clip", _augmentation),
    System("LDA topics", "find_topics", _topics),
    System("Evaluation against people", "evaluate_human", _people),
)
