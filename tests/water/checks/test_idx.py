from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from floodmark.errors import UserError
from floodmark.water.checks.digits import Sizes, read_digits
from floodmark.water.checks.idx import read_idx

NAME = "train-labels-idx1-ubyte"


def packed(values):
    """An array of bytes as the format says."""
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def mnist(folder, digits, side=28):
    rng = np.random.default_rng(5)
    for name in ("train", "t10k"):
        images, labels = rng.integers(0, 256, (digits, side, side), np.uint8), np.arange(digits, dtype=np.uint8) % 10
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(packed(images)))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(packed(labels))
    return folder


@given(values=arrays(np.uint8, array_shapes(max_dims=3)), zipped=st.booleans())
def test_what_is_written_is_read_back(tmp_path_factory, values, zipped):
    folder = tmp_path_factory.mktemp("idx")
    content = packed(values)
    (folder / (NAME + ".gz" * zipped)).write_bytes(gzip.compress(content) if zipped else content)
    assert np.array_equal(read_idx(folder, NAME), values)


def test_a_file_as_the_format_describes_it(tmp_path):
    (tmp_path / NAME).write_bytes(bytes.fromhex("00000802 00000002 00000003 010203 0405ff"))
    assert read_idx(tmp_path, NAME).tolist() == [[1, 2, 3], [4, 5, 255]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "train-labels-idx1-ubyte.gz are missing: put"),
        (b"", "begins with"),
        (bytes.fromhex("00000d01 00000001 00"), "begins with 00 00 0d 01"),
        (bytes.fromhex("00000801 00000003 0102"), r"holds 2 numbers but says \(3,\)"),
        (bytes.fromhex("00000803 0000"), "begins with"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    with pytest.raises(UserError, match=message):
        read_idx(tmp_path, NAME)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"cut short" * 99)[:-12]])
def test_a_broken_archive_is_refused(tmp_path, content):
    (tmp_path / f"{NAME}.gz").write_bytes(content)
    with pytest.raises(UserError, match="download it again"):
        read_idx(tmp_path, NAME)


def test_a_folder_keeps_its_own_division(tmp_path):
    sets = read_digits(mnist(tmp_path, 30), Sizes(12, 8, 30))
    assert [len(part.labels_N) for part in sets] == [12, 8, 30]
    assert sets.validation.labels_N.tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert sets.training.images_NHW.dtype == np.float32
    assert 0 <= sets.test.images_NHW.min() < sets.test.images_NHW.max() <= 1
    assert not np.array_equal(sets.test.images_NHW[:12], sets.training.images_NHW)


def test_more_digits_than_there_are_is_refused(tmp_path):
    with pytest.raises(UserError, match="30 digits, but check_models asks for 31 for test"):
        read_digits(mnist(tmp_path, 30), Sizes(12, 8, 31))
    with pytest.raises(UserError, match="1797 digits, but check_models asks for 1798 for all three sets"):
        read_digits(None, Sizes(1000, 298, 500))


def test_images_of_another_size_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"must be \(digits, 28, 28\)"):
        read_digits(mnist(tmp_path, 5, side=27), Sizes(2, 2, 2))


def test_the_sets_of_the_bundled_digits_share_none():
    sets = read_digits(None, Sizes(1100, 197, 500))
    assert all(part.images_NHW.shape[1:] == (28, 28) for part in sets)
    seen = {image.tobytes() for part in sets[:2] for image in part.images_NHW}
    assert not seen & {image.tobytes() for image in sets.test.images_NHW}
    # The mean ink survives resampling, and all classes are everywhere.
    assert all(set(part.labels_N.tolist()) == set(range(10)) for part in sets)
    assert sets.training.images_NHW.mean() == pytest.approx(0.305, abs=0.01)
