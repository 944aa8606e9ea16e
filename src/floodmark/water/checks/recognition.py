"""Whether sampled images are digits, as a classifier of real ones sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.seeds import derive, generator
from floodmark.water.checks.digits import CLASSES, SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.water.checks.digits import Digits

TREES = 200


class Recogniser:
    """Extremely randomised trees (Geurts et al. 2006) on the points of real digits.

    Many trees rather than a network, because their votes disagree over what is no digit, of which networks are as sure.
    """

    def __init__(self, training: Digits, seed: int) -> None:
        from sklearn.ensemble import ExtraTreesClassifier

        # Half a seed: scikit-learn takes 32 bits.
        state = derive(seed, "check_models", "recogniser") % 2**32
        self._trees = ExtraTreesClassifier(TREES, random_state=state, n_jobs=1)
        self._trees.fit(_flat(training.images_NHW), training.labels_N)

    def information_units(self, images_NHW: NDArray[np.floating]) -> NDArray[np.float64]:
        """What each image adds to `information`: the entropy of its class in nats, its ten chances, and one."""
        chances_NC = np.zeros((len(images_NHW), CLASSES))
        chances_NC[:, self._trees.classes_] = self._trees.predict_proba(_flat(images_NHW))
        return np.concatenate([_entropy(chances_NC)[:, None], chances_NC, np.ones((len(images_NHW), 1))], axis=1)


def information(sums: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mutual information of image and class, nats, of summed units, shape (..., 12).

    It is the logarithm of the inception score (Salimans et al. 2016), the classifier being one of digits: high where
    each image is surely of one class and all classes are there, zero where all images are alike or none is recognised.
    """
    means = sums / sums[..., -1:]
    return _entropy(means[..., 1:-1]) - means[..., 0]


def normal_images(training: Digits, count: int, seed: int) -> NDArray[np.float64]:
    """Images of the normal distribution that has the mean and the covariance of real ones, clipped to 0 to 1.

    They are what can be sampled without a network: a baseline that draws strokes, if blurred ones.
    """
    points = _flat(training.images_NHW).astype(np.float64)
    mean, deviation = points.mean(0), points - points.mean(0)
    # A random mixture of deviations has their covariance, and no matrix need be factorised.
    mixture = generator(seed, "check_models", "normal images").standard_normal((count, len(points)))
    drawn: NDArray[np.float64] = mean + mixture @ deviation / np.sqrt(len(points))
    return drawn.clip(0, 1).reshape(count, SIDE, SIDE)


def _flat(images_NHW: NDArray[np.floating]) -> NDArray[np.floating]:
    return images_NHW.reshape(len(images_NHW), -1)


def _entropy(chances: NDArray[np.floating]) -> NDArray[np.floating]:
    """Over the last axis, nats."""
    entropy: NDArray[np.floating] = -np.where(chances > 0, chances * np.log(np.maximum(chances, 1e-300)), 0).sum(-1)
    return entropy
