"""Dry training windows that are the same to the last bit, found in one pass.

An archive of years is mostly dry, and one dry window teaches what a thousand equal ones would.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Content:
    """What lies on the whole ground at a window's moments, as it is stored.

    Attributes:
        rain: Shape (channels, rain rows, rain columns).
        routed: Shape (channels, rows, columns).
        depth: Shape (rows, columns).
        size: Side of the windows, cells.
    """

    rain: NDArray[Any]
    routed: NDArray[Any]
    depth: NDArray[Any]
    size: int

    def digest(self, row: int, col: int) -> bytes:
        """Hash of all that the window at a corner holds, 16 bytes: equal ones are equal for any purpose."""
        south, east = row + self.size, col + self.size
        factor = self.depth.shape[0] // self.rain.shape[1]
        rain = self.rain[:, row // factor : (south - 1) // factor + 1, col // factor : (east - 1) // factor + 1]
        found = hashlib.blake2b(digest_size=16)
        for part in (rain, self.routed[:, row:south, col:east], self.depth[row:south, col:east]):
            found.update(np.ascontiguousarray(part).tobytes())
        return found.digest()


class Duplicates:
    """Counts equal windows; memory and time grow with the number of different ones and of all of them.

    Attributes:
        counts: Of each window kept so far, how many it stands for.
    """

    def __init__(self) -> None:
        self.counts: list[int] = []
        self._kept: dict[tuple[str, int, bytes], int] = {}

    def pass_over(self, rows: int) -> None:
        """Keep some windows without a look."""
        self.counts += [1] * rows

    def first(
        self, task: str, content: Content, corners: NDArray[np.int64], dry: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Numbers of the corners whose windows are kept: wet ones, and dry ones that are the first of their kind.

        A window's terrain is that of its place, so only windows of one place, and of one task, can be equal.

        Args:
            task: Of the windows.
            content: At their moments.
            corners: North-west corners (row, column), shape (windows, 2).
            dry: Of each corner, whether its window is dry.
        """
        kept = []
        for corner, (row, col) in enumerate(corners.tolist()):
            if dry[corner]:
                key = (task, corner, content.digest(row, col))
                known = self._kept.setdefault(key, len(self.counts))
                if known < len(self.counts):
                    self.counts[known] += 1
                    continue
            kept.append(corner)
            self.counts.append(1)
        return np.array(kept, np.int64)
