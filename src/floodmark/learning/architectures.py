"""Whether code built for some GPU architectures runs on a GPU: names are compared, without torch and without a GPU.

NVIDIA's rule: machine code (``sm_86``) runs on GPUs of the same major version with an equal or higher minor one; what
is kept as PTX (``compute_80``) is compiled when it is loaded, on any newer GPU. A final ``a`` binds either to that one
version, a final ``f`` to that major version. (CUDA C++ Programming Guide, Compute Capability.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PATTERN = re.compile(r"(?P<kind>sm|compute)_(?P<major>\d+)(?P<minor>\d)(?P<bound>[af]?)")


def runs_on(capability: tuple[int, int], architectures: Sequence[str]) -> bool:
    """Whether a GPU can run what was built.

    Args:
        capability: Major and minor compute capability of the GPU, such as ``(8, 6)``.
        architectures: What `torch.cuda.get_arch_list()` names. AMD's (``gfx90a``) follow other rules and are taken on
            trust, like an empty list: torch refuses by itself what it cannot use.
    """
    known = [match for name in architectures if (match := PATTERN.fullmatch(name))]
    return not known or any(_covers(match, capability) for match in known)


def _covers(match: re.Match[str], capability: tuple[int, int]) -> bool:
    built = (int(match["major"]), int(match["minor"]))
    if match["bound"] == "a":
        return built == capability
    if match["kind"] == "compute" and not match["bound"]:
        return built <= capability
    return built[0] == capability[0] and built[1] <= capability[1]


def mismatch(name: str, capability: tuple[int, int], architectures: Sequence[str]) -> str:
    """What is wrong, in words, where `runs_on` says no."""
    return (
        f"{name} has compute capability {capability[0]}.{capability[1]}, and this torch was built for "
        f"{', '.join(architectures)} only"
    )
