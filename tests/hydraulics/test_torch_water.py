"""The batched solver in PyTorch against the compiled one, and each of its items against itself alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from floodmark.hydraulics.edges import CLOSED, Edge
from floodmark.hydraulics.torch_scheme import minus_seven_thirds, minus_third, step_all
from floodmark.hydraulics.torch_water import CHUNK, TorchWater
from floodmark.hydraulics.water import Physics, Water

EXACT = Physics(precision="float64")
SOIL = {"conductivity": 2e-6, "wetting": 0.05}
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
"""m. The solvers differ in rounding alone, for the compiled one fuses products and sums; in float32 two depths of 20 m
are 2e-6 m apart, and a thousand steps spread that."""

EDGES = {
    "closed": (CLOSED,) * 4,
    "slopes": (Edge(slope=0.01),) * 4,
    "levels": (Edge(level=303.0), Edge(slope=0.02), Edge(level=302.0), Edge(level=299.0)),
}


def ground(seed=0, shape=(24, 31)):
    """Rough, with walls, one of them on an edge."""
    rng = np.random.default_rng(seed)
    bed = rng.normal(0, 5, shape) + 300
    bed[rng.random(shape) < 0.05] = np.nan
    bed[0, 3:6] = np.nan
    return bed


def rough(seed=0, shape=(24, 31)):
    return np.random.default_rng(seed).uniform(0.02, 0.1, shape)


def filled(bed, level=302.0):
    return np.maximum(level - np.nan_to_num(bed, nan=1e6), 0)


def fall(seed=0, shape=(24, 31), mm_per_hour=60):
    return np.random.default_rng(seed).random(shape) * mm_per_hour / 3.6e6


def same(one, other):
    """Whether two snapshots have the same bits."""
    return all(torch.equal(values, other[name]) for name, values in one.items())


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("edges", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("soil", [{}, SOIL], ids=["sealed", "soil"])
@pytest.mark.parametrize("manning_n", [0.05, rough()], ids=["even", "raster"])
def test_it_runs_as_the_compiled_solver_does(precision, edges, soil, manning_n):
    bed, tolerance = ground(), TOLERANCE[precision]
    physics = Physics(precision=precision, **soil)
    options = {"manning_n": manning_n, "edges": edges, "physics": physics, "depth": filled(bed), "peaks": True}
    one, many = Water(bed, 50.0, **options), TorchWater(bed, 50.0, **options)
    for share in (1.0, 0.3, 0.0):
        one.advance(fall() * share, 900)
        many.advance(fall() * share, 900)
    assert many.steps_B.tolist() == [one.steps]
    assert many.seconds_B.tolist() == [one.seconds]
    np.testing.assert_allclose(many.depth[0], one.depth, atol=tolerance)
    np.testing.assert_allclose(many.speed()[0], one.speed(), atol=100 * tolerance)
    np.testing.assert_allclose(many.peak[0][0], one.peak[0], atol=tolerance)
    if precision == "float64":  # in float32 a pool as good as level reaches its peak at any of several times
        np.testing.assert_allclose(many.peak[1][0], one.peak[1], atol=1e-6)
    for name in ("stored_m3", "soil_m3", "fallen_m3", "edges_m3"):
        expected = getattr(one, name)
        np.testing.assert_allclose(getattr(many, name)[0], expected, rtol=tolerance, atol=tolerance * 50**2)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_steep_pit_that_drains_several_ways_is_held_back_alike(precision):
    bed = np.full((9, 9), 300.0)
    bed[4, 4], bed[3:6, 2], bed[2, 4], bed[6, 4:7] = 340.0, 280.0, 270.0, 250.0
    depth = np.zeros(bed.shape)
    depth[4, 4], depth[0, 0] = 3.0, 0.02
    physics = Physics(precision=precision, longest_step=60)
    options = {"manning_n": 0.01, "physics": physics, "depth": depth, "edges": EDGES["slopes"]}
    one, many = Water(bed, 10.0, **options), TorchWater(bed, 10.0, **options)
    for duration in (0.5, 0.5, 30, 600):
        one.advance(np.zeros(bed.shape), duration)
        many.advance(np.zeros(bed.shape), duration)
        assert (many._state.depth_BHW + many._state.carry_BHW).min() > -1e-9
        np.testing.assert_allclose(many.depth[0], one.depth, atol=TOLERANCE[precision])
    assert one.depth[4, 4] < 0.1


@pytest.mark.slow
def test_the_convective_acceleration_counts_alike():
    bed, roughness = ground(), rough()
    options = {"manning_n": roughness, "edges": EDGES["levels"], "depth": filled(bed)}
    physics = replace(EXACT, advection=True)
    one, many = Water(bed, 50.0, physics=physics, **options), TorchWater(bed, 50.0, physics=physics, **options)
    without = TorchWater(bed, 50.0, physics=EXACT, **options)
    for water in (one, many, without):
        water.advance(fall(), 600)
    assert many.steps_B.tolist() == [one.steps]
    np.testing.assert_allclose(many.depth[0], one.depth, atol=1e-10)
    assert (many.depth - without.depth).abs().max() > 0.01


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_an_item_does_not_depend_on_the_others(precision):
    physics = Physics(precision=precision, **SOIL)
    beds = np.stack([ground(seed) for seed in range(4)])
    roughness = np.stack([rough(seed) for seed in range(4)])
    depths = np.stack([filled(bed, level) for bed, level in zip(beds, (290, 300, 305, 312), strict=True)])
    falls, durations = np.stack([fall(seed) for seed in range(4)]), [900.0, 100.0, 0.0, 450.5]
    options = {"edges": EDGES["levels"], "physics": physics, "peaks": True}
    many = TorchWater(beds, 50.0, manning_n=roughness, depth=depths, **options)
    for _ in range(2):
        many.advance(falls, durations)
    assert len(set(many.steps_B.tolist())) == 4
    for item in range(4):
        one = TorchWater(beds[item], 50.0, manning_n=roughness[item], depth=depths[item], **options)
        for _ in range(2):
            one.advance(falls[item], durations[item])
        assert all(torch.equal(values[0], many.snapshot()[name][item]) for name, values in one.snapshot().items())


def test_events_share_one_terrain():
    bed, falls = ground(), np.stack([fall(seed) for seed in range(3)])
    many = TorchWater(bed, 50.0, manning_n=0.05, items=3, edges=EDGES["slopes"], physics=EXACT)
    many.advance(falls, 1800)
    for item in range(3):
        one = Water(bed, 50.0, manning_n=0.05, edges=EDGES["slopes"], physics=EXACT)
        one.advance(falls[item], 1800)
        np.testing.assert_allclose(many.depth[item], one.depth, atol=1e-10)


def test_no_time_changes_no_bit():
    water = TorchWater(ground(), 50.0, manning_n=0.05, depth=filled(ground()), peaks=True, physics=Physics(**SOIL))
    water.advance(fall(), 700)
    before = water.snapshot()
    water.advance(fall(1), 0)
    assert same(before, water.snapshot())
    with torch.no_grad():  # A step of no length among others, which no question to the device keeps away.
        state, _ = _idle_step(water)
    assert all(torch.equal(values, before[name]) for name, values in state._asdict().items())


def _idle_step(water):
    rain, none = torch.as_tensor(fall(1)).float()[None], torch.zeros(1, dtype=torch.float64)
    return step_all(water._state, water._axes, water._constants, rain, none, water.seconds_B)


@pytest.mark.parametrize(("real", "tolerance"), [(torch.float64, 1e-14), (torch.float32, 5e-6)])
def test_powers_are_those_of_torch_which_a_gpu_takes(real, tolerance):
    h = torch.logspace(-5, 3, 1001, dtype=real)
    torch.testing.assert_close(minus_seven_thirds(h), h.pow(-7 / 3), rtol=tolerance, atol=0)
    torch.testing.assert_close(minus_third(h), h.pow(-1 / 3), rtol=tolerance, atol=0)


@pytest.mark.parametrize(("precision", "share"), [("float64", 1e-12), ("float32", 1e-6)])
def test_two_metres_of_water_lose_no_drizzle(precision, share):
    bed = np.random.default_rng(3).normal(0, 0.3, (24, 31))
    water = TorchWater(bed, 50.0, manning_n=0.05, depth=2.0 - bed, physics=Physics(precision=precision), items=2)
    for _ in range(12):
        water.advance(np.full(bed.shape, 0.2 / 3.6e6), 300)
    assert (water.residual_m3().abs() < share * water.handled_m3()).all()
    added = water.stored_m3 - water.initial_m3_B
    np.testing.assert_allclose(added, bed.size * 50**2 * 2e-4, rtol=1e-3)


def test_what_is_restored_goes_on_to_the_same_bits():
    beds = np.stack([ground(0), ground(1)])
    options = {"manning_n": 0.05, "edges": EDGES["slopes"], "physics": Physics(**SOIL), "peaks": True}
    first, second = TorchWater(beds, 50.0, **options), TorchWater(beds, 50.0, **options)
    first.advance(fall(), [300, 500])
    second.restore(first.snapshot())
    for water in (first, second):
        water.advance(fall(1), [700, 200])
    assert same(first.snapshot(), second.snapshot())
    parts = first.snapshot()
    with pytest.raises(ValueError, match="carry_BHW is absent"):
        second.restore({name: values for name, values in parts.items() if name != "carry_BHW"})
    with pytest.raises(ValueError, match=r"depth_BHW is torch.float64"):
        second.restore({**parts, "depth_BHW": parts["depth_BHW"].double()})


class Asked(TorchDispatchMode):
    """Counts what makes the host wait: values read from tensors, and shapes that hang on values."""

    def __init__(self):
        super().__init__()
        self.waits, self.kernels = 0, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.name().split("::")[1].split(".")[0]
        picks = name.startswith("index") and any(
            index is not None and index.dtype == torch.bool for index in (args[1] if isinstance(args[1], list) else [])
        )
        self.waits += name in ("_local_scalar_dense", "nonzero", "masked_select", "equal", "is_nonzero") or picks
        self.kernels += 1
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("duration", [1.0, 600.0])
def test_the_device_is_asked_no_more_than_once_a_chunk(duration):
    bed = ground()
    water = TorchWater(
        bed, 50.0, manning_n=0.05, depth=filled(bed), physics=Physics(**SOIL), peaks=True, edges=EDGES["levels"]
    )
    with Asked() as asked:
        water.advance(fall(), duration)
    steps = int(water.steps_B[0])
    assert asked.kernels > 50 * steps
    # Before each chunk, and once more to learn that it was the last; water that grows deeper takes a few more.
    assert asked.waits <= steps / CHUNK + 4


def test_a_step_needs_no_value_only_shapes():
    water = TorchWater(
        ground(), 50.0, manning_n=rough(), items=3, physics=Physics(**SOIL), peaks=True, edges=EDGES["levels"]
    )
    state, axes, clock = tree_map(
        lambda part: part.to("meta") if isinstance(part, torch.Tensor) else part,
        (water._state, water._axes, water.seconds_B),
    )
    after, deepest = step_all(state, axes, water._constants, torch.empty_like(state.depth_BHW), clock, clock)
    assert [values.shape for values in after] == [values.shape for values in water._state]
    assert [values.dtype for values in after] == [values.dtype for values in water._state]
    assert deepest.shape == (3,)


def test_other_levels_may_stand_beyond_the_edges_later():
    bed = ground()
    one = Water(bed, 50.0, manning_n=0.05, physics=EXACT)
    many = TorchWater(bed, 50.0, manning_n=0.05, physics=EXACT)
    for edges in (EDGES["levels"], EDGES["closed"]):
        for water in (one, many):
            water.set_edges(edges)
            water.advance(fall(), 300)
    np.testing.assert_allclose(many.depth[0], one.depth, atol=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"manning_n": np.ones((3, 3))}, "manning_n has shape"),
        ({"depth": np.ones((2, 24, 31)), "items": 3}, "differs"),
        ({"depth": np.full((24, 31), -1.0)}, "negative"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TorchWater(ground(), 50.0, **{"manning_n": 0.05, **options})


def test_a_grid_too_small_is_refused():
    with pytest.raises(ValueError, match="too small"):
        TorchWater(np.zeros((2, 9)), 50.0, manning_n=0.05)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_gpu_gives_the_same_water_and_waits_for_no_one(precision):
    beds, falls = np.stack([ground(seed) for seed in range(3)]), np.stack([fall(seed) for seed in range(3)])
    options = {"manning_n": 0.05, "edges": EDGES["slopes"], "physics": Physics(precision=precision, **SOIL)}
    here, there = TorchWater(beds, 50.0, **options), TorchWater(beds, 50.0, device="cuda", **options)
    here.advance(falls, [900, 300, 0])
    there.advance(falls, [900, 300, 0])
    assert there.steps_B.tolist() == here.steps_B.tolist()
    np.testing.assert_allclose(there.depth.cpu(), here.depth, atol=TOLERANCE[precision])
    chunks = iter([CHUNK, 0])
    there._needed = lambda *_: next(chunks)
    rain = torch.as_tensor(falls).cuda()
    duration = torch.full((3,), 600.0, dtype=torch.float64, device="cuda")
    torch.cuda.set_sync_debug_mode("error")
    try:
        there.advance(rain, duration)
    finally:
        torch.cuda.set_sync_debug_mode("default")
