from __future__ import annotations

import pytest

from floodmark.storage import remove
from floodmark.water.dataset import Windows
from floodmark.water.evaluation import Results, evaluate_water
from floodmark.water.training import train_water
from floodmark.water.windows import make_windows
from tests.water import study

torch = pytest.importorskip("torch")

RESULTS = (
    "scores.csv", "verification.csv", "comparisons.csv", "calibration.json", "metrics.json", "maps", "figures",
    "predictions",
)  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def cut(outputs, **changes):
    """Write the windows of a study and open them."""
    folder = outputs / "windows"
    remove(folder)
    folder.mkdir()
    make_windows(outputs, folder, outputs / "windows.json", study.window_settings(**changes))
    return Windows(folder)


def train(outputs, **changes):
    folder = outputs / "water" / "models" / "unet"
    folder.mkdir(parents=True, exist_ok=True)
    train_water("unet", outputs / "windows", outputs, folder, study.train_settings(**changes), 7, None)
    return folder


def evaluate(outputs, **changes):
    water = outputs / "water"
    results = Results(*(water / name for name in RESULTS))
    for folder in (results.maps, results.figures, results.predictions):
        folder.mkdir(exist_ok=True)
    evaluate_water(outputs / "windows", water / "models", results, study.evaluate_settings(**changes), 7)
    return water


@pytest.fixture(scope="session")
def outputs(tmp_path_factory):
    """A study cut into windows, trained on and evaluated; not to be changed by tests."""
    folder = tmp_path_factory.mktemp("study")
    study.write_study(folder)
    cut(folder)
    train(folder)
    evaluate(folder)
    return folder


@pytest.fixture(scope="session")
def windows(outputs):
    return Windows(outputs / "windows")
