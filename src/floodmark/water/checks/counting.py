"""What one digit adds to a score, so that scores of any draw of digits are sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def of_explained(drawn_BHW: torch.Tensor, true_BHW: torch.Tensor, mean_HW: torch.Tensor) -> NDArray[np.float64]:
    """Squared error saved against the mean, and the mean's own: over all digits their ratio is r2, 0 for the mean.

    Args:
        drawn_BHW: What was drawn.
        true_BHW: What was to be drawn.
        mean_HW: What is drawn without looking.

    Returns:
        Shape (batch, 2).
    """
    error_B, total_B = (
        (maps - true_BHW).double().square().sum((1, 2)) for maps in (drawn_BHW, mean_HW.expand_as(true_BHW))
    )
    units: NDArray[np.float64] = torch.stack([total_B - error_B, total_B], 1).numpy()
    return units


def of_overlap(drawn_BHW: torch.Tensor, true_BHW: torch.Tensor) -> NDArray[np.float64]:
    """Cells in both and cells in either, of shape (batch, 2): their ratio is the critical success index."""
    both_B, either_B = (drawn_BHW & true_BHW).sum((1, 2)), (drawn_BHW | true_BHW).sum((1, 2))
    units: NDArray[np.float64] = torch.stack([both_B, either_B], 1).double().numpy()
    return units
