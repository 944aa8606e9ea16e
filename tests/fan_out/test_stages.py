"""Each stage that fans out writes the same bytes with no cluster, with one worker and with two."""

import json
import re

import numpy as np
import pytest
import torch

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.radar.archive import ingest
from floodmark.sentiment.embeddings import embed
from floodmark.settings.ingest_radar import IngestRadar
from tests.hydraulics.test_events import run, write_rain
from tests.hydraulics.test_events import study as ground
from tests.radar.files import write_radar

pytestmark = pytest.mark.slow
HELPED = r"[12] Dask workers at tcp://127.0.0.1:"

COARSE = Grid("EPSG:27700", 401000.0, 318000.0, 2000.0, 7, 6)
CLOCK = IngestRadar(time_step=5, max_gap=15, max_rainfall_rate=300)


def contents(folder):
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found
    return found


def radar_files(folder, count=90):
    """A long file with a hole in each field, one that shares its time, and many of one frame each; and a long gap."""
    folder.mkdir()
    rates = np.random.default_rng(3).gamma(0.3, 4, (400, 18, 20))
    rates[:, 4, 5], rates[7, 2, 2] = np.nan, 900
    write_radar(folder / "long.nc", rates[:300:2], north=320000.0, minutes=np.arange(0, 1500, 10))
    write_radar(folder / "between.nc", rates[1:300:2], north=320000.0, minutes=np.arange(5, 1500, 10))
    for number in range(count):
        minutes = [3000 + 5 * number]
        write_radar(folder / f"{number:03}.nc", rates[300 + number][None], north=320000.0, minutes=minutes)


def test_ingest_radar(tmp_path, fanned, capfd):
    radar_files(tmp_path / "in")

    def written(name):
        (tmp_path / name).mkdir()
        ingest(tmp_path / "in", tmp_path / name, tmp_path / name / "radar.json", COARSE, CLOCK)
        return contents(tmp_path / name)

    expected = written("alone")
    assert json.loads(expected["radar.json"])["sequences"] == 2
    assert not re.search(HELPED, capfd.readouterr().err)
    fanned()
    assert written("fanned") == expected
    assert re.search(HELPED, capfd.readouterr().err)


def test_what_is_wrong_with_a_file_is_told_by_the_worker(tmp_path, fanned):
    radar_files(tmp_path / "in", count=2)
    path = tmp_path / "in" / "long.nc"
    path.write_bytes(path.read_bytes()[:2000])
    fanned()
    with pytest.raises(UserError, match=r"long\.nc: cannot be read as NetCDF .*: download it again"):
        ingest(tmp_path / "in", tmp_path, tmp_path / "radar.json", COARSE, CLOCK)


def test_make_water(tmp_path, fanned, capfd):
    def written(name):
        folder = tmp_path / name
        ground(folder, [40.0] * 7)
        for number, frames in enumerate((3, 12, 5, 8)):
            rates = [np.roll(np.eye(4, 5, dtype=np.float32) * 90, frame, 1) for frame in range(frames)]
            write_rain(folder / "storms" / f"storm-{number}.nc", rates)
        write_rain(folder / "storms" / "short.nc", [5.0, 5.0])
        ledger = run(folder, initial_water="ponds", spin_up=30, velocity=True, losses={"kind": "green_ampt"})
        assert list(ledger) == ["20120514T0300", "storm-0", "storm-1", "storm-2", "storm-3"]
        return contents(folder)

    expected = written("alone")
    assert not re.search(HELPED, capfd.readouterr().err)
    fanned()
    assert written("fanned") == expected
    assert re.search(HELPED, capfd.readouterr().err)


@pytest.mark.parametrize("threads", [1, 2])
def test_embed(tmp_path, fanned, study, small_blocks, threads, capfd):
    tables = (study / "tweets/labelled.parquet", study / "tweets/judged.parquet")

    def written(name):
        (tmp_path / name).mkdir()
        embed(*tables, study / "media", study / "clip", tmp_path / name, small_blocks, tmp_path / f"{name}-known")
        return contents(tmp_path / name)

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        expected = written("alone")
        assert not re.search(HELPED, capfd.readouterr().err)
        fanned()
        assert written("fanned") == expected
        assert re.search(HELPED, capfd.readouterr().err)
        assert contents(tmp_path / "fanned-known") == contents(tmp_path / "alone-known")
    finally:
        torch.set_num_threads(before)
