"""Ground of many tiles: the memory that a forecast says it needs is what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from floodmark.grid import Grid
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.terrain.raster import write_raster
from floodmark.water.forecast.ground import BYTES_A_CELL, RECKONED_BYTES_A_CELL
from tests.water import study

ROOT = Path(__file__).parents[3]
CHILD = """
import json, resource, sys
from floodmark.cli import main
def run(*arguments):
    main(["predict", *arguments, "--no-preview"], standalone_mode=False)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
common, small, large = (json.loads(item) for item in sys.argv[1:])
before = run(*common, *small)
print(json.dumps([before, run(*common, *large)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "bytes_a_cell"), [("model", BYTES_A_CELL), ("guided", RECKONED_BYTES_A_CELL)])
def test_memory_grows_with_the_ground_as_it_is_said_to(place, tmp_path, name, bytes_a_cell):
    height, width = study.FINE.shape
    grid = Grid(study.CRS, study.FINE.west, study.FINE.north, 100.0, 24 * height, 20 * width)
    bed = np.tile(study.valley(), (24, 20)) - 0.5 * np.arange(grid.height)[:, None]
    write_raster(tmp_path / "dem.tif", bed.astype(np.float32), grid)
    writer = SequenceWriter(tmp_path / "rain.nc", grid.coarser(8), np.datetime64("2012-03-01T06:00", "s"), 300)
    for rate in np.random.default_rng(1).uniform(0, 40, (12, *grid.coarser(8).shape)):
        writer.append(rate.astype(np.float32), OBSERVED)
    writer.close()
    west, north = grid.west, grid.north
    common = [
        "--model",
        str(getattr(place, name)),
        "--radar",
        str(tmp_path / "rain.nc"),
        "--heightmap",
        str(tmp_path / "dem.tif"),
    ]
    # The small one has a tile as large as any of the large one's, so that networks take as much in both.
    # It begins amid a rain cell, as ground does that takes the most.
    west, north = west + 100, north - 100
    small = ["-o", str(tmp_path / "a.nc"), "--extent", *map(str, (west, north - 80000, west + 80000, north))]
    large = ["-o", str(tmp_path / "b.nc"), "--extent", *map(str, (west, grid.bounds[1], grid.bounds[2], north))]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(json.dumps, (common, small, large))],
        capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout.strip().splitlines()[-1])
    assert after - before < bytes_a_cell * (grid.height * grid.width - 800 * 800)
    assert "6 tiles each" in done.stderr
