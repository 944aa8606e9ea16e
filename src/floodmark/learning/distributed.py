"""A step of training that several ranks take together, each on its own rows of one batch.

The loss is that of the whole batch, and the same number on every rank, because whatever looks beyond a row is added up
or gathered over the ranks. Such an exchange passes its gradient back summed over the ranks, which makes each rank's
gradient as many times too large as there are ranks, and DistributedDataParallel takes the mean of them: the gradient of
one process with the whole batch. Outside of a step, and so in one process, nothing here exchanges anything.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from floodmark import ranks
from floodmark.learning.whole_batch import WholeBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Batch = tuple[torch.Tensor, ...]
    Loss = Callable[[Batch], torch.Tensor]

_whole: int | None = None
"""Rows of the batch at hand on all ranks together; None outside of a step."""


@contextmanager
def step_of(whole: int) -> Iterator[None]:
    """For as long as the block lasts, ranks work on a batch of so many rows, each on its `ranks.share` of them."""
    global _whole
    _whole = whole
    try:
        with WholeBatch(whole):
            yield
    finally:
        _whole = None


def shared(model: nn.Module, loss: Loss, whole: int | None) -> Loss:
    """A loss as all ranks compute it together.

    Args:
        model: Whose gradients are averaged over the ranks. Its trained weights are made those of the first rank; what
            is not trained must be the same on all of them.
        loss: Of one batch, made of `summed`, `mean` and `gathered` where it looks beyond a row.
        whole: Rows of every batch where this rank is given its own share of them alone; else it is given the whole
            batch, and takes its share.
    """
    device = next(model.parameters()).device
    if device.type == "cuda":
        torch.cuda.set_device(device)
    # Every trained weight of our models takes part in every step, which spares a search for those that do not.
    together = DistributedDataParallel(_Objective(model, loss))

    def objective(batch: Batch) -> torch.Tensor:
        rows = len(batch[0]) if whole is None else whole
        own = tuple(tensor[ranks.share(rows)] for tensor in batch) if whole is None else batch
        value: torch.Tensor = together(rows, own)
        if rows < ranks.world():
            _draw_on_as_last(device)
        return value

    return objective


def _draw_on_as_last(device: torch.device) -> None:
    """Put chance where it stands on the last rank, after a batch of which others have no row: torch draws for none."""
    state, last = torch.get_rng_state(), ranks.world() - 1
    distributed.broadcast(state, last)
    torch.set_rng_state(state)
    if device.type == "cuda":
        state = torch.cuda.get_rng_state(device)
        distributed.broadcast(state, last)
        torch.cuda.set_rng_state(state, device)


class _Objective(nn.Module):
    """The loss as a module, so that any methods of the model may lead to it.

    It holds the weights that are trained and no more: running statistics are the same on all ranks by themselves, and
    would be sent around in every step.
    """

    def __init__(self, model: nn.Module, loss: Loss) -> None:
        super().__init__()
        self.weights = nn.ParameterList(weight for weight in model.parameters() if weight.requires_grad)
        self._loss = loss

    def forward(self, whole: int, batch: Batch) -> torch.Tensor:
        with step_of(whole):
            return self._loss(batch)


def in_step() -> bool:
    """Whether what is computed is a part of a batch that ranks work on together."""
    return _whole is not None


def gathered(x_B: torch.Tensor) -> torch.Tensor:
    """Rows of all ranks, in the order of the whole batch, with a gradient to each."""
    if _whole is None:
        return x_B
    rows: torch.Tensor = _Gather.apply(x_B, _whole)  # type: ignore[no-untyped-call]
    return rows


def summed(*values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The sum of each tensor over its elements and all ranks, in one exchange."""
    sums = [value.sum() for value in values]
    if _whole is None:
        return tuple(sums)
    total: torch.Tensor = _Sum.apply(torch.stack(sums))  # type: ignore[no-untyped-call]
    return total.unbind()


def mean(values: torch.Tensor) -> torch.Tensor:
    """The mean over all elements of all ranks, who may have any number of them."""
    if _whole is None:
        return values.mean()
    total, count = summed(values, torch.ones_like(values))
    return total / count


def anywhere(flag: bool) -> bool:
    """Whether it holds on some rank that takes part in the step."""
    return flag if _whole is None else ranks.anywhere(flag)


class _Gather(torch.autograd.Function):
    """torch's own all_gather returns tensors without a gradient, and takes no ranks of unlike many rows."""

    @staticmethod
    def forward(context: Any, x_B: torch.Tensor, whole: int) -> torch.Tensor:
        context.whole = whole
        shares = [ranks.share(whole, rank) for rank in range(ranks.world())]
        most = max(share.stop - share.start for share in shares)
        sent = x_B.new_zeros((most, *x_B.shape[1:]))
        sent[: len(x_B)] = x_B
        found = [torch.empty_like(sent) for _ in shares]
        distributed.all_gather(found, sent)
        return torch.cat([rows[: share.stop - share.start] for rows, share in zip(found, shares, strict=True)])

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Each rank's loss depends on these rows: their gradients add up."""
        return _total(gradients[0])[ranks.share(context.whole)], None


class _Sum(torch.autograd.Function):
    """A sum over ranks, whose gradient is summed too."""

    @staticmethod
    def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
        return _total(x)

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> torch.Tensor:
        return _total(gradients[0])


def _total(x: torch.Tensor) -> torch.Tensor:
    total = x.detach().clone(memory_format=torch.contiguous_format)
    distributed.all_reduce(total)
    return total
