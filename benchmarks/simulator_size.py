"""What size costs the simulator: speed and memory from 10^4 to 10^7 cells on one thread, and a projection.

The demonstration's terrain, wetted by an hour of rain, is mirrored until a square of the size wanted is covered, so
that every size has the same hills and the same share of water. The projection is 15 years of 5-minute rain over one
county on cells of 500 m: a wet week is simulated, of the demonstration's terrain by means of 5 x 5 cells and two of its
storms, and the rest is arithmetic, with what it assumes beside it. Run from the repository's root:

    PYTHONPATH=src python benchmarks/simulator_size.py
"""

from __future__ import annotations

import json
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import psutil
from simulator import FRAME, STORMS, Setting, demonstration
from simulator_gpu import LEAST_BYTES, traffic

from floodmark.hydraulics.torch_water import TorchWater
from floodmark.hydraulics.water import Water
from floodmark.radar.sequence import SequenceReader

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = (100, 316, 1000, 3162)
WORK = 2e8
"""Cell-steps that a size is timed on, or four steps if that is more."""

COUNTY_KM2, COARSE, YEARS = 8600, 500.0, 15
WEEK = 7 * 24 * 3600
WEEKS = YEARS * 365.25 / 7
WEEK_STORMS = ("convective-0003.nc", "frontal-0006.nc")
"""The storms of the wet week: one violent, one long."""
STARTS = (1.0, 4.5)
"""Days of the week on which they begin."""
NODES, SPIN_UP_DAYS = 64, 7
GPU_BANDWIDTH, GPU_SHARE, GPU_LAUNCH = 2.0e12, 0.6, 5e-6
"""Assumed of a GPU: bytes a second, the share of that which eager kernels reach, and seconds between two kernels."""


def mirrored(values: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """The field and its mirror images over a larger grid, or its north-western part."""
    wide = [(0, max(wanted - have, 0)) for wanted, have in zip((rows, columns), values.shape, strict=True)]
    return np.pad(values, wide, mode="symmetric")[:rows, :columns]


def array_bytes(water: Water) -> int:
    """Bytes that a simulation keeps while it runs: its state, its ground, and the rain that falls."""
    kept = [*water._state, *water._ground, water._bed, water.solid]
    return int(sum(part.nbytes for part in kept) + water.depth.nbytes)


def measure(setting: Setting, depth: NDArray[np.float32], side: int) -> dict[str, float]:
    """One size: cell-steps a second, and bytes a cell."""
    before = psutil.Process().memory_info().rss
    bed, start = mirrored(setting.bed, side, side), mirrored(depth, side, side)
    water = Water(
        bed, setting.cell_size, manning_n=setting.manning_n, edges=setting.edges, physics=setting.physics,
        depth=start,
    )  # fmt: skip
    fall = np.full(bed.shape, 10 * setting.runoff, np.float32)
    del bed, start
    best, wanted = 0.0, max(round(WORK / side**2), 4)
    water.advance(fall, 20.0)
    for _ in range(3):
        steps = water.steps
        begun = time.perf_counter()
        while water.steps - steps < wanted:
            water.advance(fall, 60.0)
        best = max(best, (water.steps - steps) * side**2 / (time.perf_counter() - begun))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    return {
        "cells": side**2,
        "speed": best,
        "array_bytes": array_bytes(water) / side**2,
        "peak_bytes": peak / side**2,
        "wet_share": float((water.depth >= 1e-3).mean()),
    }


def county(setting: Setting) -> tuple[Water, Water]:
    """Its water as params.yaml has it, and with steps as long as a frame where the water allows."""
    rows = round(np.sqrt(COUNTY_KM2 * 1e6 / COARSE**2))
    columns = -(-round(COUNTY_KM2 * 1e6 / COARSE**2) // rows)
    whole = setting.bed[:255, :255].reshape(51, 5, 51, 5).mean((1, 3))
    bed = mirrored(whole, rows, columns)
    physics = setting.physics
    options: dict[str, Any] = {"manning_n": setting.manning_n, "edges": setting.edges}
    return (
        Water(bed, COARSE, physics=physics, **options),
        Water(bed, COARSE, physics=replace(physics, longest_step=float(FRAME)), **options),
    )


def wet_week(water: Water, setting: Setting) -> dict[str, float]:
    """Seconds and steps of a week with two storms, and the share of 5-minute frames that took the fewest steps."""
    shape = water.depth.shape
    dry, falls = np.zeros(shape, np.float32), {}
    for name, day in zip(WEEK_STORMS, STARTS, strict=True):
        reader = SequenceReader(STORMS / name)
        for at in range(len(reader.times)):
            rate = np.nan_to_num(reader.frame(at), nan=0.0).repeat(2, 0).repeat(2, 1)
            falls[int(day * 86400) // FRAME + at] = mirrored(rate, *shape) * np.float32(setting.runoff)
    begun, counts = time.perf_counter(), []
    for frame in range(WEEK // FRAME):
        before = water.steps
        water.advance(falls.get(frame, dry), FRAME)
        counts.append(water.steps - before)
    taken = time.perf_counter() - begun
    return {
        "seconds": taken,
        "steps": water.steps,
        "step_seconds": WEEK / water.steps,
        "calm_share": counts.count(min(counts)) / len(counts),
        "speed": water.steps * water.depth.size / taken,
        "deepest": water.deepest,
    }


def project(setting: Setting) -> dict[str, Any]:
    """Hours of 15 years on one core, one GPU and 64 nodes."""
    fixed, free = county(setting)
    week, longer = wet_week(fixed, setting), wet_week(free, setting)
    cells = fixed.depth.size
    batch = TorchWater(fixed._bed, COARSE, manning_n=setting.manning_n, items=YEARS, physics=setting.physics)
    kernels, moved = traffic(batch)
    # A year an item: every kernel is at least a launch, and at most what its bytes need.
    steps = week["steps"] * WEEKS / YEARS
    step_seconds = max(kernels * GPU_LAUNCH, YEARS * cells * moved / (GPU_BANDWIDTH * GPU_SHARE))
    piece_weeks = WEEKS / NODES + SPIN_UP_DAYS / 7
    return {
        "county_cells": cells,
        "cell_steps": week["steps"] * WEEKS * cells,
        "mean_step_s": week["step_seconds"],
        "one_core_hours": week["seconds"] * WEEKS / 3600,
        "one_core_cell_steps_per_s": week["speed"],
        "free_steps_mean_step_s": longer["step_seconds"],
        "free_steps_deepest_m": longer["deepest"],
        "free_steps_single_share": longer["calm_share"],
        "free_steps_one_core_hours": longer["seconds"] * WEEKS / 3600,
        "gpu_hours": steps * step_seconds / 3600,
        "gpu_kernels_per_step": kernels,
        "gpu_bytes_per_cell_step": moved,
        "gpu_least_bytes_per_cell_step": LEAST_BYTES,
        "gpu_launch_bound": kernels * GPU_LAUNCH >= step_seconds,
        "gpu_hours_years_one_after_another": week["steps"] * WEEKS * kernels * GPU_LAUNCH / 3600,
        "nodes_64_minutes": week["seconds"] * piece_weeks / 60,
    }


@click.command()
def main() -> None:
    """Print a table, then one JSON object on the last line."""
    setting = demonstration()
    seed = setting.water()
    seed.advance(np.full(seed.depth.shape, 20 * setting.runoff, np.float32), 3600)
    rows = [measure(setting, seed.depth, side) for side in SIDES]
    click.echo("| cells | million cell-steps/s | bytes a cell kept | bytes a cell at the peak |\n|---|---|---|---|")
    for row in rows:
        # In little memory the process itself drowns what the arrays take.
        peak = f"{row['peak_bytes']:.0f}" if row["cells"] > 5e5 else "-"
        click.echo(f"| {row['cells']:,} | {row['speed'] / 1e6:.0f} | {row['array_bytes']:.0f} | {peak} |")
    found = {
        "ours": rows[2]["speed"],
        "peer": rows[0]["speed"],
        "peer_name": "the same at 10^4 cells",
        "unit": "cell-steps/s",
        "ratio": rows[2]["speed"] / rows[0]["speed"],
        "at_ten_million": rows[3]["speed"],
        "bytes_per_cell": rows[3]["array_bytes"],
        "peak_bytes_per_cell": rows[3]["peak_bytes"],
        "wet_share": rows[3]["wet_share"],
        "threads": 1,
        **project(setting),
        "gpu_assumed": f"{GPU_BANDWIDTH:.3g} bytes/s, {GPU_SHARE} of it reached, {GPU_LAUNCH * 1e6:.0f} us a kernel",
        "nodes_assumed": f"{NODES} pieces of time, one core each, {SPIN_UP_DAYS} days of spin-up before each",
    }
    click.echo(
        json.dumps({key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in found.items()})
    )


if __name__ == "__main__":
    main()
