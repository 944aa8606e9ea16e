"""Waters that run side by side, each on a thread of its own, have the bits that they have alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tests.hydraulics.basins import downhill, pool, rain, rough


def run(seed):
    water = pool(rough(seed, (60, 70)), edges=downhill(0.01), peaks=True, conductivity=1e-6)
    water.advance(rain(water, 20 + seed), 3600)
    return water.snapshot()


def test_side_by_side_as_alone():
    alone = [run(seed) for seed in range(6)]
    with ThreadPoolExecutor(2) as pool_of_two:
        beside = list(pool_of_two.map(run, range(6)))
    for one, other in zip(alone, beside, strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
