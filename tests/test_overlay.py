"""Presets are laid over the params key by key, and a wrong one changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from floodmark.errors import UserError
from floodmark.overlay import lay
from floodmark.settings.base import read_params
from floodmark.settings.every import check_params

ROOT = Path(__file__).parents[1]


@pytest.fixture
def params(tmp_path):
    return Path(shutil.copy(ROOT / "params.yaml", tmp_path))


def test_nothing_laid_over_changes_no_byte(params):
    before = params.read_bytes()
    lay(params, [{}], "nothing")
    assert params.read_bytes() == before


def test_only_what_is_named_changes_and_comments_stay(params):
    before = params.read_text(encoding="utf-8").splitlines()
    lay(params, [{"train_water": {"unet": {"widths": [8, 12]}}}, {"random": {"seed": 3}}], "a preset")
    after = params.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    assert any("seed: 3" in new and "of every draw" in new for _, new in changed)
    assert any("widths: [8, 12]" in new for _, new in changed)


@pytest.mark.parametrize("wrong", [{"random": {"seed": "x"}}, {"nonsense": {"a": 1}}, {"random": {"sed": 1}}])
def test_a_wrong_one_is_refused_by_its_name_and_changes_nothing(params, wrong):
    before = params.read_bytes()
    with pytest.raises(UserError, match="a preset"):
        lay(params, [wrong], "a preset")
    assert params.read_bytes() == before


@pytest.mark.parametrize("preset", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_preset_fits_the_params_as_they_are(params, preset):
    lay(params, [read_params(preset)], str(preset))
    check_params(read_params(params), str(preset))
    assert read_params(params) != read_params(ROOT / "params.yaml")
