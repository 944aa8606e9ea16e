"""Lets torchvision be imported where its compiled operators do not fit the installed torch.

The torchvision of the package index is built for CUDA; beside a CPU-only torch its extension does not load, and the
import fails at `operator torchvision::nms does not exist`. Declaring the two operators that are looked up at import
is enough for everything that does not detect objects, which is all that open_clip needs.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path

import torch

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@functools.cache
def fit_torchvision() -> bool:
    """Declare torchvision's operators if they are absent; call before the first import of torchvision.

    Returns:
        True if they had to be declared.
    """
    if "torchvision" in sys.modules or _load_extension():
        return False
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in OPERATORS:
        library.define(operator + SIGNATURE)  # type: ignore[no-untyped-call]
    _kept.append(library)
    return True


_kept: list[torch.library.Library] = []
"""A library that is collected takes its operators with it."""


def _load_extension() -> bool:
    """Load the compiled operators as torchvision itself would; a second load of the same file does nothing."""
    specification = importlib.util.find_spec("torchvision")
    if specification is None or specification.origin is None:
        return True  # nothing to mend: the import will say that torchvision is missing
    for file in sorted(Path(specification.origin).parent.glob("_C*.so")):
        try:
            torch.ops.load_library(file)  # type: ignore[no-untyped-call]
        except (OSError, ImportError):
            continue
        return True
    return False
