from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.clock import Clock
from floodmark.hydraulics.edges import CLOSED, Edge
from floodmark.hydraulics.forcing import Forcing
from floodmark.hydraulics.inflows import Inflow
from floodmark.hydraulics.site import Site
from floodmark.hydraulics.water import Physics
from floodmark.water.coarse import coarse_site
from floodmark.water.coarse_files import settled_rain, write_coarse
from floodmark.water.coarse_run import known_frames, simulate_coarse
from floodmark.water.downscale import REACH, SHARE, downscale, settle
from floodmark.water.records import read_records
from floodmark.water.shards import Shards
from floodmark.water.simulated import SWEEPS, Simulated, has_simulated
from tests.water import study

GRID = Grid(study.CRS, 0.0, 0.0, 100.0, 30, 20)
STEP, FRAMES = 300, 8
START = np.datetime64("2013-01-01T00:00", "s")


def losses(**changes):
    from floodmark.settings.make_water import Losses

    usual = {
        "kind": "share", "runoff_coefficient": 0.7, "infiltration_rate": 5, "conductivity": 10, "suction_head": 110,
        "moisture_deficit": 0.3, "curve_number": 75, "initial_abstraction": 0.2, "topmodel_m": 0.005,
        "topmodel_start": 0.01,
    }  # fmt: skip
    return Losses(**{**usual, **changes})


class Rain:
    """Rain in cells of ten by ten of the ground; enough of the protocols of both simulations."""

    called, missing_share = "rain", 0.0

    def __init__(self, seed=1):
        rng = np.random.default_rng(seed)
        self.start, self.step, self.frames, self.grid = START, STEP, FRAMES, GRID.coarser(10)
        self.shape = self.grid.shape
        self.interpolated = np.zeros(FRAMES, bool)
        self.rates = rng.gamma(0.5, 40, (FRAMES, *self.shape)).astype(np.float32)
        self.rates[2, 1, 0] = np.nan

    def rate(self, frame):
        return self.rates[frame]

    def spread(self, values):
        return np.nan_to_num(values.repeat(10, 0).repeat(10, 1))


def ground(seed=2, holes=True):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:30, :20]
    bed = 100 - 0.4 * rows + 0.2 * np.abs(columns - 9) + rng.uniform(0, 0.5, GRID.shape)
    if holes:
        bed[:4, :7] = np.nan
        bed[17, 11] = np.nan
    return bed.astype(np.float32)


def site(bed=None, edges=(CLOSED,) * 4, depth=None, manning_n=0.05, inflows=(), **physics):
    bed = ground() if bed is None else bed
    water = np.zeros(GRID.shape, np.float32) if depth is None else depth
    return Site(bed, GRID, manning_n, edges, Physics(longest_step=30, **physics), water, list(inflows))


def hydrograph():
    begin = START.astype("datetime64[s]").astype(float)
    return Inflow("spring", 20, 9, begin + np.array([0.0, 1200, 9000]), np.array([0.0, 8, 2]))


def full(rain, site, losses, moments):
    """Depth at the moments by the simulation of the study."""
    water, forcing = site.water(), Forcing(rain, site, losses)
    spans, found = Clock(rain.step, rain.frames, 600, 2400).spans(), {}
    for span in spans:
        water.advance(forcing.fall(span), span.end - span.start)
        found[span.end] = np.array(water.depth)
    return np.stack([found[moment] for moment in moments])


@pytest.mark.parametrize("kind", ["share", "topmodel", "green_ampt"])
def test_as_coarse_as_the_ground_it_is_the_full_simulation_to_the_bit(kind):
    free = (Edge(slope=0.01), Edge(slope=0.01), Edge(level=99.0), CLOSED)
    how = losses(kind=kind)
    soil = {"conductivity": 1e-6, "wetting": 0.03} if kind == "green_ampt" else {}
    fine, moments = site(edges=free, inflows=[hydrograph()], **soil), [600, 1800, 2400, 3000, 4800]
    found = simulate_coarse(Rain(), coarse_site(fine, 1), moments, 1200, how)
    np.testing.assert_array_equal(found.now, full(Rain(), fine, how, moments))
    assert found.now[-1].max() > 0.05


@pytest.mark.parametrize("factor", [2, 3, 4, 5, 7, 8])
def test_as_much_rain_falls_and_as_much_water_stands_on_coarse_cells(factor):
    depth = np.where(np.isnan(ground()), 0, np.random.default_rng(3).uniform(0, 1, GRID.shape)).astype(np.float32)
    fine, rain = site(depth=depth), Rain()
    coarse = coarse_site(fine, factor)
    area = (factor * GRID.cell_size) ** 2
    assert coarse.site.depth.sum() * area == pytest.approx(depth.sum(dtype=float) * GRID.cell_size**2, rel=1e-12)
    rate = np.nan_to_num(rain.rate(2).astype(float))
    falls = (coarse.shares(rain.grid) @ rate.ravel()).reshape(coarse.site.grid.shape)
    on_ground = np.where(fine.solid, 0, rain.spread(rate))
    brute = np.array([
        [on_ground[i : i + factor, j : j + factor].sum() / factor**2 for j in range(0, 20, factor)]
        for i in range(0, 30, factor)
    ])  # fmt: skip
    np.testing.assert_allclose(falls, brute, rtol=1e-12, atol=0)
    run = simulate_coarse(rain, coarse, [2400, 3600], 600, losses())
    fell = sum(np.where(fine.solid, 0, rain.spread(rain.rate(frame).astype(float))).sum() for frame in range(FRAMES))
    held = depth.sum(dtype=float) + 0.7 * fell / 1000 / 12
    np.testing.assert_allclose(run.now.sum((1, 2), dtype=float) * factor**2, held, rtol=1e-5)


def test_a_block_has_the_mean_of_its_ground_and_is_a_wall_without_any():
    rough = np.random.default_rng(5).uniform(0.02, 0.1, GRID.shape)
    coarse = coarse_site(site(manning_n=rough), 3).site
    assert coarse.grid == Grid(study.CRS, 0.0, 0.0, 300.0, 10, 7)
    bed = ground()
    assert np.isnan(coarse.elevation[0, 0])
    assert np.isfinite(coarse.elevation[1, 1])
    np.testing.assert_allclose(coarse.elevation[1, 1], np.nanmean(bed[3:6, 3:6]), rtol=1e-6)
    np.testing.assert_allclose(coarse.manning_n[1, 1], rough[3:6, 3:6][np.isfinite(bed[3:6, 3:6])].mean())
    np.testing.assert_allclose(coarse.elevation[9, 6], bed[27:, 18:].mean(), rtol=1e-6)
    assert np.isfinite(coarse.manning_n).all()


def test_a_hydrograph_flows_into_the_cell_that_holds_it():
    coarse = coarse_site(site(inflows=[hydrograph()]), 4).site
    assert [(one.row, one.column, one.name) for one in coarse.inflows] == [(5, 2, "spring")]


@pytest.mark.parametrize("factor", [2, 5])
def test_a_lake_at_rest_stays_flat(factor):
    bed, dry = ground(holes=False), Rain()
    dry.rates[:] = 0
    coarse = coarse_site(site(bed=bed, depth=110 - bed), factor)
    run = simulate_coarse(dry, coarse, [600, 2400], 600, losses())
    for depth in (run.now, run.ahead):
        np.testing.assert_allclose(depth + coarse.site.elevation, 110, atol=2e-5)


def test_ground_too_small_is_refused():
    with pytest.raises(UserError, match="at least 3 by 3"):
        coarse_site(site(), 8 * 2)


@pytest.mark.parametrize("interpolated", [False, True])
def test_no_moment_knows_rain_that_comes_later(interpolated):
    fine = coarse_site(site(inflows=[hydrograph()]), 2)
    moments = [0, 600, 900, 1000, 1500, 2400, 3000]
    for moment in moments:
        one, other = Rain(), Rain()
        if interpolated:
            one.interpolated[[2, 3]] = other.interpolated[[2, 3]] = True
        first = moment // STEP
        while interpolated and first in (3, 4):  # the frames 2 and 3 are made with frame 4
            first = 2
        other.rates[first:] = 99
        before, after = (simulate_coarse(rain, fine, moments, 1200, losses()) for rain in (one, other))
        place = moments.index(moment)
        for name in ("now", "ahead", "fallen"):
            np.testing.assert_array_equal(getattr(before, name)[: place + 1], getattr(after, name)[: place + 1])
        if moment < FRAMES * STEP:
            assert not np.array_equal(before.now[-1], after.now[-1])


def test_no_moment_knows_what_flows_in_later():
    changed = hydrograph()
    changed = replace(changed, discharge=changed.discharge * [1, 1, 9])
    runs = [
        simulate_coarse(Rain(), coarse_site(site(inflows=[one]), 2), [900, 1200, 2400], 1200, losses())
        for one in (hydrograph(), changed)
    ]
    np.testing.assert_array_equal(runs[0].ahead[:2], runs[1].ahead[:2])
    assert not np.array_equal(runs[0].now[2], runs[1].now[2])


def test_the_depth_ahead_is_that_of_rain_that_ends_at_the_moment():
    fine, ended = coarse_site(site(), 3), Rain()
    ended.rates[4:] = 0
    ahead = simulate_coarse(Rain(), fine, [600, 1200], 1500, losses(kind="topmodel")).ahead[1]
    now = simulate_coarse(ended, fine, [1200, 2700], 0, losses(kind="topmodel")).now[1]
    np.testing.assert_array_equal(ahead, now)


def test_asking_of_more_moments_changes_none():
    fine = coarse_site(site(), 2)
    few = simulate_coarse(Rain(), fine, [1200, 3600], 600, losses())
    many = simulate_coarse(Rain(), fine, [300, 600, 1200, 2400, 3600], 600, losses())
    np.testing.assert_array_equal(few.now, many.now[[2, 4]])
    np.testing.assert_array_equal(few.ahead, many.ahead[[2, 4]])


def test_after_the_rain_all_frames_are_known():
    rain = Rain()
    rain.interpolated[[0, 1, 4]] = True
    assert [known_frames(rain, seconds) for seconds in (0, 299, 300, 600, 900, 1500, 1800, 9999)] == [
        0, 0, 0, 0, 3, 4, 6, FRAMES
    ]  # fmt: skip


FINE = st.integers(1, 12).flatmap(
    lambda rows: st.integers(1, 12).flatmap(
        lambda columns: st.tuples(
            arrays(float, (rows, columns), elements=st.floats(0, 20)),
            arrays(bool, (rows, columns), elements=st.booleans()),
            st.integers(1, 5),
            st.integers(0, 12),
            st.integers(0, 2**32 - 1),
        )
    )
)


@settings(max_examples=60)
@given(FINE)
def test_downscaling_loses_and_makes_no_water(drawn):
    bed, hole, factor, sweeps, seed = drawn
    bed = np.where(hole, np.nan, bed)
    rows, columns = bed.shape
    shape = (-(-rows // factor), -(-columns // factor))
    coarse = np.random.default_rng(seed).exponential(0.3, shape)
    for i, j in np.ndindex(shape):
        block = np.s_[i * factor : (i + 1) * factor, j * factor : (j + 1) * factor]
        coarse[i, j] = coarse[i, j] if np.isfinite(bed[block]).any() else 0
    fine = downscale(bed, coarse, factor, sweeps)
    assert (fine >= 0).all()
    assert not fine[hole].any()
    assert fine.sum() == pytest.approx(coarse.sum() * factor**2, rel=1e-10)


def settled_slowly(bed, depth, sweeps):
    """As the words of the module have it."""
    water, rows, columns = depth.copy(), *bed.shape
    for _ in range(sweeps):
        gain = np.zeros_like(water)
        for i, j in np.ndindex(rows, columns):
            near = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
            near = [(y, x) for y, x in near if 0 <= y < rows and 0 <= x < columns and np.isfinite(bed[y, x])]
            over = {at: bed[i, j] + water[i, j] - bed[at] - water[at] for at in near} if water[i, j] > 0 else {}
            over = {at: drop for at, drop in over.items() if drop > 0}
            total = sum(over.values())
            given_away = min(SHARE * total, water[i, j])
            for at, drop in over.items():
                gain[at] += given_away * drop / total
            gain[i, j] -= given_away
        water += gain
    return water


def test_settling_is_what_it_says():
    bed = ground().astype(float)[:12, :14]
    depth = np.where(np.isnan(bed), 0, np.random.default_rng(8).exponential(0.2, bed.shape))
    np.testing.assert_allclose(settle(bed, depth, 7), settled_slowly(bed, depth, 7), atol=1e-12)


def test_still_water_stays_and_a_hollow_fills_level():
    bed = np.full((9, 9), 5.0)
    bed[2:7, 2:7] = 1.0
    lake = np.where(bed < 5, 2.0, 0.0)
    np.testing.assert_array_equal(settle(bed, lake, 20), lake)
    heap = np.zeros_like(bed)
    heap[2, 2] = 50.0 / 2
    level = settle(bed, heap, 3000)[2:7, 2:7]
    np.testing.assert_allclose(level, 1.0, atol=1e-6)


def test_no_cell_depends_on_more_than_the_reach():
    bed = ground(holes=False).astype(float)
    depth = np.random.default_rng(9).exponential(0.3, bed.shape)
    changed = bed.copy()
    changed[15, 10] -= 3
    far = np.abs(np.arange(30)[:, None] - 15) + np.abs(np.arange(20) - 10)
    before, after = settle(bed, depth, 3), settle(changed, depth, 3)
    assert (before == after)[far > REACH * 3].all()
    assert not (before == after).all()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A study of three events, with what is simulated on cells 3 and 4 times coarser."""
    outputs = tmp_path_factory.mktemp("coarse")
    study.write_study(outputs, radar=3, generated=0)
    return outputs, *write(outputs, outputs)


def write(outputs, folder):
    from floodmark.terrain.raster import read_raster
    from floodmark.water.moments import moments_of

    records = read_records(outputs / "water" / "depth", outputs)
    moments = [moments_of(record, study.window_settings()) for record in records]
    elevation, grid = read_raster(outputs / "terrain" / "terrain.tif")
    none = np.zeros(grid.shape, np.float32)
    fine = Site(elevation, grid, 0.05, (Edge(slope=0.01),) * 4, Physics(longest_step=30), none, [])
    write_coarse(folder, records, moments, fine, losses(), (3, 4), 1800, 1 / 64)
    return fine, records, moments


def test_rows_are_the_moments_of_all_events_in_their_order(written):
    outputs, fine, records, moments = written
    from floodmark.water.coarse_run import RecordRain

    assert has_simulated(outputs, 3)
    assert not has_simulated(outputs, 2)
    row = 0
    for record, items in zip(records, moments, strict=True):
        times = [int((item.time - record.start) / np.timedelta64(1, "s")) for item in items]
        run = simulate_coarse(RecordRain(record), coarse_site(fine, 4), times, 1800, losses())
        for now, ahead in zip(run.now, run.ahead, strict=True):
            reader = Simulated(outputs, 4, fine.elevation)
            for known, deep in ((False, now), (True, ahead)):
                expected = downscale(fine.elevation, deep.astype(np.float16), 4, SWEEPS).astype(np.float32)
                np.testing.assert_array_equal(reader.depth(row, 0, 0, 64, 80, ahead=known), expected)
            row += 1
    with pytest.raises(IndexError):
        reader.depth(row, 0, 0, 64, 80, ahead=False)


@pytest.mark.parametrize("factor", [3, 4])
def test_a_window_is_a_part_of_the_whole_to_the_bit(written, factor):
    outputs, fine, *_ = written
    reader = Simulated(outputs, factor, fine.elevation)
    whole = reader.depth(3, 0, 0, 64, 80, ahead=True)
    assert (whole > 0.05).any()
    for place in ((0, 0, 16, 16), (30, 41, 5, 9), (25, 27, 16, 16), (48, 64, 16, 16)):
        row, col, height, width = place
        np.testing.assert_array_equal(reader.depth(3, *place, ahead=True), whole[row : row + height, col : col + width])


def test_bytes_do_not_depend_on_threads(written, tmp_path, monkeypatch):
    outputs, *_ = written
    monkeypatch.setattr("floodmark.water.coarse_files.threads", lambda: 3)
    write(outputs, tmp_path)
    names = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.npy")}
    assert {path.parts[0] for path in names} == {
        "simulated_3", "simulated_3_ahead", "simulated_4", "simulated_4_ahead", "settled"
    }  # fmt: skip
    assert all((tmp_path / name).read_bytes() == (outputs / name).read_bytes() for name in names)


def test_rain_that_settles_is_all_that_ran(written):
    outputs, fine, records, moments = written
    depth = np.asarray(Shards(outputs / "settled")[len(moments[0]) - 1], float)
    fallen = 0.7 * records[0].rain()[0 : len(records[0].frames)].sum(0, dtype=float) / 12 / 1000
    assert depth.sum() == pytest.approx(fallen.sum() * 64, rel=1e-3)  # kept in 16 bits
    np.testing.assert_allclose(depth, settled_rain(fine, fallen), rtol=1e-3, atol=1e-6)
    assert depth.max() > 3 * fallen.max()


def test_a_study_without_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="coarse_factors"):
        Simulated(tmp_path, 4, ground())
