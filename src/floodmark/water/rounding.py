"""From 32 bits to 16, by the instruction that processors have for it and numpy does not use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rounded_to_half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """What `values.astype(np.float16)` is, to the bit, many times sooner.

    Args:
        values: Any shape.
    """
    rounded: NDArray[np.float16] = torch.from_numpy(np.ascontiguousarray(values)).to(torch.float16).numpy()
    return rounded
