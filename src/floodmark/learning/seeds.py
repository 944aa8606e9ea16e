"""Seeds and deterministic flags: one number in params.yaml, an independent stream for every purpose."""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for one purpose; streams of different purposes are independent."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """A numpy generator for one purpose."""
    return np.random.default_rng(derive(seed, *purpose))


def fix(seed: int, *purpose: str | int) -> None:
    """Seed torch's global generators, for weights and dropout, and ask for deterministic kernels."""
    import torch

    torch.manual_seed(derive(seed, *purpose))
    # As `use_deterministic_algorithms(True, warn_only=True)`, which takes two seconds to load the compiler of graphs.
    torch.set_deterministic_debug_mode("warn")
    torch.backends.cudnn.benchmark = False
