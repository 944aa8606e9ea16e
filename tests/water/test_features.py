from __future__ import annotations

import numpy as np
import pytest

from floodmark.terrain.routing import drainage
from floodmark.water.features import NAMES, terrain_features
from floodmark.water.sampling import turn

CELL = 100.0


def features(elevation):
    values = terrain_features(elevation, drainage(elevation), CELL)
    return dict(zip(NAMES, values, strict=True))


def slope_with_a_pit():
    """Ground that falls 1 m a cell southwards, with a pit of one cell, 3 m deep, at row 10, column 12."""
    ground = np.repeat((100 - np.arange(30.0))[:, None], 25, axis=1).astype(np.float32)
    ground[10, 12] -= 3
    return ground


def test_a_pit_holds_its_depth_and_volume_and_nothing_else_does():
    found = features(slope_with_a_pit())
    assert found["depression_depth"][10, 12] == pytest.approx(np.sqrt(2), rel=1e-5)
    assert found["depression_volume"][10, 12] == pytest.approx(np.log1p(2 * CELL**2), rel=1e-5)
    assert np.count_nonzero(found["depression_depth"]) == np.count_nonzero(found["depression_volume"]) == 1


def test_steepness_fall_and_relief_of_a_plane():
    found = features(slope_with_a_pit())
    assert found["slope"][20, 5] == pytest.approx(np.log10(0.01 + 1e-3), rel=1e-5)
    assert found["fall"][20, 5] == pytest.approx(np.log10(0.01 + 1e-4), rel=1e-5)
    assert found["relief_near"][20, 5] == pytest.approx(0, abs=1e-4)
    # Twenty: the cell of the northern edge drains over that edge.
    assert found["drainage_area"][20, 5] == pytest.approx(np.log(20), rel=1e-6)


def test_height_above_drainage_is_zero_in_channels_and_the_climb_above_them():
    rows, columns = np.mgrid[:200, :41]
    ground = (300 - 0.01 * rows + 2.0 * np.abs(columns - 20)).astype(np.float32)
    height = features(ground)["hand"] ** 2
    assert height[150, 20] == 0
    assert height[150, 25] == pytest.approx(10, abs=0.2)


def test_features_turn_with_the_ground():
    """What augmentation assumes: turning the ground turns every channel and changes none."""
    rows, columns = np.mgrid[:40, :40]
    ground = 50 + 0.31 * rows + 0.17 * columns + 0.004 * (columns - 13.2) ** 2  # no pits, whose flats drain by turns
    straight = terrain_features(ground.astype(np.float32), drainage(ground.astype(np.float32)), CELL)
    for turns, mirror in ((1, False), (2, True), (3, True)):
        turned = np.ascontiguousarray(turn(ground.astype(np.float32), turns, mirror))
        found = terrain_features(turned, drainage(turned), CELL)
        np.testing.assert_allclose(found, turn(straight, turns, mirror), atol=1e-3)


def test_ground_that_is_missing_is_zero_and_hurts_nothing():
    ground = slope_with_a_pit()
    ground[:5] = np.nan
    values = np.stack(list(features(ground).values()))
    assert np.isfinite(values).all()
    assert (values[:, :5] == 0).all()
