"""What a step of the batched simulator moves through memory, and, where there is a GPU, how near it comes to its limit.

Bytes are counted, not guessed: every kernel that a step starts reads all its operands and writes its result once. The
least possible is one kernel that reads depth, carry, both discharges, both drops and the rain, and writes the first
four. `simulator.py` calls `on_gpu` where torch can use a GPU.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from floodmark.hydraulics.torch_scheme import step_all
from floodmark.hydraulics.torch_water import TorchWater

if TYPE_CHECKING:
    from simulator import Setting

LEAST_BYTES = 4 * (7 + 4)
"""float32 numbers that a cell's step must read and write."""

VIEWS = {
    "alias", "expand", "view", "select", "slice", "unsqueeze", "squeeze", "unbind", "detach", "_unsafe_view", "narrow"
}  # fmt: skip
"""Operations that move nothing."""


class Traffic(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts kernels, and the bytes of what they read and write; of what is spread out, only what there is of it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kernels, self.bytes = 0, 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = function(*args, **(kwargs or {}))
        if function.name().split("::")[1].split(".")[0] not in VIEWS:
            self.kernels += 1
            touched = [*tree_leaves((args, kwargs)), *tree_leaves(found)]
            self.bytes += sum(size(part) for part in touched if isinstance(part, torch.Tensor))
        return found


def size(tensor: torch.Tensor) -> int:
    """Bytes of the different elements."""
    steps = zip(tensor.shape, tensor.stride(), strict=True)
    count = 1
    for length, stride in steps:
        count *= length if stride else 1
    return count * tensor.element_size()


def traffic(water: TorchWater) -> tuple[int, float]:
    """Kernels of one step, and bytes of each of its cells.

    The step is run on tensors that have shapes and no values, which choose the powers that a GPU does.
    """

    def hollow(part: Any) -> Any:
        return part.to("meta") if isinstance(part, torch.Tensor) else part

    state, axes = tree_map(hollow, water._state), tree_map(hollow, water._axes)
    rain, step = torch.empty_like(state.depth_BHW), torch.empty(water.items, dtype=torch.float64, device="meta")
    with torch.no_grad(), Traffic() as counted:
        step_all(state, axes, water._constants, rain, step, step)
    return counted.kernels, counted.bytes / water.depth.numel()


def on_gpu(setting: Setting) -> dict[str, float]:
    """Cell-steps a second of 2048 x 2048 cells, and of 64 storms side by side, and shares of the memory's speed.

    The memory's speed is that of a copy of 2 GiB. `share_moved` is of the bytes that the eager kernels move,
    `share_least` of the least possible; the second is what a compiled kernel could gain.
    """
    bandwidth = copying()
    found = {"gpu_bandwidth_bytes_per_second": bandwidth}
    for name, items, repeats in (("2048", 1, 8), ("64_storms", 64, 1)):
        bed = setting.bed.repeat(repeats, 0).repeat(repeats, 1)  # terraces, which cost what hills do
        water = TorchWater(
            bed, setting.cell_size, manning_n=setting.manning_n, items=items, edges=setting.edges,
            physics=setting.physics, device="cuda",
        )  # fmt: skip
        fall = torch.from_numpy(setting.falls[:, 12].repeat(repeats, 1).repeat(repeats, 2)).to("cuda")
        fall = fall[:1] if items == 1 else fall.repeat(items // len(fall), 1, 1)
        water.advance(fall, 3600.0)
        before = int(water.steps_B.sum())
        taken = timed(lambda water=water, fall=fall: water.advance(fall, 1800.0))
        speed = (int(water.steps_B.sum()) - before) * bed.size / taken
        _, moved = traffic(water)
        found |= {
            f"gpu_{name}": speed,
            f"gpu_{name}_share_moved": speed * moved / bandwidth,
            f"gpu_{name}_share_least": speed * LEAST_BYTES / bandwidth,
        }
    return found


def copying() -> float:
    """Bytes a second, read and written, of a large copy."""
    source = torch.empty(2**29, device="cuda")
    target = torch.empty_like(source)
    return 2 * source.nbytes / min(timed(lambda: target.copy_(source)) for _ in range(5))


def timed(work: Any) -> float:
    """Seconds of one run with all that it started on the GPU."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start
