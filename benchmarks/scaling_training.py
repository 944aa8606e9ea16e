"""The U-Net trained by two processes beside one, on the same batches: what each process more is worth.

Every process computes on one thread of a CPU or on its own GPU, and both trainings take the same steps, each on the
whole of `batch_size`; so `efficiency` is the ratio of their speeds over the number of processes. Start-up, validation
and the first steps are left out. Needs what `dvc repro make_windows` leaves. Run from the root of the repository:

    PYTHONPATH=src python benchmarks/scaling_training.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import torch

from floodmark import ranks
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

WARM_UP = 5
"""Steps before the clock starts."""


def train(folder: Path, record: Path, batch_size: int | None, seconds: float) -> None:
    """Train for about so long, alone or as a rank; the first rank leaves the sums of `learning.throughput`."""
    settings = read_section(read_params(Path("params.yaml")), "train_water", TrainWater, "params.yaml")
    windows, device, groups = Windows(folder), pick_device(), list(settings.unet.inputs)
    rows, size = windows.select("emulate", TRAIN), batch_size or settings.batch_size
    objective = make_loss(settings.unet.loss, settings.wet_depths, settings.losses)
    fix(1, "scaling_training")
    channels = windows.channel_names(groups)
    network = build({"model": "unet", "channels": channels, "outputs": objective.outputs, **settings.unet.network})
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        inputs, depth, known = batch
        return objective(network(inputs), depth, known)

    def run(steps: int, path: Path) -> float:
        os.environ[VARIABLE] = str(path)
        sampler = Sampler(windows, groups, rows, size, steps, 1, "scaling_training", device)
        schedule = Schedule(1, 1e-3, 0.01, steps, 1)
        fit(network, loss, sampler, lambda: {"score": 0.0}, schedule, "score", mixed=True, whole=size)
        return float(json.loads(path.read_text(encoding="utf-8"))["step_seconds"]) if ranks.first() else 0.0

    run(WARM_UP, record.with_name("warm-up.json"))
    pace = ranks.from_first(run(WARM_UP, record.with_name(f"pace of {record.name}")))
    run(max(WARM_UP, round(seconds / pace)), record)


def measured(processes: int, arguments: list[str]) -> dict[str, Any]:
    """What so many processes achieved, started by torchrun where there are several."""
    launch = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost"]
    several = [*launch, "--nproc-per-node", str(processes)] if processes > 1 else []
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "record.json")
        command = [sys.executable, *several, __file__, *arguments, "--record", str(record)]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return found


@click.command()
@click.option("--processes", default=2, show_default=True, help="How many train together.")
@click.option("--seconds", default=9.0, show_default=True, help="Time for each of the two.")
@click.option("--folder", default="outputs/windows", show_default=True, help="What make_windows wrote.")
@click.option("--batch-size", default=None, type=int, help="Windows a batch; by default that of params.yaml.")
@click.option("--record", default=None, type=Path, hidden=True)
def main(processes: int, seconds: float, folder: str, batch_size: int | None, record: Path | None) -> None:
    """Print samples per second as one JSON object, on the last line."""
    if record is not None:
        with ranks.together():
            train(Path(folder), record, batch_size, seconds)
        return
    arguments = ["--seconds", str(seconds), "--folder", folder]
    arguments += [] if batch_size is None else ["--batch-size", str(batch_size)]
    peer, ours = measured(1, arguments), measured(processes, arguments)
    ratio = ours["samples_per_second"] / peer["samples_per_second"]
    found = {
        "ours": round(ours["samples_per_second"], 2),
        "peer": round(peer["samples_per_second"], 2),
        "peer_name": "the same training in one process",
        "unit": "samples per second",
        "ratio": round(ratio, 3),
        "efficiency": round(ratio / processes, 3),
        "processes": processes,
        "batch_size": round(ours["samples"] / ours["steps"]),
        "step_seconds": round(ours["step_seconds"], 5),
        "peer_step_seconds": round(peer["step_seconds"], 5),
        "waiting_share": round(ours["waiting_share"], 4),
        "device": pick_device().type,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
