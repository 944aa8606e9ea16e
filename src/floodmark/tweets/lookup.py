"""Which hashes are among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def among(hashes: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which hashes are among sorted ones, without sorting those again, as numpy's `isin` does for every question.

    Args:
        hashes: Few, in any order.
        known: Many, sorted.
    """
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    return np.asarray(known[np.searchsorted(known, hashes).clip(max=len(known) - 1)] == hashes)
