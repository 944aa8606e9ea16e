"""The stage judge_water: every model with time to learn, beside all baselines, and variants that say why some fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_text
from floodmark.water.checks.verdicts import FAILED, PASSED, UNCHECKED, read_verdicts
from floodmark.water.dataset import Windows
from floodmark.water.experiments import charts
from floodmark.water.experiments.scores import baselines_of, columns, gain, index, place_of, prefixed, together, views
from floodmark.water.experiments.trials import Contest, Place, Trial, run_trials, with_budget
from floodmark.water.experiments.variants import BASE, Variant, variants
from floodmark.water.moments import EMULATE
from floodmark.water.scorecard import COMPARISONS
from floodmark.water.scoring import COLUMNS, SCORE
from floodmark.water.tallies import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from floodmark.settings.judge_water import JudgeWater
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.experiments.kept import Outcome
    from floodmark.water.views import View

MUST_BEAT = ("climatology", "routed_rain")
"""Baselines below which a model has learnt nothing that a map of where water stands does not know."""

SCORES = (*COLUMNS, "checked")
"""Of scores.csv; empty for baselines, which learn no small tasks."""

VARIANTS = (
    "model", "variant", "inputs", "start", "split", "wet_depth", SCORE, "low", "high", *columns("above_base"),
    *(column for name in MUST_BEAT for column in columns(f"above_{name}")),
)  # fmt: skip


class Outputs(NamedTuple):
    """Where to write: scores, differences from baselines and variants as CSV, training and variants as SVG."""

    scores: Path
    comparisons: Path
    variants: Path
    training: Path
    chart: Path


def judge_water(
    folder: Path, checks: Path, outputs: Outputs, place: Place, train: TrainWater, settings: JudgeWater, seed: int
) -> None:
    """Train every model of `evaluate_water.models` and every variant, for emulate, and score all on the same storms.

    The score of a model that has not passed check_models does not count: the column `checked` says so in its row.

    Args:
        folder: Of the windows.
        checks: The table that check_models wrote.
        outputs: See there.
        place: What the trainings share.
        train: How models learn.
        settings: Epochs and variants.
        seed: Of the study.
    """
    models = place.evaluate.models
    trials = [
        Trial(model, model, seed, folder, with_budget(train, model, getattr(settings.epochs, model)))
        for model in models
    ]
    tried = list(variants(train, settings))
    others = [Trial(one.key, one.model, seed, folder, one.settings) for one in tried]
    contests = [Contest(f"baselines at {depth:g} m", folder, depth, seed) for depth in train.wet_depths]
    # The longest first, so that no core is left with one at the end.
    jobs: list[Trial | Contest] = [
        *sorted(trials, key=lambda trial: not trial.model.endswith("unet")),
        *contests,
        *others,
    ]
    found = dict(zip([job.name for job in jobs], run_trials(jobs, place), strict=True))
    windows = Windows(folder)
    shown = views(windows, together(found.values()), place.evaluate, seed)
    if not shown:
        say("no storm was held out: nothing is scored")
    names = {job.name for job in (*trials, *others)}
    checked = _checked(checks, models)
    write_csv(outputs.scores, SCORES, _scores(shown, [one.key for one in tried], checked))
    write_csv(outputs.comparisons, COMPARISONS, _comparisons(shown, models, names))
    rows = [row for view in shown for one in tried for row in _variant(view, one, train.wet_depths)]
    write_csv(outputs.variants, VARIANTS, rows)
    write_text(outputs.training, _training({model: found[model] for model in models}))
    first = [row for row in rows if row["wet_depth"] == train.wet_depths[0]]
    title = f"What variants change, {train.wet_depths[0]:g} m, 95 % intervals"
    across = "critical success index above routed rain"
    write_text(outputs.chart, charts.in_rows(first, "variant", "above_routed_rain", "model", across, title, zero=True))


def _checked(checks: Path, models: Sequence[str]) -> dict[str, str]:
    """What check_models says of each model; who waits for the stage hears of those that do not count."""
    verdicts = read_verdicts(checks)
    found = {model: verdicts.get(model, UNCHECKED) for model in models}
    for model, verdict in found.items():
        if verdict != PASSED:
            said = "has FAILED" if verdict == FAILED else "is not named in"
            say(f"{model} {said} check_models: its score on water does not count until it has passed")
    return found


def _scores(shown: Sequence[View], left_out: Sequence[str], checked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows as those of outputs/water/scores.csv, and whether the models have learnt small tasks before."""
    for view in shown:
        for name, depth in view.keys(CASES):
            if name not in left_out:
                estimate = index(view, name, depth)
                yield {
                    "model": name, "task": EMULATE, **place_of(view, depth), SCORE: estimate.value,
                    "low": estimate.low, "high": estimate.high, "parameters": view.tables.parameters[name, depth],
                    "checked": checked.get(name, ""),
                }  # fmt: skip


def _comparisons(shown: Sequence[View], models: Sequence[str], trials: set[str]) -> Iterator[dict[str, Any]]:
    """Every model against every baseline."""
    for view in shown:
        for name, depth in view.keys(CASES):
            for baseline in baselines_of(view, depth, trials) if name in models else ():
                found = gain(view, name, baseline, depth)
                yield {
                    "model": name, "baseline": baseline, "task": EMULATE, **place_of(view, depth),
                    "difference": found.value, "low": found.low, "high": found.high,
                }  # fmt: skip


def _variant(view: View, one: Variant, depths: Sequence[float]) -> Iterator[dict[str, Any]]:
    base = Variant(one.model, BASE, one.settings).key
    for depth in depths:
        estimate = index(view, one.key, depth)
        row = {
            "model": one.model, "variant": one.name, "inputs": one.inputs, "start": one.start,
            **place_of(view, depth), SCORE: estimate.value, "low": estimate.low, "high": estimate.high,
            **prefixed("above_base", gain(view, one.key, base, depth)),
        }  # fmt: skip
        for name in MUST_BEAT:
            row |= prefixed(f"above_{name}", gain(view, one.key, name, depth))
        yield row


def _training(found: dict[str, Outcome]) -> str:
    series = {
        name: ([row["epoch"] for row in outcome.history], [row[SCORE] for row in outcome.history])
        for name, outcome in found.items()
        if outcome.history
    }
    return charts.curves(series, "epoch", f"{charts.INDEX} on validation storms")
