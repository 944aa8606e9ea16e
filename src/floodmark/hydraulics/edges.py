"""What lies beyond the edges of the grid: nothing, a slope that water runs down, or water that stands at a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = ("west", "east", "north", "south")


@dataclass(frozen=True)
class Edge:
    """One edge of the grid. Without slope and level it is closed.

    Attributes:
        slope: Of the ground beyond, down which water leaves at normal depth (Manning), m per m.
        level: Of the water beyond, m, in the datum of the elevation; flow goes either way over the edge cell's bed.
    """

    slope: float = 0.0
    level: float | None = None


CLOSED = Edge()

Edges = tuple[Edge, Edge, Edge, Edge]
"""West, east, north, south."""


def beyond(
    edges: Edges, bed: NDArray[np.float64], roughness: NDArray[np.float64], real: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """What the solver knows of the edges.

    Args:
        edges: West, east, north, south.
        bed: m, shape (rows, columns), NaN on walls, which nothing passes.
        roughness: Manning's n, s m-1/3, of the same shape, or one row for all.
        real: Type of the result.

    Returns:
        Conveyance sqrt(slope) / n, m1/3 s-1, 0 where nothing leaves; and the depth of the water beyond, m, NaN where
        there is none; both of shape (4, longest side).
    """
    rows, columns = bed.shape
    roughness = np.broadcast_to(roughness, bed.shape)
    conveyance = np.zeros((4, max(rows, columns)), real)
    ghost = np.full(conveyance.shape, np.nan, real)
    rims: tuple[Any, ...] = (np.s_[:, 0], np.s_[:, -1], np.s_[0], np.s_[-1])
    for side, (edge, rim) in enumerate(zip(edges, rims, strict=True)):
        known, size = np.isfinite(bed[rim]), len(bed[rim])
        if edge.level is not None:
            ghost[side, :size][known] = np.maximum(edge.level - bed[rim][known], 0)
        else:
            conveyance[side, :size][known] = np.sqrt(edge.slope) / roughness[rim][known]
    return conveyance, ghost
