"""The outline of a digit, which is what it is to be translated into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional as F

if TYPE_CHECKING:
    import torch

INK = 0.5
"""From this strength on, a cell is ink."""


def outlines(images_BHW: torch.Tensor) -> torch.Tensor:
    """1 on both sides of the edge of the ink, else 0 (the morphological gradient of Rivest et al. 1993).

    Args:
        images_BHW: Strength of the ink, 0 to 1, shape (..., height, width).
    """
    ink_B1HW = (images_BHW >= INK).float().reshape(-1, 1, *images_BHW.shape[-2:])
    thicker = F.max_pool2d(ink_B1HW, 3, 1, 1)
    # Beyond the image there is no ink.
    thinner = 1 - F.max_pool2d(F.pad(1 - ink_B1HW, (1, 1, 1, 1), value=1.0), 3, 1)
    return (thicker - thinner).reshape(images_BHW.shape)
