"""Do a topic's top words occur together? Two measures over the tweets themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def coherence(present_DW: NDArray[np.integer]) -> dict[str, float]:
    """UMass coherence (Mimno et al. 2011) and mean NPMI (Bouma 2009) of one topic's words.

    Args:
        present_DW: 1 where a tweet holds a word; words by falling weight, each in at least one tweet.

    Returns:
        `umass`: mean of ln((together + 1) / alone), the pair's weightier word standing alone; 0 is best.
        `npmi`: from -1 (never together) over 0 (by chance) to 1 (always together).
    """
    tweets, words = present_DW.shape
    together = present_DW.T.astype(np.int64) @ present_DW.astype(np.int64)
    alone = np.diag(together)
    umass, npmi = [], []
    for lower in range(1, words):
        for upper in range(lower):
            both = together[lower, upper]
            umass.append(np.log((both + 1) / alone[upper]))
            npmi.append(_npmi(both / tweets, alone[lower] / tweets, alone[upper] / tweets))
    return {"umass": float(np.mean(umass)) if umass else 0.0, "npmi": float(np.mean(npmi)) if npmi else 0.0}


def _npmi(both: float, one: float, other: float) -> float:
    if both == 0:
        return -1.0
    if both == 1:
        return 1.0
    return float(np.log(both / (one * other)) / -np.log(both))
