"""The contrast of CLIP (Radford et al. 2021): of a batch's windows, which water belongs to which rain."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import distributed
from torch.nn import functional as F

LARGEST_SCALE = 100.0
"""Cap of the learned inverse temperature, as CLIP's: above it training is unstable."""
FIRST_LOG_SCALE = math.log(1 / 0.07)
"""Where the logarithm of the inverse temperature begins (Wu et al. 2018, as in CLIP)."""


def contrastive_loss(rain_BE: torch.Tensor, water_BE: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """Symmetric cross-entropy over the cosines of all pairs of a batch (Radford et al. 2021, figure 3).

    Where torch.distributed is initialised, the batch is that of all ranks together, each of which gives as many rows:
    every rank returns the same loss, and the mean over ranks of their gradients is the whole batch's gradient.

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


def gathered(x_BE: torch.Tensor) -> torch.Tensor:
    """Rows of all ranks, in their order, with a gradient to each; the rows themselves where there is one process."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return x_BE
    rows: torch.Tensor = _Gather.apply(x_BE)  # type: ignore[no-untyped-call]
    return rows


class _Gather(torch.autograd.Function):
    """torch's own all_gather returns tensors without a gradient."""

    @staticmethod
    def forward(context: Any, x_BE: torch.Tensor) -> torch.Tensor:
        rows = [torch.empty_like(x_BE) for _ in range(distributed.get_world_size())]
        distributed.all_gather(rows, x_BE.contiguous())
        return torch.cat(rows)

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> torch.Tensor:
        """Each rank's loss depends on these rows: their gradients add up."""
        total = gradients[0].contiguous()
        distributed.all_reduce(total)
        count = len(total) // distributed.get_world_size()
        first = distributed.get_rank() * count
        return total[first : first + count]
