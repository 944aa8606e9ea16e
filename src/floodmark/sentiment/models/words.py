"""Word ids to vectors: pretrained ones stay, those of special tokens are learnt."""

from __future__ import annotations

import torch
from torch import nn

SPREAD = 0.4
"""Standard deviation of GloVe's numbers, which the learnt rows start with."""


class WordEmbedding(nn.Module):
    """One matrix whose first rows, those of special tokens, are learnt, and whose others are pretrained and stay."""

    vectors: torch.Tensor

    def __init__(self, vectors_VE: torch.Tensor, special_SE: torch.Tensor) -> None:
        """Take the pretrained words, and what the special tokens start from: rows of NaN start at random."""
        super().__init__()
        self.register_buffer("vectors", vectors_VE.clone())
        random_SE = torch.randn(special_SE.shape) * SPREAD
        self.special = nn.Parameter(torch.where(special_SE.isnan(), random_SE, special_SE))

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return self.special.shape[1]

    def forward(self, ids_BT: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (batch, tokens, d)."""
        special = len(self.special)
        learnt_BTE = self.special[ids_BT.clamp(max=special - 1)]
        if not len(self.vectors):
            return learnt_BTE
        fixed_BTE = self.vectors[(ids_BT - special).clamp(min=0)]
        return torch.where((ids_BT < special)[..., None], learnt_BTE, fixed_BTE)
