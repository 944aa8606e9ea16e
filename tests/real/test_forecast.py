"""A model of other ground, over real terrain and real radar: the Pennines on 26 November 2024."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from click.testing import CliRunner

from floodmark.cli import main
from tests.water import study
from tests.water.conftest import cut
from tests.water.forecast.conftest import GROUPS, GUIDED, untrained

DATA = Path(__file__).parents[3] / "shared" / "data" / "pennines"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the Pennines data are not beside the repository")


@pytest.mark.parametrize(("name", "groups"), [("unet", GROUPS), ("guided_unet", GUIDED)])
def test_maps_lie_on_the_national_grid_whatever_the_model_learnt_on(tmp_path, name, groups):
    study.write_study(tmp_path)
    model = untrained(cut(tmp_path), tmp_path / "model", groups, name, widths=[8])
    done = CliRunner().invoke(
        main,
        ["predict", "--model", str(model), "--radar", str(DATA / "radar"), "--heightmap", str(DATA / "heightmap"),
         "-o", str(tmp_path / "depth.nc"), "--geotiff", "--time", "2024-11-26T01:40"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    with xr.open_dataset(tmp_path / "depth.nc") as found:
        assert found["time"].values.tolist() == [np.datetime64("2024-11-26T01:40", "ns").astype(int)]
        assert found["depth"].shape == (1, 300, 300)
        assert np.isfinite(found["probability"].values).all()
        depth = found["depth"].values[0]
    with rasterio.open(tmp_path / "depth_depth.tif") as source:
        assert source.crs.to_epsg() == 27700
        assert source.transform.to_gdal() == (370000.0, 100.0, 0.0, 440000.0, 0.0, -100.0)
        np.testing.assert_array_equal(source.read(1), depth)
    assert (tmp_path / "depth.png").stat().st_size > 10000
