"""Draws that depend on nothing but the seed, the tweet and the photo: the smallest of keyed numbers wins."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def keys(names: Sequence[str], seed: int, kind: str) -> NDArray[np.uint64]:
    """A key for each name: `seeds.derive(seed, "augment", kind, name)`, of all names in a third of the time."""
    purpose = f"{seed}/augment/{kind}/"
    digests = b"".join([blake2b((purpose + name).encode(), digest_size=8).digest() for name in names])
    return np.frombuffer(digests, ">u8").astype(np.uint64) >> np.uint64(1)


def numbers(
    tweet_keys: NDArray[np.uint64], photo_keys: NDArray[np.uint64], weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The number of each pair in the draw.

    Without weights, uniform above 0 to below 1: the least of several is a uniform draw among them. With weights, of an
    exponential distribution with that rate: the least is then drawn with probabilities that go by the weights
    (Efraimidis and Spirakis 2006).
    """
    uniform = (mix(tweet_keys ^ photo_keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54
    return uniform if weights is None else -np.log(uniform) / np.maximum(weights, 1e-300)


def mix(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014): every bit of the result depends on every bit of the key."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))
