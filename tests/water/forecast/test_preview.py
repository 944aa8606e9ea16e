from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from floodmark.water.forecast import preview
from floodmark.water.forecast.preview import deepest_of_blocks, draw_preview, round_length
from tests.water import study


def draw(path, depth):
    draw_preview(path, study.FINE, study.valley(), depth, 0.1, "Depth")
    return np.asarray(Image.open(path).convert("RGB"), int)


def test_water_shows_and_the_picture_is_the_same_every_time(tmp_path):
    dry, wet = np.zeros(study.FINE.shape, np.float32), np.zeros(study.FINE.shape, np.float32)
    wet[20:30, 20:40] = 0.5
    one, other = draw(tmp_path / "dry.png", dry), draw(tmp_path / "wet.png", wet)
    coloured = [np.ptp(picture, axis=2) > 40 for picture in (one, other)]
    assert coloured[1].sum() > 1.2 * coloured[0].sum()
    draw(tmp_path / "again.png", wet)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "wet.png").read_bytes()


def test_large_ground_is_thinned_without_losing_a_stream(tmp_path, monkeypatch):
    depth = np.zeros((7, 9), np.float32)
    depth[3, 4], depth[6, 8] = 0.4, 0.2
    np.testing.assert_array_equal(deepest_of_blocks(depth, 4), np.array([[0, 0.4, 0], [0, 0, 0.2]], np.float32))
    monkeypatch.setattr(preview, "LONGEST", 20)
    wet = np.zeros(study.FINE.shape, np.float32)
    wet[:, 33] = 0.5
    draw(tmp_path / "small.png", wet)


@pytest.mark.parametrize(("longest", "expected"), [(7.5, 5.0), (2.0, 2.0), (0.4, 0.2), (19.9, 10.0), (1.0, 1.0)])
def test_the_scale_has_a_round_length(longest, expected):
    assert round_length(longest) == pytest.approx(expected)
