"""One step of the scheme of `floodmark.hydraulics.kernel` as functions of tensors, for many items at once.

Names end in the axes of what they hold: B items, G grounds (as many as items, or one for all), H rows, W columns,
X = W + 1 and Y = H + 1 the faces of a row and of a column with its ends, I = W - 1 and J = H - 1 those between cells,
L the cells along an edge. Every function works along either axis, so names within have but one for "along".

Nothing here asks the device for a value: no branch hangs on a tensor, nothing is picked by a mask.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from floodmark.hydraulics.rows import DRY, GRAVITY, SPENT
from floodmark.hydraulics.torch_advection import accelerations

LEAST = 1e-30


class TorchState(NamedTuple):
    """What a step changes; m, s and m2 s-1 as in `floodmark.hydraulics.kernel.State`, without its columns to spare.

    Attributes:
        depth_BHW: m.
        carry_BHW: What the depth lost to rounding, m.
        qx_BHX: Eastwards through the faces west of the cells and the last one's eastern.
        qy_BYW: Southwards through the faces north of the cells and the last one's southern.
        soil_BHW: Water that the ground took in, m; of shape (B, 0, 0) where it takes none.
        soil_carry_BHW: What the soil lost to rounding, m.
        peak_BHW: Highest depth so far, m; of shape (B, 0, 0) where it is not wanted.
        peak_time_BHW: When it was, s.
        edges_B24: Depths over one cell that left and came in over the edges west, east, north and south, m, float64.
        fallen_B: Rain as a depth over one cell, m, float64.
    """

    depth_BHW: Tensor
    carry_BHW: Tensor
    qx_BHX: Tensor
    qy_BYW: Tensor
    soil_BHW: Tensor
    soil_carry_BHW: Tensor
    peak_BHW: Tensor
    peak_time_BHW: Tensor
    edges_B24: Tensor
    fallen_B: Tensor


class Side(NamedTuple):
    """What lies beyond one edge; both None: nothing, it is closed.

    Attributes:
        conveyance_GL: sqrt(slope) / n down which water leaves, m1/3 s-1, 0 before walls.
        ghost_GL: Depth of the water that stands there, m.
        open_GL: Where that water may flow: not before walls.
    """

    conveyance_GL: Tensor | None
    ghost_GL: Tensor | None
    open_GL: Tensor | None


class Axis(NamedTuple):
    """The faces between the cells along one axis, shape (G, H, I) or (G, J, W).

    Attributes:
        drop: Bed after each face less that before it, m.
        rise: The drop where it is above zero, else zero.
        fall: Where it is below.
        friction: 4 g n^2, or of shape (1, 1, 1).
        sides: What lies beyond the first and the last cell.
    """

    drop: Tensor
    rise: Tensor
    fall: Tensor
    friction: Tensor
    sides: tuple[Side, Side]


class Pace(NamedTuple):
    """One step of every item, in the precision of the run, of shape (B, 1, 1)."""

    dt: Tensor
    ratio: Tensor
    g_dt_dx: Tensor

    def along_edge(self) -> Pace:
        """Of shape (B, 1)."""
        return Pace(*(part.squeeze(-1) for part in self))


class Constants(NamedTuple):
    """Numbers of a run; see `floodmark.hydraulics.water.Physics`.

    Attributes:
        dx: Cell size, m.
        theta: Weight of a discharge against its neighbours' along the flow.
        fastest: Velocity of the highest Froude number over the root of the depth, m1/2 s-1.
        conductivity: Of the ground, m s-1; 0: it takes no water in.
        wetting: Suction head times moisture deficit, m.
        advects: Whether the convective acceleration counts.
    """

    dx: float
    theta: float
    fastest: float
    conductivity: float
    wetting: float
    advects: bool


def pace_of(step_B: Tensor, dx: float, real: torch.dtype) -> Pace:
    """Of steps in s, float64, rounded once, as the compiled solver does."""
    step_B11 = step_B[:, None, None]
    return Pace(step_B11.to(real), (step_B11 / dx).to(real), (GRAVITY * step_B11 / dx).to(real))


def root_of(h: Tensor) -> Tensor:
    """h^(-1/6) from the bits, as in `floodmark.hydraulics.rows`, but all by Householder's method.

    Torch's own powers on a CPU come out otherwise where elements are left over from a vector, and so would hang on how
    many items there are; sums and products do not.
    """
    single = h.dtype == torch.float32
    guess, bits = (0x4A0E3135, torch.int32) if single else (0x4A971B7C00000000, torch.int64)
    y = (guess - (h.view(bits).to(h.dtype) * (1 / 6)).to(bits)).view(h.dtype)
    for _ in range(2 if single else 3):
        y3 = (y * y).mul_(y)
        off = y3.mul_(y3).mul_(h).neg_().add_(1)
        y = (off * (7 / 72)).add_(1 / 6).mul_(off).add_(1).mul_(y)
    return y


def minus_third(h: Tensor) -> Tensor:
    """h^(-1/3)."""
    return h.pow(-1 / 3) if h.device.type != "cpu" else root_of(h).square_()


def minus_seven_thirds(h: Tensor) -> Tensor:
    """h^(-7/3)."""
    if h.device.type != "cpu":  # where all elements go through the same code
        return h.pow(-7 / 3)
    y2 = root_of(h).square_()
    y4 = y2 * y2
    return y2.mul_(y4).mul_(y4.square_())


def face(
    mean: Tensor, up: Tensor, down: Tensor, beds: tuple[Tensor, Tensor, Tensor] | None, friction: Tensor, pace: Pace,
    fastest: float,
) -> Tensor:  # fmt: skip
    """Unit discharge through faces, m2 s-1, positive from `up` to `down`, one step on.

    Args:
        mean: Discharge before, weighed with its neighbours.
        up: Depth before the face, m.
        down: Depth after it.
        beds: Drop, its part above zero and its part below; None on level ground.
        friction: 4 g n^2.
        pace: The step.
        fastest: As in `Constants`.
    """
    slope = down - up
    if beds is None:
        flow = torch.maximum(up, down)
    else:
        drop, rise, fall = beds
        flow = torch.maximum(up - rise, down + fall)
        slope += drop
    h = flow.clamp(min=DRY)
    slowed = minus_seven_thirds(h) * (friction * pace.dt)
    pushed = mean - (pace.g_dt_dx * h) * slope
    root = (pushed.abs() * slowed).add_(1).sqrt_().add_(1)
    most = (h.sqrt() * h).mul_(fastest)
    q = torch.clamp((2 * pushed).div_(root), -most, most)
    return q.mul_(flow.gt_(DRY))  # 1 or 0: many times faster on a CPU than to choose


def edge(q: Tensor, inside: Tensor, side: Side, friction: Tensor, pace: Pace, fastest: float) -> Tensor:
    """Unit discharge out over an edge, shape (B, L): to standing water on level ground, or down a slope."""
    if side.ghost_GL is not None and side.open_GL is not None:
        found = face(q, inside, side.ghost_GL.expand_as(inside), None, friction, pace, fastest)
        return torch.where(side.open_GL, found, 0)
    if side.conveyance_GL is None:
        return torch.zeros_like(q)
    h = inside.clamp(min=DRY)
    normal = torch.minimum(side.conveyance_GL * minus_third(h), fastest * h.rsqrt())
    return torch.where(inside > DRY, (h * h) * normal, 0)


def discharges(
    q: Tensor, depth_BHW: Tensor, axis: Axis, dim: int, pace: Pace, constants: Constants, slowed: Tensor | None
) -> Tensor:
    """All faces along an axis one step on, shape (B, H, X) or (B, Y, W), before any is held back.

    `slowed` is what the convective acceleration takes from those between cells, m2 s-2.
    """
    count = q.shape[dim]
    before, after = depth_BHW.narrow(dim, 0, count - 2), depth_BHW.narrow(dim, 1, count - 2)
    mean = constants.theta * q.narrow(dim, 1, count - 2)
    mean += (1 - constants.theta) / 2 * (q.narrow(dim, 0, count - 2) + q.narrow(dim, 2, count - 2))
    if slowed is not None:
        mean -= pace.dt * slowed
    beds = axis.drop, axis.rise, axis.fall
    inner = face(mean, before, after, beds, axis.friction, pace, constants.fastest)
    ends, along = [], pace.along_edge()
    for at, sign, side in ((0, -1, axis.sides[0]), (-1, 1, axis.sides[1])):
        # Contiguous, for an edge along a column has its cells far apart.
        was, inside = (sign * q.select(dim, at)).contiguous(), depth_BHW.select(dim, at).contiguous()
        out = edge(was, inside, side, axis.friction.select(dim, at), along, constants.fastest)
        ends.append((sign * out).unsqueeze(dim))
    return torch.cat([ends[0], inner, ends[1]], dim)


def hold_back(qx_BHX: Tensor, qy_BYW: Tensor, depth_BHW: Tensor, ratio_B11: Tensor) -> tuple[Tensor, Tensor]:
    """Let a cell that would give more than it holds give each of its neighbours the same share less."""
    eastwards, westwards = qx_BHX.clamp(min=0), qx_BHX.clamp(max=0)
    southwards, northwards = qy_BYW.clamp(min=0), qy_BYW.clamp(max=0)
    asked = (eastwards[..., 1:] - westwards[..., :-1]) + (southwards[:, 1:] - northwards[:, :-1])
    share = ((SPENT * depth_BHW) / (asked * ratio_B11).clamp(min=LEAST)).clamp(max=1)
    # What comes in over an edge is not the grid's to hold.
    x = torch.nn.functional.pad(share, (1, 1), value=1.0)
    y = torch.nn.functional.pad(share, (0, 0, 1, 1), value=1.0)
    return (
        eastwards.mul_(x[..., :-1]).add_(westwards.mul_(x[..., 1:])),
        southwards.mul_(y[:, :-1]).add_(northwards.mul_(y[:, 1:])),
    )


def two_sum(old: Tensor, gain: Tensor) -> tuple[Tensor, Tensor]:
    """The rounded sum, and what it lost to rounding (Knuth)."""
    new = old + gain
    taken = new - old
    return new, (old - (new - taken)) + (gain - taken)


def soak(state: TorchState, potential_B11: Tensor, wetting: float) -> TorchState:
    """Let the ground take what Green and Ampt allow; see `floodmark.hydraulics.rows`."""
    into, old = state.soil_BHW, state.depth_BHW
    part = potential_B11 - 2 * into
    product = 4 * potential_B11 * (into + wetting)
    both = part.abs() + (part * part + 2 * product).sqrt()
    wanted = torch.where(part > 0, both / 2, product / both.clamp(min=1e-30))
    taken = torch.minimum(wanted, old)
    new = old - taken
    more, lost = two_sum(into, taken + state.soil_carry_BHW)
    carry = state.carry_BHW + ((old - new) - taken)
    return state._replace(depth_BHW=new, carry_BHW=carry, soil_BHW=more, soil_carry_BHW=lost)


def step_all(
    state: TorchState, axes: tuple[Axis, Axis], constants: Constants, rain_BHW: Tensor, step_B: Tensor, now_B: Tensor
) -> tuple[TorchState, Tensor]:
    """One step of every item; an item whose step is 0 s keeps all its bits.

    Args:
        state: Before.
        axes: The faces along rows, and those along columns.
        constants: Of the run.
        rain_BHW: m s-1, zero on walls.
        step_B: s, float64.
        now_B: Time after the step, s, float64.

    Returns:
        The state after it, and the deepest water of each item, m, before the ground took its part, as the compiled
        solver takes it for its next step.
    """
    depth_BHW = state.depth_BHW
    pace = pace_of(step_B, constants.dx, depth_BHW.dtype)
    slowed_x, slowed_y = None, None
    if constants.advects:
        slowed_x, slowed_y = accelerations(state.qx_BHX, state.qy_BYW, depth_BHW, axes, constants.dx)
    qx_BHX = discharges(state.qx_BHX, depth_BHW, axes[0], -1, pace, constants, slowed_x)
    qy_BYW = discharges(state.qy_BYW, depth_BHW, axes[1], -2, pace, constants, slowed_y)
    qx_BHX, qy_BYW = hold_back(qx_BHX, qy_BYW, depth_BHW, pace.ratio)
    flows = (qx_BHX[..., :-1] - qx_BHX[..., 1:]) + (qy_BYW[:, :-1] - qy_BYW[:, 1:])
    new, lost = two_sum(depth_BHW, flows * pace.ratio + (rain_BHW * pace.dt + state.carry_BHW))
    kept = new.clamp(min=0)
    after = state._replace(depth_BHW=kept, carry_BHW=lost + (new - kept), qx_BHX=qx_BHX, qy_BYW=qy_BYW)
    deepest_B = kept.flatten(1).amax(1)
    if constants.conductivity > 0:
        potential_B11 = (constants.conductivity * step_B[:, None, None]).to(depth_BHW.dtype)
        after = soak(after, potential_B11, constants.wetting)
    moves_B11 = (step_B > 0)[:, None, None]
    changed = zip(TorchState._fields[:6], after[:6], state[:6], strict=True)
    after = after._replace(**{name: torch.where(moves_B11, new, old) for name, new, old in changed})
    after = after._replace(edges_B24=state.edges_B24 + over_edges(qx_BHX, qy_BYW) * pace.ratio.double())
    if state.peak_BHW.shape[-1] > 0:
        higher = after.depth_BHW > state.peak_BHW
        after = after._replace(
            peak_BHW=torch.where(higher, after.depth_BHW, state.peak_BHW),
            peak_time_BHW=torch.where(higher, now_B[:, None, None].to(state.peak_time_BHW.dtype), state.peak_time_BHW),
        )
    return after, deepest_B


def over_edges(qx_BHX: Tensor, qy_BYW: Tensor) -> Tensor:
    """Unit discharges out (row 0) and in (row 1) over the edges west, east, north and south, m2 s-1, (B, 2, 4)."""
    outwards = [-qx_BHX[..., 0], qx_BHX[..., -1], -qy_BYW[:, 0], qy_BYW[:, -1]]
    exact = [q.double() for q in outwards]
    return torch.stack(
        [torch.stack([part.clamp(min=0).sum(1) for part in exact], 1),
         torch.stack([part.clamp(max=0).neg().sum(1) for part in exact], 1)], 1
    )  # fmt: skip
