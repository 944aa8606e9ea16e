"""The stage `make_water`: every event simulated, several side by side, one thread each, or its depths imported."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.hydraulics.abroad import simulate_abroad
from floodmark.hydraulics.events import describe, find_events, simulate
from floodmark.hydraulics.imports.take_in import import_water
from floodmark.hydraulics.ledger import write_ledger
from floodmark.hydraulics.site import make_site
from floodmark.learning.cluster import scheduler
from floodmark.progress import say, track
from floodmark.storage import write_json
from floodmark.terrain.raster import read_raster

if TYPE_CHECKING:
    import torch

    from floodmark.hydraulics.events import Event
    from floodmark.hydraulics.ledger import Balance
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater


def make_water(
    water: Path, radar: Path, storms: Path, terrain: Path, folder: Path, table: Path, metrics: Path, settings: MakeWater
) -> None:
    """Simulate every event, or import its depths; write the depths, the ledger, and the metrics.

    The result does not depend on the number of threads: an event is computed by one.

    Args:
        water: Folder of depths to import, and of what else the simulation reads.
        radar: Folder of sequences.
        storms: Folder of generated storms.
        terrain: Folder of terrain.tif.
        folder: Gets `<event>.nc`.
        table: CSV to write.
        metrics: JSON to write.
        settings: Section `make_water`.
    """
    ground, events = terrain / "terrain.tif", find_events(radar, storms)
    balances: list[Balance] = []
    if settings.source == "import":
        balances = import_water(water, radar, storms, terrain, folder, settings)
    elif not events or not ground.exists():
        say("no water is simulated: there is no " + ("rain" if not events else "terrain"))
    else:
        site = make_site(*read_raster(ground), water, settings)
        balances = simulate_all(events, site, folder, settings)
        if len(balances) < len(events):
            say(f"{len(events) - len(balances)} events left out: too short, or too much of their rain is missing")
    write_ledger(table, balances)
    write_json(metrics, describe(balances))


def simulate_all(events: list[Event], site: Site, folder: Path, settings: MakeWater) -> list[Balance]:
    """All events' lines in the ledger, without those that are left out.

    They are simulated by the workers of a cluster where there is one, else on the GPUs of this machine where there are
    some, else on its processors.
    """
    devices = _devices()
    if scheduler() is not None:
        return simulate_abroad(events, site, folder, settings, devices[0].type if devices else "cpu")
    if devices:
        from floodmark.hydraulics.batch import simulate_batches

        return simulate_batches(events, site, folder, settings, devices)
    with ThreadPoolExecutor(threads()) as pool:
        jobs = [pool.submit(simulate, event, site, folder / f"{event.name}.nc", settings) for event in events]
        try:
            found = [job.result() for job in track(jobs, "simulating events")]
        finally:
            pool.shutdown(cancel_futures=True)
    return [balance for balance in found if balance is not None]


def _devices() -> list[torch.device]:
    """The GPUs to simulate on; none where it is processors."""
    if not _may_have_gpu():
        return []
    from floodmark.learning.device import pick_devices

    return [device for device in pick_devices() if device.type == "cuda"]


def _may_have_gpu() -> bool:
    """Whether it is worth asking torch, whose import takes seconds."""
    drivers = any(path.exists() for path in (Path("/dev/nvidiactl"), Path("/dev/dxg"), Path("/dev/kfd")))
    return drivers or bool(os.environ.get("FLOODMARK_DEVICE"))


def threads() -> int:
    """How many events run side by side: the processors this process may use, or OMP_NUM_THREADS if fewer."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(allowed, int(wanted) if wanted.isdigit() else allowed))
