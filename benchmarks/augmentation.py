"""Lending photos: `floodmark.sentiment.augmentation.choose` beside the loop that it replaces, on the same embeddings.

The peer compares each tweet with 64 photos at a time, and looks at every confidence by itself, as the published system
did after it had learnt to keep its photos' embeddings. Run from the repository's root:

    PYTHONPATH=src python benchmarks/augmentation.py
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import click
import numpy as np
import torch

from floodmark.sentiment.augmentation import choose
from floodmark.sentiment.pool import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DIMENSIONS, SCALE, BATCH, THRESHOLD = 512, 100.0, 64, 0.75
SHARED = 0.6
"""Part of every vector that all have in common: cosines then spread as CLIP's do, by 0.028."""


def unit_vectors(count: int, seed: int) -> NDArray[np.float16]:
    """Random directions about a common one."""
    rng = np.random.default_rng(seed)
    found = np.empty((count, DIMENSIONS), np.float16)
    for start in range(0, count, 4096):  # in strips, so that what is measured is not the making of its input
        vectors = rng.standard_normal((min(4096, count - start), DIMENSIONS), np.float32)
        vectors[:, 0] = 0
        vectors *= np.sqrt(1 - SHARED**2) / np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[:, 0] = SHARED
        found[start : start + 4096] = vectors
    return found


def loop(texts: torch.Tensor, batches: list[torch.Tensor]) -> None:
    """The peer: one tweet, one batch and one confidence at a time."""
    for text in texts:
        repeated = text.repeat(BATCH, 1)
        best, candidates, number = (-1, -1.0), [], 0
        for photos in batches:
            confidences = torch.softmax(SCALE * repeated @ photos.T, dim=-1)[0]
            for confidence in confidences:
                value = confidence.item()
                if value > best[1]:
                    best = (number, value)
                if value > THRESHOLD:
                    candidates.append((number, value))
                number += 1
        random.choice(candidates or [best])


def timed(work: Callable[[], object], repeat: int = 3) -> float:
    """Least seconds of several runs, after one that warms up."""
    work()
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def ours(texts: NDArray[np.float16], images: NDArray[np.float16]) -> None:
    """What `augment` does for these tweets."""
    photos = [f"p{number:06}" for number in range(len(images))]
    tweets = [f"t{number:06}" for number in range(len(texts))]
    choose(tweets, texts, photos, images, (THRESHOLD, 0.9), Rules(SCALE, BATCH, 1, 512))


@click.command()
@click.option("--photos", default=169_000, show_default=True, help="Photos in the pool.")
@click.option("--tweets", default=1024, show_default=True, help="Tweets that ours is timed on.")
@click.option("--loops", default=4, show_default=True, help="Tweets that the peer is timed on.")
@click.option("--memory", is_flag=True, help="Run ours alone and print its peak memory in MiB.")
def main(photos: int, tweets: int, loops: int, memory: bool) -> None:
    """Print milliseconds a tweet as one JSON object, on the last line."""
    if memory:
        ours(unit_vectors(tweets, 1), unit_vectors(photos, 2))
        click.echo(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    again = [sys.executable, __file__, "--memory", "--photos", str(photos), "--tweets", str(tweets)]
    # First, since a process starts out with the peak of the one that it comes from.
    peak = float(subprocess.run(again, capture_output=True, text=True, check=True).stdout.split()[-1])
    texts, images = unit_vectors(tweets, 1), unit_vectors(photos, 2)
    # Its set-up (keys and moving the photos) is part of ours: it is paid once a split.
    own = timed(lambda: ours(texts, images)) / tweets
    images32, texts32 = torch.from_numpy(images).float(), torch.from_numpy(texts).float()
    product = timed(lambda: [block @ images32.T for block in texts32.split(256)]) / tweets
    batches = list(images32.split(BATCH))
    peer = timed(lambda: loop(texts32[:loops], batches), 1) / loops
    peak = float(subprocess.run(again, capture_output=True, text=True, check=True).stdout.split()[-1])
    found = {
        "ours": own * 1000,
        "peer": peer * 1000,
        "peer_name": "a softmax per 64 photos, read value by value",
        "unit": "ms per tweet",
        "ratio": peer / own,
        "matrix_product": product * 1000,
        "over_matrix_product": own / product,
        "peak_memory_mib": peak,
        "photos": photos,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "threads": torch.get_num_threads(),
    }
    click.echo(
        json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()})
    )


if __name__ == "__main__":
    main()
