"""What a network's layers do to a whole batch of which this rank holds some rows: normalise it, and draw for it.

Both are caught where torch is called, so that networks need not know that there are ranks. Draws are made for the whole
batch on every rank, of which each uses its own rows: the ranks' generators go on as the one of a single process does,
and the masks of dropout and the noise of autoencoders are the same however many ranks there are. That costs each rank
the draws of all, which is nothing beside the layers between them until there are dozens of ranks. On a GPU torch draws
the dropout of attention in another way where it is alone, so that this one differs there as another seed would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import distributed
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from floodmark import ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DRAWING = (F.dropout, F.multi_head_attention_forward, torch.rand_like, torch.randn_like)
"""Functions of a batch, its rows first, that draw."""


class WholeBatch(TorchFunctionMode):
    """Batch normalisation and draws over the whole batch, for as long as the block lasts."""

    def __init__(self, whole: int) -> None:
        """Of so many rows, of which this rank has its `ranks.share`."""
        super().__init__()
        self._draws = _Draws(whole)

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is F.batch_norm:
            return batch_norm(*args, **(kwargs or {}))
        if func in DRAWING:
            with self._draws, sdpa_kernel(SDPBackend.MATH):
                return func(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


class _Draws(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Where torch fills a tensor at random, it fills one of the whole batch and this rank takes its rows."""

    def __init__(self, whole: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._whole, self._own = whole, ranks.share(whole)

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        aten = torch.ops.aten
        if func is aten.bernoulli_.float:
            return args[0].copy_(func(self._like(args[0]), *args[1:], **(kwargs or {}))[self._own])
        if func in (aten.rand_like.default, aten.randn_like.default):
            return func(self._like(args[0]), **(kwargs or {}))[self._own]
        if func is aten.native_dropout.default:
            scaled, mask = func(self._like(args[0]).fill_(1), *args[1:])
            return args[0] * scaled[self._own], mask[self._own]
        return func(*args, **(kwargs or {}))

    def _like(self, x_B: torch.Tensor) -> torch.Tensor:
        """Room for the whole batch that lies in memory as these rows of it do, in whose order it is filled."""
        strides = x_B.stride()
        # One row has the stride of the axis that rows lie within, if there is such a one.
        order = sorted(range(x_B.dim()), key=lambda axis: (-strides[axis], axis == 0))
        shape = (self._whole, *x_B.shape[1:])
        lying = x_B.new_empty([shape[axis] for axis in order])
        return lying.permute([order.index(axis) for axis in range(x_B.dim())])


def batch_norm(
    x_BC: torch.Tensor,
    running_mean: torch.Tensor | None,
    running_var: torch.Tensor | None,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> torch.Tensor:
    """As `torch.nn.functional.batch_norm`, by the mean and variance of all ranks' rows.

    One value a channel on all ranks together has no deviation, and is normalised by the running statistics.
    """
    if not training:
        return F.batch_norm(x_BC, running_mean, running_var, weight, bias, False, momentum, eps)
    mean_C, variance_C, count = _statistics(x_BC.detach())
    many = count > 1  # on the device, which is not waited for
    if running_mean is not None and running_var is not None:
        for running_C, now_C in ((running_mean, mean_C), (running_var, variance_C * (count / (count - 1)))):
            running_C.copy_(torch.where(many, running_C.lerp(now_C, momentum), running_C))
        mean_C, variance_C = torch.where(many, mean_C, running_mean), torch.where(many, variance_C, running_var)
    weight_C = torch.ones_like(mean_C) if weight is None else weight
    bias_C = torch.zeros_like(mean_C) if bias is None else bias
    share = torch.where(many, 1 / count, 0)
    normalised: torch.Tensor = _Normalise.apply(x_BC, weight_C, bias_C, mean_C, variance_C, share, eps)  # type: ignore[no-untyped-call]
    return normalised


def _statistics(x_BC: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean and variance of each channel and the number of its values, on all ranks (Chan et al. 1979)."""
    own = x_BC.numel() // x_BC.shape[1]
    mean_C = variance_C = x_BC.new_zeros(x_BC.shape[1], dtype=torch.float32)
    if own:
        # In two passes, which on maps that lie channels last are ten times as fast as torch's var_mean.
        mean_C = x_BC.float().mean(_axes(x_BC))
        variance_C = (x_BC - mean_C.view(_around(x_BC))).square_().mean(_axes(x_BC))
    sent = torch.stack([mean_C, variance_C, torch.full_like(mean_C, own)]).double()
    found = [torch.empty_like(sent) for _ in range(ranks.world())]
    distributed.all_gather(found, sent)
    means_RC, variances_RC, counts_RC = torch.stack(found, 1)
    count_C = counts_RC.sum(0)
    whole_C = (means_RC * counts_RC).sum(0) / count_C
    spread_C = ((variances_RC + (means_RC - whole_C).square()) * counts_RC).sum(0) / count_C
    return whole_C.float(), spread_C.float(), count_C[0].float()


class _Normalise(torch.autograd.Function):
    """Values less their mean over their deviation, which depend on the values of all ranks: each by its `share`."""

    @staticmethod
    def forward(
        context: Any,
        x_BC: torch.Tensor,
        weight_C: torch.Tensor,
        bias_C: torch.Tensor,
        mean_C: torch.Tensor,
        variance_C: torch.Tensor,
        share: torch.Tensor,
        eps: float,
    ) -> torch.Tensor:
        context.save_for_backward(x_BC, weight_C, mean_C, variance_C, share)
        context.eps = eps
        return F.batch_norm(x_BC, mean_C, variance_C, weight_C, bias_C, False, 0.0, eps)

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Of Ioffe and Szegedy (2015, section 3), the sums over the batch being those of all ranks."""
        x_BC, weight_C, mean_C, variance_C, share = context.saved_tensors
        gradient_BC, axes, around = gradients[0].float(), _axes(x_BC), _around(x_BC)
        scale_C = torch.rsqrt(variance_C + context.eps)
        centred_BC = x_BC.float() - mean_C.view(around)
        own_2C = torch.stack([gradient_BC.sum(axes), (gradient_BC * centred_BC).sum(axes) * scale_C])
        sums_2C = own_2C.clone()
        distributed.all_reduce(sums_2C)
        level_C, slope_C = sums_2C * share
        found_BC = gradient_BC - level_C.view(around)
        found_BC.addcmul_(centred_BC, (slope_C * scale_C).view(around), value=-1).mul_(
            (weight_C * scale_C).view(around)
        )
        return found_BC.to(x_BC.dtype), own_2C[1], own_2C[0], None, None, None, None


def _axes(x_BC: torch.Tensor) -> list[int]:
    """All but that of the channels."""
    return [0, *range(2, x_BC.dim())]


def _around(x_BC: torch.Tensor) -> list[int]:
    """The shape in which a number a channel meets the values."""
    return [1, -1, *[1] * (x_BC.dim() - 2)]
