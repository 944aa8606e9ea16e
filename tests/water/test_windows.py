from __future__ import annotations

import filecmp
import json
import re
import shutil

import numpy as np
import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.features import NAMES
from tests.water import study
from tests.water.conftest import cut, evaluate, train

TERRAIN = len(NAMES)
CHANNELS = len(study.WINDOWS["pattern"])


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """One storm whose only rain is a single frame over a single cell: frame 3, rain row 1, rain column 6."""
    outputs = tmp_path_factory.mktemp("marked")
    network = study.write_terrain(outputs, study.valley())
    rain = np.zeros((18, *study.COARSE.shape))
    rain[3, 1, 6] = 60.0
    depth = np.zeros((3, *study.FINE.shape))
    depth[0, 10, 50], depth[1, 11, 51], depth[2, 12, 52] = 1.234, 0.5, 70.0
    study.write_event(outputs, "storm", "generated", "2012-03-01T06:00", rain, depth)
    return network, cut(outputs)


def whole(windows, source):
    return windows.inputs(["terrain", "rain", "routed"], source, 0, 0, *study.FINE.shape)


def test_marker_rain_is_in_its_place_and_its_channel(marked):
    _, windows = marked
    row = windows.index.filter((pl.col("task") == "emulate") & (pl.col("time").dt.minute() == 30)).row(0, named=True)
    inputs = whole(windows, row["source"])
    # At 06:30 frames 0 to 5 are known, and of the seven pooled 4, 2 and 1 the first is missing: frame 3 is in the
    # second channel with frame 4.
    rain = inputs[TERRAIN : TERRAIN + CHANNELS]
    wet = np.zeros(study.FINE.shape, bool)
    wet[8:16, 48:56] = True
    np.testing.assert_allclose(rain[1][wet], np.log1p(30.0), rtol=1e-6)
    assert (rain[1][~wet] == 0).all()
    assert (rain[[0, 2]] == 0).all()
    np.testing.assert_allclose(inputs[TERRAIN + CHANNELS], 1 / 7, rtol=1e-6)


def test_marker_rain_runs_downstream_and_nowhere_else(marked):
    network, windows = marked
    row = windows.select("emulate", windows.index["split"][0]).row(0, named=True)
    fallen = np.zeros(study.FINE.shape, np.float32)
    fallen[8:16, 48:56] = 60 / 12
    expected = np.zeros(fallen.size)
    for cell in range(fallen.size):
        amount, here = fallen.ravel()[cell], cell
        while amount:
            expected[here] += amount
            below = int(network.receiver.ravel()[here])
            if below == here:
                break
            here = below
    routed = windows.routed(row["source"], 0)
    np.testing.assert_allclose(np.expm1(routed), expected.reshape(routed.shape), rtol=5e-3, atol=1e-3)
    assert routed[:8].max() == 0
    assert routed[20:].max() > 0


def test_depth_is_that_of_the_target_time_to_the_millimetre(marked):
    _, windows = marked
    for row in windows.index.filter(pl.col("task") == "emulate").unique("target").iter_rows(named=True):
        depth = windows.depth_whole(row["target"])
        index = {30: 0, 0: 1}[row["time"].minute] if row["time"].hour < 7 or row["time"].minute == 0 else 2
        where = (10 + index, 50 + index)
        assert depth[where] == pytest.approx([1.234, 0.5, 65.535][index], abs=1e-6)
        assert np.count_nonzero(depth) == 1
        assert windows.depth(row["target"], where[0] - 2, where[1] - 3, 5, 7)[2, 3] == depth[where]


def test_a_patch_is_cut_from_the_whole(windows):
    source = windows.index["source"][0]
    patch = windows.inputs(["terrain", "rain", "routed"], source, 13, 21, 24, 16)
    np.testing.assert_array_equal(patch, whole(windows, source)[:, 13:37, 21:37])


def test_nowcast_knows_rain_to_t0_and_is_asked_for_a_lead_later(windows):
    nowcast = windows.index.filter(pl.col("task") == "nowcast")
    assert nowcast.height
    assert ((nowcast["time"] - nowcast["t0"]).dt.total_minutes() == study.WINDOWS["lead_minutes"]).all()
    emulate = windows.index.filter(pl.col("task") == "emulate")
    assert (emulate["time"] == emulate["t0"]).all()
    same = nowcast.join(emulate, left_on=["event", "t0"], right_on=["event", "time"], suffix="_known")
    assert same.height
    assert (same["source"] == same["source_known"]).all()
    assert (same["target"] != same["target_known"]).all()


def test_no_rain_after_t0_is_used(tmp_path):
    """A burst after each t0 leaves every input up to it unchanged, to the last bit."""
    network = study.write_terrain(tmp_path, study.valley())
    rain, depth = study.storm(network, 5)
    study.write_event(tmp_path, "storm", "generated", "2012-03-01T06:00", rain, depth)
    before = cut(tmp_path)
    rows = before.index.unique("source").sort("source")
    inputs = {row["source"]: whole(before, row["source"]) for row in rows.iter_rows(named=True)}
    moments = {row["source"]: row["t0"] for row in rows.iter_rows(named=True)}
    for source, t0 in moments.items():
        known = (t0.hour - 6) * 12 + t0.minute // 5
        burst = rain.copy()
        burst[known:] += 500
        study.write_event(tmp_path, "storm", "generated", "2012-03-01T06:00", burst, depth)
        after = cut(tmp_path)
        # Routed rain is normalised by statistics of training rain, which the burst may change.
        after.statistics = before.statistics
        np.testing.assert_array_equal(whole(after, source), inputs[source])


def test_training_windows_hold_seen_ground_of_training_storms_only(windows):
    training = windows.index.filter(pl.col("split") == splits.TRAIN)
    assert training.height
    for row, col, height, width in training.select("row", "col", "height", "width").unique().iter_rows():
        assert (windows.region[row : row + height, col : col + width] == splits.SEEN).all()
    events = {split: set(windows.select("emulate", split)["event"]) for split in ("train", "validation", "test")}
    assert all(events.values())
    assert not events["train"] & (events["validation"] | events["test"])
    targets = {split: set(windows.select("nowcast", split)["target"]) for split in events}
    sources = {split: set(windows.select("nowcast", split)["source"]) for split in events}
    for rows in (targets, sources):
        assert not rows["train"] & rows["test"]
        assert not rows["train"] & rows["validation"]
        assert not rows["validation"] & rows["test"]


def test_statistics_know_nothing_of_test_storms_or_unseen_water(tmp_path):
    study.write_study(tmp_path)
    before = cut(tmp_path)
    test_events = set(before.select("emulate", splits.TEST)["event"])
    unseen = np.asarray(before.region) != splits.SEEN
    for path in sorted((tmp_path / "water" / "depth").glob("*.nc")):
        index = int(path.stem[1:])
        rain, depth = study.storm(study.Drainage.load(tmp_path / "terrain" / "drainage.npz"), index)
        if path.stem in test_events:
            rain, depth = rain * 3, depth + 5
        elif path.stem.startswith("r"):
            depth[:, unseen] += 5
        if path.stem.startswith("r"):
            day = f"{2012 + (index >= 5)}-03-{1 + 2 * index:02}T06:00"
            study.write_event(tmp_path, path.stem, "radar", day, rain, depth)
    after = cut(tmp_path)
    assert after.statistics == before.statistics
    drawn = [item.index.filter(pl.col("split") == splits.TRAIN) for item in (before, after)]
    assert drawn[0].equals(drawn[1])


def test_the_wettest_window_is_drawn_most_and_a_dry_one_least(windows):
    training = windows.index.filter(pl.col("split") == splits.TRAIN)
    wet = [
        (windows.depth(*row) >= np.float32(0.1)).mean()
        for row in training.select("target", "row", "col", "height", "width").iter_rows()
    ]
    expected = 0.1 + 0.9 * np.array(wet) / max(wet)
    np.testing.assert_allclose(training["weight"].to_numpy(), expected, rtol=1e-5)


def test_the_same_files_come_out_again_in_whatever_order_events_are_found(outputs, tmp_path):
    for name in ("radar", "storms", "terrain"):
        shutil.copytree(outputs / name, tmp_path / name)
    for path in sorted((outputs / "water" / "depth").glob("*.nc"), reverse=True):
        (tmp_path / "water" / "depth").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "water" / "depth")
    cut(tmp_path)
    names = sorted(path.name for path in (outputs / "windows").iterdir())
    same, different, absent = filecmp.cmpfiles(outputs / "windows", tmp_path / "windows", names, shallow=False)
    assert (different, absent) == ([], [])
    assert len(same) == len(names) == 9


def test_no_events_make_empty_windows_of_the_usual_form(tmp_path, capsys):
    study.write_study(tmp_path, radar=0, generated=0)
    windows = cut(tmp_path)
    assert "no simulated events" in capsys.readouterr().err
    assert windows.index.height == 0
    assert windows.index.columns == list(Windows(tmp_path / "windows").index.columns)
    metrics = json.loads((tmp_path / "windows.json").read_text())
    assert metrics["windows"]["emulate"] == {"train": 0, "validation": 0, "test": 0, "predict": 0}


def test_ground_too_small_for_a_window_says_what_to_change_and_carries_on(tmp_path, capsys):
    study.write_study(tmp_path, radar=0, generated=6)
    windows = cut(tmp_path, patch_cells=64)
    assert re.search(r"patch_cells = 64.*block_cells", capsys.readouterr().err)
    assert set(windows.index["split"]) == {"validation", "test"}
    train(tmp_path)
    water = evaluate(tmp_path)
    assert len((water / "scores.csv").read_text().splitlines()) > 1


def test_rain_on_two_clocks_is_refused(tmp_path):
    network = study.write_terrain(tmp_path, study.valley())
    rain, depth = study.storm(network, 1)
    study.write_event(tmp_path, "r", "radar", "2012-03-01T06:00", rain, depth)
    study.write_event(tmp_path, "g", "generated", "2000-03-01T06:00", rain, depth, minutes=10)
    wanted = r"5 min \(radar, r\.nc\), 10 min \(generated, g\.nc\).*ingest_radar\.time_step.*generate_storms\.time_step"
    with pytest.raises(UserError, match=wanted):
        cut(tmp_path)


def test_depth_on_another_grid_is_refused(tmp_path):
    study.write_study(tmp_path, radar=0, generated=1)
    study.write_terrain(tmp_path, study.valley())
    path = tmp_path / "terrain" / "terrain.tif"
    moved = study.Grid(study.CRS, study.FINE.west + 100, study.FINE.north, 100.0, *study.FINE.shape)
    study.write_raster(path, study.valley(), moved)
    with pytest.raises(UserError, match=r"g00\.nc.*another grid"):
        cut(tmp_path)
