"""The tasks that a network must learn before its score on water counts.

They are those with which the seed of this project was debugged: a network that fails one has a defect, for digits are
easily told apart and a map is easily copied.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.learning.seeds import generator
from floodmark.water.checks.channels import ground_channels, lay_out
from floodmark.water.checks.counting import of_explained, of_overlap
from floodmark.water.checks.digits import LOW, SIDE, Digits
from floodmark.water.losses import decode_depth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CONSTANT, RANDOM, COPY = "constant_targets", "random_targets", "copy_heightmap"
TASKS = (CONSTANT, RANDOM, COPY)

ACCURACY, R2, INDEX = "accuracy", "r2", "critical_success_index"

SMOOTHING, FILTER = 1.0, 5
"""Of the random ground: standard deviation of the smoothing, and side of the filters, cells."""

Counts = dict[str, "NDArray[np.float64]"]
"""By score, shape (digits, 2): what each digit adds to the numerator and the denominator of the score."""


@dataclass(frozen=True)
class Task(ABC):
    """What is read, what is to be drawn, and how well it was.

    Attributes:
        channels: Names of the channels that the network reads.
        wet_depths: Depths, m, of its logit maps.
        centre: Mean strength of the ink in training.
        spread: Standard deviation of it.
    """

    channels: Sequence[str]
    wet_depths: Sequence[float]
    centre: float
    spread: float

    @property
    @abstractmethod
    def headline(self) -> str:
        """The score that the task is first judged by."""

    @abstractmethod
    def inputs(self, images_BHW: torch.Tensor) -> torch.Tensor:
        """What the network reads, shape (batch, channels, height, width)."""

    @abstractmethod
    def depths(self, images_BHW: torch.Tensor, labels_B: torch.Tensor) -> torch.Tensor:
        """The truth, m, shape (batch, height, width)."""

    @abstractmethod
    def drawn(self, maps_BKHW: torch.Tensor) -> torch.Tensor:
        """What the network drew, to be looked at beside `shown`."""

    @abstractmethod
    def shown(self, depth_BHW: torch.Tensor) -> torch.Tensor:
        """What it was to draw."""

    @abstractmethod
    def counts(self, maps_BKHW: torch.Tensor, digits: Digits, training: Digits) -> Counts:
        """What each digit adds to every score."""

    @abstractmethod
    def baselines(self, digits: Digits, training: Digits) -> dict[str, float]:
        """By score, what is reached without looking at the digit."""

    def normal(self, images_BHW: torch.Tensor) -> torch.Tensor:
        """Images on the scale that networks are fed: about zero, deviating by about one."""
        return (images_BHW - self.centre) / self.spread

    @property
    def deepest(self) -> float:
        """Depth, m, of what is as wet as can be: twice the largest wet depth."""
        return 2 * max(self.wet_depths)


@dataclass(frozen=True)
class Choice(Task):
    """One map is to be drawn for digits below 5 and another for the rest.

    The digit is the rain, the same in the whole history. The ground is one landscape, in every channel of it, the same
    for every digit.

    Attributes:
        targets_2HW: The two maps, m.
        landscape_HW: The ground.
    """

    targets_2HW: torch.Tensor
    landscape_HW: torch.Tensor

    @property
    def headline(self) -> str:
        """Accuracy."""
        return ACCURACY

    def inputs(self, images_BHW: torch.Tensor) -> torch.Tensor:
        """Digits as rain on the landscape."""
        return lay_out(self.channels, self.normal(images_BHW), self.landscape_HW.expand_as(images_BHW))

    def depths(self, images_BHW: torch.Tensor, labels_B: torch.Tensor) -> torch.Tensor:
        """The map of each digit's side."""
        return self.targets_2HW[(labels_B >= LOW).long()]

    def drawn(self, maps_BKHW: torch.Tensor) -> torch.Tensor:
        """Chance of reaching the first wet depth."""
        return torch.sigmoid(maps_BKHW[:, 0])

    def shown(self, depth_BHW: torch.Tensor) -> torch.Tensor:
        """Where it is reached."""
        return (depth_BHW >= self.wet_depths[0]).float()

    def counts(self, maps_BKHW: torch.Tensor, digits: Digits, training: Digits) -> Counts:
        """Whether the drawn map is nearer to the right target, and what it explains beyond the mean target."""
        side_B, chance_BHW = _side(digits), self.drawn(maps_BKHW)
        targets_2HW = self.shown(self.targets_2HW)
        error_B2 = (chance_BHW[:, None] - targets_2HW).square().sum((2, 3)).numpy()
        row_B = np.arange(len(side_B))
        # Where both are as near, as to a map of one chance everywhere, neither is drawn.
        right_B = error_B2[row_B, side_B] < error_B2[row_B, 1 - side_B]
        mean_HW = targets_2HW[0].lerp(targets_2HW[1], float(_side(training).mean()))
        return {
            ACCURACY: np.stack([right_B, np.ones_like(right_B)], 1).astype(np.float64),
            R2: of_explained(chance_BHW, targets_2HW[side_B], mean_HW),
        }

    def baselines(self, digits: Digits, training: Digits) -> dict[str, float]:
        """Always the side that is more common in training; always the mean target."""
        common = int(_side(training).mean() >= 0.5)
        return {ACCURACY: float((_side(digits) == common).mean()), R2: 0.0}


@dataclass(frozen=True)
class Copy(Task):
    """The digit is the ground, in every channel of it, and the water stands as deep as the ink is strong; no rain.

    It is the rain where the network reads no ground.
    """

    @property
    def headline(self) -> str:
        """The critical success index, which is the intersection over the union."""
        return INDEX

    def inputs(self, images_BHW: torch.Tensor) -> torch.Tensor:
        """Digits as ground, or as rain."""
        normal_BHW = self.normal(images_BHW)
        rain_BHW = torch.zeros_like(images_BHW) if ground_channels(self.channels) else normal_BHW
        return lay_out(self.channels, rain_BHW, normal_BHW)

    def depths(self, images_BHW: torch.Tensor, labels_B: torch.Tensor) -> torch.Tensor:
        """Ink, times the depth of the strongest."""
        return images_BHW * self.deepest

    def drawn(self, maps_BKHW: torch.Tensor) -> torch.Tensor:
        """Depth where the first wet depth is likelier reached than not, as share of the deepest."""
        depth_BHW = decode_depth(maps_BKHW[:, -1]) / self.deepest
        return torch.where(maps_BKHW[:, 0] >= 0, depth_BHW, 0.0)

    def shown(self, depth_BHW: torch.Tensor) -> torch.Tensor:
        """Depth as share of the deepest."""
        return depth_BHW / self.deepest

    def counts(self, maps_BKHW: torch.Tensor, digits: Digits, training: Digits) -> Counts:
        """Hits and union of the cells that reach the first wet depth; depth explained beyond the mean digit."""
        images_BHW = torch.from_numpy(digits.images_NHW)
        return {
            INDEX: of_overlap(maps_BKHW[:, 0] >= 0, self._wet(images_BHW)),
            R2: of_explained(self.drawn(maps_BKHW), images_BHW, _mean_image(training)),
        }

    def baselines(self, digits: Digits, training: Digits) -> dict[str, float]:
        """Always the mean digit of training."""
        images_BHW = torch.from_numpy(digits.images_NHW)
        mean_BHW = _mean_image(training).expand_as(images_BHW)
        hits, union = of_overlap(self._wet(mean_BHW), self._wet(images_BHW)).sum(0)
        return {INDEX: float(hits / union), R2: 0.0}

    def _wet(self, images_BHW: torch.Tensor) -> torch.Tensor:
        return images_BHW * self.deepest >= self.wet_depths[0]


def make_task(name: str, channels: Sequence[str], wet_depths: Sequence[float], training: Digits, seed: int) -> Task:
    """A task of `TASKS`, for a network that reads these channels.

    The landscape and the random targets come from the seed alone, so that all networks have the same.
    """
    centre, spread = float(training.images_NHW.mean()), float(training.images_NHW.std())
    if name == COPY:
        return Copy(channels, wet_depths, centre, spread)
    landscape_HW, random_2HW = random_ground(seed)
    shares_2HW = random_2HW if name == RANDOM else np.stack([np.zeros((SIDE, SIDE)), np.ones((SIDE, SIDE))])
    # Half of a random map's cells reach the first wet depth.
    depths_2HW = np.interp(shares_2HW, [0, 0.5, 1], [0, wet_depths[0], 2 * max(wet_depths)]).astype(np.float32)
    return Choice(channels, wet_depths, centre, spread, torch.from_numpy(depths_2HW), torch.from_numpy(landscape_HW))


def random_ground(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A landscape of noise, and two random maps that hang on it as water does: on the shape of the ground nearby.

    Each map is the landscape under a random filter of its own. So a network whose outputs depend on what is near and
    on nothing else can draw them without knowing every cell by heart.

    Returns:
        Ground of mean 0 and deviation 1, shape (28, 28), and maps evenly spread over 0 to 1, shape (2, 28, 28).
    """
    from scipy.ndimage import correlate, gaussian_filter

    rng = generator(seed, "check_models", "random ground")
    noise_HW = gaussian_filter(rng.standard_normal((SIDE, SIDE)), SMOOTHING)
    landscape_HW = (noise_HW - noise_HW.mean()) / noise_HW.std()
    filters = rng.standard_normal((2, FILTER, FILTER))
    answers_2N = np.stack([correlate(landscape_HW, one, mode="constant").ravel() for one in filters])
    ranks_2N = answers_2N.argsort(1).argsort(1)
    return landscape_HW.astype(np.float32), (ranks_2N / (SIDE * SIDE - 1)).reshape(2, SIDE, SIDE)


def _side(digits: Digits) -> NDArray[np.int64]:
    """0 for digits below 5, else 1."""
    return (digits.labels_N >= LOW).astype(np.int64)


def _mean_image(digits: Digits) -> torch.Tensor:
    return torch.from_numpy(digits.images_NHW.mean(0))
