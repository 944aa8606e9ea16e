"""The water of one event on its terrain: depths, discharges, and what came and went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.hydraulics.edges import CLOSED, Edges, beyond
from floodmark.hydraulics.kernel import Ground, Numbers, State, advance_in, padded_width, room
from floodmark.hydraulics.rows import DRY, GRAVITY

if TYPE_CHECKING:
    from numpy.typing import NDArray

WALL = 1e9
"""Height of a wall above its neighbours, m."""


@dataclass(frozen=True)
class Physics:
    """How water runs.

    Attributes:
        courant: Part of the stable step that is taken, 0 to 1.
        froude: Highest Froude number of a flow.
        theta: Weight of a discharge against its neighbours' along the flow, 0 to 1; 1 is the scheme of Bates et al.
        longest_step: s.
        conductivity: Saturated, of the ground, m s-1; 0: the ground takes nothing in.
        wetting: Suction head at the wetting front times moisture deficit, m; 0: a constant rate.
        advection: Whether the convective acceleration counts, which the local inertial equations leave out.
        precision: `float32` for speed, `float64` for proof.
    """

    courant: float = 0.7
    froude: float = 1.0
    theta: float = 0.9
    longest_step: float = 60.0
    conductivity: float = 0.0
    wetting: float = 0.0
    advection: bool = False
    precision: str = "float32"


class Water:
    """The state of one event, advanced by the compiled kernel.

    Args:
        elevation: m, shape (rows, columns); NaN cells are walls that hold no water and let none through.
        cell_size: m.
        manning_n: s m-1/3, one number or the shape of the elevation.
        edges: What lies beyond the edges west, east, north and south; nothing passes a closed one.
        physics: The rest.
        depth: Water at the beginning, m, shape of the elevation; none where not given.
        peaks: Whether to keep the highest depth of each cell, and when it was.

    Raises:
        ValueError: if shapes differ, or a grid is too small.

    Attributes:
        solid: bool, cells without ground.
        seconds: Since the beginning.
        steps: Steps taken so far.
        initial_m3: Water at the beginning.
    """

    def __init__(
        self,
        elevation: NDArray[np.floating],
        cell_size: float,
        *,
        manning_n: float | NDArray[np.floating],
        edges: Edges = (CLOSED,) * 4,
        physics: Physics | None = None,
        depth: NDArray[np.floating] | None = None,
        peaks: bool = False,
    ) -> None:
        self.physics = physics = physics or Physics()
        self._bed = bed = np.where(np.isfinite(elevation), np.asarray(elevation, np.float64), np.nan)
        rows, columns = bed.shape
        if rows < 3 or columns < 3:
            raise ValueError(f"a grid of {rows} by {columns} is too small: at least 3 by 3 cells")
        self.solid = np.isnan(bed)
        self.cell_size = float(cell_size)
        self._real: Any = np.dtype(physics.precision).type
        self._roughness = roughness = roughness_of(manning_n, bed.shape)
        self._numbers = Numbers(
            columns, self.cell_size, float(physics.courant), float(physics.longest_step), float(physics.froude),
            float(physics.theta), float(physics.conductivity), float(physics.wetting),
        )  # fmt: skip
        self._ground = Ground(
            self._padded(drops_of(bed, 1), WALL), self._padded(drops_of(bed, 0)),
            self._padded(friction_of(roughness, 1)), self._padded(friction_of(roughness, 0)),
            **_outer(edges, bed, roughness, self._real),
        )  # fmt: skip
        self._state = self._begin(depth, peaks)
        self._room = room(self._state, physics.advection)
        self.seconds, self.steps = 0.0, 0
        self.initial_m3 = self.stored_m3

    @property
    def depth(self) -> NDArray[Any]:
        """m, shape (rows, columns); what rounding owes is not in it."""
        return self._cells(self._state.depth)

    @property
    def deepest(self) -> float:
        """m, at this moment."""
        return float(self.depth.max())

    @property
    def stored_m3(self) -> float:
        """Water on the ground now."""
        return self._volume(self._state.depth, self._state.carry)

    @property
    def soil_m3(self) -> float:
        """Water that the ground took in."""
        return self._volume(self._state.soil, self._state.soil_carry)

    @property
    def fallen_m3(self) -> float:
        """Rain and inflow so far."""
        return float(self._state.fallen[0]) * self.cell_size**2

    @property
    def edges_m3(self) -> NDArray[np.float64]:
        """Water that left (row 0) and came in (row 1) over the edges west, east, north and south, shape (2, 4)."""
        volumes: NDArray[np.float64] = self._state.edges * self.cell_size**2
        return volumes

    @property
    def peak(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Highest depth of each cell, m, and when it was, s since the beginning; kept only if asked for."""
        return self._cells(self._state.peak), self._cells(self._state.peak_time)

    def handled_m3(self) -> float:
        """All water there ever was: at the beginning, fallen, and come in over the edges."""
        return self.initial_m3 + self.fallen_m3 + float(self.edges_m3[1].sum())

    def residual_m3(self) -> float:
        """Water that the arithmetic lost (above zero) or made."""
        return self.handled_m3() - float(self.edges_m3[0].sum()) - self.soil_m3 - self.stored_m3

    def speed(self) -> NDArray[Any]:
        """Of the flow, m s-1, shape of depth: the mean of each cell's opposite faces over its depth."""
        columns = self._bed.shape[1]
        qx, qy, depth = self._state.qx[:, : columns + 1], self._cells(self._state.qy), self.depth
        east, south = (qx[:, 1:] + qx[:, :-1]) / 2, (qy[1:] + qy[:-1]) / 2
        wet = depth > DRY
        return np.where(wet, np.hypot(east, south) / np.where(wet, depth, 1), 0).astype(self._real)

    def set_edges(self, edges: Edges) -> None:
        """Change what lies beyond the edges, such as a tide's level, from now on."""
        self._ground = self._ground._replace(**_outer(edges, self._bed, self._roughness, self._real))

    def advance(self, fall: NDArray[np.floating], duration: float) -> None:
        """Let water fall steadily for `duration` s, and run.

        Args:
            fall: Rain and inflow, m s-1, shape of the depth; what falls on walls is left out.
            duration: s.
        """
        falling = np.where(self.solid, 0, fall).astype(self._real)
        solve = advance_in(self.physics.precision, self.physics.advection)
        self.steps += int(
            solve(self._state, self._ground, self._numbers, falling, *self._room, self.seconds, float(duration))
        )
        self.seconds += float(duration)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Everything needed to go on to the same bits, by name; copies."""
        return {name: np.array(values) for name, values in self._parts().items()}

    def restore(self, parts: dict[str, NDArray[Any]]) -> None:
        """Go on from a snapshot.

        Raises:
            ValueError: naming the array, if its shape or type is not this water's.
        """
        for name, values in self._parts().items():
            if name not in parts or parts[name].shape != values.shape or parts[name].dtype != values.dtype:
                found = f"{parts[name].dtype} {parts[name].shape}" if name in parts else "absent"
                raise ValueError(f"{name} is {found}, must be {values.dtype} {values.shape}")
        self._state = State(**{name: np.array(parts[name]) for name in self._state._fields})
        self.seconds, self.initial_m3 = (float(value) for value in parts["clock"])
        self.steps = int(parts["steps"][0])

    def _parts(self) -> dict[str, NDArray[Any]]:
        clock = np.array([self.seconds, self.initial_m3], np.float64)
        return {**self._state._asdict(), "clock": clock, "steps": np.array([self.steps], np.int64)}

    def _volume(self, *parts: NDArray[Any]) -> float:
        return sum(float(part.sum(dtype=np.float64)) for part in parts) * self.cell_size**2

    def _cells(self, values: NDArray[Any]) -> NDArray[Any]:
        """Without what lies east of the grid."""
        return values[:, : self._bed.shape[1]]

    def _padded(self, values: NDArray[Any], east: float = 0.0) -> NDArray[Any]:
        """In the solver's precision and width; the first column east of the grid as given, zero beyond."""
        rows, columns = values.shape
        wide = np.zeros((rows, padded_width(columns)), self._real)
        wide[:, :columns], wide[:, columns] = values, east
        return wide

    def _begin(self, depth: NDArray[np.floating] | None, peaks: bool) -> State:
        rows, columns = self._bed.shape
        start = np.zeros((rows, columns)) if depth is None else np.asarray(depth, np.float64)
        if start.shape != (rows, columns) or not (start[~self.solid] >= 0).all():
            raise ValueError(f"initial depths must be of shape {(rows, columns)} and none negative")
        wet = self._padded(np.where(self.solid, 0, start))
        none = np.zeros((1, 1), self._real)
        soaks = self.physics.conductivity > 0
        return State(
            depth=wet, carry=np.zeros_like(wet), qx=np.zeros_like(wet),
            qy=np.zeros((rows + 1, wet.shape[1]), self._real),
            soil=np.zeros_like(wet if soaks else none), soil_carry=np.zeros_like(wet if soaks else none),
            peak=wet.copy() if peaks else none, peak_time=np.zeros_like(wet if peaks else none),
            edges=np.zeros((2, 4)), fallen=np.zeros(1),
        )  # fmt: skip


def _outer(edges: Edges, bed: NDArray[np.float64], roughness: NDArray[np.float64], real: Any) -> dict[str, Any]:
    conveyance, ghost = beyond(edges, bed, roughness, real)
    return {"conveyance": conveyance, "ghost": ghost}


def roughness_of(manning_n: float | NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Manning's n as one row for all, or of the shape of the grid."""
    roughness = np.asarray(manning_n, np.float64)
    if roughness.shape not in ((), shape):
        raise ValueError(f"manning_n has shape {roughness.shape}, must be one number or {shape}")
    return np.full((1, shape[1]), roughness) if roughness.ndim == 0 else roughness


def friction_of(roughness: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """4 g n^2 of the faces before the cells along an axis; n is the mean of the cells on both sides."""
    before = np.concatenate([roughness.take([0], axis), roughness.take(range(roughness.shape[axis] - 1), axis)], axis)
    return 4 * GRAVITY * np.square((before + roughness) / 2)


def drops_of(bed: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Bed of each cell less that of the one before it along an axis; walls stand high, between walls is no drop."""
    before = np.concatenate([bed.take([0], axis), bed.take(range(bed.shape[axis] - 1), axis)], axis)
    drop = bed - before
    drop = np.where(np.isfinite(before) & ~np.isfinite(bed), WALL, drop)
    drop = np.where(~np.isfinite(before) & np.isfinite(bed), -WALL, drop)
    return np.nan_to_num(drop, nan=0.0)
