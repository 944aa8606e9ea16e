"""The command `floodmark simulate`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from floodmark.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np

EXAMPLES = """Examples:

\b
  40 mm h-1 for an hour over a heightmap, and two hours of run-off:
    floodmark simulate --heightmap dem.tif --rain 40 --duration 60 --set recession=120 -o depth.nc
\b
  Radar rain, smoother ground, an infiltrating soil:
    floodmark simulate --heightmap tiles/ --rain radar.nc -o depth.nc --set manning_n=0.03 \\
        --set losses.kind=green_ampt --set losses.conductivity=10
\b
  Water that stands at 2.5 m beyond the southern edge; rivers and roughness from a folder:
    floodmark simulate --heightmap dem.tif --rain radar.nc -o depth.nc --extras rivers/ --set inflows=true \\
        --set manning_n=raster --set edges.south.kind=level --set edges.south.level=2.5
\b
  One storm of a radar archive:
    floodmark simulate --heightmap dem.tif --rain radar/ --from 2013-12-05T16:00 --to 2013-12-06T04:00 -o storm.nc
\b
  The first day, then the rest, to the same bits:
    floodmark simulate --heightmap dem.tif --rain radar/ -o day1.nc --until 1440 --save-state state.npz
    floodmark simulate --heightmap dem.tif --rain radar/ -o rest.nc --resume state.npz

What may be --set, with its ranges: docs/reference/params.md, section make_water; what holds where
nothing is set: docs/reference/simulator.md."""

FILE = click.Path(path_type=Path, dir_okay=False)
ANY = click.Path(exists=True, path_type=Path)
TIME = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command(epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--heightmap", required=True, type=ANY, help="GeoTIFF, ESRI ASCII grid, zip, or a folder of tiles.")
@click.option("--rain", required=True, help="CF NetCDF file or folder of them, or a steady rate in mm h-1.")
@click.option("--duration", type=click.FloatRange(0, 525600, min_open=True), help="Minutes that a steady rate falls.")
@click.option("--output", "-o", required=True, type=FILE, help="NetCDF to write.")
@click.option(
    "--cell-size", type=click.FloatRange(0, 100000, min_open=True), help="m; the heightmap's own if not given."
)
@click.option("--crs", help="Projected CRS to simulate in, such as EPSG:27700; the heightmap's own if not given.")
@click.option(
    "--extras",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of manning_n.tif, initial_depth.tif and inflows.csv, used where --set asks for them.",
)
@click.option(
    "--params",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A params.yaml whose section make_water is used instead of the defaults.",
)
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change one param of make_water; repeatable."
)
@click.option("--from", "begin", type=TIME, help="UTC; rain of files before is left out, a steady rain begins then.")
@click.option("--to", "end", type=TIME, help="UTC; rain of files after is left out.")
@click.option("--until", type=click.IntRange(1), help="Minutes after the rain begins at which to stop.")
@click.option("--save-state", type=FILE, help="Write the state at the end, to go on from.")
@click.option("--resume", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Go on from a state.")
@click.option("--ledger", type=FILE, help="JSON to write the ledger to.")
def simulate(
    heightmap: Path,
    rain: str,
    duration: float | None,
    output: Path,
    cell_size: float | None,
    crs: str | None,
    extras: Path | None,
    params: Path | None,
    changes: tuple[str, ...],
    begin: datetime | None,
    end: datetime | None,
    until: int | None,
    save_state: Path | None,
    resume: Path | None,
    ledger: Path | None,
) -> None:
    """Let rain run over a heightmap, and write the water's depth.

    The NetCDF holds depth and speed on a clock, the deepest water of each cell and when it was, and the ledger of all
    water as attributes. QGIS and xarray open it.
    """
    from floodmark.hydraulics.alone.defaults import lone_settings
    from floodmark.hydraulics.alone.run import Task, simulate_alone
    from floodmark.hydraulics.files import INFLOWS
    from floodmark.progress import say
    from floodmark.storage import write_json

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _check_targets([output, save_state, ledger], [heightmap, Path(rain), params, resume])
    settings = lone_settings(params, changes)
    if extras is not None and (extras / INFLOWS).exists() and not settings.inflows:
        say(f"{extras / INFLOWS} is left out: it flows in with --set inflows=true")
    task = Task(
        heightmap, rain, duration, cell_size, crs, extras or Path(), _when(begin), _when(end), resume, until, save_state
    )
    balance = simulate_alone(task, output, settings)
    volumes = balance.volumes()
    for name, value in volumes.items():
        if name.endswith("_m3") and (value or name in ("rain_m3", "stored_m3")):
            click.echo(f"{name.removesuffix('_m3').replace('_', ' '):>16}  {value:16,.3f} m3")
    click.echo(
        f"deepest {balance.max_depth:.3f} m at any time; {balance.wet_cells} of {balance.cells} cells at "
        f"{settings.wet_depth:g} m or more at the end; {volumes['relative_residual']:.1e} of all water unaccounted for"
    )
    if ledger is not None:
        counts = ("wet_cells", "newly_flooded_cells", "cells", "max_depth", "missing_share")
        write_json(ledger, {**volumes, **{name: getattr(balance, name) for name in counts}})
    click.echo(f"wrote {output}")


def _check_targets(targets: list[Path | None], sources: list[Path | None]) -> None:
    """Refuse what cannot be written, or would be written over what is read."""
    taken = {path.resolve() for path in sources if path is not None}
    for target in targets:
        if target is None:
            continue
        if not target.absolute().parent.is_dir():
            raise UserError(f"{target}: the folder {target.absolute().parent} does not exist: make it first")
        if target.resolve() in taken:
            raise UserError(f"{target}: is read by this simulation and would be lost: choose another name")
    if targets[0] is not None and targets[0].suffix != ".nc":
        raise UserError(f"--output {targets[0]}: is written as NetCDF: let its name end in .nc")


def _when(time: datetime | None) -> np.datetime64 | None:
    import numpy as np

    return None if time is None else np.datetime64(time, "s")
