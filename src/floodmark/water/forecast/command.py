"""The commands `floodmark predict` and `floodmark export-onnx`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np

EXAMPLES = """Examples:

\b
  Every half hour of a radar file, over a heightmap, with GeoTIFFs of the wettest moment:
    floodmark predict --model outputs/water/models/unet --radar radar.nc --heightmap dem.tif -o depth.nc --geotiff
\b
  One moment of a radar archive:
    floodmark predict --model outputs/water/models/unet --radar radar/ --heightmap tiles/ -o depth.nc \\
        --time 2013-12-05T18:30
\b
  What is to come: depth a lead after the last rain known:
    floodmark predict --model outputs/water/models/unet --radar radar/ --heightmap tiles/ -o depth.nc \\
        --task nowcast --from 2013-12-05T16:00 --to 2013-12-06T04:00 --every 60 --shown last

The heightmap is brought onto cells of the model's size, the rain onto its rain cells."""

FILE = click.Path(path_type=Path)
TIME = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
MODEL = click.option(
    "--model", required=True, type=FILE, help="Folder that train_water wrote, such as outputs/water/models/unet."
)
TASK = click.option(
    "--task",
    type=click.Choice(["emulate", "nowcast"]),
    default="emulate",
    show_default=True,
    help="emulate: depth at the time rain is known up to; nowcast: a lead later.",
)
HELP = {"help_option_names": ["-h", "--help"]}


@click.command(epilog=EXAMPLES, context_settings=HELP)
@MODEL
@click.option("--radar", required=True, type=FILE, help="Radar file, or a folder of them.")
@click.option("--heightmap", required=True, type=FILE, help="GeoTIFF, ESRI ASCII grid, zip, or a folder of tiles.")
@click.option("--output", "-o", required=True, type=FILE, help="NetCDF to write.")
@TASK
@click.option("--time", "times", multiple=True, type=TIME, help="UTC; of the depth; repeatable.")
@click.option("--from", "begin", type=TIME, help="UTC; no depth before, where no --time is given.")
@click.option("--to", "end", type=TIME, help="UTC; no depth after, where no --time is given.")
@click.option(
    "--every",
    type=click.IntRange(1, 10080),
    default=30,
    show_default=True,
    help="Minutes between depths, counted from the first radar frame, where no --time is given.",
)
@click.option("--crs", help="Projected CRS to work in, such as EPSG:27700; the heightmap's own if not given.")
@click.option(
    "--extent",
    nargs=4,
    type=float,
    metavar="WEST SOUTH EAST NORTH",
    help="m, in that CRS; all of the heightmap if not given. Rain that falls upstream of it is not seen.",
)
@click.option("--initial-depth", type=FILE, help="GeoTIFF of the water that always stands, m, for models that read it.")
@click.option(
    "--rain-from",
    type=TIME,
    help="UTC; no rain before is used. Models that read settled rain or a simulation count all rain since the first "
    "frame: let it be that of the event.",
)
@click.option(
    "--extras",
    type=FILE,
    help="Folder of manning_n.tif, initial_depth.tif and inflows.csv, for such models of a study that used them.",
)
@click.option(
    "--calibration",
    type=FILE,
    help="calibration.json that evaluate_water wrote, such as outputs/water/calibration.json: probabilities are "
    "calibrated by it, what is wet stays the same. As the network gives them if not given.",
)
@click.option("--geotiff", is_flag=True, help="Write depth and probabilities of one moment as GeoTIFFs, too.")
@click.option("--preview/--no-preview", default=True, show_default=True, help="Draw that moment as a PNG.")
@click.option(
    "--bfloat16",
    is_flag=True,
    help="Reckon in 16 bits: probabilities move by some hundredths. Faster on a GPU, and on processors with AVX-512 "
    "BF16 or AMX; on others far slower.",
)
@click.option(
    "--shown",
    type=click.Choice(["wettest", "last"]),
    default="wettest",
    show_default=True,
    help="Which moment GeoTIFFs and PNG show.",
)
def predict(
    model: Path,
    radar: Path,
    heightmap: Path,
    output: Path,
    task: str,
    times: tuple[datetime, ...],
    begin: datetime | None,
    end: datetime | None,
    every: int,
    crs: str | None,
    extent: tuple[float, float, float, float] | None,
    initial_depth: Path | None,
    rain_from: datetime | None,
    extras: Path | None,
    calibration: Path | None,
    geotiff: bool,
    preview: bool,
    bfloat16: bool,
    shown: str,
) -> None:
    """Predict the depth of water from radar over any ground, by a trained model.

    The NetCDF holds the depth at each moment and the probability of each wet depth. QGIS and xarray open it.
    """
    from floodmark.water.forecast.run import Task, forecast

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    moments = tuple(when for when in map(_when, times) if when is not None)
    outcome = forecast(
        Task(
            model, radar, heightmap, output, task, moments, _when(begin), _when(end), every, crs, extent or None,
            initial_depth, shown, geotiff, preview, _when(rain_from), extras, calibration, bfloat16,
        )
    )  # fmt: skip
    for moment, wet, deepest in list(zip(outcome.moments, outcome.wet, outcome.deepest, strict=True))[:SAID]:
        click.echo(f"{moment.time}  {wet} of {outcome.cells} cells wet, deepest {deepest:.2f} m")
    if len(outcome.moments) > SAID:
        click.echo(f"and {len(outcome.moments) - SAID} moments more")
    if outcome.missing > 0:
        click.echo(f"{outcome.missing:.0%} of the rain's history was missing and taken for dry")
    click.echo(f"wrote {', '.join(str(path) for path in outcome.files)}")


SAID = 12
"""Moments that are told of, at most."""


@click.command(
    "export-onnx",
    epilog="Example:\n\n  floodmark export-onnx --model outputs/water/models/unet -o unet.onnx",
    context_settings=HELP,
)
@MODEL
@click.option("--output", "-o", required=True, type=FILE, help="ONNX file to write.")
@TASK
@click.option(
    "--size", nargs=2, type=click.IntRange(1, 65536), metavar="HEIGHT WIDTH", help="Cells; any multiple if not given."
)
def export_onnx(model: Path, output: Path, task: str, size: tuple[int, int] | None) -> None:
    """Write the network of a task as ONNX, with all that is needed to feed it.

    Its input is `channels` (batch, channels, height, width), its outputs are `probability` (batch, wet depths, height,
    width) and `depth` in m (batch, height, width). How channels are made and normalised stands in its metadata.
    """
    from floodmark.water.forecast.onnx import export

    difference, multiple = export(model, output, task, size or None)
    sides = f"{size[0]} by {size[1]} cells" if size else f"any height and width that are multiples of {multiple}"
    click.echo(f"wrote {output} for {sides}; it differs from torch by {difference:.1e} at most")


def _when(time: datetime | None) -> np.datetime64 | None:
    import numpy as np

    return None if time is None else np.datetime64(time, "s")
