"""Events simulated by the workers of a cluster: the same files and ledger, whoever computed which of them.

The ground, with its water after the spin-up, is sent to each worker once; rain is read and depths are written as files
that all share. What one attempt at a job writes lies in a folder of its own, and is taken from there when it is whole:
a worker that was given up, or that a stopped stage left behind, can neither damage nor replace a depth.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from floodmark.hydraulics.events import in_order, simulate
from floodmark.learning.cluster import abroad, fan_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from floodmark.hydraulics.batch import Storm
    from floodmark.hydraulics.events import Event
    from floodmark.hydraulics.ledger import Balance
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater

Job = TypeVar("Job")


def simulate_abroad(events: list[Event], site: Site, folder: Path, settings: MakeWater, kind: str) -> list[Balance]:
    """Simulate all events; see `floodmark.hydraulics.events.simulate`.

    Args:
        events: Whose rain.
        site: Where it falls.
        folder: Gets `<event>.nc`.
        settings: Section `make_water`.
        kind: `cpu`: an event is a job; `cuda`: a batch of them is, on each worker's own GPU.

    Returns:
        The lines in the ledger, in the order of the events, without those that are left out.
    """
    events = [replace(event, path=abroad(event.path)) for event in events]
    with tempfile.TemporaryDirectory(prefix="abroad-", dir=abroad(folder.parent), ignore_cleanup_errors=True) as common:
        if kind == "cpu":
            balances = _taken(partial(_event, common=Path(common), site=site, settings=settings), events, folder)
        else:
            from floodmark.hydraulics.batch import batches

            balances = _taken(
                partial(_batch, common=Path(common), site=site, settings=settings, kind=kind),
                batches(events, site, settings),
                folder,
            )
    return in_order(balances, events)


def _taken(work: Callable[[Job], tuple[Path, list[Balance]]], jobs: list[Job], folder: Path) -> list[Balance]:
    """The lines of all jobs, whose files are moved to the folder."""
    balances: list[Balance] = []
    for own, found in fan_out(work, jobs, "simulating events"):
        for path in own.iterdir():
            os.replace(path, folder / path.name)
        balances += found
    return balances


def _event(event: Event, common: Path, site: Site, settings: MakeWater) -> tuple[Path, list[Balance]]:
    """One event on a worker, and the folder of its file."""
    own = _own(common)
    balance = simulate(event, site, own / f"{event.name}.nc", settings)
    return own, [] if balance is None else [balance]


def _batch(rains: list[Storm], common: Path, site: Site, settings: MakeWater, kind: str) -> tuple[Path, list[Balance]]:
    """One batch on a worker's device, and the folder of its files."""
    from floodmark.hydraulics.batch import simulate_batch
    from floodmark.learning.device import device_like

    own = _own(common)
    return own, simulate_batch(rains, site, own, settings, device=device_like(kind))


def _own(common: Path) -> Path:
    own = common / uuid4().hex
    own.mkdir()
    return own
