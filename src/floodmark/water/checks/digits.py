"""Handwritten digits at 28 x 28, in three sets: to learn from, to choose the epoch by, and to be judged on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.water.checks.idx import read_idx

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 28
"""Of an image, cells."""

CLASSES = 10

LOW = 5
"""The tasks tell labels below this from the others."""


class Digits(NamedTuple):
    """Images and what they show.

    Attributes:
        images_NHW: Strength of the ink, 0 to 1, shape (digits, 28, 28), float32.
        labels_N: 0 to 9, int64.
    """

    images_NHW: NDArray[np.float32]
    labels_N: NDArray[np.int64]

    def part(self, start: int, count: int) -> Digits:
        """`count` of them in a row."""
        return Digits(self.images_NHW[start : start + count], self.labels_N[start : start + count])

    def tensors(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Images and labels of some rows."""
        return torch.from_numpy(self.images_NHW[rows]), torch.from_numpy(self.labels_N[rows])


class Sets(NamedTuple):
    """Digits that share none: what is learnt from, what chooses the epoch, and what is held out to the end."""

    training: Digits
    validation: Digits
    test: Digits


class Sizes(NamedTuple):
    """Digits of each set."""

    training: int
    validation: int
    test: int


def read_digits(folder: Path | None, sizes: Sizes) -> Sets:
    """Read as many digits as asked for.

    Without a folder they are the 1,797 of 8 x 8 that scikit-learn brings (Alpaydin and Kaynak 1998), resampled to
    28 x 28 bilinearly. The sets are consecutive there, because digits of one hand follow one another: so most of those
    that judge are of people whose digits were not learnt from. In a folder the set's own division is kept: what judges
    is from the files `t10k-`.

    Args:
        folder: With IDX files named as those of MNIST, plain or with `.gz`: `train-images-idx3-ubyte`,
            `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`.
        sizes: Digits of each set.

    Raises:
        UserError: if a file is missing or wrong, or there are fewer digits.
    """
    learnt = sizes.training + sizes.validation
    if folder is None:
        every = _bundled()
        source, judging, first = "scikit-learn's digits", every, len(every.labels_N) - sizes.test
        _require(source, len(every.labels_N), learnt + sizes.test, "all three sets")
    else:
        every, judging, first = _from_files(folder, "train"), _from_files(folder, "t10k"), 0
        _require(f"{folder}/train-images", len(every.labels_N), learnt, "training and validation")
        _require(f"{folder}/t10k-images", len(judging.labels_N), sizes.test, "test")
    return Sets(
        every.part(0, sizes.training), every.part(sizes.training, sizes.validation), judging.part(first, sizes.test)
    )


def _bundled() -> Digits:
    from sklearn.datasets import load_digits

    images_NHW, labels_N = load_digits(return_X_y=True)
    small_N1HW = torch.from_numpy(images_NHW.reshape(-1, 1, 8, 8) / 16.0).float()
    large_N1HW = F.interpolate(small_N1HW, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    return Digits(large_N1HW[:, 0].numpy(), labels_N.astype(np.int64))


def _from_files(folder: Path, name: str) -> Digits:
    images_NHW = read_idx(folder, f"{name}-images-idx3-ubyte")
    labels_N = read_idx(folder, f"{name}-labels-idx1-ubyte")
    if images_NHW.shape != (len(labels_N), SIDE, SIDE) or labels_N.ndim != 1:
        raise UserError(
            f"{folder}: the images of {name} are of shape {images_NHW.shape} and the labels of {labels_N.shape}: they "
            f"must be (digits, {SIDE}, {SIDE}) and (digits,)"
        )
    if labels_N.size and labels_N.max() >= CLASSES:
        raise UserError(f"{folder}: the labels of {name} reach {labels_N.max()}: they must be 0 to {CLASSES - 1}")
    return Digits(images_NHW.astype(np.float32) / np.float32(255), labels_N.astype(np.int64))


def _require(source: str, there: int, wanted: int, name: str) -> None:
    if there < wanted:
        raise UserError(
            f"{source}: {there} digits, but check_models asks for {wanted} for {name}: lower training_digits, "
            "validation_digits or test_digits"
        )
