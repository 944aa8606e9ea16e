"""The two dense layers over cached embeddings: `train_clip`'s loop beside one that encodes every photo in every epoch.

55,000 rows are as many as the published system had at its best, and encoding them again in each of 50 epochs is what
it did; here 64 photos are timed through ViT-B/32 and scaled to as many, text and layers left out. Two cores need longer
for 50 epochs than a benchmark may take: their products alone, at the speed of a large one, are `products_seconds`. So
`seconds` is scaled from fewer epochs, and `seconds_are` says so; it is of a real training with `--epochs 50`. Run from
the repository's root:

    PYTHONPATH=src python benchmarks/clip_head.py
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from floodmark.learning.device import pick_device
from floodmark.sentiment.clip import load
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.training import Examples, train
from floodmark.settings.base import read_params, read_section
from floodmark.settings.train_clip import TrainClip

DIMENSIONS, TIMED, EPOCHS = 512, 64, 50


def examples(rows: int, seed: int) -> Examples:
    """Unit vectors by chance, which cost what others cost."""
    rng = np.random.default_rng(seed)
    halves = rng.standard_normal((2, rows, DIMENSIONS), np.float32) / DIMENSIONS**0.5
    inputs = (*(torch.from_numpy(half) for half in halves), torch.ones(rows, dtype=torch.bool))
    return Examples(inputs, rng.integers(0, 2, rows), [str(row) for row in range(rows)])


def products_seconds(rows: int, units: int) -> float:
    """Seconds of the matrix products of one epoch at the speed of a large one: the least that two layers can take.

    Of the first layer there is no gradient of the inputs: two products of its weights and rows, three of the second's.
    """
    left, right = torch.rand(4096, 1024), torch.rand(1024, 1024)
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        left @ right
        taken.append(time.perf_counter() - start)
    speed = 2 * 4096 * 1024 * 1024 / min(taken)
    return rows * 2 * (2 * (2 * DIMENSIONS + 1) * units + 3 * units * units) / speed


@click.command()
@click.option("--rows", default=55_000, show_default=True, help="Rows to learn from.")
@click.option("--epochs", default=2, show_default=True, help="Epochs of ours that are timed.")
@click.option("--batch-size", default=1024, show_default=True, help="Rows of one step, as one takes with so many.")
def main(rows: int, epochs: int, batch_size: int) -> None:
    """Print seconds per epoch as one JSON object, on the last line."""
    params = read_params(Path("params.yaml"))["train_clip"]
    params |= {"epochs": epochs, "patience": epochs, "batch_size": batch_size}
    settings = read_section({"train_clip": params}, "train_clip", TrainClip, "params.yaml")
    splits = {"train": examples(rows, 1), "validation": examples(2000, 2), "test": examples(2000, 3)}
    config: dict[str, Any] = {"embedding": DIMENSIONS, "units": settings.units, "dropout": settings.dropout}

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
        for batch in torch.split(photos, 32):
            clip.model.encode_image(batch.to(device)).cpu()
    peer = (time.perf_counter() - start) / TIMED * rows
    found = {
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "peer_name": "every photo through ViT-B/32 again, scaled from 64",
        "unit": "s per epoch",
        "ratio": round(peer / ours, 3),
        "rows": rows,
        "epochs": EPOCHS,
        "seconds": round(ours * EPOCHS, 2),
        "seconds_are": "measured" if epochs == EPOCHS else f"scaled from {epochs} epochs",
        "epochs_timed": epochs,
        "seconds_timed": round(ours * epochs, 2),
        "products_seconds": round(products_seconds(rows, settings.units) * EPOCHS, 2) if device.type == "cpu" else None,
        "batch_size": batch_size,
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
