"""The stage ablate_water: what the original hoped would help its temporal CNN, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_text
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.draws import estimates
from floodmark.water.experiments import charts
from floodmark.water.experiments.derived import Origin, derive_windows, with_raw_numbers
from floodmark.water.experiments.scores import (
    ACCURACY,
    ALL_DRY,
    accuracies,
    columns,
    gain,
    index,
    place_of,
    prefixed,
    together,
    views,
)
from floodmark.water.experiments.trials import Place, Trial, run_trials, with_budget, with_changes
from floodmark.water.moments import EMULATE
from floodmark.water.scoring import SCORE
from floodmark.water.tallies import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from floodmark.settings.ablate_water import AblateWater
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.experiments.kept import Outcome
    from floodmark.water.views import View

MODEL = "temporal_cnn"
BASE, HALF, RAW, AS_IT_IS, INVERTED, DEEPER = (
    "base", "half_of_the_storms", "raw_numbers", "heights_as_they_are", "inverted_heightmap", "deeper",
)  # fmt: skip
LAUNDRY = ("variant", "storms", "split", "wet_depth", SCORE, "low", "high", *columns("difference"), ACCURACY, ALL_DRY)


class Outputs(NamedTuple):
    """Where to write: the table as CSV, the differences as SVG."""

    table: Path
    chart: Path


def ablate_water(
    origin: Origin, folder: Path, outputs: Outputs, place: Place, train: TrainWater, settings: AblateWater, seed: int
) -> None:
    """Train the temporal CNN as it is and with each thing undone or changed, and score all on the same storms.

    Args:
        origin: The windows, and what those split by dates are derived from.
        folder: Where these go.
        outputs: See there.
        place: What the trainings share.
        train: How models learn.
        settings: Days, epochs, depth of the deeper model.
        seed: Of the study.
    """
    windows = by_dates(origin, folder / "by_dates", settings)
    jobs = trials(windows, folder, train, settings, seed)
    found = dict(zip([job.name for job in jobs], run_trials(jobs, place), strict=True))
    shown = views(windows, together(found.values()), place.evaluate, seed)
    if not shown:
        say("no storm was held out: nothing is scored")
    rows = [row for view in shown for row in _rows(view, found, train.wet_depths)]
    write_csv(outputs.table, LAUNDRY, rows)
    drawn = [row for row in rows if row["variant"] != BASE]
    title = f"{MODEL.replace('_', ' ')}: what each change does, 95 % intervals"
    across = "difference of the critical success index from the base"
    write_text(outputs.chart, charts.in_rows(drawn, "variant", "difference", "wet_depth", across, title, zero=True))


def by_dates(origin: Origin, folder: Path, settings: AblateWater) -> Windows:
    """The windows split by the days named, or as they are where these leave nothing to learn from or to test on."""
    as_they_are = Windows(origin.windows)
    if not settings.dates.ranges() or not as_they_are.index.height:
        return as_they_are
    split = {**origin.settings.split.model_dump(), "by": "dates", "dates": settings.dates.model_dump()}
    windows = derive_windows(origin, folder, origin.changed(split=split))
    if all(windows.select(EMULATE, name).height for name in (splits.TRAIN, splits.VALIDATION, splits.TEST)):
        return windows
    say("no storm lies in some of ablate_water.dates: make_windows.split stands")
    return as_they_are


def trials(windows: Windows, folder: Path, train: TrainWater, settings: AblateWater, seed: int) -> list[Trial]:
    """The base, and one for each change."""
    # As the original's, which read heights: of what is done to them the terrain's features would tell nothing.
    base = with_changes(with_budget(train, MODEL, settings.epochs), MODEL, inputs=["heightmap", "rain"])
    storms = windows.select(EMULATE, splits.TRAIN)["storm"].n_unique()
    raw = with_raw_numbers(windows, folder / "raw_numbers").folder

    def changed(name: str, **changes: Any) -> Trial:
        return Trial(name, MODEL, seed, windows.folder, with_changes(base, MODEL, **changes))

    other = "upright" if base.temporal_cnn.heightmap == "inverted" else "inverted"
    return [
        changed(BASE),
        Trial(HALF, MODEL, seed, windows.folder, base, storms=max(storms // 2, 1)),
        Trial(RAW, MODEL, seed, raw, with_changes(base, MODEL, relief=False), raw=True),
        changed(AS_IT_IS, relief=False),
        changed(INVERTED, heightmap=other),
        changed(DEEPER, depth=settings.deeper),
    ]


def _rows(view: View, found: Mapping[str, Outcome], depths: Sequence[float]) -> Iterator[dict[str, Any]]:
    for name, outcome in found.items():
        for depth in depths:
            estimate = index(view, name, depth)
            right = estimates(view.table((name, depth), CASES), accuracies, view.draws)
            yield {
                "variant": name, "storms": outcome.storms, **place_of(view, depth), SCORE: estimate.value,
                "low": estimate.low, "high": estimate.high,
                **prefixed("difference", gain(view, name, BASE, depth)),
                ACCURACY: right[ACCURACY].value, ALL_DRY: right[ALL_DRY].value,
            }  # fmt: skip
