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
        """Scores of texts and photos, each row on its own."""

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
        peaks_T1 = cosines_TN.amax(1, keepdim=True)
        likelihoods_TN = (cosines_TN - peaks_T1).mul_(self._scale).exp_().mul_(STEPS).round_().to(torch.int32)
        totals_T = likelihoods_TN.sum(1).cpu().numpy()
        return Scores(likelihoods_TN, totals_T, np.full(len(likelihoods_TN), float(STEPS)))

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
        rows, photos = cosines_TN.shape
        logits_TN, full = self._scale * cosines_TN, photos - photos % self._contrast
        batches = torch.softmax(logits_TN[:, :full].reshape(-1, self._contrast), 1).reshape(rows, full)
        values_TN = torch.cat([batches, torch.softmax(logits_TN[:, full:], 1)], 1)
        return Scores(values_TN, np.zeros(rows, np.int64), values_TN.amax(1).double().cpu().numpy())

    def at_most(self, totals_T: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
        """The confidence, for it is the score."""
        return np.full(len(totals_T), confidence)

    def of(self, scores: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
        """The score, for it is the confidence."""
        return scores
