"""The IDX files that MNIST and Fashion-MNIST come in (LeCun, Cortes and Burges 1998; Xiao et al. 2017)."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

UNSIGNED_BYTES = 8
"""The one kind of numbers that images and labels of these sets have."""


def read_idx(folder: Path, name: str) -> NDArray[np.uint8]:
    """The array of a file, plain or compressed by gzip.

    The file is two zero bytes, one that says which kind of numbers, one that says how many dimensions, their sizes as
    big-endian 32-bit integers, then the numbers, the last dimension running fastest.

    Args:
        folder: Where it lies.
        name: Without `.gz`, such as `train-images-idx3-ubyte`.

    Raises:
        UserError: if it is absent or no such file.
    """
    plain, packed = folder / name, folder / f"{name}.gz"
    path = plain if plain.is_file() else packed
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path == packed else content
    except FileNotFoundError:
        raise UserError(
            f"{plain} and {packed.name} are missing: put the four IDX files of the set there, or set "
            "check_models.digits to null for the digits that scikit-learn brings"
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}): download it again") from error
    return _parsed(content, path)


def _parsed(content: bytes, path: Path) -> NDArray[np.uint8]:
    dimensions = content[3] if len(content) >= 4 else 0
    start = 4 + 4 * dimensions
    if content[:3] != bytes([0, 0, UNSIGNED_BYTES]) or len(content) < start:
        raise UserError(f"{path} begins with {content[:4].hex(' ')}: an IDX file of bytes begins with 00 00 08")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", dimensions, offset=4))
    values = np.frombuffer(content, np.uint8, offset=start)
    if len(values) != int(np.prod(shape, dtype=np.int64)):
        raise UserError(f"{path} holds {len(values)} numbers but says {shape}: download it again")
    return values.reshape(shape)
