"""Photos through CLIP: `floodmark.sentiment.encoder` beside a loop that takes one photo after the other on one thread.

ViT-B/32 with random weights, whose cost is that of published ones. Run from the repository's root:

    PYTHONPATH=src python benchmarks/embedding.py
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import torch

from floodmark.learning.device import pick_device
from floodmark.sentiment.clip import load, to_photo
from floodmark.sentiment.dataset import Photos
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.vector_store import VectorStore

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def utilisation() -> Iterator[list[float]]:
    """Shares of the time in which a GPU computed, once in a while; the list stays empty where there is none."""
    samples: list[float] = []
    done = threading.Event()
    query = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--id=0"]

    def watch() -> None:
        while not done.wait(0.2):
            samples.append(float(subprocess.run(query, capture_output=True, text=True, check=True).stdout) / 100)

    watcher = threading.Thread(target=watch)
    if pick_device().type == "cuda":
        watcher.start()
    try:
        yield samples
    finally:
        done.set()
        if watcher.ident is not None:
            watcher.join()


def mean(samples: list[float]) -> float | None:
    """Mean of some samples, or nothing."""
    return round(sum(samples) / len(samples), 3) if samples else None


@click.command()
@click.option("--model", default="ViT-B-32", show_default=True, help="Architecture that open_clip knows.")
@click.option("--photos", default=256, show_default=True, help="Photos that ours is timed on.")
@click.option("--loops", default=64, show_default=True, help="Photos that the peer is timed on.")
@click.option("--side", default=320, show_default=True, help="Side of the stored photos, pixels.")
@click.option("--batch-size", default=32, show_default=True, help="Photos of a block.")
def main(model: str, photos: int, loops: int, side: int, batch_size: int) -> None:
    """Print photos per second as one JSON object, on the last line."""
    clip = load(model, weights=False)
    clip.model.to(pick_device())
    pixels = np.random.default_rng(1).integers(0, 255, (photos, 3, side, side), np.uint8)
    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder, utilisation() as busy:
        start = time.perf_counter()
        encoder = Encoder(clip, VectorStore(Path(folder)), batch_size)
        encoder.photos(Photos([str(number) for number in range(photos)], pixels))
        ours = photos / (time.perf_counter() - start)
    torch.set_num_threads(1)
    start = time.perf_counter()
    with torch.inference_mode(), utilisation() as busy_of_peer:
        for number in range(loops):
            clip.model.encode_image(clip.preprocess(to_photo(pixels[number]))[None].to(pick_device())).cpu()
    peer = loops / (time.perf_counter() - start)
    found = {
        "ours": round(ours, 2),
        "peer": round(peer, 2),
        "peer_name": "one photo after the other on one thread",
        "unit": "photos per second",
        "ratio": round(ours / peer, 2),
        "model": model,
        "device": pick_device().type,
        "threads": threads,
        "gpu_utilisation": mean(busy),
        "gpu_utilisation_of_peer": mean(busy_of_peer),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
