"""How sure CLIP is that a photo goes with a tweet: two meanings of one number, the sound one and the original's.

`Expected` is the chance of a photo in a contrast of m photos, its m - 1 rivals being as likely as the other photos of
the pool are on average. With the logits l of one tweet to all N photos and the likelihoods w = exp(l),

    confidence_i = w_i / (w_i + (m - 1) mean(w_j for j != i)),

which is what a softmax over a random batch of m photos expects, without its dependence on order and batches. Leaving
the photo itself out of the mean matters for small collections: with it, no photo among 120 could exceed 0.66.

`Batches` is the softmax over m photos at a time, in the order in which they come, kept for comparison: its 75 % means
"beats 63 arbitrary neighbours", and a short last batch is favoured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 2**30
"""Likelihoods are whole multiples of the largest one over this, so that their sum has no order."""
STRIP = 4096
"""Photos whose likelihoods are computed at once: they stay in the cache."""


class Scores(NamedTuple):
    """A block of scores, which rise with confidence.

    Attributes:
        values: int32 or float32 (texts, photos).
        totals: Sum of each row, by which its scores are understood.
        peaks: Largest score of each row.
    """

    values: torch.Tensor
    totals: NDArray[np.int64]
    peaks: NDArray[np.float64]


class Confidence(Protocol):
    """From the cosines of a block to scores, and from scores to confidences."""

    def scores(self, cosines_TN: torch.Tensor) -> Scores:
        """Scores of texts and photos, in the memory of their cosines."""

    def at_most(self, totals_T: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
        """For each row a score of no more than this confidence, and none far below it."""

    def of(self, scores: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
        """Confidence of each score."""


class Expected:
    """The expected chance among m photos drawn from the pool."""

    def __init__(self, scale: float, contrast: int, photos: int) -> None:
        """Set scale, the factor on the cosine; contrast, m; and the photos of the pool, N."""
        self._scale = scale
        # A lone photo has no rivals to be compared with: it counts as likely as they are, a chance of 1 / m.
        self._lone = photos == 1
        self._rivals = (contrast - 1) / max(photos - 1, 1)

    def scores(self, cosines_TN: torch.Tensor) -> Scores:
        """Likelihoods as whole numbers, int32, the largest of each row being STEPS."""
        peak_T = cosines_TN.amax(1, keepdim=True)
        whole_TN = cosines_TN.view(torch.int32)
        totals_T = torch.zeros(len(cosines_TN), dtype=torch.int64, device=cosines_TN.device)
        for left in range(0, cosines_TN.shape[1], STRIP):
            strip = slice(left, left + STRIP)
            likelihoods = (cosines_TN[:, strip] - peak_T).mul_(self._scale).exp_().mul_(STEPS).round_().to(torch.int32)
            whole_TN[:, strip] = likelihoods
            totals_T += likelihoods.sum(1)
        return Scores(whole_TN, totals_T.cpu().numpy(), np.full(len(whole_TN), float(STEPS)))

    def at_most(self, totals_T: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
        """The formula solved for the score."""
        if self._lone or confidence <= 0:
            return np.zeros(len(totals_T))
        share = confidence * self._rivals
        return np.asarray(np.floor(share * totals_T / (1 - confidence + share)) - 1)

    def of(self, scores: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
        """The formula above."""
        others = scores if self._lone else totals - scores
        return np.asarray(scores / (scores + self._rivals * others))


class Batches:
    """The softmax over m photos at a time, as they come."""

    def __init__(self, scale: float, contrast: int) -> None:
        """Set scale, the factor on the cosine, and contrast, m."""
        self._scale, self._contrast = scale, contrast

    def scores(self, cosines_TN: torch.Tensor) -> Scores:
        """The softmax itself, float32."""
        for left in range(0, cosines_TN.shape[1], self._contrast):
            batch = slice(left, left + self._contrast)
            cosines_TN[:, batch] = torch.softmax(self._scale * cosines_TN[:, batch], 1)
        peaks_T = cosines_TN.amax(1).double().cpu().numpy()
        return Scores(cosines_TN, np.zeros(len(cosines_TN), np.int64), peaks_T)

    def at_most(self, totals_T: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
        """The confidence, for it is the score."""
        return np.full(len(totals_T), confidence)

    def of(self, scores: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
        """The score, for it is the confidence."""
        return scores
