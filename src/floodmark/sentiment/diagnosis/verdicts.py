"""The diagnosis in figures: what falls short of which baseline, by how much, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.sentiment.diagnosis.changes import BASE, VALIDATION, best
from floodmark.sentiment.diagnosis.curve import full
from floodmark.sentiment.diagnosis.lessons import NETWORKS
from floodmark.sentiment.diagnosis.scores import Sheet, nested

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.learning.repeats import Repeats
    from floodmark.sentiment.diagnosis.lessons import Variant

VADER = "vader_without_emoji"


def against(found: Repeats, name: str) -> dict[str, Any]:
    """How far a variant is above the mean of its words' vectors and above VADER, and whether it reaches VADER.

    It reaches VADER where the interval of the difference is not below 0: where a wide interval holds 0, nothing tells
    them apart.
    """
    above = found.difference(name, VADER)
    return {
        "balanced_accuracy": nested(found.mean(name)),
        "above_mean_vectors": nested(found.difference(name, full("mean_vectors"))),
        "above_vader": nested(above),
        "reaches_vader": bool(above.high >= 0),
    }


def models(sheet: Sheet, classes: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """By network and scored set, what `against` says; and the scores of the baselines."""
    found: dict[str, Any] = {name: {} for name in (*NETWORKS, "mean_vectors", "tfidf", VADER)}
    names = {name: name if name == VADER else full(name) for name in found}
    for scored_on in sheet.sets:
        scores = sheet.compare(scored_on, {key: classes[key] for key in names.values()})
        for model, name in names.items():
            own = {"balanced_accuracy": nested(scores.mean(name))}
            found[model][scored_on] = against(scores, name) if model in NETWORKS else own
    return found


def chosen(
    sheet: Sheet, validation: Sheet, tried: Sequence[Variant], classes: Mapping[str, NDArray[Any]]
) -> dict[str, Any]:
    """The change that helps each network most on emoji validation, and then, and only then, what it does elsewhere.

    Args:
        sheet: What is scored.
        validation: The same with emoji validation alone.
        tried: Bases and changes.
        classes: Of these and of the baselines, with as many seeds.
    """
    if not tried:
        return {}
    names = [variant.name for variant in tried]
    of_validation = validation.compare(VALIDATION, {name: classes[name] for name in names})
    found: dict[str, Any] = {}
    for model in NETWORKS:
        variant, base = best(model, tried, of_validation), full(model)
        found[model] = {
            "change": variant.columns["change"],
            "changes_tried": sum(other.columns["model"] == model for other in tried) - 1,
            VALIDATION: {"above_base": nested(of_validation.difference(variant.name, base))},
        }
        for scored_on in sheet.sets:
            known = {key: classes[key] for key in (*names, full("mean_vectors"), VADER)}
            scores = sheet.compare(scored_on, known)
            above = {"above_base": nested(scores.difference(variant.name, base))}
            found[model][scored_on] = above | against(scores, variant.name)
    return found


def last_step(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the last of the training tweets brought: by model and set, how far the largest share is below all of them.

    Args:
        rows: Of `learning_curve.csv`.
    """
    found: dict[str, Any] = {}
    for model in dict.fromkeys(row["model"] for row in rows):
        parts = [row for row in rows if row["model"] == model and row["share"] < 1]
        largest = max((row["share"] for row in parts), default=None)
        for row in parts:
            if row["share"] == largest:
                gain = {"value": row["below_all"], "low": row["below_all_low"], "high": row["below_all_high"]}
                found.setdefault(model, {})[row["scored_on"]] = {"from_share": largest, "gain": gain}
    return found


def as_base(variant: Variant) -> Variant:
    """A network on all tweets as the row `base` of the changes."""
    size = variant.columns["tweets"]
    return variant._replace(columns={"model": variant.columns["model"], "change": BASE, "learnt_texts": size})
