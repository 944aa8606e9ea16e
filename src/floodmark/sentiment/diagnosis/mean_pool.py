"""An LSTM that is summed up by all of its states, a change that a diagnosis tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.sentiment.models.lstm import LstmClassifier

if TYPE_CHECKING:
    import torch


class MeanPooledLstm(LstmClassifier):
    """As the LSTM of `train_text`, but the mean of the states over the tokens is classified, not the final ones.

    Every word then stands as near to the loss as every other, as in the mean of word vectors.
    """

    def summary(self, states_BTE: torch.Tensor, mask_BT: torch.Tensor) -> torch.Tensor:
        """Mean over the tokens that are there, (batch, features)."""
        weights_BT1 = mask_BT[..., None].to(states_BTE.dtype)
        mean_BE: torch.Tensor = (states_BTE * weights_BT1).sum(1) / weights_BT1.sum(1)
        return mean_BE
