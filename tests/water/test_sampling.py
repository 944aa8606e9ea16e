from __future__ import annotations

import time

import numpy as np
import polars as pl
import torch

from floodmark.learning.seeds import generator
from floodmark.water import splits
from floodmark.water.sampling import Sampler, symmetries, turn, turned_there

GROUPS = ["terrain", "rain", "routed"]


def sampler(windows, rows=None, steps=3, seed=1, workers=None):
    rows = windows.select("emulate", splits.TRAIN) if rows is None else rows
    return Sampler(windows, GROUPS, rows, 4, steps, seed, "test", torch.device("cpu"), workers)


class Slow:
    """Windows of which some take longer to cut than others, and of which a part of the ground is unknown."""

    def __init__(self, windows, unknown=None):
        self.windows, self.unknown = windows, unknown
        if unknown is not None:
            self.learnable = lambda row, col, height, width: ~unknown[row : row + height, col : col + width]

    def __getattr__(self, name):
        return getattr(self.windows, name)

    def depth(self, target, *place):
        time.sleep(target % 3 / 200)
        return self.windows.depth(target, *place)


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
    for batch_inputs, batch_depth, _ in sampler(windows, rows, steps=10)(1):
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


def test_batches_are_those_of_a_plain_loop_whoever_cuts_them_and_how_fast(windows):
    rows = windows.select("emulate", splits.TRAIN)
    places = rows.select("source", "target", "row", "col", "height", "width").to_numpy()
    rng, share, expected = generator(1, "test", 5), rows["weight"].to_numpy().astype(float), []
    for _ in range(3):
        drawn = np.searchsorted(np.cumsum(share / share.sum()), rng.random(4), side="right")
        turns, mirrors = rng.integers(4, size=4), rng.integers(2, size=4)
        cuts = []
        for row, quarter, mirror in zip(drawn, turns, mirrors, strict=True):
            source, target, *place = (int(number) for number in places[row])
            maps = windows.inputs(GROUPS, "emulate", source, *place), windows.depth(target, *place)
            cuts.append([turn(item, int(quarter), bool(mirror)) for item in maps])
        expected.append([np.stack(item) for item in zip(*cuts, strict=True)])
    for workers in (0, 1, 3):
        found = list(sampler(Slow(windows), rows, workers=workers)(5))
        assert len(found) == 3
        for (inputs, depth, known), (plain_inputs, plain_depth) in zip(found, expected, strict=True):
            assert inputs.dtype == depth.dtype == torch.float32
            assert inputs.is_contiguous(memory_format=torch.channels_last)
            np.testing.assert_array_equal(inputs.numpy(), plain_inputs)
            np.testing.assert_array_equal(depth.numpy(), plain_depth)
            assert known.dtype == torch.bool
            assert known.all()


def test_a_gpu_is_given_the_same_batches_though_it_turns_them_itself(windows):
    one = sampler(windows, workers=0)
    images = torch.from_numpy(symmetries(int(one.rows[0, -1])))
    for draws in one._draws(4):
        expected, found = one._turned(draws), turned_there(*one._upright(draws), images)
        for tensor, other in zip(expected, found, strict=True):
            assert torch.equal(tensor, other)
        assert found[0].is_contiguous(memory_format=torch.channels_last)


def test_where_depth_is_known_is_turned_with_it(windows):
    """Ground is made unknown exactly where depth is a given number."""
    whole = np.stack([windows.depth_whole(target) for target in range(4)])
    unknown = np.indices(windows.grid.shape).sum(0) % 7 == 0
    rows = windows.select("emulate", splits.TRAIN)
    marked = Slow(windows, unknown)
    marked.depth = lambda target, row, col, height, width: np.where(
        unknown[row : row + height, col : col + width], np.float32(-1), windows.depth(target, row, col, height, width)
    )
    assert whole.min() >= 0
    for _, depth, known in sampler(marked, rows, steps=5)(1):
        assert torch.equal(known, depth != -1)
        assert not known.all()


def test_windows_are_drawn_by_weight(windows):
    rows = windows.select("emulate", splits.TRAIN).head(2).with_columns(pl.Series("weight", [0.25, 0.75]))
    rows = rows.with_columns(pl.Series("row", [0, 8]), pl.lit(0).alias("col"))
    one = sampler(windows, rows, steps=1)
    draws = np.searchsorted(one.cumulative, np.random.default_rng(0).random(20_000), side="right")
    assert abs((draws == 1).mean() - 0.75) < 0.02
    assert draws.max() == 1
