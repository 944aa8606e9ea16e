"""The U-Net trained by two processes beside one, on the same batches: what each process more is worth.

Every process computes on one thread of a CPU or on its own GPU, and both trainings take the same steps, each on the
whole of `batch_size`; so `efficiency` is the ratio of their speeds over the number of processes. Start-up, validation
and the first steps are left out. Where a step's time goes: `exchange_seconds` of it are spent in `exchanges` between
the processes, waiting for the slower one included, and `apart_step_seconds` is a step of as many trainings that know
nothing of one another, each on its share of the batch; what is left is normalisation over all of the batch, and the
exchange of the gradients, which goes on during the backward pass and is not among those counted.

Needs what `dvc repro make_windows` leaves. Run from the root of the repository:

    PYTHONPATH=src python benchmarks/scaling_training.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import torch
from torch import distributed

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

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_UP = 5
"""Steps before the clock starts."""


class Exchanges:
    """How often, and for how long, this process waited in what ranks exchange."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0
        for name in ("all_gather", "all_reduce"):
            setattr(distributed, name, self._counted(getattr(distributed, name)))

    def _counted(self, exchange: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            start = time.perf_counter()
            found = exchange(*arguments)
            self.count, self.seconds = self.count + 1, self.seconds + time.perf_counter() - start
            return found

        return counted


def train(folder: Path, record: Path, size: int, seconds: float) -> None:
    """Train for about so long, alone or as a rank; the first rank leaves the sums of `learning.throughput`."""
    exchanges = Exchanges()
    settings = read_section(read_params(Path("params.yaml")), "train_water", TrainWater, "params.yaml")
    windows, device, groups = Windows(folder), pick_device(), list(settings.unet.inputs)
    rows = windows.select("emulate", TRAIN)
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
    steps = max(WARM_UP, round(seconds / pace))
    exchanges.count, exchanges.seconds = 0, 0.0
    run(steps, record)
    if ranks.first():
        found = json.loads(record.read_text(encoding="utf-8"))
        found |= {"exchanges": exchanges.count / steps, "exchange_seconds": exchanges.seconds / steps}
        record.write_text(json.dumps(found), encoding="utf-8")


def started(processes: int, record: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A training, by torchrun where several processes share it."""
    launch = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost"]
    several = [*launch, "--nproc-per-node", str(processes)] if processes > 1 else []
    command = [sys.executable, *several, __file__, *arguments, "--record", str(record)]
    return subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"})


def measured(trainings: int, processes: int, arguments: list[str]) -> dict[str, Any]:
    """What trainings side by side, of so many processes each, achieved: the first one of them."""
    with tempfile.TemporaryDirectory() as folder:
        records = [Path(folder, f"record-{number}.json") for number in range(trainings)]
        running = [started(processes, record, arguments) for record in records]
        if any(process.wait() for process in running):
            raise SystemExit("a training failed: see above")
        found: dict[str, Any] = json.loads(records[0].read_text(encoding="utf-8"))
    return found


@click.command()
@click.option("--processes", default=2, show_default=True, help="How many train together.")
@click.option("--seconds", default=6.0, show_default=True, help="Time for each of the three.")
@click.option("--folder", default="outputs/windows", show_default=True, help="What make_windows wrote.")
@click.option("--batch-size", default=None, type=int, help="Windows a batch; by default that of params.yaml.")
@click.option("--record", default=None, type=Path, hidden=True)
def main(processes: int, seconds: float, folder: str, batch_size: int | None, record: Path | None) -> None:
    """Print samples per second as one JSON object, on the last line."""
    settings = read_section(read_params(Path("params.yaml")), "train_water", TrainWater, "params.yaml")
    size = batch_size or settings.batch_size
    if record is not None:
        with ranks.together():
            train(Path(folder), record, size, seconds)
        return
    common = ["--seconds", str(seconds), "--folder", folder, "--batch-size"]
    peer, ours = (measured(1, count, [*common, str(size)]) for count in (1, processes))
    apart = measured(processes, 1, [*common, str(max(1, size // processes))])
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
        "exchanges": round(ours["exchanges"], 1),
        "exchange_seconds": round(ours["exchange_seconds"], 5),
        "apart_step_seconds": round(apart["step_seconds"], 5),
        "waiting_share": round(ours["waiting_share"], 4),
        "device": pick_device().type,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
