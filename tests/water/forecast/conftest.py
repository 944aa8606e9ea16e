from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.water.models.registry import build
from floodmark.water.prediction import WaterModel, predict
from tests.water import study
from tests.water.conftest import cut

GROUPS = ["heightmap", "terrain", "rain", "routed"]
GUIDED = ["terrain", "rain", "settled", "simulated"]


def untrained(windows, folder, groups=GROUPS, name="unet", **changes):
    """A model that has seen nothing but the numbers of the windows; wet in some cells and dry in others."""
    own = {key: value for key, value in study.TRAINING[name].items() if key not in ("inputs", "loss")}
    config = {
        "layer_scale": 1, "widths": [8], **own, "model": name, "channels": windows.channel_names(groups),
        "inputs": groups, "outputs": 3,
        "wet_depths": [0.1, 0.3], "thresholds": {"emulate": [0.5, 0.5], "nowcast": [0.5, 0.5]},
        "statistics": windows.statistics, **changes,
    }  # fmt: skip
    networks = {}
    for seed, task in enumerate(("emulate", "nowcast")):
        torch.manual_seed(seed)
        networks[task] = build(config)
        with torch.no_grad():  # normalisations take up what they see, so that maps are not flat
            for _ in range(20):
                networks[task](torch.randn(4, len(config["channels"]), 32, 48))
        networks[task].eval()
        chances, _ = predict(networks[task], windows, groups, task, int(windows.index["source"][0]))
        config["thresholds"][task] = [float(np.median(level)) for level in chances]
    folder.mkdir(parents=True, exist_ok=True)
    WaterModel(networks, config).save(folder / "model.safetensors")
    return folder


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A study in windows, an untrained model of it, its terrain, and the radar of one of its storms."""
    outputs = tmp_path_factory.mktemp("forecast")
    study.write_study(outputs)
    windows = cut(outputs)
    event = windows.select("emulate", "test")["event"][0]
    return SimpleNamespace(
        windows=windows,
        event=event,
        start=windows.events.filter(windows.events["event"] == event)["start"][0],
        model=untrained(windows, outputs / "models" / "unet"),
        guided=untrained(windows, outputs / "models" / "guided_unet", GUIDED, "guided_unet", widths=[8]),
        heightmap=outputs / "terrain" / "terrain.tif",
        radar=outputs / "radar" / f"{event}.nc",
    )


@pytest.fixture(name="predict")
def _predict(place, tmp_path):
    """Run `floodmark predict` on the study's own ground and rain, which options may change."""

    def run(*arguments, output="depth.nc", **changes):
        paths = {"model": place.model, "radar": place.radar, "heightmap": place.heightmap, **changes}
        options = [item for name, path in paths.items() for item in (f"--{name}", str(path))]
        return CliRunner().invoke(main, ["predict", *options, "-o", str(tmp_path / output), *map(str, arguments)])

    return run
