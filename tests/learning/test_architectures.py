"""Code built for some architectures runs on some GPUs: NVIDIA's rule, as a table."""

import pytest

from floodmark.learning.architectures import mismatch, runs_on

CUDA_13 = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]
CUDA_12 = ["sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90"]


@pytest.mark.parametrize(
    ("capability", "built", "runs"),
    [
        ((9, 0), CUDA_13, True),
        ((8, 0), CUDA_13, True),
        ((8, 9), CUDA_13, True),  # by sm_86: same major version, lower minor one
        ((12, 1), CUDA_13, True),
        ((13, 0), CUDA_13, True),  # compiled from compute_120 when it is loaded
        ((7, 0), CUDA_13, False),  # V100: an older minor version than sm_75
        ((6, 1), CUDA_13, False),
        ((3, 5), CUDA_12, False),
        ((6, 1), CUDA_12, True),
        ((10, 0), CUDA_12, False),  # newer than all machine code, and no PTX
        ((8, 0), ["sm_86"], False),
        ((10, 0), ["compute_90"], True),
        ((8, 9), ["compute_90"], False),
        ((9, 0), ["sm_90a"], True),
        ((9, 1), ["sm_90a"], False),  # bound to that one version
        ((10, 0), ["compute_90a"], False),
        ((10, 3), ["sm_100f"], True),  # bound to that major version
        ((11, 0), ["compute_100f"], False),
        ((9, 0), ["gfx90a", "gfx942"], True),  # AMD's: torch knows better
        ((8, 0), [], True),
    ],
)
def test_who_runs_what(capability, built, runs):
    assert runs_on(capability, built) is runs


def test_a_mismatch_names_the_gpu_its_capability_and_what_was_built():
    said = mismatch("Quadro K620", (5, 0), ["sm_80", "sm_90"])
    assert said == "Quadro K620 has compute capability 5.0, and this torch was built for sm_80, sm_90 only"
