"""A loss for maps of which one cell in a hundred is wet: plain ones are content with a dry world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class FloodLoss:
    """Cross-entropy that weighs wet cells, a soft critical success index, and the depth of wet cells.

    Attributes:
        wet_depths: Depths, m, at or above which a cell is wet; one logit map each.
        wet_weight: Weight of a wet cell in the cross-entropy, a dry one being 1.
        overlap_share: Share of the soft critical success index in the loss, the cross-entropy being the rest.
        depth_weight: Weight of the depth's error.
    """

    wet_depths: Sequence[float]
    wet_weight: float
    overlap_share: float
    depth_weight: float

    @property
    def outputs(self) -> int:
        """Maps the model must give: a logit for each wet depth, then log(1 + depth in decimetres)."""
        return len(self.wet_depths) + 1

    def __call__(self, output_BCHW: torch.Tensor, depth_BHW: torch.Tensor) -> torch.Tensor:
        """Mean over wet depths of the two losses, plus the depth's.

        The soft index 1 - hits / (hits + misses + false alarms), with probabilities for decisions (Rahman and Wang
        2016), is taken over the whole batch, so that dry maps count through their false alarms; one is added above
        and below, so that a wholly dry batch has a finite gradient.
        """
        total = output_BCHW.new_zeros(())
        for level, limit in enumerate(self.wet_depths):
            wet = (depth_BHW >= limit).to(output_BCHW.dtype)
            logit = output_BCHW[:, level]
            entropy = F.binary_cross_entropy_with_logits(logit, wet, pos_weight=logit.new_tensor(self.wet_weight))
            chance = torch.sigmoid(logit)
            hits = (chance * wet).sum()
            union = (chance + wet).sum() - hits
            overlap = 1 - (hits + 1) / (union + 1)
            total = total + (1 - self.overlap_share) * entropy + self.overlap_share * overlap
        deep = (depth_BHW >= self.wet_depths[0]).to(output_BCHW.dtype)
        error = F.smooth_l1_loss(output_BCHW[:, -1], encode_depth(depth_BHW), reduction="none")
        return total / len(self.wet_depths) + self.depth_weight * (error * deep).sum() / (deep.sum() + 1)


def encode_depth(depth: torch.Tensor) -> torch.Tensor:
    """Depth in m to the scale that the depth map is learnt on: log(1 + decimetres)."""
    return torch.log1p(depth * 10)


def decode_depth(encoded: torch.Tensor) -> torch.Tensor:
    """The inverse of `encode_depth`, never below zero, m."""
    return torch.expm1(encoded.clamp(min=0.0)) / 10
