from __future__ import annotations

import multiprocessing
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.water import shards
from floodmark.water.shards import MIB, Shards, ShardWriter

ROW = (3, 5)


def write(folder, rows, each, shape=ROW):
    values = np.random.default_rng(1).integers(0, 60000, (rows, *shape)).astype(np.uint16)
    writer = ShardWriter(folder, rows, shape, np.uint16, each * 2 * max(int(np.prod(shape)), 1) / MIB)
    for row in values:
        writer.append(row)
    writer.close()
    return values


@given(st.integers(0, 40), st.integers(1, 12))
@settings(max_examples=25)
def test_rows_come_back_from_shards_that_none_straddles(tmp_path_factory, rows, each):
    folder = tmp_path_factory.mktemp("shards") / "depth"
    values = write(folder, rows, each)
    stored = Shards(folder)
    assert stored.shape == values.shape
    for row in range(rows):
        np.testing.assert_array_equal(stored[row], values[row])
    sizes = [len(np.load(path)) for path in sorted(folder.iterdir())]
    assert sizes[:-1] == [each] * (len(sizes) - 1)
    assert sum(sizes) == rows


def test_a_row_larger_than_a_shard_has_its_own(tmp_path):
    writer = ShardWriter(tmp_path / "a", 3, ROW, np.float32, 1e-6)
    for row in range(3):
        writer.append(np.full(ROW, row, np.float32))
    writer.close()
    assert [path.name for path in sorted((tmp_path / "a").iterdir())] == ["000.npy", "001.npy", "002.npy"]
    assert Shards(tmp_path / "a")[2].max() == 2


def test_no_cells_and_no_rows_keep_their_shape(tmp_path):
    write(tmp_path / "rows", 0, 4)
    write(tmp_path / "cells", 7, 4, (0, 0))
    assert Shards(tmp_path / "rows").shape == (0, *ROW)
    assert Shards(tmp_path / "cells").shape == (7, 0, 0)


def test_rows_that_are_not_there_are_refused(tmp_path):
    write(tmp_path / "a", 5, 2)
    for row in (-1, 5):
        with pytest.raises(IndexError, match=f"row {row} of 5"):
            Shards(tmp_path / "a")[row]
    (tmp_path / "none").mkdir()
    with pytest.raises(FileNotFoundError, match="no shard"):
        len(Shards(tmp_path / "none"))


@pytest.mark.parametrize("rows", [2, 4])
def test_a_writer_that_is_given_other_rows_than_announced_says_so(tmp_path, rows):
    writer = ShardWriter(tmp_path / "a", 3, ROW, np.uint8, 1)
    with pytest.raises(ValueError, match=r"2 rows of the 3|more than the 3"):
        for _ in range(rows):
            writer.append(np.zeros(ROW, np.uint8))
        writer.close()


def test_no_more_maps_are_open_than_allowed(tmp_path, monkeypatch):
    values = write(tmp_path / "a", 30, 2)
    monkeypatch.setattr(shards, "OPEN_AT_ONCE", 3)
    stored = Shards(tmp_path / "a")
    for row in [*range(30), 0, 17]:
        np.testing.assert_array_equal(stored[row], values[row])
        assert len(stored._maps) <= 3


def total(stored):
    return [int(stored[row].sum()) for row in range(len(stored))]


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_workers_read_the_same_rows(tmp_path, way):
    values = write(tmp_path / "a", 9, 2)
    stored = Shards(tmp_path / "a")
    assert len(stored) == 9  # Maps are open when the workers come to be.
    with multiprocessing.get_context(way).Pool(2 if way == "fork" else 1) as pool:
        for found in pool.map(total, [stored] * 3):
            assert found == [int(row.sum()) for row in values]
        pool.close()
        pool.join()  # a worker that is only told to end by a signal may have a handler of this process in its way


def test_a_pickle_holds_no_rows(tmp_path):
    write(tmp_path / "a", 9, 2)
    stored = Shards(tmp_path / "a")
    stored[3]
    assert len(pickle.dumps(stored)) < 500
