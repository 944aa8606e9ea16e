"""The convective acceleration of `floodmark.hydraulics.advection` as functions of tensors, for many items at once.

Names end in axes as in `floodmark.hydraulics.torch_scheme`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from floodmark.hydraulics.rows import DRY

if TYPE_CHECKING:
    from floodmark.hydraulics.torch_scheme import Axis


def velocities(q: Tensor, depth_BHW: Tensor, axis: Axis, dim: int) -> Tensor:
    """Of all faces along an axis, m s-1, shape of their discharges; over an edge the cell before it is as deep."""
    count = depth_BHW.shape[dim]
    up, down = depth_BHW.narrow(dim, 0, count - 1), depth_BHW.narrow(dim, 1, count - 1)
    inner = torch.maximum(up - axis.rise, down + axis.fall)
    flow = torch.cat([depth_BHW.narrow(dim, 0, 1), inner, depth_BHW.narrow(dim, count - 1, 1)], dim)
    return torch.where(flow > DRY, q / flow.clamp(min=DRY), 0)


def accelerations(
    qx_BHX: Tensor, qy_BYW: Tensor, depth_BHW: Tensor, axes: tuple[Axis, Axis], dx: float
) -> tuple[Tensor, Tensor]:
    """What is taken from the discharges between cells a second, m2 s-2, shapes (B, H, I) and (B, J, W)."""
    ux_BHX, uy_BYW = velocities(qx_BHX, depth_BHW, axes[0], -1), velocities(qy_BYW, depth_BHW, axes[1], -2)
    return _acceleration(qx_BHX, qy_BYW, ux_BHX, -1, -2, dx), _acceleration(qy_BYW, qx_BHX, uy_BYW, -2, -1, dx)


def _acceleration(q: Tensor, crossing: Tensor, u: Tensor, dim: int, cross: int, dx: float) -> Tensor:
    """Of the faces between cells along `dim`; `crossing` are the discharges through the faces along `cross`."""
    cells, lines = q.shape[dim] - 1, q.shape[cross]
    through = _carried(
        q.narrow(dim, 0, cells), q.narrow(dim, 1, cells), u.narrow(dim, 0, cells), u.narrow(dim, 1, cells)
    )
    along = through.narrow(dim, 1, cells - 1) - through.narrow(dim, 0, cells - 1)
    inner, u = crossing.narrow(cross, 1, lines - 1), u.narrow(dim, 1, cells - 1)
    corners = _carried(
        inner.narrow(dim, 0, cells - 1), inner.narrow(dim, 1, cells - 1),
        u.narrow(cross, 0, lines - 1), u.narrow(cross, 1, lines - 1),
    )  # fmt: skip
    # Nothing is carried along an edge of the grid.
    corners = torch.nn.functional.pad(corners, (0, 0, 1, 1) if cross == -2 else (1, 1))
    return (along + (corners.narrow(cross, 1, lines) - corners.narrow(cross, 0, lines))) * (1 / dx)


def _carried(one: Tensor, other: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Mean of two discharges times the velocity it comes with."""
    q = 0.5 * (one + other)
    return q * torch.where(q > 0, before, after)
