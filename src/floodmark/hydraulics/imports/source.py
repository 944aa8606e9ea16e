"""What every reader of depths has in common: marks that say what a depth is called, and the depths one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid

TO_METRES = {
    "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "cm": 0.01, "centimetre": 0.01,
    "centimeter": 0.01, "mm": 0.001, "millimetre": 0.001, "millimeter": 0.001,
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """What one depth says of itself before it is read.

    Attributes:
        where: What to call it to a person: its file, and its place there.
        text: What may hold its time: the file's name without ending or the band's description; may be empty.
        time: datetime64[us], UTC, of a format that states it.
    """

    where: str
    text: str = ""
    time: np.datetime64 | None = None


class Source(Protocol):
    """The depths of one event in whatever format."""

    path: Path

    def marks(self) -> list[Mark]:
        """One for each depth, in their order."""

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """The depths in the order of the marks, m, shape of the study's grid, NaN where there is none.

        Raises:
            UserError: naming the depth that is damaged, of no known unit, or not on the study's grid.
        """


def to_metres(unit: str, where: str) -> float:
    """What makes m of a unit.

    Raises:
        UserError: if it is none of depth.
    """
    known = " ".join(unit.split())
    if known not in TO_METRES:
        raise UserError(f"{where}: depth has units {unit!r}, must be one of {', '.join(TO_METRES)}")
    return TO_METRES[known]


def in_metres(values: NDArray[np.floating], factor: float) -> NDArray[np.float32]:
    """Values times a factor as float32; those in m already keep every bit."""
    return np.asarray(values if factor == 1.0 else values.astype(np.float64) * factor, np.float32)


def damaged(where: object, kind: str, error: BaseException) -> UserError:
    """The refusal of a file that cannot be read to its end."""
    return UserError(f"{where}: damaged or cut short, cannot be read as {kind} ({error}): write or copy it again")


def stem(path: Path) -> str:
    """A file's name without its ending, `.gz` included."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return name.rsplit(".", 1)[0]


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Sorts names as a person would: `depth9` before `depth10`."""
    parts = re.split(r"([0-9]+)", path.name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]
