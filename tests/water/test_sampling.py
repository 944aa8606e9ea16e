from __future__ import annotations

import numpy as np
import polars as pl
import torch

from floodmark.water import splits
from floodmark.water.sampling import Sampler, turn

GROUPS = ["terrain", "rain", "routed"]


def sampler(windows, rows=None, steps=3, seed=1):
    rows = windows.select("emulate", splits.TRAIN) if rows is None else rows
    return Sampler(windows, GROUPS, rows, 4, steps, seed, "test", torch.device("cpu"))


def test_the_square_has_eight_symmetries():
    maps = np.arange(2 * 9, dtype=np.float32).reshape(2, 3, 3)
    images = {turn(maps, turns, mirror).tobytes() for turns in range(4) for mirror in (False, True)}
    assert len(images) == 8
    assert turn(maps, 0, False).tobytes() == maps.tobytes()
    np.testing.assert_array_equal(turn(maps, 1, False)[:, 0, 0], maps[:, 0, 2])


def test_inputs_and_depth_are_turned_alike(windows):
    """Of a single window every draw is one of the eight images, of inputs and depth by the same symmetry."""
    rows = windows.select("emulate", splits.TRAIN).sort("weight", descending=True).head(1)
    row = rows.row(0, named=True)
    place = (row["row"], row["col"], row["height"], row["width"])
    inputs, depth = windows.inputs(GROUPS, "emulate", row["source"], *place), windows.depth(row["target"], *place)
    images = {
        (turn(inputs, turns, mirror).tobytes(), turn(depth, turns, mirror).tobytes())
        for turns in range(4)
        for mirror in (False, True)
    }
    found = set()
    for batch_inputs, batch_depth in sampler(windows, rows, steps=10)(1):
        for one, other in zip(batch_inputs.numpy(), batch_depth.numpy(), strict=True):
            found.add((np.ascontiguousarray(one).tobytes(), other.tobytes()))
    assert found <= images
    assert len(found) == 8


def test_an_epoch_repeats_and_differs_from_the_next(windows):
    def drawn(epoch, seed=1):
        return torch.cat([batch[1] for batch in sampler(windows, seed=seed)(epoch)])

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))
    assert not torch.equal(drawn(1), drawn(1, seed=2))


def test_windows_are_drawn_by_weight(windows):
    rows = windows.select("emulate", splits.TRAIN).head(2).with_columns(pl.Series("weight", [0.25, 0.75]))
    rows = rows.with_columns(pl.Series("row", [0, 8]), pl.lit(0).alias("col"))
    one = sampler(windows, rows, steps=1)
    draws = np.searchsorted(one.cumulative, np.random.default_rng(0).random(20_000), side="right")
    assert abs((draws == 1).mean() - 0.75) < 0.02
    assert draws.max() == 1
