"""With two threads, or without wide vector instructions, metrics stay within the stated tolerance."""

import pytest

from tests.pipeline.tolerance import TOLERANCE, VARIANTS, compare, metrics, rebuilt

# The tiny project is built on one thread.
OTHERS = {"two threads": {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"}} | {
    name: variant for name, variant in VARIANTS.items() if name != "one thread"
}


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("name", OTHERS)
def test_metrics_stay_within_the_tolerance(tiny_project, tmp_path, name):
    first = metrics(tiny_project)
    worst, broken = compare(first, rebuilt(tiny_project, tmp_path / "copy", OTHERS[name]))
    assert broken == []
    assert worst <= TOLERANCE


def test_a_move_beyond_the_tolerance_is_seen():
    first = {"outputs/water/metrics.json.unet.critical_success_index": 0.5, "outputs/radar.json.frames": 10}
    second = {"outputs/water/metrics.json.unet.critical_success_index": 0.6, "outputs/radar.json.frames": 11}
    worst, broken = compare(first, second)
    assert worst == pytest.approx(0.1)
    assert len(broken) == 2
    assert len(compare(first, {})[1]) == 2
