"""Whether two models differ by more than luck: McNemar's exact test, with Holm's correction over all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binomtest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[int, int, float]:
    """McNemar's test (1947) of equal accuracy on the same texts, exact at any count.

    Where two models are equally often right, a text that only one of them gets right is as likely the one's as the
    other's, so that the first's share of these texts is binomial with one half.

    Args:
        first: Whether the first model is right, by text.
        second: Whether the second is.

    Returns:
        Texts that only the first gets right, those that only the second does, and the two-sided p value.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    differing = only_first + only_second
    return only_first, only_second, float(binomtest(only_first, differing).pvalue) if differing else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjustment: below 0.05, a difference holds with 5 % risk for the whole family."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(p[order] * np.arange(len(p), 0, -1), 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(steps)
    return [float(value) for value in adjusted]
