"""The U-Net trained from windows on disk, cut ahead of the step, beside the same training from batches held in memory.

Nothing can be faster than batches that are cut already and lie on the device, so `ratio` is at most about 1: the rest
is what reading costs. `waiting_share` is the share of a step that passes before the next batch is there, as every
training counts it; `unprepared` is of the same training with each batch cut when it is asked for. All three are timed
in turns, round after round. Needs the windows that `dvc repro make_windows` leaves. Run from the repository's root:

    PYTHONPATH=src python benchmarks/training_input.py

On a large GPU the demonstration's windows are too small to keep it busy: `--side 192 --batch-size 64`.
"""

from __future__ import annotations

import json
import os
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl
import torch

from floodmark.learning.device import pick_device
from floodmark.learning.seeds import fix
from floodmark.learning.throughput import VARIABLE
from floodmark.learning.trainer import Schedule, fit
from floodmark.settings.base import read_params, read_section
from floodmark.settings.train_water import TrainWater
from floodmark.water.dataset import Windows
from floodmark.water.losses import make_loss
from floodmark.water.models.registry import build
from floodmark.water.sampling import Sampler
from floodmark.water.splits import TRAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
    Feed = Callable[[int], Iterable[tuple[torch.Tensor, ...]]]

ROUNDS, HELD, WARM_UP = 3, 40, 5
"""Turns of each feed, batches held in memory, and steps before the clock starts."""


def trained(
    network: torch.nn.Module, objective: Loss, feed: Feed, steps: int, record: Path, mixed: bool
) -> dict[str, float]:
    """Train for one epoch; what `record` says of all of them so far."""
    os.environ[VARIABLE] = str(record)

    def loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        inputs, depth, known = batch
        return objective(network(inputs), depth, known)

    fit(network, loss, feed, lambda: {"score": 0.0}, Schedule(1, 1e-3, 0.01, steps, 1), "score", mixed=mixed)
    numbers: dict[str, float] = json.loads(record.read_text(encoding="utf-8"))
    return numbers


def training_rows(windows: Windows, side: int | None) -> pl.DataFrame:
    """The training windows of emulate, or as many of another side, wherever they lie."""
    rows = windows.select("emulate", TRAIN)
    if side is None or rows.height == 0:
        return rows
    last_row, last_column = windows.grid.height - side, windows.grid.width - side
    sides = [pl.lit(side).alias("height"), pl.lit(side).alias("width")]
    return rows.with_columns(pl.col("row").clip(0, last_row), pl.col("col").clip(0, last_column), *sides)


@click.command()
@click.option("--seconds", default=9.0, show_default=True, help="Time for each of the three.")
@click.option("--folder", default="outputs/windows", show_default=True, help="What make_windows wrote.")
@click.option("--batch-size", default=None, type=int, help="Windows a batch; by default that of params.yaml.")
@click.option("--side", default=None, type=int, help="Side of a window, cells; by default that of the windows.")
@click.option("--mixed/--no-mixed", default=True, show_default=True, help="16 bits where a GPU is used.")
def main(seconds: float, folder: str, batch_size: int | None, side: int | None, mixed: bool) -> None:
    """Print samples per second as one JSON object, on the last line."""
    settings = read_section(read_params(Path("params.yaml")), "train_water", TrainWater, "params.yaml")
    windows, device, groups = Windows(Path(folder)), pick_device(), list(settings.unet.inputs)
    rows, size = training_rows(windows, side), batch_size or settings.batch_size
    objective = make_loss(settings.unet.loss, settings.wet_depths, settings.losses)
    channels = windows.channel_names(groups)
    fix(1, "training_input")
    outputs = len(settings.wet_depths) + 1
    network = build({"model": "unet", "channels": channels, "outputs": outputs, **settings.unet.network})
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def sampler(steps: int, workers: int | None = None) -> Sampler:
        return Sampler(windows, groups, rows, size, steps, 1, "training_input", device, workers)

    held = list(sampler(HELD)(0))
    with tempfile.TemporaryDirectory() as records:

        def run(name: str, feed: Feed, steps: int) -> dict[str, float]:
            return trained(network, objective, feed, steps, Path(records, f"{name}.json"), mixed)

        run("warm-up", lambda epoch: held[:WARM_UP], WARM_UP)
        probe = run("probe", lambda epoch: held[:WARM_UP], WARM_UP)
        steps = max(WARM_UP, round(seconds / ROUNDS / probe["step_seconds"]))
        for _ in range(ROUNDS):
            ours = run("ours", sampler(steps), steps)
            peer = run("peer", lambda epoch: islice(cycle(held), steps), steps)
            unprepared = run("unprepared", sampler(steps, workers=0), steps)
    found = {
        "ours": round(ours["samples_per_second"], 2),
        "peer": round(peer["samples_per_second"], 2),
        "peer_name": "the same training from batches held in memory",
        "unit": "samples per second",
        "ratio": round(ours["samples_per_second"] / peer["samples_per_second"], 3),
        "waiting_share": round(ours["waiting_share"], 4),
        "step_seconds": round(ours["step_seconds"], 5),
        "unprepared": round(unprepared["samples_per_second"], 2),
        "unprepared_waiting_share": round(unprepared["waiting_share"], 4),
        "steps": ours["steps"],
        "batch_size": size,
        "side": int(rows["height"][0]),
        "channels": len(channels),
        "mixed": mixed and device.type == "cuda",
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
