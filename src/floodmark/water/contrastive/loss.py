"""The contrast of CLIP (Radford et al. 2021): of a batch's windows, which water belongs to which rain."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from floodmark.learning.distributed import gathered

LARGEST_SCALE = 100.0
"""Cap of the learned inverse temperature, as CLIP's: above it training is unstable."""
FIRST_LOG_SCALE = math.log(1 / 0.07)
"""Where the logarithm of the inverse temperature begins (Wu et al. 2018, as in CLIP)."""


def contrastive_loss(rain_BE: torch.Tensor, water_BE: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """Symmetric cross-entropy over the cosines of all pairs of a batch (Radford et al. 2021, figure 3).

    In a step that ranks take together the batch is that of all of them: see `learning.distributed`.

    Args:
        rain_BE: Embeddings of rain and terrain, of length 1 each.
        water_BE: Embeddings of the water that belongs to them, in the same order, of length 1 each.
        log_scale: Logarithm of the inverse temperature, a scalar, capped at that of `LARGEST_SCALE`.
    """
    rain, water = gathered(rain_BE), gathered(water_BE)
    logits_BB = inverse_temperature(log_scale) * rain @ water.T
    own = torch.arange(len(logits_BB), device=logits_BB.device)
    return (F.cross_entropy(logits_BB, own) + F.cross_entropy(logits_BB.T, own)) / 2


def inverse_temperature(log_scale: torch.Tensor) -> torch.Tensor:
    """The factor on the cosines, at most `LARGEST_SCALE`."""
    return log_scale.clamp(max=math.log(LARGEST_SCALE)).exp()
