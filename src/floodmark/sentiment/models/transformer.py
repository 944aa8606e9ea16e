"""A transformer encoder over word vectors (Vaswani et al. 2017), with layer norms before each block."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from floodmark.sentiment.models.words import WordEmbedding


def sinusoidal_positions(length: int, width: int) -> torch.Tensor:
    """Positions of shape (length, width): sine in even columns, cosine in odd ones (Vaswani et al. 2017, 3.5).

    Column pair i has the wavelength 2 pi 10000^(2i / width).
    """
    position = torch.arange(length)[:, None]
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)[:, : width // 2]
    return table


class TransformerClassifier(nn.Module):
    """Encoder, mean over the tokens that are there, linear head. Padding is masked from attention and mean."""

    def __init__(
        self,
        words: WordEmbedding,
        width: int,
        layers: int,
        heads: int,
        feed_forward: int,
        dropout: float,
        classes: int = 2,
    ) -> None:
        super().__init__()
        self.words = words
        self.project = nn.Linear(words.width, width)
        block = nn.TransformerEncoderLayer(
            width, heads, feed_forward, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(block, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)

    def forward(self, ids_BT: torch.Tensor, mask_BT: torch.Tensor) -> torch.Tensor:
        """Logits of shape (batch, classes).

        Args:
            ids_BT: Token ids, padding at the end.
            mask_BT: True where there is a token, at least one a row.
        """
        features_BTE = self.project(self.words(ids_BT))
        positions_TE = sinusoidal_positions(*features_BTE.shape[1:]).to(features_BTE)
        features_BTE = self.encoder(self.dropout(features_BTE + positions_TE), src_key_padding_mask=~mask_BT)
        weights_BT1 = mask_BT[..., None].to(features_BTE.dtype)
        mean_BE = (features_BTE * weights_BT1).sum(1) / weights_BT1.sum(1)
        logits: torch.Tensor = self.head(self.dropout(mean_BE))
        return logits
