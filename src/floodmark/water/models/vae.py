"""The plain variational autoencoder (Kingma and Welling 2014), of images of one size."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.water.models.base import unit


class VAE(nn.Module):
    """Images of any number of channels, 0 to 1, to a normal distribution over codes, and codes to images.

    Where the image to draw is not the image read, it is a translator: nothing but the target of `elbo` changes.
    """

    def __init__(self, channels: int, outputs: int, height: int, width: int, features: int, code: int) -> None:
        """Build it.

        Args:
            channels: Of the images read.
            outputs: Channels of the images drawn.
            height: Rows of both.
            width: Columns of both.
            features: Channels at half the resolution; twice as many at a quarter.
            code: Numbers that an image is told by.
        """
        super().__init__()
        self.size = (height, width)
        self.coarse = (2 * features, -(-height // 4), -(-width // 4))
        flat = self.coarse[0] * self.coarse[1] * self.coarse[2]
        self.encoder = nn.Sequential(
            unit(channels, features, stride=2), unit(features, 2 * features, stride=2), nn.Flatten()
        )
        self.distribution = nn.Linear(flat, 2 * code)
        self.unfold = nn.Linear(code, flat)
        self.decoder = nn.Sequential(
            nn.BatchNorm2d(2 * features),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),
            unit(2 * features, features),
            nn.Upsample(scale_factor=2),
            unit(features, features),
            nn.Conv2d(features, outputs, 1),
        )

    def encode(self, image_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of the code, each of shape (batch, code)."""
        mean_BD, log_variance_BD = self.distribution(self.encoder(image_BCHW)).chunk(2, 1)
        return mean_BD, bounded(log_variance_BD)

    def decode(self, code_BD: torch.Tensor) -> torch.Tensor:
        """Logits of the image, shape (batch, outputs, height, width)."""
        logits: torch.Tensor = self.decoder(self.unfold(code_BD).unflatten(1, self.coarse))
        return logits[..., : self.size[0], : self.size[1]]

    def forward(self, image_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits drawn from a sampled code (in evaluation from its mean), the code's mean and log variance."""
        mean_BD, log_variance_BD = self.encode(image_BCHW)
        code_BD = sample(mean_BD, log_variance_BD) if self.training else mean_BD
        return self.decode(code_BD), mean_BD, log_variance_BD

    def draw(self, count: int) -> torch.Tensor:
        """Images from codes of the prior, 0 to 1, shape (count, outputs, height, width)."""
        weight = self.unfold.weight
        return torch.sigmoid(self.decode(torch.randn(count, weight.shape[1]).to(weight.device)))


def bounded(log_variance: torch.Tensor) -> torch.Tensor:
    """Between -10 and 10, smoothly, so that no step of training makes a variance infinite."""
    return 10 * torch.tanh(log_variance / 10)


def sample(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """A draw, as a function of mean and variance (eq. 10), with noise from torch's global generator."""
    return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Of N(mean, variance) from N(0, 1), nats, of every number of the code (appendix B)."""
    mean, log_variance = mean.float(), log_variance.float()
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def elbo(
    logits_BCHW: torch.Tensor, target_BCHW: torch.Tensor, mean_BD: torch.Tensor, log_variance_BD: torch.Tensor
) -> torch.Tensor:
    """Lower bound on the log likelihood of each target image, nats, shape (batch,).

    Args:
        logits_BCHW: What the network drew from a sampled code.
        target_BCHW: Chance of each point to be lit, 0 to 1.
        mean_BD: Of the code.
        log_variance_BD: Of the code.
    """
    likelihood = -F.binary_cross_entropy_with_logits(logits_BCHW, target_BCHW, reduction="none")
    return likelihood.flatten(1).sum(1) - divergence(mean_BD, log_variance_BD).flatten(1).sum(1)
