from __future__ import annotations

import pytest

from floodmark.water.experiments.derived import Origin
from floodmark.water.experiments.trials import Place
from tests.water import study
from tests.water.conftest import cut


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A study of ten storms of radar in two years, cut into windows; not to be changed by tests."""
    folder = tmp_path_factory.mktemp("small")
    study.write_study(folder)
    cut(folder)
    return Origin(folder / "windows", folder, study.window_settings())


@pytest.fixture
def place(tmp_path):
    """One process, and a folder of unfinished work."""
    return Place(tmp_path / "encoders", study.evaluate_settings(models=["guided_unet", "unet"]), 1, tmp_path / "w", 1)


def quick(**changes):
    """Settings of trainings that take a moment."""
    return study.train_settings(epochs=1, steps_per_epoch=2, wet_depths=[0.1], validation_frames=1, **changes)
