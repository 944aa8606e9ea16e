"""Ingest and simulation on one Dask worker and on two, beside this process without Dask.

Radar is a composite some hundred times as large as the study's ground, as national ones are; storms fall over synthetic
hills. Scheduler and workers run on this machine, one thread each, and have compiled and imported all before the clock
starts. Run from the repository's root:

    PYTHONPATH=src python benchmarks/scaling_fan_out.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import netCDF4
import numpy as np
from scipy.ndimage import gaussian_filter

from floodmark.grid import Grid
from floodmark.hydraulics.events import Event
from floodmark.hydraulics.make import simulate_all
from floodmark.hydraulics.site import make_site
from floodmark.learning.likeness import VARIABLE
from floodmark.radar.archive import ingest
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.settings.base import read_params, read_section
from floodmark.settings.ingest_radar import IngestRadar
from floodmark.settings.make_water import MakeWater

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from floodmark.hydraulics.site import Site

    Work = Callable[[Path], object]

PYTHON = Path("bin/cluster-python").absolute()
STEP, FRAMES = 300, 64
SKY = Grid("EPSG:27700", 200_000.0, 700_000.0, 1000.0, 500, 500)
RAIN = Grid("EPSG:27700", 400_000.0, 500_000.0, 1000.0, 30, 30)


class Seconds(NamedTuple):
    """What a work took: without Dask, on one worker, on two."""

    alone: float
    one: float
    two: float


class Cluster:
    """A scheduler and some workers on this machine."""

    def __init__(self, folder: Path) -> None:
        """Start the scheduler."""
        self._folder, self._started = folder, list[subprocess.Popen[bytes]]()
        told = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", "--scheduler-file", str(told))
        while not told.exists():
            time.sleep(0.05)
        self.address = str(json.loads(told.read_text(encoding="utf-8"))["address"])

    def grow(self) -> None:
        """Start one more worker."""
        from distributed import Client

        self._start("worker", self.address, "--nthreads", "1", "--local-directory", str(self._folder))
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self._started) - 1, timeout=30)

    def stop(self) -> None:
        """End all, workers first."""
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait(20)

    def _start(self, *command: str) -> None:
        line = [str(PYTHON), "-m", "dask", *command, "--host", "127.0.0.1", "--no-dashboard"]
        environment = {**os.environ, "FLOODMARK_PYTHON": sys.executable}
        self._started.append(
            subprocess.Popen(
                line, env=environment, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )


@contextmanager
def scheduled(address: str | None) -> Iterator[None]:
    """Whether the work fans out."""
    os.environ.pop(VARIABLE, None)
    if address is not None:
        os.environ[VARIABLE] = address
    yield
    os.environ.pop(VARIABLE, None)


def write_sky(folder: Path, files: int) -> None:
    """Some radar files of `FRAMES` frames each, which differ in their times alone."""
    folder.mkdir()
    rng = np.random.default_rng(1)
    writer = SequenceWriter(folder / "000.nc", SKY, np.datetime64("2012-05-14", "s"), STEP)
    for _ in range(FRAMES):
        field = gaussian_filter(rng.standard_normal(SKY.shape, np.float32), 6)
        writer.append(np.round(np.clip(field * 100 - 2, 0, None), 1).astype(np.float32), OBSERVED)
    writer.close()
    for number in range(1, files):
        path = folder / f"{number:03}.nc"
        shutil.copy(folder / "000.nc", path)
        with netCDF4.Dataset(path, "a") as file:
            file["time"][:] += number * FRAMES * STEP


def write_storms(folder: Path, count: int) -> list[Event]:
    """Storms of one length that cross the ground."""
    folder.mkdir()
    events = []
    for number in range(count):
        path = folder / f"storm-{number:02}.nc"
        writer = SequenceWriter(path, RAIN, np.datetime64("2012-05-14", "s"), STEP)
        for frame in range(24):
            rate = np.zeros(RAIN.shape, np.float32)
            rate[:, frame : frame + 6] = 30 + number
            writer.append(rate, OBSERVED)
        writer.close()
        events.append(Event(path.stem, "generated", path))
    return events


def ground(cells: int, physics: MakeWater) -> Site:
    """Smooth hills of so many cells a side."""
    heights = gaussian_filter(np.random.default_rng(2).standard_normal((cells, cells)), 8) * 800 + 200
    side = RAIN.cell_size * RAIN.width / cells
    grid = Grid(RAIN.crs, RAIN.west, RAIN.north, side, cells, cells)
    return make_site(heights.astype(np.float32), grid, Path("data/water"), physics)


def timed(work: Work, address: str | None) -> float:
    """Seconds of some work in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, scheduled(address):
        start = time.perf_counter()
        work(Path(folder))
        return time.perf_counter() - start


def measured(works: dict[str, Work], warm: Work, folder: Path) -> dict[str, Seconds]:
    """Seconds of each work alone, on one worker and on two."""
    timed(warm, None)
    alone = {name: timed(work, None) for name, work in works.items()}
    cluster = Cluster(folder)
    try:
        found = []
        for _ in range(2):
            cluster.grow()
            timed(warm, cluster.address)
            found.append({name: timed(work, cluster.address) for name, work in works.items()})
    finally:
        cluster.stop()
    return {name: Seconds(alone[name], found[0][name], found[1][name]) for name in works}


@click.command()
@click.option("--files", default=8, show_default=True, help=f"Radar files of {FRAMES} frames.")
@click.option("--storms", default=12, show_default=True, help="Events to simulate.")
@click.option("--cells", default=330, show_default=True, help="Cells of a side of the ground, a multiple of 30.")
def main(files: int, storms: int, cells: int) -> None:
    """Print seconds, and the efficiency of two workers against one, as one JSON object on the last line."""
    os.environ["OMP_NUM_THREADS"] = "1"
    params = read_params(Path("params.yaml"))
    clock = read_section(params, "ingest_radar", IngestRadar, "params.yaml").model_copy(
        update={"time_step": STEP // 60}
    )
    physics = read_section(params, "make_water", MakeWater, "params.yaml")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_sky(root / "sky", files)
        events, site, small = write_storms(root / "storms", storms), *(ground(size, physics) for size in (cells, 30))
        seconds = measured(
            {
                "ingest": lambda folder: ingest(root / "sky", folder, folder / "radar.json", RAIN, clock),
                "simulation": lambda folder: simulate_all(events, site, folder, physics),
            },
            lambda folder: simulate_all(events, small, folder, physics),
            root,
        )
    simulation = seconds["simulation"]
    found = {
        "ours": round(storms / simulation.two, 3),
        "peer": round(storms / simulation.alone, 3),
        "peer_name": "one thread of this process, without Dask",
        "unit": "events simulated per second, by two workers of one thread",
        "ratio": round(simulation.alone / simulation.two, 3),
        **{f"{name}_efficiency": round(taken.one / (2 * taken.two), 3) for name, taken in seconds.items()},
        **{f"{name}_seconds": [round(value, 2) for value in taken] for name, taken in seconds.items()},
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
