"""How fast a training went and how long it waited for data: for `timings/` and MLflow, never for an output."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark import ranks
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import torch

VARIABLE = "FLOODMARK_THROUGHPUT"
"""Names the file that a stage's trainings add to; the launcher sets it."""


@dataclass
class Throughput:
    """Sums over steps.

    Attributes:
        steps: Batches trained on.
        samples: Rows of their first tensor.
        seconds: Passed in the loop over batches; evaluation is left out.
        waiting: Seconds of these until the next batch was there.
    """

    steps: int = 0
    samples: int = 0
    seconds: float = 0.0
    waiting: float = 0.0

    def watch(
        self, batches: Iterable[tuple[torch.Tensor, ...]], whole: int | None = None
    ) -> Iterator[tuple[torch.Tensor, ...]]:
        """Yield the batches of an epoch while counting them, each with as many samples as it has on all ranks."""
        asked = time.perf_counter()
        for batch in batches:
            given = time.perf_counter()
            yield batch
            done = time.perf_counter()
            self.steps, self.samples = self.steps + 1, self.samples + (whole or len(batch[0]))
            self.waiting, self.seconds = self.waiting + given - asked, self.seconds + done - asked
            asked = done

    def record(self) -> None:
        """Add these sums to the stage's file, where there is one and this is the stage's own process.

        Trainings side by side in other processes would count the same seconds more than once.
        """
        path = os.environ.get(VARIABLE)
        if path and self.steps and ranks.first() and multiprocessing.parent_process() is None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write_json(Path(path), (self + _read(Path(path))).numbers())

    def __add__(self, other: Throughput) -> Throughput:
        return Throughput(
            self.steps + other.steps,
            self.samples + other.samples,
            self.seconds + other.seconds,
            self.waiting + other.waiting,
        )

    def numbers(self) -> dict[str, float]:
        """The sums and their ratios: samples a second, seconds a step, and the share of these that is waiting."""
        return {
            "steps": self.steps,
            "samples": self.samples,
            "seconds": self.seconds,
            "waiting_seconds": self.waiting,
            "samples_per_second": self.samples / self.seconds,
            "step_seconds": self.seconds / self.steps,
            "waiting_seconds_per_step": self.waiting / self.steps,
            "waiting_share": self.waiting / self.seconds,
        }


def _read(path: Path) -> Throughput:
    if not path.is_file():
        return Throughput()
    found = json.loads(path.read_text(encoding="utf-8"))
    return Throughput(found["steps"], found["samples"], found["seconds"], found["waiting_seconds"])
