"""The command `floodmark simulate`."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """Examples:

\b
  40 mm h-1 for an hour over a heightmap, and two hours of run-off:
    floodmark simulate --heightmap dem.tif --rain 40 --duration 60 --set recession=120 -o depth.nc
\b
  Radar rain, smoother ground, an infiltrating soil:
    floodmark simulate --heightmap tiles/ --rain radar.nc -o depth.nc --set manning_n=0.03 \\
        --set losses.kind=green_ampt --set losses.conductivity=10
\b
  A tide of 2.5 m at the southern edge; rivers and roughness from a folder:
    floodmark simulate --heightmap dem.tif --rain radar.nc -o depth.nc --extras rivers/ --set inflows=true \\
        --set manning_n=raster --set edges.south.kind=level --set edges.south.level=2.5
\b
  The first day, then the rest, to the same bits:
    floodmark simulate --heightmap dem.tif --rain radar/ -o day1.nc --until 1440 --save-state state.npz
    floodmark simulate --heightmap dem.tif --rain radar/ -o rest.nc --resume state.npz

What may be --set, with its ranges: docs/reference/params.md, section make_water."""

FILE = click.Path(path_type=Path, dir_okay=False)
ANY = click.Path(exists=True, path_type=Path)


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
@click.option("--params", type=ANY, help="A params.yaml whose section make_water is used instead of the defaults.")
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change one param of make_water; repeatable."
)
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
    from floodmark.storage import write_json

    settings = lone_settings(params, changes)
    task = Task(heightmap, rain, duration, cell_size, crs, extras or Path(), resume, until, save_state)
    balance = simulate_alone(task, output, settings)
    volumes = balance.volumes()
    for name, value in volumes.items():
        if name.endswith("_m3") and (value or name in ("rain_m3", "stored_m3")):
            click.echo(f"{name.removesuffix('_m3').replace('_', ' '):>16}  {value:16,.3f} m3")
    click.echo(
        f"deepest {balance.max_depth:.3f} m; {balance.wet_cells} of {balance.cells} cells at {settings.wet_depth:g} m "
        f"or more at the end; {volumes['relative_residual']:.1e} of all water unaccounted for"
    )
    if ledger is not None:
        write_json(ledger, {**volumes, "max_depth": balance.max_depth, "wet_cells": balance.wet_cells})
    click.echo(f"wrote {output}")
