"""The search for leaks sees what it should in every format, without a run of the pipeline."""

import sqlite3

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tests.leaking import PLANTS, SECRET
from tests.secrets import forms, leaks


def blank(path):
    """A small clean file of each format."""
    suffix = path.suffix
    if suffix == ".parquet":
        pl.DataFrame({"x": ["clean"]}).write_parquet(path)
    elif suffix == ".nc":
        import xarray as xr

        xr.Dataset({"depth": ("x", [1.0])}).to_netcdf(path)
    elif suffix == ".tif":
        import rasterio
        from affine import Affine

        profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "float32"}
        with rasterio.open(path, "w", transform=Affine.scale(5), **profile) as raster:
            raster.write(np.zeros((1, 4, 4), np.float32))
    elif suffix == ".safetensors":
        from safetensors.numpy import save_file

        save_file({"w": np.zeros(3, np.float32)}, path)
    elif suffix == ".npy":
        np.save(path, np.zeros(3))
    elif suffix == ".npz":
        np.savez(path, x=np.zeros(3))
    elif suffix in (".png", ".jpg"):
        Image.new("RGB", (8, 8)).save(path)
    elif suffix == ".db":
        sqlite3.connect(path).close()
    else:
        path.write_text({".json": "{}", ".csv": "a,b,c", ".html": "<html></html>"}[suffix])


@pytest.mark.parametrize(("suffix", "plant"), PLANTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_leak_is_caught_and_a_clean_file_is_not(tmp_path, suffix, plant):
    path = tmp_path / "outputs" / f"copy{suffix}"
    path.parent.mkdir()
    blank(path)
    assert leaks(path.parent, [SECRET]) == []
    plant(path)
    assert leaks(path.parent, [SECRET]) != []


def test_numbers_are_known_without_their_blanks_and_not_inside_longer_ones(tmp_path):
    assert list(forms("07700 900-123")) == ["07700 900-123", "07700900123"]
    (tmp_path / "a.csv").write_text("0.1234567890,91234567890,x1234567890\n")
    assert leaks(tmp_path, ["1234567890"]) == []
    (tmp_path / "b.csv").write_text("a,1234567890\n")
    assert len(leaks(tmp_path, ["1234567890"])) > 0
