"""The water of many events, or of many tiles, side by side in PyTorch, on a CPU or a GPU: `Water`'s scheme, batched.

Each item has its own clock: a step as long as its own deepest water allows, and a mark of its own to arrive at. While
it runs nothing waits for the device: steps are found where the depths are, items that have arrived take steps of 0 s,
which change no bit, and only once every CHUNK steps is the device asked how many more are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from floodmark.hydraulics.edges import CLOSED, Edges, beyond
from floodmark.hydraulics.rows import DRY, GRAVITY
from floodmark.hydraulics.torch_scheme import Axis, Constants, Side, TorchState, step_all
from floodmark.hydraulics.water import Physics, drops_of, friction_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Field = NDArray[np.floating] | Tensor
    PerItem = float | Sequence[float] | NDArray[np.floating] | Tensor

CHUNK = 32
"""Steps between two questions to the device."""


class TorchWater:
    """The state of a batch of items. Shapes: B items, H rows, W columns.

    Args:
        elevation: m, shape (H, W) for all items or (B, H, W); NaN cells are walls that hold no water and let none
            through.
        cell_size: m.
        manning_n: s m-1/3, one number, or shape (H, W) or (B, H, W).
        items: B, where every argument is for all of them.
        edges: What lies beyond the edges west, east, north and south of every item.
        physics: The rest.
        depth: Water at the beginning, m, shape (H, W) or (B, H, W); none where not given.
        peaks: Whether to keep the highest depth of each cell, and when it was.
        device: Where to compute.

    Raises:
        ValueError: if shapes differ, a grid is too small, or a depth is negative.

    Attributes:
        solid: bool, cells without ground, shape (1, H, W) or (B, H, W).
        seconds_B: Since the beginning, float64.
        steps_B: Steps taken so far, without those of 0 s.
        initial_m3_B: Water at the beginning, float64.
    """

    def __init__(
        self,
        elevation: NDArray[np.floating],
        cell_size: float,
        *,
        manning_n: float | NDArray[np.floating],
        items: int | None = None,
        edges: Edges = (CLOSED,) * 4,
        physics: Physics | None = None,
        depth: NDArray[np.floating] | None = None,
        peaks: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        self.physics = physics = physics or Physics()
        self.cell_size, self.device = float(cell_size), torch.device(device)
        self._real = torch.float32 if physics.precision == "float32" else torch.float64
        bed = np.asarray(elevation, np.float64)
        self._bed = bed = np.where(np.isfinite(bed), bed, np.nan).reshape((-1, *bed.shape[-2:]))
        rows, columns = bed.shape[1:]
        if rows < 3 or columns < 3:
            raise ValueError(f"a grid of {rows} by {columns} is too small: at least 3 by 3 cells")
        self._manning = np.asarray(manning_n, np.float64)
        self.items = _items(items, {"elevation": elevation, "manning_n": self._manning, "depth": depth}, bed.shape[1:])
        self.solid = torch.from_numpy(np.isnan(bed)).to(self.device)
        self._constants = Constants(
            self.cell_size, float(physics.theta), float(physics.froude * np.sqrt(GRAVITY)),
            float(physics.conductivity), float(physics.wetting), physics.advection,
        )  # fmt: skip
        self.set_edges(edges)
        self._state = self._begin(depth, peaks)
        self.seconds_B = torch.zeros(self.items, dtype=torch.float64, device=self.device)
        self.steps_B = torch.zeros(self.items, dtype=torch.int64, device=self.device)
        self.initial_m3_B = self.stored_m3

    @property
    def depth(self) -> Tensor:
        """m, shape (B, H, W); what rounding owes is not in it."""
        return self._state.depth_BHW

    @property
    def deepest(self) -> Tensor:
        """m, at this moment, shape (B)."""
        return self.depth.flatten(1).amax(1)

    @property
    def stored_m3(self) -> Tensor:
        """Water on the ground now, float64, shape (B)."""
        return self._volume(self._state.depth_BHW, self._state.carry_BHW)

    @property
    def soil_m3(self) -> Tensor:
        """Water that the ground took in, float64, shape (B)."""
        return self._volume(self._state.soil_BHW, self._state.soil_carry_BHW)

    @property
    def fallen_m3(self) -> Tensor:
        """Rain and inflow so far, float64, shape (B)."""
        return self._state.fallen_B * self.cell_size**2

    @property
    def edges_m3(self) -> Tensor:
        """Water that left and came in over the edges west, east, north and south, float64, shape (B, 2, 4)."""
        return self._state.edges_B24 * self.cell_size**2

    @property
    def peak(self) -> tuple[Tensor, Tensor]:
        """Highest depth of each cell, m, and when it was, s since the beginning, shape (B, H, W); if asked for."""
        return self._state.peak_BHW, self._state.peak_time_BHW

    def handled_m3(self) -> Tensor:
        """All water there ever was: at the beginning, fallen, and come in over the edges; float64, shape (B)."""
        return self.initial_m3_B + self.fallen_m3 + self.edges_m3[:, 1].sum(1)

    def residual_m3(self) -> Tensor:
        """Water that the arithmetic lost (above zero) or made, float64, shape (B)."""
        return self.handled_m3() - self.edges_m3[:, 0].sum(1) - self.soil_m3 - self.stored_m3

    def speed(self) -> Tensor:
        """Of the flow, m s-1, shape (B, H, W): the mean of each cell's opposite faces over its depth."""
        qx, qy, depth = self._state.qx_BHX, self._state.qy_BYW, self.depth
        east, south = (qx[..., 1:] + qx[..., :-1]) / 2, (qy[:, 1:] + qy[:, :-1]) / 2
        return torch.where(depth > DRY, torch.hypot(east, south) / depth.clamp(min=DRY), 0)

    def set_edges(self, edges: Edges) -> None:
        """Change what lies beyond the edges of every item, such as a tide's level, from now on."""
        grounds, (rows, columns) = len(self._bed), self._bed.shape[1:]
        manning = self._manning if self._manning.ndim > 0 else np.broadcast_to(self._manning, (1, rows, columns))
        manning = manning.reshape((-1, rows, columns))
        pairs = [
            beyond(edges, self._bed[min(at, grounds - 1)], manning[min(at, len(manning) - 1)], np.float64)
            for at in range(max(grounds, len(manning)))
        ]
        conveyance, ghost = (np.stack(part) for part in zip(*pairs, strict=True))
        sides = [
            self._side(edges[side].level is not None, conveyance[:, side, :size], ghost[:, side, :size])
            for side, size in enumerate((rows, rows, columns, columns))
        ]
        self._axes = self._axis(-1, (sides[0], sides[1])), self._axis(-2, (sides[2], sides[3]))
        standing = np.nan_to_num(ghost, nan=0.0).max((1, 2))
        self._beyond_G = self._tensor(standing).double().clamp(min=DRY)

    @torch.no_grad()
    def advance(self, fall: Field, duration: PerItem) -> None:
        """Let water fall steadily on every item for its own duration, and run.

        Args:
            fall: Rain and inflow, m s-1, shape (H, W) for all or (B, H, W); what falls on walls is left out.
            duration: s, one for all or shape (B); an item whose duration is 0 keeps all its bits.
        """
        rain_BHW = torch.where(self.solid, 0, torch.as_tensor(fall).to(self.device, self._real))
        rain_BHW = rain_BHW.expand(self.items, -1, -1).contiguous()
        falling_B = rain_BHW.double().flatten(1).sum(1)
        duration_B = torch.as_tensor(duration, dtype=torch.float64).to(self.device).expand(self.items)
        passed_B, deepest_B = torch.zeros_like(duration_B), self.deepest
        rise_B = rain_BHW.double().flatten(1).amax(1).clamp(min=0)
        while needed := self._needed(duration_B, passed_B, self._stable_step(deepest_B, rise_B)):
            for _ in range(min(needed, CHUNK)):
                stable_B = self._stable_step(deepest_B, rise_B)
                step_B, passed_B = self._next_step(duration_B, passed_B, stable_B)
                now_B = self.seconds_B + passed_B
                self._state, deepest_B = step_all(self._state, self._axes, self._constants, rain_BHW, step_B, now_B)
                # What the depths were given is what is counted: the rounded step, not the exact one.
                self._state.fallen_B.add_(falling_B * step_B.to(self._real).double())
                self.steps_B += step_B > 0
        self.seconds_B = self.seconds_B + duration_B

    def snapshot(self) -> dict[str, Tensor]:
        """Everything needed to go on to the same bits, by name; copies."""
        clock = {"seconds_B": self.seconds_B, "steps_B": self.steps_B, "initial_m3_B": self.initial_m3_B}
        return {name: values.clone() for name, values in {**self._state._asdict(), **clock}.items()}

    def restore(self, parts: dict[str, Tensor]) -> None:
        """Go on from a snapshot, which may lie on another device.

        Raises:
            ValueError: naming the tensor, if its shape or type is not this water's.
        """
        for name, values in self.snapshot().items():
            if name not in parts or parts[name].shape != values.shape or parts[name].dtype != values.dtype:
                found = f"{parts[name].dtype} {tuple(parts[name].shape)}" if name in parts else "absent"
                raise ValueError(f"{name} is {found}, must be {values.dtype} {tuple(values.shape)}")
        taken = {name: values.to(self.device, copy=True) for name, values in parts.items()}
        self._state = TorchState(**{name: taken[name] for name in TorchState._fields})
        self.seconds_B, self.steps_B, self.initial_m3_B = (
            taken[name] for name in ("seconds_B", "steps_B", "initial_m3_B")
        )

    def _stable_step(self, deepest_B: Tensor, rise_B: Tensor) -> Tensor:
        """Longest stable step of each item, s, float64, counting what falls meanwhile at `rise_B`, m s-1."""
        speed = 1 + self.physics.froude if self.physics.advection else 1
        reach, deepest_B = self.physics.courant * self.cell_size / speed, deepest_B.double()
        step_B = reach / (GRAVITY * torch.maximum(deepest_B, self._beyond_G)).sqrt()
        step_B = step_B.clamp(max=self.physics.longest_step)
        later_B = torch.maximum(deepest_B + rise_B * step_B, self._beyond_G)
        return torch.minimum(step_B, reach / (GRAVITY * later_B).sqrt())

    def _needed(self, duration_B: Tensor, passed_B: Tensor, stable_B: Tensor) -> int:
        """Steps of the item that needs most of them if its water gets no deeper. This waits for the device."""
        return int(((duration_B - passed_B) / stable_B - 1e-9).ceil().max().item())

    def _next_step(self, duration_B: Tensor, passed_B: Tensor, stable_B: Tensor) -> tuple[Tensor, Tensor]:
        """The next step of each item, and the time passed after it, s; equal steps to the mark."""
        remaining_B = duration_B - passed_B
        count_B = (remaining_B / stable_B - 1e-9).ceil().clamp(min=1)
        step_B = remaining_B / count_B
        arrives_B = remaining_B - step_B < 1e-6 * step_B
        return step_B, torch.where(arrives_B, duration_B, passed_B + step_B)

    def _tensor(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(np.array(values, order="C")).to(self.device, self._real)  # a copy, packed

    def _volume(self, *parts: Tensor) -> Tensor:
        total_B = sum((part.double().flatten(1).sum(1) for part in parts), torch.zeros(()))
        return total_B * self.cell_size**2

    def _side(self, standing: bool, conveyance: NDArray[np.float64], ghost: NDArray[np.float64]) -> Side:
        if standing:
            known = torch.from_numpy(np.isfinite(ghost)).to(self.device)
            return Side(None, self._tensor(np.nan_to_num(ghost, nan=0.0)), known)
        return Side(self._tensor(conveyance) if conveyance.any() else None, None, None)

    def _axis(self, dim: int, sides: tuple[Side, Side]) -> Axis:
        def between(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return values[..., 1:] if dim == -1 else values[:, 1:]

        drop = between(drops_of(self._bed, dim))
        if self._manning.ndim == 0:
            friction = np.reshape(4 * GRAVITY * np.square(self._manning), (1, 1, 1))
        else:
            friction = between(friction_of(self._manning.reshape((-1, *self._bed.shape[1:])), dim))
        return Axis(
            self._tensor(drop), self._tensor(drop.clip(min=0)), self._tensor(drop.clip(max=0)),
            self._tensor(friction), sides,
        )  # fmt: skip

    def _begin(self, depth: NDArray[np.floating] | None, peaks: bool) -> TorchState:
        rows, columns = self._bed.shape[1:]
        start = np.where(np.isnan(self._bed), 0, 0.0 if depth is None else depth)
        if not (start >= 0).all():
            raise ValueError("no initial depth may be negative")
        wet = self._tensor(np.broadcast_to(start, (self.items, rows, columns)))

        def zeros(*shape: int, real: torch.dtype = self._real) -> Tensor:
            return torch.zeros((self.items, *shape), dtype=real, device=self.device)

        soaks = (rows, columns) if self.physics.conductivity > 0 else (0, 0)
        return TorchState(
            depth_BHW=wet, carry_BHW=zeros(rows, columns), qx_BHX=zeros(rows, columns + 1),
            qy_BYW=zeros(rows + 1, columns), soil_BHW=zeros(*soaks), soil_carry_BHW=zeros(*soaks),
            peak_BHW=wet.clone() if peaks else zeros(0, 0), peak_time_BHW=zeros(*(wet.shape[1:] if peaks else (0, 0))),
            edges_B24=zeros(2, 4, real=torch.float64), fallen_B=zeros(real=torch.float64),
        )  # fmt: skip


def _items(wanted: int | None, given: dict[str, Any], shape: tuple[int, ...]) -> int:
    """How many items there are.

    Raises:
        ValueError: if two arguments disagree about it, or one has another shape than the grid.
    """
    counts = {} if wanted is None else {"items": wanted}
    for name, values in given.items():
        if values is None or np.ndim(values) == 0:
            continue
        if np.ndim(values) not in (2, 3) or np.shape(values)[-2:] != shape:
            raise ValueError(f"{name} has shape {np.shape(values)}, must be {shape} or (items, *{shape})")
        if np.ndim(values) == 3:
            counts[name] = len(values)
    if len(set(counts.values())) > 1:
        raise ValueError(f"how many items there are differs: {counts}")
    return next(iter(counts.values()), 1)
