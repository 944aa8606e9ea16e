"""Which of the caller's variables a container is given: what steers a computation, nothing that tells of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED = (
    "ATEN_CPU_CAPABILITY",
    "CUBLAS_WORKSPACE_CONFIG",
    "DNNL_MAX_CPU_ISA",
    "DVC_EXP_BASELINE_REV",
    "DVC_EXP_NAME",
    "DVC_ROOT",
    "DVC_STAGE",
    "FLOODMARK_THROUGHPUT",
    "HF_HUB_OFFLINE",
    "MATPLOTLIBRC",
    "MKL_CBWR",
    "NUMBA_CPU_FEATURES",
    "NUMBA_CPU_NAME",
    "NUMBA_NUM_THREADS",
    "NUMBA_DISABLE_JIT",
    "NPY_DISABLE_CPU_FEATURES",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OPENBLAS_NUM_THREADS",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
)
ALLOWED_WITH_TORCH = ("FLOODMARK_DEVICE", "MKL_NUM_THREADS", "NCCL_DEBUG", "NCCL_P2P_DISABLE", "NCCL_SOCKET_IFNAME")
"""Given to the image cuda only: the other one has no torch that could use a GPU."""
FIXED = {"HOME": "/tmp", "USER": "floodmark", "LOGNAME": "floodmark", "PYTHONNOUSERSITE": "1"}  # noqa: S108
"""Libraries ask for a home they can write to and for the name of a user who may be unknown in the image."""


def variables(image: str, caller: Mapping[str, str]) -> dict[str, str]:
    """The environment of a stage's container, sorted; which GPUs it sees is the engine's business.

    Args:
        image: ``geo`` or ``cuda``.
        caller: The caller's environment.
    """
    names = ALLOWED + (ALLOWED_WITH_TORCH if image == "cuda" else ())
    given = {name: caller[name] for name in names if name in caller}
    return dict(sorted({**given, **FIXED}.items()))
