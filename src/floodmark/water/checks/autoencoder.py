"""The plain variational autoencoder must reconstruct, sample, and translate one image into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from floodmark.learning.distributed import mean
from floodmark.learning.seeds import fix
from floodmark.water.checks.counting import of_explained, of_overlap
from floodmark.water.checks.digits import SIDE
from floodmark.water.checks.learn import train
from floodmark.water.checks.outlines import outlines
from floodmark.water.checks.tasks import R2
from floodmark.water.models.vae import VAE, elbo

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.water.checks.digits import Digits, Sets
    from floodmark.water.checks.learn import Pace

    Target = Callable[[torch.Tensor], torch.Tensor]

MODEL = "vae"
RECONSTRUCT, SAMPLE, TRANSLATE = "reconstruct", "sample", "translate"
SAMPLES = 1000
"""Images sampled, a number that changes with no param, so that scores of two runs compare."""


class Drawn(NamedTuple):
    """What an autoencoder drew.

    Attributes:
        history: A row an epoch: loss, and r2 on validation.
        images_NHW: From the held-out digits, 0 to 1.
        samples_NHW: From codes of the prior, 0 to 1.
    """

    history: list[dict[str, float]]
    images_NHW: NDArray[np.float32]
    samples_NHW: NDArray[np.float32]


def learn_images(task: str, sets: Sets, features: int, code: int, pace: Pace, seed: int, device: torch.device) -> Drawn:
    """Train an autoencoder to draw the digit itself, or for `TRANSLATE` its outline.

    The loss is minus the evidence lower bound, nats an image.

    Args:
        task: `RECONSTRUCT` or `TRANSLATE`.
        sets: Digits.
        features: Channels of the network.
        code: Numbers that it tells an image by.
        pace: How fast.
        seed: Of every draw.
        device: Where to compute.
    """
    fix(seed, "check_models", MODEL, task)
    network, target = VAE(1, 1, SIDE, SIDE, features, code).to(device), target_of(task)

    def objective(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        image_B1HW = batch[0][:, None].to(device)
        logits_B1HW, mean_BD, log_variance_BD = network(image_B1HW)
        return -mean(elbo(logits_B1HW, target(image_B1HW), mean_BD, log_variance_BD))

    def evaluate() -> dict[str, float]:
        redrawn_NHW = _redrawn(network, sets.validation, device)
        saved, total = explained(redrawn_NHW, target, sets.validation, sets.training).sum(0)
        return {R2: float(saved / total)}

    history = train(network, objective, sets.training, evaluate, pace, seed)
    # Samples that hang on nothing that training has drawn.
    fix(seed, "check_models", MODEL, task, SAMPLE)
    with torch.inference_mode():
        samples_NHW = network.draw(SAMPLES)[:, 0].cpu().numpy()
    return Drawn(history, _redrawn(network, sets.test, device), samples_NHW)


def target_of(task: str) -> Target:
    """From images, what is to be drawn of them."""
    return outlines if task == TRANSLATE else _same


def explained(images_NHW: NDArray[np.float32], target: Target, digits: Digits, training: Digits) -> NDArray[np.float64]:
    """What each digit adds to r2 against the mean target of training, shape (digits, 2)."""
    mean_HW = target(torch.from_numpy(training.images_NHW)).mean(0)
    return of_explained(torch.from_numpy(images_NHW), target(torch.from_numpy(digits.images_NHW)), mean_HW)


def overlap_of_outlines(images_NHW: NDArray[np.float32], digits: Digits) -> NDArray[np.float64]:
    """What each digit adds to the critical success index of its outline, drawn where it is likelier than not."""
    return of_overlap(torch.from_numpy(images_NHW) >= 0.5, outlines(torch.from_numpy(digits.images_NHW)) > 0)


def mean_outline(training: Digits) -> NDArray[np.float32]:
    """Share of the training digits whose outline a cell is on."""
    mean: NDArray[np.float32] = outlines(torch.from_numpy(training.images_NHW)).mean(0).numpy()
    return mean


def _same(images_BHW: torch.Tensor) -> torch.Tensor:
    return images_BHW


def _redrawn(network: VAE, digits: Digits, device: torch.device) -> NDArray[np.float32]:
    """From the mean of each digit's code."""
    with torch.inference_mode():
        logits_N1HW, _, _ = network(torch.from_numpy(digits.images_NHW)[:, None].to(device))
        redrawn: NDArray[np.float32] = torch.sigmoid(logits_N1HW)[:, 0].cpu().numpy()
    return redrawn
