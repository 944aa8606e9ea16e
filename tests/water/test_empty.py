"""A study without data, or without a heightmap, goes all the way and says what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from floodmark.hydraulics.make import make_water
from floodmark.hydraulics.storms import generate
from floodmark.radar.archive import ingest as ingest_radar
from floodmark.settings.generate_storms import GenerateStorms
from floodmark.settings.grid import GridSettings
from floodmark.settings.ingest_heightmap import IngestHeightmap
from floodmark.settings.ingest_radar import IngestRadar
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.extent import rain_grid
from floodmark.terrain.ingest import ingest as ingest_heightmap
from floodmark.water import scoring
from tests.radar.files import write_radar
from tests.water.conftest import cut, evaluate, train

PARAMS = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))


def run_land(folder):
    """Every stage from the radar files to the scores, on small models."""
    data, outputs = folder / "data", folder / "outputs"
    radar, heightmap = data / "radar", data / "heightmap"
    for part in (outputs / "radar", outputs / "storms", outputs / "terrain", outputs / "water" / "depth"):
        part.mkdir(parents=True)
    for part in (radar, heightmap):
        part.mkdir(parents=True, exist_ok=True)
    grid = GridSettings(crs=None, cell_size=100, rain_cell_size=1000, extent=None)
    archive = outputs / "radar.json"
    where = rain_grid(radar, heightmap, grid)
    ingest_radar(radar, outputs / "radar", archive, where, IngestRadar(**PARAMS["ingest_radar"]))
    believed = IngestHeightmap(**PARAMS["ingest_heightmap"])
    ingest_heightmap(heightmap, radar, outputs / "terrain", outputs / "terrain.json", grid, believed)
    made = GenerateStorms(**{**PARAMS["generate_storms"], "least_events": 1, "climates": {}})
    storms = outputs / "storms"
    generate(json.loads(archive.read_text()), outputs / "radar", storms, outputs / "storms.json", made, 7)
    make_water(
        data / "water", outputs / "radar", outputs / "storms", outputs / "terrain", outputs / "water" / "depth",
        outputs / "water" / "ledger.csv", outputs / "water" / "ledger.json", MakeWater(**PARAMS["make_water"]),
    )  # fmt: skip
    windows = cut(outputs)
    return windows, train(outputs), evaluate(outputs)


@pytest.mark.parametrize("rain", [False, True])
def test_without_a_heightmap_everything_is_empty_but_of_the_usual_form(tmp_path, capsys, rain):
    if rain:
        (tmp_path / "data" / "radar").mkdir(parents=True)
        write_radar(tmp_path / "data" / "radar" / "a.nc", np.full((6, 8, 8), 5.0))
    windows, model, water = run_land(tmp_path)
    said = capsys.readouterr().err
    for line in ("no heightmap tile", "no water is simulated", "no terrain: the windows", "nothing is scored"):
        assert line in said
    assert "no training windows for emulate" in said
    assert windows.index.height == 0
    assert windows.static_raw.shape == (8, 0, 0)
    assert windows.region.shape == windows.elevation.shape == (0, 0)
    assert (model / "history.csv").read_text() == "epoch,loss,critical_success_index\n"
    assert (water / "scores.csv").read_text() == ",".join(scoring.COLUMNS) + "\n"
    assert json.loads((water / "metrics.json").read_text()) == {"unet": {}}
    assert not [*(water / "maps").iterdir(), *(water / "predictions").iterdir()]
    assert len(list((tmp_path / "outputs" / "radar").iterdir())) == rain
