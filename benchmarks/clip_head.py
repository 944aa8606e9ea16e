"""The two dense layers over cached embeddings: `train_clip`'s loop beside one that encodes every photo in every epoch.

55,000 rows are as many as the published system had at its best, and encoding them again in each of 50 epochs is what
it did; here 64 photos are timed through ViT-B/32 and scaled to as many, text and layers left out. Run from the
repository's root, with `--epochs 50` for the whole training (minutes on two cores):

    PYTHONPATH=src python benchmarks/clip_head.py
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
from floodmark.sentiment.clip import load
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.training import Examples, train
from floodmark.settings.base import read_params, read_section
from floodmark.settings.train_clip import TrainClip

DIMENSIONS, TIMED = 512, 64


def examples(rows: int, seed: int) -> Examples:
    """Unit vectors by chance, which cost what others cost."""
    rng = np.random.default_rng(seed)
    halves = rng.standard_normal((2, rows, DIMENSIONS), np.float32) / DIMENSIONS**0.5
    inputs = (*(torch.from_numpy(half) for half in halves), torch.ones(rows, dtype=torch.bool))
    return Examples(inputs, rng.integers(0, 2, rows), [str(row) for row in range(rows)])


@click.command()
@click.option("--rows", default=55_000, show_default=True, help="Rows to learn from.")
@click.option("--epochs", default=2, show_default=True, help="Epochs of ours.")
def main(rows: int, epochs: int) -> None:
    """Print seconds per epoch as one JSON object, on the last line."""
    params = read_params(Path("params.yaml"))["train_clip"] | {"epochs": epochs, "patience": epochs}
    settings = read_section({"train_clip": params}, "train_clip", TrainClip, "params.yaml")
    splits = {"train": examples(rows, 1), "validation": examples(2000, 2), "test": examples(2000, 3)}
    config = {"embedding": DIMENSIONS, "units": settings.units, "dropout": settings.dropout}

    def build() -> DenseClassifier:
        return DenseClassifier(**config, image_dropout=settings.image_dropout)

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        train("clip", build, config, splits, settings, Path(folder), 1)
        ours = (time.perf_counter() - start) / epochs
    clip = load("ViT-B-32", weights=False)
    device = pick_device()
    clip.model.to(device)
    photos = torch.rand(TIMED, 3, 224, 224)
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in photos.split(32):
            clip.model.encode_image(batch.to(device)).cpu()
    peer = (time.perf_counter() - start) / TIMED * rows
    found = {
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "peer_name": "every photo through ViT-B/32 again, scaled from 64",
        "unit": "s per epoch",
        "ratio": round(peer / ours, 3),
        "rows": rows,
        "epochs": epochs,
        "seconds": round(ours * epochs, 2),
        "batch_size": settings.batch_size,
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
