"""Events side by side in PyTorch: the files and the ledger of the compiled solver, within rounding."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
import torch

from floodmark.hydraulics import batch
from floodmark.hydraulics.abroad import _batch
from floodmark.hydraulics.batch import simulate_batches
from floodmark.hydraulics.events import find_events
from floodmark.hydraulics.make import simulate_all
from floodmark.hydraulics.site import make_site
from floodmark.terrain.raster import read_raster
from tests.hydraulics.test_events import options, study, write_rain

VARIABLES = ("depth", "speed", "max_depth", "initial_depth")


def volumes(balance):
    return {name: value for name, value in balance.volumes().items() if "residual" not in name}


@pytest.fixture
def folder(tmp_path):
    study(tmp_path, [40.0] * 7)
    for number, frames in enumerate((3, 5, 12)):
        rates = [np.roll(np.eye(4, 5, dtype=np.float32) * 90, frame, 1) for frame in range(frames)]
        write_rain(tmp_path / "storms" / f"storm-{number}.nc", rates)
    write_rain(tmp_path / "storms" / "short.nc", [5.0, 5.0])
    return tmp_path


@pytest.mark.parametrize("most", [2000, 1_000_000], ids=["one at a time", "all at once"])
def test_the_files_are_those_of_the_compiled_solver(folder, monkeypatch, most):
    monkeypatch.setattr(batch, "MOST_CELLS", most)
    chosen = options(losses={"kind": "green_ampt"}, initial_water="ponds", velocity=True, precision="float64")
    events = find_events(folder / "radar", folder / "storms")
    site = make_site(*read_raster(folder / "terrain" / "terrain.tif"), folder / "water", chosen)
    (folder / "batch").mkdir()
    expected = simulate_all(events, site, folder / "depth", chosen)
    found = simulate_batches(events, site, folder / "batch", chosen, [torch.device("cpu")])
    assert [balance.event for balance in found] == ["20120514T0300", "storm-0", "storm-1", "storm-2"]
    for one, other in zip(expected, found, strict=True):
        assert volumes(one) == pytest.approx(volumes(other), rel=1e-9, abs=1e-6)
        assert (one.wet_cells, one.newly_flooded_cells, one.cells) == (
            other.wet_cells, other.newly_flooded_cells, other.cells
        )  # fmt: skip
        assert abs(other.relative_residual) < 1e-12
        with (
            netCDF4.Dataset(folder / "depth" / f"{one.event}.nc") as first,
            netCDF4.Dataset(folder / "batch" / f"{one.event}.nc") as second,
        ):
            np.testing.assert_array_equal(first["time"][:], second["time"][:])
            for name in VARIABLES:
                # To the millimetre on both sides, and a half may be rounded either way.
                np.testing.assert_allclose(first[name][:], second[name][:], atol=1.01e-3)
                assert (first[name][:] != second[name][:]).mean() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("most", [2000, 4000], ids=["one at a time", "two at a time"])
def test_events_shared_over_two_devices_have_the_bytes_of_one(folder, monkeypatch, most):
    """Two processes on the CPU go the way of two GPUs."""
    monkeypatch.setattr(batch, "MOST_CELLS", most)
    chosen = options(losses={"kind": "green_ampt"}, initial_water="ponds", velocity=True)
    events = find_events(folder / "radar", folder / "storms")
    site = make_site(*read_raster(folder / "terrain" / "terrain.tif"), folder / "water", chosen)
    written, ledgers = [], []
    for count in (1, 2):
        target = folder / f"on-{count}"
        target.mkdir()
        ledgers.append(simulate_batches(events, site, target, chosen, [torch.device("cpu")] * count))
        written.append({path.name: path.read_bytes() for path in target.iterdir()})
    assert len(written[0]) == 4
    assert written[0] == written[1]
    assert ledgers[0] == ledgers[1]


def test_a_batch_as_a_worker_s_job_leaves_the_same_files_in_a_folder_of_its_own(folder):
    chosen = options()
    events = find_events(folder / "radar", folder / "storms")
    site = make_site(*read_raster(folder / "terrain" / "terrain.tif"), folder / "water", chosen)
    (folder / "batch").mkdir()
    (group,) = batch.batches(events, site, chosen)
    expected = batch.simulate_batch(group, site, folder / "batch", chosen, device=torch.device("cpu"))
    own, found = _batch(group, folder, site, chosen, "cpu")
    assert own.parent == folder
    assert found == expected
    files = {path.name: path.read_bytes() for path in (folder / "batch").iterdir()}
    assert {path.name: path.read_bytes() for path in own.iterdir()} == files
    assert len(files) == 4


def test_the_cpu_is_not_asked_for_a_gpu(folder, monkeypatch):
    monkeypatch.setenv("FLOODMARK_DEVICE", "cpu")
    monkeypatch.setattr(batch, "simulate_batches", None)
    events = find_events(folder / "radar", folder / "storms")
    site = make_site(*read_raster(folder / "terrain" / "terrain.tif"), folder / "water", options())
    assert len(simulate_all(events, site, folder / "depth", options())) == 4
