"""Two dense layers over CLIP's embeddings of a tweet's text and photo."""

from __future__ import annotations

import torch
from torch import nn


class DenseClassifier(nn.Module):
    """Text and photo side by side, with a bit that says whether there is a photo; logits, not probabilities."""

    def __init__(self, embedding: int, units: int, dropout: float, image_dropout: float, classes: int = 2) -> None:
        super().__init__()
        self.image_dropout = image_dropout
        self.layers = nn.Sequential(
            nn.Linear(2 * embedding + 1, units), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(units, classes),
        )  # fmt: skip

    def forward(self, text_BE: torch.Tensor, image_BE: torch.Tensor, present_B: torch.Tensor) -> torch.Tensor:
        """Logits of shape (batch, classes).

        Args:
            text_BE: Unit vectors of the texts.
            image_BE: Unit vectors of the photos; rows without a photo may hold anything.
            present_B: True where there is a photo.
        """
        if self.training and self.image_dropout:
            present_B = present_B & (torch.rand_like(present_B, dtype=torch.float32) >= self.image_dropout)
        present_B1 = present_B[:, None].to(text_BE.dtype)
        # Unit vectors of d numbers have deviations of 1/sqrt(d); the layers start for inputs of about 1.
        scale = text_BE.shape[1] ** 0.5
        features_BF = torch.cat([text_BE * scale, image_BE * scale * present_B1, present_B1], dim=1)
        logits: torch.Tensor = self.layers(features_BF)
        return logits


def without_photos(text_BE: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The classifier's arguments for texts that come without a photo."""
    return text_BE, torch.zeros_like(text_BE), torch.zeros(len(text_BE), dtype=torch.bool)
