"""Word ids to vectors: pretrained ones stay, those of special tokens are learnt."""

from __future__ import annotations

import torch
from torch import nn

SPREAD = 0.4
"""Standard deviation of GloVe's numbers, which the learnt rows start with."""


class WordEmbedding(nn.Module):
    """Ids below `special` look up learnt rows, the others frozen pretrained vectors."""

    vectors: torch.Tensor

    def __init__(self, vectors_VE: torch.Tensor, special: int) -> None:
        super().__init__()
        self.register_buffer("vectors", vectors_VE.clone())
        self.special = nn.Parameter(torch.randn(special, vectors_VE.shape[1]) * SPREAD)

    def forward(self, ids_BT: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (batch, tokens, d)."""
        special = len(self.special)
        learnt_BTE = self.special[ids_BT.clamp(max=special - 1)]
        if not len(self.vectors):
            return learnt_BTE
        fixed_BTE = self.vectors[(ids_BT - special).clamp(min=0)]
        return torch.where((ids_BT < special)[..., None], learnt_BTE, fixed_BTE)
