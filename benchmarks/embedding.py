"""Photos through CLIP: `floodmark.sentiment.encoder` beside a loop that takes one photo after the other on one thread.

ViT-B/32 with random weights, whose cost is that of published ones. Run from the repository's root:

    PYTHONPATH=src python benchmarks/embedding.py
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import click
import numpy as np
import torch

from floodmark.learning.device import pick_device
from floodmark.sentiment.clip import load, to_photo
from floodmark.sentiment.dataset import Photos
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.vector_store import VectorStore


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
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        encoder = Encoder(clip, VectorStore(Path(folder)), batch_size)
        encoder.photos(Photos([str(number) for number in range(photos)], pixels))
        ours = photos / (time.perf_counter() - start)
    torch.set_num_threads(1)
    start = time.perf_counter()
    with torch.inference_mode():
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
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
