from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.terrain.routing import drainage
from floodmark.water import splits
from floodmark.water.regions import block_ids, foreign_catchment, held_out, region_of, regions
from tests.water.study import valley, window_settings

shapes = st.tuples(st.integers(4, 60), st.integers(4, 60))


@given(shapes, st.integers(4, 20), st.integers(2, 6), st.integers(0, 4), st.data())
@settings(max_examples=80)
def test_no_seen_cell_lies_near_an_unseen_one(shape, size, one_in, guard, data):
    valid = np.random.default_rng(data.draw(st.integers(0, 2**31))).random(shape) > 0.1
    fold = data.draw(st.integers(0, one_in - 1))
    region = regions(held_out(shape, size, one_in, fold), guard, valid)
    assert (region[~valid] == splits.GUARD).all()
    assert set(np.unique(region)) <= {splits.GUARD, splits.SEEN, splits.UNSEEN}
    seen, unseen = np.argwhere(region == splits.SEEN), np.argwhere(region == splits.UNSEEN)
    if len(seen) and len(unseen):
        apart = np.abs(seen[:, None] - unseen[None]).max(-1).min()
        assert apart > 2 * guard


@given(shapes, st.integers(4, 20), st.integers(2, 9))
@settings(max_examples=50)
def test_folds_hold_every_block_out_exactly_once(shape, size, one_in):
    folds = np.stack([held_out(shape, size, one_in, fold) for fold in range(one_in)])
    assert (folds.sum(axis=0) == 1).all()
    block = block_ids(shape, size)
    for number in range(block.max() + 1):
        own = folds[:, block == number]
        assert (own == own[:, :1]).all()


@pytest.mark.parametrize("fold", range(4))
def test_blocks_are_held_out_whole_and_spread(fold):
    shape = (300, 280)
    region = regions(held_out(shape, 75, 4, fold), 0, np.ones(shape, bool))
    block = block_ids(shape, 75)
    unseen = [number for number in np.unique(block) if (region[block == number] == splits.UNSEEN).any()]
    assert all((region[block == number] == splits.UNSEEN).all() for number in unseen)
    assert len(unseen) == 4
    assert {number // 4 for number in unseen} == {0, 1, 2, 3}
    if fold == 2:
        assert unseen == [2, 4, 10, 12]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_cells_fed_from_the_other_ground_are_those_whose_upstream_cells_lie_there(share):
    network = drainage(valley())
    unseen = held_out(valley().shape, 24, 4, 2)
    receiver, cells = network.receiver.ravel(), valley().size
    upstream = [[] for _ in range(cells)]
    for cell in range(cells):
        here = cell
        while True:
            upstream[here].append(cell)
            if receiver[here] == here:
                break
            here = receiver[here]
    kind = unseen.ravel()
    wanted = [np.mean(kind[upstream[cell]] != kind[cell]) > share + 1e-6 for cell in range(cells)]
    found = foreign_catchment(unseen, network, share).ravel()
    np.testing.assert_array_equal(found, wanted)
    assert found[kind].any()
    assert found[~kind].any()


def test_a_guard_of_the_catchment_takes_more_the_stricter_it_is_and_nothing_when_off():
    network, ground = drainage(valley()), valley()
    left = [
        np.count_nonzero(region_of(ground, network, window_settings(guard_upstream=share)) != splits.GUARD)
        for share in (1.0, 0.75, 0.25)
    ]
    assert left[0] > left[1] > left[2] > 0
    plain = regions(held_out(ground.shape, 24, 4, 2), 3, np.isfinite(ground))
    np.testing.assert_array_equal(region_of(ground, network, window_settings()), plain)


def test_a_fold_that_is_none_is_refused():
    with pytest.raises(ValueError, match="fold 4 must be below unseen_one_in 4"):
        window_settings(fold=4)
