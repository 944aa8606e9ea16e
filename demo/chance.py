"""Random streams: every purpose has its own, so that changing one part leaves the others as they were."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Item = TypeVar("Item")

SEED = 20120625
"""Of the people's half of the dataset."""


def stream(*purpose: str | int) -> random.Random:
    """A generator for one purpose; Python seeds it with a hash of the text, alike on every machine."""
    return random.Random("/".join(str(part) for part in (SEED, *purpose)))


def weighted(rng: random.Random, weights: Mapping[Item, float]) -> Item:
    """Draw one key with a probability proportional to its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def shared_out(rng: random.Random, total: int, parts: int) -> list[int]:
    """Split a total into whole parts that differ a little: the counts sum to `total`, none below zero."""
    counts = [total // parts] * parts
    for index in rng.sample(range(parts), total % parts):
        counts[index] += 1
    for _ in range(parts):
        giver, taker = rng.randrange(parts), rng.randrange(parts)
        if counts[giver] > 1:
            counts[giver] -= 1
            counts[taker] += 1
    return counts
