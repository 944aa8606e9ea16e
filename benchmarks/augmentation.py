"""Lending photos: `floodmark.sentiment.augmentation.choose` beside the loop that it replaces, on the same embeddings.

The peer compares each tweet with 64 photos at a time, and looks at every confidence by itself, as the published system
did after it had learnt to keep its photos' embeddings. The matrix product alone is timed in the same rounds, into
memory that is there. Where there is a GPU, 700,000 tweets are lent photos as well. Run from the repository's root:

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

from floodmark.learning.device import pick_device
from floodmark.learning.threads import one_thread
from floodmark.sentiment.augmentation import choose
from floodmark.sentiment.pool import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DIMENSIONS, SCALE, BATCH, THRESHOLD = 512, 100.0, 64, 0.75
SHARED = 0.6
"""Part of every vector that all have in common: cosines then spread as CLIP's do, by 0.028."""
ALL_TWEETS = 700_000
"""As many as the published system lent photos to; only a GPU is asked to."""


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
    """The peer: one tweet, one batch and one confidence at a time.

    Call it on one thread: its products are so small that two threads on a busy machine wait more than they work, which
    would favour ours.
    """
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


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def lend(texts: NDArray[np.float16], images: NDArray[np.float16]) -> Callable[[], object]:
    """What `augment` does for these tweets, whose pseudonyms it has."""
    photos = [f"p{number:06}" for number in range(len(images))]
    tweets = [f"t{number:06}" for number in range(len(texts))]
    return lambda: choose(tweets, texts, photos, images, (THRESHOLD, 0.9), Rules(SCALE, BATCH, 1, 512))


def multiply(texts: torch.Tensor, images: torch.Tensor) -> Callable[[], object]:
    """The matrix product alone, by blocks of 256 tweets."""
    room = torch.empty((256, len(images)), device=images.device)
    return lambda: [torch.mm(block, images.T, out=room[: len(block)]) for block in torch.split(texts, 256)]


def peak_memory(photos: int, tweets: int) -> float:
    """Peak memory of ours in a process of its own, MiB.

    A process starts out with the peak of the one that it comes from: call this while there is little in memory.
    """
    again = [sys.executable, __file__, "--memory", "--photos", str(photos), "--tweets", str(tweets)]
    return float(subprocess.run(again, capture_output=True, text=True, check=True).stdout.split()[-1])


def on_gpu(images: NDArray[np.float16]) -> dict[str, float]:
    """Seconds of all tweets, and their product's share of the speed of a large product of the same precision."""
    everything = lend(unit_vectors(ALL_TWEETS, 1), images)
    taken = seconds(everything)
    side = 16384
    square = torch.rand((side, side), device="cuda")
    fastest = min(seconds(lambda: square @ square) for _ in range(5))
    speed, peak = 2 * DIMENSIONS * ALL_TWEETS * len(images) / taken, 2 * side**3 / fastest
    return {
        "gpu_tweets": ALL_TWEETS,
        "gpu_seconds": taken,
        "gpu_peak_tflops": peak / 1e12,
        "share_of_peak": speed / peak,
    }


@click.command()
@click.option("--photos", default=169_000, show_default=True, help="Photos in the pool.")
@click.option("--tweets", default=2048, show_default=True, help="Tweets that ours is timed on.")
@click.option("--loops", default=2, show_default=True, help="Tweets that the peer is timed on.")
@click.option("--memory", is_flag=True, help="Run ours alone and print its peak memory in MiB.")
def main(photos: int, tweets: int, loops: int, memory: bool) -> None:
    """Print milliseconds a tweet as one JSON object, on the last line."""
    if memory:
        lend(unit_vectors(tweets, 1), unit_vectors(photos, 2))()
        click.echo(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    peak, device = peak_memory(photos, tweets), pick_device()
    texts, images = unit_vectors(tweets, 1), unit_vectors(photos, 2)
    texts32, images32 = (torch.from_numpy(vectors).to(device).float() for vectors in (texts, images))
    # In turns, so that what else the machine does slows all; the least of each, the first of which warms up.
    # Ours includes what is paid once a split: the photos' keys, and moving them.
    batches = list(torch.split(images32, BATCH))

    def peers() -> None:
        with one_thread():
            loop(texts32[:loops], batches)

    works = lend(texts, images), multiply(texts32, images32), peers
    own, product, peer = (
        min(times) for times in zip(*([seconds(work) for work in works] for _ in range(2)), strict=True)
    )
    own, product, peer = own / tweets * 1000, product / tweets * 1000, peer / loops * 1000
    found = {
        "ours": own,
        "peer": peer,
        "peer_name": "a softmax per 64 photos, read value by value",
        "unit": "ms per tweet",
        "ratio": peer / own,
        "matrix_product": product,
        "over_matrix_product": own / product,
        "peak_memory_mib": peak,
        "photos": photos,
        "tweets": tweets,
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
    if device.type == "cuda":  # and so torch.cuda.is_available()
        found |= on_gpu(images)
    click.echo(
        json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()})
    )


if __name__ == "__main__":
    main()
