"""Batches brought to a GPU while it trains on the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Job = TypeVar("Job")


def uploaded(
    bring: Callable[[Job], tuple[torch.Tensor, ...]], jobs: Iterable[Job], device: torch.device
) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield what `bring` makes of every job on a GPU, in order, each begun before the one before is given away.

    Copies and what else `bring` asks of the GPU queue apart from training, which waits for its own batch alone.
    """
    apart = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    held: tuple[tuple[torch.Tensor, ...], torch.cuda.Event] | None = None
    for job in jobs:
        with torch.cuda.stream(apart):
            coming = bring(job), apart.record_event()
        if held is not None:
            yield _given(*held)
        held = coming
    if held is not None:
        yield _given(*held)


def _given(batch: tuple[torch.Tensor, ...], brought: torch.cuda.Event) -> tuple[torch.Tensor, ...]:
    """A batch for whoever computes here and now: once it is there, and without its memory being reused too early."""
    here = torch.cuda.current_stream(batch[0].device)
    here.wait_event(brought)
    for tensor in batch:
        tensor.record_stream(here)
    return batch
