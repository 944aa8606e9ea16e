from __future__ import annotations

import numpy as np

from floodmark.water.rounding import rounded_to_half


def test_it_rounds_as_numpy_does_to_the_bit():
    """Ties, numbers too small and too large for 16 bits, infinities, and bit patterns of every exponent."""
    bits = np.random.default_rng(1).integers(0, 2**32, 200_000, np.uint32)
    drawn = bits.view(np.float32)
    ties = np.float32(1) + np.arange(64, dtype=np.float32) / 2**11
    values = np.concatenate([drawn[np.isfinite(drawn)], ties, np.float32([0, -0.0, 65519, 65520, 6e-8, np.inf])])
    with np.errstate(over="ignore"):
        expected = values.astype(np.float16)
    assert np.array_equal(rounded_to_half(values).view(np.uint16), expected.view(np.uint16))
    assert np.isnan(rounded_to_half(np.float32([np.nan]))).all()


def test_any_shape_and_memory_will_do():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)[:, :, ::-1]
    assert np.array_equal(rounded_to_half(values), values.astype(np.float16))
