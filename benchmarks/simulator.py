"""The simulator beside landlab's `OverlandFlow` and beside its own batched path in eager PyTorch.

Eight events over 256 x 256 cells of the demonstration's terrain, each under rain of its own, run from dry ground until
water stands and runs among dry cells; from then on they are timed, two at a time, one thread each. landlab, which has
no threads, goes on from the first event's depths under the same rain, for a few steps. Compiling comes before and is
not counted. How far the two agree is another run: one event over a smaller cut, all edges closed, from dry ground.

Needs landlab (`pip install "landlab>=2.10,<2.11"`) and the outputs of `dvc repro make_water`'s inputs. Run from the
repository's root:

    PYTHONPATH=src python benchmarks/simulator.py
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

# Before torch is loaded: on a busy machine threads that spin where they should sleep take thirty times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import click
import numpy as np
import torch
from simulator_least import wave_only

from floodmark.hydraulics.edges import CLOSED, Edges
from floodmark.hydraulics.events import spread
from floodmark.hydraulics.runoff import MM_PER_HOUR
from floodmark.hydraulics.site import edges_of
from floodmark.hydraulics.torch_water import TorchWater
from floodmark.hydraulics.water import Physics, Water
from floodmark.radar.sequence import SequenceReader
from floodmark.settings.base import read_params, read_section
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.raster import read_raster

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from floodmark.grid import Grid

TERRAIN, STORMS = Path("outputs/terrain/terrain.tif"), Path("outputs/storms")
CELLS, EVENTS, THREADS = 256, 8, 2
FRAME = 300
"""Seconds between two frames of rain."""
WARM_UP, TIMED, EAGER = 12, 12, 1
"""Frames that run before the clock starts, that are timed, and of those the ones that eager PyTorch is timed on."""
CUT, CUT_FRAMES = 96, 30
"""Side of the smaller cut, and for how long water runs there."""
WET, FILM = 0.1, 1e-3
"""Depths from which a cell counts as under water, and as wet, m."""


class Setting(NamedTuple):
    """What all solvers are given.

    Attributes:
        bed: m, shape (rows, columns).
        cell_size: m.
        manning_n: s m-1/3.
        edges: West, east, north and south.
        physics: The rest.
        runoff: m s-1 that run off of a rain of 1 mm h-1.
        falls: Rain that runs off, m s-1, shape (events, frames, rows, columns).
    """

    bed: NDArray[np.float64]
    cell_size: float
    manning_n: float
    edges: Edges
    physics: Physics
    runoff: float
    falls: NDArray[np.float32]

    def water(self) -> Water:
        """One event's, on dry ground."""
        return Water(
            self.bed, self.cell_size, manning_n=self.manning_n, edges=self.edges, physics=self.physics, peaks=True
        )


def demonstration() -> Setting:
    """The terrain, its settings in params.yaml, and the rain of eight generated storms."""
    paths = sorted(STORMS.glob("*.nc"))
    if not TERRAIN.exists() or len(paths) < EVENTS:
        click.echo("no terrain or too few storms: make data && .venv/bin/dvc repro ingest_heightmap generate_storms")
        sys.exit(1)
    values = read_section(read_params(Path("params.yaml")), "make_water", MakeWater, "params.yaml")
    elevation, grid = read_raster(TERRAIN)
    bed = np.nan_to_num(elevation[:CELLS, :CELLS].astype(np.float64), nan=float(np.nanmax(elevation)))
    # Four of each kind, for storms are named after theirs.
    chosen = paths[: EVENTS // 2] + paths[-EVENTS // 2 :]
    runoff = values.losses.runoff_coefficient / MM_PER_HOUR
    falls = np.stack([rain_of(path, grid) for path in chosen]) * np.float32(runoff)
    physics = Physics(
        courant=values.courant, froude=values.froude, theta=values.theta, longest_step=values.longest_step
    )
    roughness = values.manning_n if values.manning_n != "raster" else 0.05
    return Setting(bed, grid.cell_size, roughness, edges_of(values), physics, runoff, falls)


def rain_of(path: Path, grid: Grid) -> NDArray[np.float32]:
    """The rain of as many frames as are run, about the storm's wettest, mm h-1."""
    reader = SequenceReader(path)
    frames = [spread(reader.frame(at), reader.grid, grid)[:CELLS, :CELLS] for at in range(len(reader.times))]
    wanted = max(WARM_UP + TIMED, CUT_FRAMES)
    frames += [np.zeros_like(frames[0])] * max(wanted - len(frames), 0)
    wettest = int(np.argmax([frame.mean() for frame in frames]))
    start = min(max(wettest - WARM_UP, 0), len(frames) - wanted)
    return np.stack(frames[start : start + wanted])


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run_all(waters: list[Water], falls: NDArray[np.float32], threads: int = THREADS) -> None:
    """Every event through its frames, one thread an event."""

    def run(pair: tuple[Water, NDArray[np.float32]]) -> None:
        for fall in pair[1]:
            pair[0].advance(fall, FRAME)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, zip(waters, falls, strict=True)))


def time_ours(
    waters: list[Water], falls: NDArray[np.float32], repeats: int, threads: int = THREADS
) -> tuple[float, int]:
    """Cell-steps a second at best, and the steps of all events together; the waters end where they began."""
    begun, speed, steps = [water.snapshot() for water in waters], 0.0, 0
    for _ in range(repeats):
        before = sum(water.steps for water in waters)
        taken = seconds(lambda: run_all(waters, falls, threads))
        steps = sum(water.steps for water in waters) - before
        speed = max(speed, steps * waters[0].depth.size / taken)
        for water, parts in zip(waters, begun, strict=True):
            water.restore(parts)
    return speed, steps


def batched(waters: list[Water], setting: Setting, device: str = "cpu") -> TorchWater:
    """The same events at the same moment side by side in PyTorch."""
    many = TorchWater(
        setting.bed, setting.cell_size, manning_n=setting.manning_n, items=len(waters), edges=setting.edges,
        physics=setting.physics, device=device,
    )  # fmt: skip
    parts, begun = many.snapshot(), [water.snapshot() for water in waters]
    for name, ours in (("depth_BHW", "depth"), ("carry_BHW", "carry"), ("qx_BHX", "qx"), ("qy_BYW", "qy")):
        width = parts[name].shape[-1]
        parts[name] = torch.from_numpy(np.stack([part[ours][:, :width] for part in begun]))
    many.restore(parts)
    return many


def time_eager(many: TorchWater, falls: NDArray[np.float32], repeats: int) -> tuple[float, int]:
    """Cell-steps a second at best, on one thread or all, and the steps of all items together."""
    begun, speed, steps = many.snapshot(), 0.0, 0
    for threads in (1, THREADS) * repeats:
        torch.set_num_threads(threads)
        many.restore(begun)
        before = int(many.steps_B.sum())
        taken = seconds(lambda: [many.advance(frame_BHW, FRAME) for frame_BHW in falls.swapaxes(0, 1)])
        steps = int(many.steps_B.sum()) - before
        speed = max(speed, steps * many.depth[0].numel() / taken)
    return speed, steps


class Landlab:
    """landlab's `OverlandFlow` of cells inside a closed rim, which its nodes need; its rows begin in the south."""

    def __init__(self, setting: Setting, bed: NDArray[np.float64], depth: NDArray[Any]) -> None:
        from landlab import RasterModelGrid
        from landlab.components import OverlandFlow

        self.shape = bed.shape[0] + 2, bed.shape[1] + 2
        self.grid = RasterModelGrid(self.shape, xy_spacing=setting.cell_size)
        self.grid.set_closed_boundaries_at_grid_edges(True, True, True, True)
        for name, values in (("topographic__elevation", bed), ("surface_water__depth", depth)):
            self.grid.add_field(name, self.nodes(values), at="node")
        physics = setting.physics
        self.flow = OverlandFlow(
            self.grid, mannings_n=setting.manning_n, steep_slopes=True, alpha=physics.courant, theta=physics.theta,
            rainfall_intensity=self.nodes(np.zeros(bed.shape)),
        )  # fmt: skip
        self.steps = 0

    def nodes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Of a field, with the rim."""
        return np.pad(values.astype(np.float64), 1, mode="edge")[::-1].ravel()

    @property
    def depth(self) -> NDArray[np.float64]:
        """m, shape of the bed."""
        nodes: NDArray[np.float64] = self.grid.at_node["surface_water__depth"]
        return nodes.reshape(self.shape)[::-1][1:-1, 1:-1]

    def advance(self, fall: NDArray[np.float32], duration: float, part: float = 1.0) -> None:
        """Run for `duration` s by steps of its own choice, or by `part` of them."""
        self.flow.rainfall_intensity = self.nodes(fall)
        passed = 0.0
        while duration - passed > 1e-6:
            step = min(float(self.flow.calc_time_step()) * part, duration - passed)
            self.flow.overland_flow(dt=step)
            passed += step
            self.steps += 1

    def time(self, steps: int) -> float:
        """Cell-steps a second over some steps of its own length, one after the other; the better of two such runs."""
        least = min(seconds(lambda: [self.flow.run_one_step() for _ in range(steps)]) for _ in range(2))
        return float(self.shape[0] * self.shape[1] * steps / least)


def success(ours: NDArray[Any], theirs: NDArray[Any], depth: float = WET) -> float:
    """Critical success index of one field of water against the other."""
    one, other = ours >= depth, theirs >= depth
    return float((one & other).sum() / max((one | other).sum(), 1))


def agreement(setting: Setting) -> dict[str, float]:
    """Both over a smaller cut, from dry ground under the wettest storm, with all edges closed."""
    start = (CELLS - CUT) // 2
    window = np.s_[start : start + CUT, start : start + CUT]
    falls = setting.falls[(slice(None), slice(None), *window)]
    fall = falls[int(falls.mean((1, 2, 3)).argmax()), :CUT_FRAMES]
    small = setting._replace(bed=setting.bed[window], edges=(CLOSED,) * 4)
    water, peer = small.water(), Landlab(small, small.bed, np.zeros((CUT, CUT)))
    for frame in fall:
        water.advance(frame, FRAME)
        peer.advance(frame, FRAME)
    rained = float(fall.sum(dtype=np.float64)) * FRAME
    found = {
        "csi": success(water.depth, peer.depth),
        "csi_at_1_cm": success(water.depth, peer.depth, 0.01),
        "csi_under_water_cells": int((water.depth >= WET).sum()),
        "csi_mean_difference_m": float(np.abs(water.depth - peer.depth)[water.depth >= WET].mean()),
        "csi_largest_difference_m": float(np.abs(water.depth - peer.depth).max()),
        "csi_water_kept": float(water.depth.sum(dtype=np.float64)) / rained,
        "csi_peer_water_kept": float(peer.depth.sum()) / rained,
    }
    if found["csi"] < 0.9:  # is it the peer's steps?
        finer = Landlab(small, small.bed, np.zeros((CUT, CUT)))
        for frame in fall:
            finer.advance(frame, FRAME, 0.5)
        found |= {"csi_peer_half_steps": success(water.depth, finer.depth)}
        found |= {"csi_peer_with_itself": success(peer.depth, finer.depth)}
    return found


@click.command()
@click.option("--repeats", default=5, show_default=True, help="Times that ours is timed.")
@click.option("--peer-steps", default=40, show_default=True, help="Steps that landlab is timed on.")
def main(repeats: int, peer_steps: int) -> None:
    """Print cell-steps a second as one JSON object, on the last line."""
    try:
        import landlab
    except ImportError:
        click.echo('landlab is not installed: .venv/bin/pip install -c constraints.txt "landlab>=2.10,<2.11"')
        sys.exit(1)
    setting = demonstration()
    waters = [setting.water() for _ in range(EVENTS)]
    compiling = seconds(lambda: waters[0].advance(setting.falls[0, 0], 0.0))
    run_all(waters, setting.falls[:, :WARM_UP])
    later = setting.falls[:, WARM_UP : WARM_UP + TIMED]
    depth = np.stack([water.depth for water in waters])
    peer = Landlab(setting, setting.bed, waters[0].depth)
    peer.advance(later[0, 0], 1.0)  # which finds its neighbours
    own, steps = time_ours(waters, later, repeats)
    theirs = peer.time(peer_steps)
    eager, eager_steps = time_eager(batched(waters, setting), later[:, :EAGER], 2)
    own, steps = max((own, steps), time_ours(waters, later, repeats))
    alone, _ = time_ours(waters[:2], later[:2], repeats, threads=1)
    found = {
        "ours": own,
        "peer": theirs,
        "peer_name": f"landlab {landlab.__version__} OverlandFlow, one thread, as it has no more",
        "unit": "cell-steps/s",
        "ratio": own / theirs,
        "ours_one_thread": alone,
        "ratio_one_thread": alone / theirs,
        "eager": eager,
        "eager_ratio": own / eager,
        "wave_only": wave_only(CELLS, EVENTS, THREADS),
        **agreement(setting),
        "csi_of": f"one event, {CUT} x {CUT} cells, {CUT_FRAMES * FRAME // 60} min, edges closed",
        "extrapolated": f"landlab: from {peer_steps} steps; eager: {eager_steps} of the {steps} steps",
        "wet_share": float((depth >= FILM).mean()),
        "under_water_share": float((depth >= WET).mean()),
        "compile_seconds_not_counted": compiling,
        "threads": THREADS,
        "events": EVENTS,
        "cells": CELLS * CELLS,
        "steps": steps,
    }
    if torch.cuda.is_available():
        from simulator_gpu import on_gpu

        found |= on_gpu(setting)
    click.echo(
        json.dumps({key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in found.items()})
    )


if __name__ == "__main__":
    main()
