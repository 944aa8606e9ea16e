from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from floodmark.grid import Grid
from floodmark.water import maps

GRID = Grid("EPSG:32616", 700_000.0, 4_000_000.0, 100.0, 40, 50)


def draw(path, **changes):
    rows, columns = np.mgrid[:40, :50]
    truth = np.where(columns < 20, 1.0, 0.0).astype(np.float32)
    predicted = (columns >= 10) & (columns < 30)
    arguments = {
        "elevation": (300 - rows + 5 * np.sin(columns / 4)).astype(np.float32), "truth": truth,
        "depth": np.where(predicted, 0.7, 0).astype(np.float32), "predicted": predicted, "unseen": rows < 12,
        "wet_depth": 0.1, "title": "unet on a storm", **changes,
    }  # fmt: skip
    maps.draw_map(path, GRID, **arguments)
    return np.asarray(Image.open(path).convert("RGB")) / 255


def test_the_same_map_is_the_same_bytes_and_carries_no_software(tmp_path):
    draw(tmp_path / "one.png")
    draw(tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert b"atplotlib" not in (tmp_path / "one.png").read_bytes()


def columns_of(picture, colour):
    """Mean column of the pixels of a colour, where the third map is."""
    found = np.argwhere(np.abs(picture - to_rgb(colour)).max(-1) < 0.01)
    return found[:, 1].mean() if len(found) > 200 else None


def test_misses_lie_west_of_hits_and_false_alarms_east(tmp_path):
    picture = draw(tmp_path / "map.png")
    miss, hit, false = (columns_of(picture, colour) for colour in (maps.MISS, maps.HIT, maps.FALSE_ALARM))
    assert miss < hit < false


def test_a_dry_map_without_unseen_ground_is_drawn_too(tmp_path):
    nothing = np.zeros(GRID.shape, np.float32)
    picture = draw(tmp_path / "map.png", truth=nothing, depth=nothing, predicted=nothing > 0, unseen=nothing > 0)
    assert columns_of(picture, maps.MISS) is None


def test_light_comes_from_the_north_west():
    rows, columns = np.mgrid[:20, :20].astype(float)
    towards = maps.hillshade(100 * (rows + columns), 100.0)[5, 5]  # falls to the north-west
    away = maps.hillshade(-100 * (rows + columns), 100.0)[5, 5]
    assert towards > 0.9
    assert away < 0.1


def test_the_classes_differ_in_lightness():
    light = sorted(
        np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) for colour in (maps.HIT, maps.MISS, maps.FALSE_ALARM)
    )
    assert min(np.diff(light)) > 0.04
