"""Each network learns the tasks that this project's seed was debugged with, before its score on water counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from floodmark.learning.crew import crew
from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_text
from floodmark.water.checks.curves import learning_curves
from floodmark.water.checks.digits import Sizes, read_digits
from floodmark.water.checks.jobs import do, jobs_of, shown
from floodmark.water.checks.pictures import draw_samples
from floodmark.water.checks.scores import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.water.checks.jobs import Params
    from floodmark.water.checks.scores import Score


class Outputs(NamedTuple):
    """Where to write: scores as CSV, learning curves as SVG, what was drawn as PNG."""

    table: Path
    curves: Path
    samples: Path


def check_models(outputs: Outputs, params: Params, workers: int) -> None:
    """Train every network on every task, and write whether it has learnt it.

    A network that fails fails no stage: what it costs is told by whoever reads the column `passed`.

    Args:
        outputs: Where to write.
        params: See there.
        workers: Networks trained at once, which changes no number.

    Raises:
        UserError: if the digits are missing or too few, or a network cannot be built from its params.
    """
    checks = params.checks
    folder = None if checks.digits is None else Path(checks.digits)
    sets = read_digits(folder, Sizes(checks.training_digits, checks.validation_digits, checks.test_digits))
    jobs = jobs_of(sets, params)
    with crew(min(workers, len(jobs))) as hands:
        results = hands.do(do, jobs)
    scores = [score for result in results for score in result.scores]
    write_csv(outputs.table, COLUMNS, [score.row() for score in scores])
    write_text(outputs.curves, learning_curves(results))
    draw_samples(outputs.samples, sets.test.images_NHW[shown(sets.test)], results)
    say(verdict(scores))


def verdict(scores: Sequence[Score]) -> str:
    """One line for each score that is too low, or one that says that none is."""
    failed = [score for score in scores if not score.passed]
    lines = [
        f"{score.model} FAILED {score.task}: {score.score} {score.value:.3f} ({score.low:.3f} to {score.high:.3f}), "
        f"pass mark {score.pass_mark:g}, baseline {score.baseline:.3f}"
        for score in failed
    ]
    models = list(dict.fromkeys(score.model for score in scores))
    return "\n".join(lines) if lines else f"all passed: {', '.join(models)}"
