"""The stage curve_storms: how the score grows with the storms learnt from, and whether more would still help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_text
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.experiments import charts
from floodmark.water.experiments.scores import columns, gain, index, place_of, prefixed, together, views
from floodmark.water.experiments.trials import Place, Trial, run_trials, with_budget
from floodmark.water.moments import EMULATE
from floodmark.water.scoring import SCORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from floodmark.settings.curve_storms import CurveStorms
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.views import View

STORMS = ("model", "storms", "split", "wet_depth", SCORE, "low", "high", *columns("below_most"))


class Outputs(NamedTuple):
    """Where to write: the curve as CSV and as SVG."""

    table: Path
    chart: Path


def curve_storms(
    folder: Path, outputs: Outputs, place: Place, train: TrainWater, settings: CurveStorms, seed: int
) -> None:
    """Train the models on ever more storms, fewer among more, and score all on the same held-out storms.

    Args:
        folder: Of the windows.
        outputs: See there.
        place: What the trainings share.
        train: How models learn.
        settings: Models and numbers of storms.
        seed: Of the study.
    """
    windows = Windows(folder)
    counts = there_are(settings.storms, windows.select(EMULATE, splits.TRAIN)["storm"].n_unique())
    jobs = [
        Trial(_key(model, count), model, seed, folder, with_budget(train, model, settings.epochs), storms=count)
        for model in settings.models
        for count in counts
    ]
    shown = views(windows, together(run_trials(jobs, place) if jobs else []), place.evaluate, seed)
    if not shown:
        say("no storm to learn from, or none held out: nothing is scored")
    rows = [row for view in shown for row in _rows(view, settings.models, counts, train.wet_depths)]
    write_csv(outputs.table, STORMS, rows)
    drawn = [row for row in rows if row["wet_depth"] == train.wet_depths[0]]
    title = f"{train.wet_depths[0]:g} m, 95 % intervals"
    write_text(outputs.chart, charts.by_number(drawn, "storms", SCORE, "storms learnt from", title))


def there_are(wanted: Sequence[int], most: int) -> list[int]:
    """The numbers of storms that can be had, increasing; one that is above what there is means all, and is said to."""
    if most == 0:
        return []
    above = [count for count in wanted if count > most]
    if above:
        told = ", ".join(str(count) for count in above)
        say(f"curve_storms.storms asks for {told}: there are {most} to learn from, and so many are taken")
    return sorted({min(count, most) for count in wanted})


def _key(model: str, count: int) -> str:
    return f"{model} on {count} storms"


def _rows(
    view: View, models: Sequence[str], counts: Sequence[int], depths: Sequence[float]
) -> Iterator[dict[str, Any]]:
    for model in models:
        for count in counts:
            for depth in depths:
                estimate = index(view, _key(model, count), depth)
                lost = gain(view, _key(model, max(counts)), _key(model, count), depth)
                yield {
                    "model": model, "storms": count, **place_of(view, depth), SCORE: estimate.value,
                    "low": estimate.low, "high": estimate.high, **prefixed("below_most", lost),
                }  # fmt: skip
