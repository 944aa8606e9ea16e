"""Arrays of many rows, in files of a size that storage and memory maps like."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MIB = 2**20
OPEN_AT_ONCE = 64
"""Maps that a process holds open: each takes a file handle, of which there are some hundreds."""


class ShardWriter:
    """Writes rows one after the other into ``<folder>/000.npy``, ``001.npy`` and so on.

    A row never straddles two files, and no more than one file is open. Bytes depend on the rows alone.

    Args:
        folder: Made by the writer.
        rows: How many there will be.
        shape: Of a row.
        dtype: Of its values.
        mib: Largest file, MiB, unless a single row is larger.
    """

    def __init__(self, folder: Path, rows: int, shape: tuple[int, ...], dtype: Any, mib: float) -> None:
        folder.mkdir()
        self._folder, self._rows, self._shape, self._dtype = folder, rows, shape, np.dtype(dtype)
        size = max(self._dtype.itemsize * int(np.prod(shape)), 1)
        self._each = max(int(mib * MIB) // size, 1)
        self._written = 0
        self._file: NDArray[Any] | None = None
        if rows == 0 or 0 in shape:  # Nothing that could be mapped.
            np.save(folder / "000.npy", np.zeros((rows, *shape), dtype))

    def append(self, row: NDArray[Any]) -> None:
        """Write the next row."""
        if self._written >= self._rows:
            raise ValueError(f"{self._folder}: more than the {self._rows} rows announced")
        shard, place = divmod(self._written, self._each)
        self._written += 1
        if 0 in self._shape:
            return
        if self._file is None:
            path = self._folder / f"{shard:03}.npy"
            count = min(self._each, self._rows - shard * self._each)
            self._file = np.lib.format.open_memmap(path, mode="w+", dtype=self._dtype, shape=(count, *self._shape))
        self._file[place] = row
        if place == len(self._file) - 1:
            self._close()

    def _close(self) -> None:
        if isinstance(self._file, np.memmap):
            self._file.flush()
        self._file = None

    def close(self) -> None:
        """End the writing.

        Raises:
            ValueError: if rows are lacking.
        """
        self._close()
        if self._written != self._rows:
            raise ValueError(f"{self._folder}: {self._written} rows of the {self._rows} announced")


class Shards:
    """Reads rows of what `ShardWriter` wrote, through maps that each process opens when it first needs them.

    An object may be sent to a worker, by fork or as a copy: maps stay behind, and no file is open before a row is read.

    Args:
        folder: With the files.

    Raises:
        FileNotFoundError: at the first use, if the folder holds no shard.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps: dict[int, NDArray[Any]] = {}
        self._process = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_folder"])  # type: ignore[misc]

    @cached_property
    def _paths(self) -> list[Path]:
        paths = sorted(self._folder.glob("*.npy"), key=lambda path: int(path.stem))
        if not paths:
            raise FileNotFoundError(f"{self._folder}: no shard")
        return paths

    @cached_property
    def _each(self) -> int:
        """Rows of every file but the last."""
        return max(len(self._map(0)), 1)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Rows, and the shape of each."""
        last = self._map(len(self._paths) - 1)
        return ((len(self._paths) - 1) * self._each + len(last), *last.shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, row: int) -> NDArray[Any]:
        """One row, mapped."""
        if not 0 <= row < len(self):
            raise IndexError(f"{self._folder}: row {row} of {len(self)}")
        shard, place = divmod(row, self._each)
        found: NDArray[Any] = self._map(shard)[place]
        return found

    def _map(self, shard: int) -> NDArray[Any]:
        if self._process != os.getpid():
            self._maps, self._process = {}, os.getpid()
        if shard not in self._maps:
            while len(self._maps) >= OPEN_AT_ONCE:
                del self._maps[next(iter(self._maps))]
            path = self._paths[shard]
            try:
                self._maps[shard] = np.load(path, mmap_mode="r", allow_pickle=False)
            except ValueError:  # Nothing in it to map.
                self._maps[shard] = np.load(path, allow_pickle=False)
        return self._maps[shard]
