"""Whether the water models' headline rests on enough storms: of the folds of ground that repeat_water scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from floodmark.settings.base import read_params, read_section
from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.repeat_water import RepeatWater
from floodmark.water import splits
from floodmark.water.choosing import spread_moments
from floodmark.water.dataset import Windows
from floodmark.water.experiments.derived import Origin
from floodmark.water.experiments.folds import fold_settings
from floodmark.water.ground import read_ground
from floodmark.water.moments import EMULATE


def wet_storms_of_folds(project: Path, wet_depth: float) -> tuple[int, int]:
    """Test storms of which some map that is scored is wet enough on the ground of all folds together, and all."""
    params = read_params(project / "params.yaml")

    def section(name, model):
        return read_section(params, name, model, "params.yaml")

    outputs, settings = project / "outputs", section("repeat_water", RepeatWater)
    origin = Origin(outputs / "windows", outputs, section("make_windows", MakeWindows))
    grounds = [
        read_ground(outputs / "terrain", fold_settings(origin, settings, fold)) for fold in range(settings.folds)
    ]
    unseen = np.any([np.asarray(ground.region) == splits.UNSEEN for ground in grounds], axis=0)
    windows = Windows(origin.windows)
    rows = spread_moments(windows.select(EMULATE, splits.TEST), settings.moments).to_dicts()
    least = section("evaluate_water", EvaluateWater).min_wet_cells
    wet = {
        row["storm"]
        for row in rows
        if np.count_nonzero((windows.depth_whole(row["target"]) >= np.float32(wet_depth)) & unseen) >= least
    }
    return len(wet), len({row["storm"] for row in rows})
