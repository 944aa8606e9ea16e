"""Losses by name for maps of which one cell in a hundred is wet: plain ones are content with a dry world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from floodmark.learning.distributed import anywhere, in_step, mean, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.train_water import Losses


@dataclass(frozen=True)
class MapLoss(ABC):
    """What every loss of water maps does: leave out cells of unknown truth and average over the wet depths.

    Sums and means are over the cells of the whole batch, those of other ranks among them.

    Attributes:
        wet_depths: Depths, m, at or above which a cell is wet; one logit map each.
        depth_weight: Weight of the depth's error in wet cells.
    """

    wet_depths: Sequence[float]
    depth_weight: float

    @property
    def outputs(self) -> int:
        """Maps the model must give: a logit for each wet depth, then log(1 + depth in decimetres)."""
        return len(self.wet_depths) + 1

    def __call__(
        self, maps_BKHW: torch.Tensor, depth_BHW: torch.Tensor, known_BHW: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The loss of a batch, a scalar; zero where no cell is known.

        Args:
            maps_BKHW: What a network gives, of any floating type: reckoned in at least float32.
            depth_BHW: The truth, m; of any value where it is not known.
            known_BHW: Which cells have a truth; all where not given.
        """
        maps_KBHW = maps_BKHW.to(torch.promote_types(maps_BKHW.dtype, torch.float32)).movedim(1, 0)
        if known_BHW is None:
            return self.of_cells(maps_KBHW, depth_BHW)
        depth_N = depth_BHW[known_BHW]
        return self.of_cells(maps_KBHW[:, known_BHW], depth_N) if anywhere(len(depth_N) > 0) else 0 * maps_KBHW.sum()

    def of_cells(self, maps_K: torch.Tensor, depth: torch.Tensor) -> torch.Tensor:
        """The loss over cells, of any shape after that of the maps."""
        total = maps_K.new_zeros(())
        for level, limit in enumerate(self.wet_depths):
            total = total + self.of_level(maps_K[level], (depth >= limit).to(maps_K.dtype))
        error = F.smooth_l1_loss(maps_K[-1], encode_depth(depth), reduction="none")
        deep = (depth >= self.wet_depths[0]).to(maps_K.dtype)
        return total / len(self.wet_depths) + self.depth_weight * self.of_depth(error, deep)

    def of_depth(self, error: torch.Tensor, deep: torch.Tensor) -> torch.Tensor:
        """The mean error of the depth's logarithm where the first wet depth is reached."""
        total, count = summed(error * deep, deep)
        return total / (count + 1)

    @abstractmethod
    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """The loss of one wet depth, given 1 where a cell is wet and 0 where it is dry."""


@dataclass(frozen=True)
class FloodLoss(MapLoss):
    """Cross-entropy that weighs wet cells, and a soft critical success index.

    The soft index 1 - hits / (hits + misses + false alarms), with probabilities for decisions (Rahman and Wang 2016),
    is taken over the whole batch, so that dry maps count through their false alarms; one is added above and below, so
    that a wholly dry batch has a finite gradient.

    Attributes:
        wet_weight: Weight of a wet cell in the cross-entropy, a dry one being 1.
        overlap_share: Share of the soft critical success index in the loss, the cross-entropy being the rest.
    """

    wet_weight: float
    overlap_share: float

    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """Both parts."""
        chance = torch.sigmoid(logit)
        hits, both = summed(chance * wet, chance + wet)
        overlap = 1 - (hits + 1) / (both - hits + 1)
        return (1 - self.overlap_share) * cross_entropy(logit, wet, self.wet_weight) + self.overlap_share * overlap


@dataclass(frozen=True)
class CrossEntropyDice(MapLoss):
    """Cross-entropy that weighs wet cells, and the Dice loss of Milletari et al. (2016, eq. 3).

    The latter is 1 - (2 sum pg + 1) / (sum p2 + sum g2 + 1) over the whole batch.

    Attributes:
        wet_weight: Weight of a wet cell in the cross-entropy, a dry one being 1.
        dice_share: Share of the Dice loss, the cross-entropy being the rest.
    """

    wet_weight: float
    dice_share: float

    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """Both parts."""
        chance = torch.sigmoid(logit)
        hits, foretold, happened = summed(chance * wet, chance.square(), wet)
        dice = 1 - (2 * hits + 1) / (foretold + happened + 1)
        return (1 - self.dice_share) * cross_entropy(logit, wet, self.wet_weight) + self.dice_share * dice


@dataclass(frozen=True)
class Focal(MapLoss):
    """The focal loss of Lin et al. (2017, eq. 5): cross-entropy in which cells that are right already fade away.

    Its mean over cells, not over wet ones, so that a dry batch weighs as much as any other.

    Attributes:
        focus: Power that the chance of being wrong is raised to; 0 is plain cross-entropy.
        wet_share: Weight of wet cells, that of dry ones being the rest to 1.
    """

    focus: float
    wet_share: float

    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """In logarithms: log(1 - p) and log p are both finite for any logit."""
        right = torch.where(wet > 0, logit, -logit)
        weight = torch.where(wet > 0, self.wet_share, 1 - self.wet_share)
        return mean(weight * torch.exp(-self.focus * F.softplus(right)) * F.softplus(-right))


@dataclass(frozen=True)
class Tversky(MapLoss):
    """The Tversky loss of Salehi et al. (2017, eq. 4): misses and false alarms at a price each.

    1 - (hits + 1) / (hits + a false alarms + b misses + 1) over the whole batch; a = b = 0.5 is Dice without squares.

    Attributes:
        false_alarm_weight: a.
        miss_weight: b.
    """

    false_alarm_weight: float
    miss_weight: float

    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """With probabilities for decisions."""
        chance = torch.sigmoid(logit)
        hits, false_alarms, misses = summed(chance * wet, chance * (1 - wet), (1 - chance) * wet)
        wrong = self.false_alarm_weight * false_alarms + self.miss_weight * misses
        return 1 - (hits + 1) / (hits + wrong + 1)


@dataclass(frozen=True)
class LogDepth(MapLoss):
    """Regression of the depth's logarithm in every cell, wet ones weighing more.

    It teaches the depth map alone, so cross-entropy of a small weight teaches the logits, which say how sure the
    network is of each wet depth: a depth has no probability to choose a threshold by.

    Attributes:
        wet_weight: Weight of a cell that reaches the first wet depth, others being 1.
        entropy_weight: Weight of the cross-entropy.
    """

    wet_weight: float
    entropy_weight: float

    def of_level(self, logit: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
        """The cross-entropy, times its weight."""
        return self.entropy_weight * cross_entropy(logit, wet, self.wet_weight)

    def of_depth(self, error: torch.Tensor, deep: torch.Tensor) -> torch.Tensor:
        """The weighted mean over all cells."""
        weight = 1 + (self.wet_weight - 1) * deep
        total, weights = summed(error * weight, weight)
        return total / weights


KINDS: dict[str, type[MapLoss]] = {
    "cross_entropy_dice": CrossEntropyDice,
    "focal": Focal,
    "tversky": Tversky,
    "soft_index": FloodLoss,
    "log_depth": LogDepth,
}
"""By the name that a model's params give."""


def make_loss(name: str, wet_depths: Sequence[float], settings: Losses) -> MapLoss:
    """The loss of a name, with its numbers from the section `train_water.losses`."""
    return KINDS[name](wet_depths=wet_depths, **getattr(settings, name).model_dump())


def cross_entropy(logit: torch.Tensor, wet: torch.Tensor, wet_weight: float) -> torch.Tensor:
    """Mean cross-entropy of cells, a wet one weighing `wet_weight` and a dry one 1."""
    weight = logit.new_tensor(wet_weight)
    if in_step():
        return mean(F.binary_cross_entropy_with_logits(logit, wet, pos_weight=weight, reduction="none"))
    return F.binary_cross_entropy_with_logits(logit, wet, pos_weight=weight)  # whose own mean is rounded otherwise


def encode_depth(depth: torch.Tensor) -> torch.Tensor:
    """Depth in m to the scale that the depth map is learnt on: log(1 + decimetres)."""
    return torch.log1p(depth * 10)


def decode_depth(encoded: torch.Tensor) -> torch.Tensor:
    """The inverse of `encode_depth`, never below zero, m."""
    return torch.expm1(encoded.clamp(min=0.0)) / 10
