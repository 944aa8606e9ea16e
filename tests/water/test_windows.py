from __future__ import annotations

import filecmp
import json
import multiprocessing
import pickle
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
    return windows.inputs(["terrain", "rain", "routed"], "emulate", source, 0, 0, *study.FINE.shape)


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
    patch = windows.inputs(["terrain", "rain", "routed"], "emulate", source, 13, 21, 24, 16)
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
        rain, depth = study.storm(study.Drainage.load(tmp_path / "terrain" / "drainage"), index)
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
    expected = (0.1 + 0.9 * np.array(wet) / max(wet)) * training["count"].to_numpy()
    np.testing.assert_allclose(training["weight"].to_numpy(), expected, rtol=1e-5)


def test_the_same_files_come_out_again_in_whatever_order_events_are_found(outputs, tmp_path):
    for name in ("radar", "storms", "terrain"):
        shutil.copytree(outputs / name, tmp_path / name)
    for path in sorted((outputs / "water" / "depth").glob("*.nc"), reverse=True):
        (tmp_path / "water" / "depth").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "water" / "depth")
    cut(tmp_path)
    made = outputs / "windows"
    names = sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file())
    same, different, absent = filecmp.cmpfiles(outputs / "windows", tmp_path / "windows", names, shallow=False)
    assert (different, absent) == ([], [])
    assert len(same) == len(names) == 18


def test_no_events_make_empty_windows_of_the_usual_form(tmp_path, capsys):
    study.write_study(tmp_path, radar=0, generated=0)
    windows = cut(tmp_path)
    assert "no simulated events" in capsys.readouterr().err
    assert windows.index.height == 0
    assert windows.index.columns == list(Windows(tmp_path / "windows").index.columns)
    metrics = json.loads((tmp_path / "windows.json").read_text())
    assert metrics["windows"]["emulate"] == {"train": 0, "validation": 0, "test": 0, "predict": 0}
    assert metrics["duplicates"] == {"emulate": 0, "nowcast": 0}


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


@pytest.mark.parametrize(("scaling", "seen"), [("log", np.log1p), ("square_root", np.sqrt), ("none", np.asarray)])
@pytest.mark.parametrize(("reducer", "wanted"), [("mean", 15.0), ("max", 60.0), ("sum", 60.0)])
def test_rain_is_reduced_and_scaled_as_asked(tmp_path, scaling, seen, reducer, wanted):
    study.write_terrain(tmp_path, study.valley())
    rain = np.zeros((18, *study.COARSE.shape))
    rain[1, 1, 6] = 60.0
    study.write_event(tmp_path, "g", "generated", "2012-03-01T06:00", rain, np.zeros((3, *study.FINE.shape)))
    windows = cut(tmp_path, reducer=reducer, rain_scaling=scaling)
    # At 06:35, had it been kept, frames 0 to 6 would be known; at 06:30 the oldest of seven is missing.
    source = windows.index.filter(task="emulate").sort("time")["source"][0]
    channels = windows.inputs(["rain"], "emulate", source, 0, 0, *study.FINE.shape)
    assert windows.channel_names(["rain"]) == ["rain_0", "rain_1", "rain_2", "rain_missing"]
    assert channels[0].max() == channels[0, 10, 50] == pytest.approx(float(seen(wanted)), rel=1e-6)
    assert channels[1:3].max() == 0
    np.testing.assert_allclose(channels[3], 1 / 7, rtol=1e-6)


def test_each_rain_channel_may_be_routed_on_its_own_and_they_make_up_the_whole(outputs, tmp_path):
    for name in ("radar", "storms", "terrain", "water"):
        shutil.copytree(outputs / name, tmp_path / name)
    windows, whole = cut(tmp_path, routed_pattern="channels"), Windows(outputs / "windows")
    assert windows.channel_names(["routed"]) == ["routed_0", "routed_1", "routed_2"]
    source = int(windows.index.filter(split="test")["source"][0])
    np.testing.assert_allclose(windows.routed_longest(source), whole.routed(source, 0), atol=5e-3)
    np.testing.assert_array_equal(whole.routed_longest(source), whole.routed(source, 0))
    # The last two channels of 2 and 1 frames against the newest 2 frames: at least the newest one.
    assert (windows.routed(source, 2) <= whole.routed(source, 1) + 5e-3).all()


@pytest.fixture(scope="module")
def ponds(tmp_path_factory):
    """Water that stands before the rain: in one place in both events, in others in one of them; an unknown cell."""
    outputs = tmp_path_factory.mktemp("ponds")
    elevation = study.valley()
    elevation[:, :2] = np.nan
    network = study.write_terrain(outputs, elevation)
    for index in range(2):
        rain, depth = study.storm(network, index)
        initial = np.full(study.FINE.shape, 0.05)
        initial[5, 7:9] = 0.4, 0.0999
        initial[20 + index, 30] = 0.4
        depth = np.nan_to_num(depth) + initial
        depth[:, :, :2] = np.nan
        depth[1, 40, 41] = np.nan
        study.write_event(outputs, f"g{index}", "generated", f"2000-01-0{1 + index}", rain, depth, initial=initial)
    return cut(outputs)


def test_permanent_water_is_what_stands_before_every_event(ponds):
    assert np.argwhere(ponds.permanent).tolist() == [[5, 7]]
    assert ponds.channel_names(["permanent", "heightmap"]) == ["elevation", "permanent_water"]
    channels = ponds.inputs(["permanent", "heightmap"], "emulate", 0, 4, 6, 3, 3)
    np.testing.assert_array_equal(channels[1], [[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    assert json.loads((ponds.folder.parent / "windows.json").read_text())["cells"]["permanent_water"] == 1


def test_newly_flooded_is_wet_where_no_water_stands_for_good(ponds):
    target = int(ponds.index["target"].max())
    depth = ponds.depth_whole(target)
    newly = ponds.newly(target, 0.1, 0, 0, *study.FINE.shape)
    wanted = depth >= np.float32(0.1)
    assert wanted[5, 7]
    wanted[5, 7] = False
    np.testing.assert_array_equal(newly, wanted)
    np.testing.assert_array_equal(ponds.newly(target, 0.1, 4, 6, 10, 12), wanted[4:14, 6:18])


def test_known_cells_have_ground_and_depth_at_every_moment(ponds):
    wanted = np.ones(study.FINE.shape, bool)
    wanted[:, :2], wanted[40, 41] = False, False
    np.testing.assert_array_equal(ponds.known(0, 0, *study.FINE.shape), wanted)
    np.testing.assert_array_equal(ponds.known(38, 39, 5, 6), wanted[38:43, 39:45])


def test_a_study_without_water_before_the_rain_has_no_permanent_water(windows):
    assert not windows.permanent.any()
    assert windows.known(0, 0, *study.FINE.shape).all()


@pytest.mark.parametrize("group", ["simulated", "settled"])
def test_reckoned_depth_that_is_not_there_is_refused(tmp_path, group):
    study.write_study(tmp_path, radar=0, generated=2)
    windows = cut(tmp_path, coarse_factors=[])
    with pytest.raises(UserError, match=r"make_windows\.coarse_factors"):
        windows.inputs([group], "nowcast", 0, 0, 0, 8, 8)


def test_reckoned_depths_are_channels_on_the_scale_of_depth(windows):
    place = (5, 9, 24, 16)
    found = windows.inputs(["simulated", "settled"], "emulate", 3, *place)
    assert windows.channel_names(["simulated", "settled"]) == ["settled_rain", "simulated_depth"]
    settled = windows.settled(3)[5:29, 9:25]
    np.testing.assert_allclose(np.expm1(found[0]) / 10, settled, atol=1e-6)
    assert settled.max() > 0
    ahead = windows.inputs(["simulated"], "nowcast", 3, *place)
    assert (found[1] >= 0).all()
    assert not np.array_equal(found[1], ahead[0])


def test_no_depth_of_ground_held_out_is_learnt_from_though_windows_reach_over_it(tmp_path):
    study.write_study(tmp_path, radar=0, generated=4)
    windows = cut(tmp_path, patch_cells=48, least_seen_share=0.3)
    rows = windows.index.filter(windows.index["split"] == splits.TRAIN)
    assert rows.height
    reached = 0
    for place in rows.select("row", "col", "height", "width").unique().rows():
        row, col, height, width = place
        unseen = np.asarray(windows.region)[row : row + height, col : col + width] != splits.SEEN
        reached += int(unseen.any())
        assert not (windows.learnable(*place) & unseen).any()
    assert reached


def read_some(windows):
    """What a worker would read: of several moments, inputs and depth."""
    groups = ["heightmap", "terrain", "rain", "routed", "permanent"]
    return [
        (windows.inputs(groups, "emulate", row, 3, 5, 16, 16), windows.depth(row, 3, 5, 16, 16), windows.region.sum())
        for row in (0, 7, 20)
    ]


def test_many_shards_read_like_one_also_in_workers(outputs, windows, tmp_path):
    for name in ("radar", "storms", "terrain", "water"):
        shutil.copytree(outputs / name, tmp_path / name)
    small = cut(tmp_path, shard_mib=0.05)
    assert len(list((small.folder / "depth").iterdir())) > 5
    assert small.index.equals(windows.index)
    assert small.statistics == windows.statistics
    wanted = read_some(windows)
    found = read_some(small)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        in_workers = pool.map(read_some, [small, windows, small])
        pool.close()
        pool.join()  # a worker that is only told to end by a signal may have a handler of this process in its way
    for other in (found, *in_workers):
        for one, two in zip(wanted, other, strict=True):
            for left, right in zip(one, two, strict=True):
                np.testing.assert_array_equal(left, right)


def test_windows_go_to_workers_without_what_is_mapped(windows):
    read_some(windows)
    sent = pickle.dumps(windows)
    assert len(sent) < 200_000
    np.testing.assert_array_equal(read_some(pickle.loads(sent))[1][0], read_some(windows)[1][0])


def test_storms_between_blocks_of_time_are_in_no_window(tmp_path):
    network = study.write_terrain(tmp_path, study.valley())
    for index, hour in enumerate((6, 23, 31, 54, 78)):
        start = np.datetime64("2012-03-01T00", "s") + np.timedelta64(hour * 3600, "s")
        study.write_event(tmp_path, f"r{index}", "radar", str(start), *study.storm(network, index))
    split = {**study.WINDOWS["split"], "by": "blocks", "block_hours": 24, "block_turns": ["train", "test"]}
    windows = cut(tmp_path, split=split)
    assert windows.events["split"].to_list() == ["train", "guard", "test", "train", "test"]
    assert set(windows.index["event"]) == {"r0", "r2", "r3", "r4"}
    metrics = json.loads((tmp_path / "windows.json").read_text())
    assert metrics["events"] == {"train": 2, "validation": 0, "test": 2, "predict": 0, "guard": 1}
