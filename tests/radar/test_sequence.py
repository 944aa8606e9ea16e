"""A sequence of any length comes back as it was written, whole or a block at a time."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.radar.sequence import (
    FRAMES_A_BLOCK,
    INCOMPLETE,
    OBSERVED,
    SequenceReader,
    SequenceWriter,
)
from tests.radar.files import read_sequence

GRID = Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 3, 4)


@pytest.mark.parametrize("count", [1, 15, 16, 17, 2 * FRAMES_A_BLOCK + 3])
def test_frames_times_flags_and_attributes_come_back(tmp_path, count):
    rates = np.random.default_rng(count).random((count, 3, 4)).astype(np.float32)
    rates[count // 2, 1, 1] = np.nan
    flags = np.isnan(rates).any(axis=(1, 2)) * INCOMPLETE
    writer = SequenceWriter(tmp_path / "a.nc", GRID, np.datetime64("2012-05-14T03:00"), 300, {"climate": "wet"})
    for rate, flag in zip(rates, flags, strict=True):
        writer.append(rate, int(flag))
    writer.close()
    sequence, reader = read_sequence(tmp_path / "a.nc"), SequenceReader(tmp_path / "a.nc")
    np.testing.assert_array_equal(sequence.rate, rates)
    np.testing.assert_array_equal(sequence.quality, flags)
    assert sequence.grid == reader.grid == GRID
    assert sequence.attributes["climate"] == "wet"
    expected = np.datetime64("2012-05-14T03:00", "s") + np.arange(count) * np.timedelta64(300, "s")
    np.testing.assert_array_equal(sequence.times, expected)
    for frame in (*range(count), count // 2, 0):
        np.testing.assert_array_equal(reader.frame(frame), rates[frame])
    assert reader.missing_share() == pytest.approx(1 / rates.size)


def test_a_variable_that_is_absent_or_in_another_unit_is_named(tmp_path):
    writer = SequenceWriter(tmp_path / "a.nc", GRID, np.datetime64("2012-05-14"), 600)
    writer.append(np.zeros((3, 4), np.float32), OBSERVED)
    writer.close()
    with pytest.raises(UserError, match=r"a\.nc: no variable depth"):
        SequenceReader(tmp_path / "a.nc", "depth", "m")
    with pytest.raises(UserError, match=r"rainfall_rate is in 'mm h-1', expected 'm s-1'"):
        SequenceReader(tmp_path / "a.nc", "rainfall_rate", "m s-1")


def test_a_file_that_ends_without_frames_in_wait_is_whole(tmp_path):
    writer = SequenceWriter(tmp_path / "a.nc", GRID, np.datetime64("2012-05-14"), 600)
    writer.append(np.zeros((3, 4), np.float32), OBSERVED)
    writer.append(np.ones((3, 4), np.float32), OBSERVED)
    writer.close()
    sequence = read_sequence(tmp_path / "a.nc")
    assert sequence.step == 600
    assert sequence.rate[1].min() == 1
