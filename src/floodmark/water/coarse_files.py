"""What can be reckoned of the water at each moment: our own simulator on coarser cells, and rain that settles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.make import threads
from floodmark.progress import track
from floodmark.water.coarse import coarse_site
from floodmark.water.coarse_run import CoarseRun, RecordRain, simulate_coarse
from floodmark.water.downscale import settle
from floodmark.water.layout import SETTLED
from floodmark.water.shards import ShardWriter
from floodmark.water.simulated import simulated_name

RAIN_SWEEPS = 30
"""Of settling after rain alone is spread, which has not run anywhere yet: as good as any of 20 to 60."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import Losses
    from floodmark.water.moments import Moment
    from floodmark.water.records import Record


def write_coarse(
    folder: Path,
    records: Sequence[Record],
    moments: Sequence[Sequence[Moment]],
    site: Site,
    losses: Losses,
    factors: Sequence[int],
    lead: int,
    shard_mib: float,
) -> None:
    """Simulate all events on coarser ground, and write what each moment knows; a row a moment, as rain has.

    Writes shards ``simulated_<factor>`` and ``simulated_<factor>_ahead``: depth at the moment, and a lead later if no
    more rain falls, m, float16, shape (rows, coarse rows, coarse columns); and shards ``settled``, see `settled_rain`,
    m, float16, shape (rows, ground's rows, ground's columns).
    Bytes do not depend on the number of threads: an event is computed by one, and written in its turn.

    Args:
        folder: Where they go.
        records: The events.
        moments: Of each event, in order of time.
        site: Fine.
        losses: What the ground keeps.
        factors: Sides of the coarse cells, fine cells; none: nothing is written.
        lead: s.
        shard_mib: Largest file, MiB.
    """
    if not factors or not records:
        return
    coarse = [coarse_site(site, factor) for factor in factors]
    rows = sum(len(items) for items in moments)

    def run(record: Record, items: Sequence[Moment]) -> tuple[list[CoarseRun], list[NDArray[np.floating]]]:
        rain = RecordRain(record)
        times = [int((item.time - record.start) / np.timedelta64(1, "s")) for item in items]
        runs = [simulate_coarse(rain, one, times, lead, losses) for one in coarse]
        return runs, [settled_rain(site, fallen) for fallen in runs[0].fallen]

    depths = [
        [ShardWriter(folder / simulated_name(one.factor, ahead), rows, one.site.grid.shape, np.float16, shard_mib)
         for ahead in (False, True)]
        for one in coarse
    ]  # fmt: skip
    settled = ShardWriter(folder / SETTLED, rows, site.grid.shape, np.float16, shard_mib)
    with ThreadPoolExecutor(threads()) as pool:
        jobs = [pool.submit(run, record, items) for record, items in zip(records, moments, strict=True)]
        try:
            for job in track(jobs, "simulating on coarser cells"):
                runs, rained = job.result()
                for (now, ahead), found in zip(depths, runs, strict=True):
                    _append(now, found.now)
                    _append(ahead, found.ahead)
                _append(settled, rained)
        finally:
            pool.shutdown(cancel_futures=True)
    for writer in [settled, *(writer for pair in depths for writer in pair)]:
        writer.close()


def settled_rain(site: Site, fallen: NDArray[np.floating]) -> NDArray[np.floating]:
    """Depth of what ran on the ground so far, had it all settled downhill where it fell: no simulation, and no time.

    Args:
        site: Fine; its water before the rain settles with it.
        fallen: m, shape of the rain's cells, which the ground's nest in.

    Returns:
        m, shape of the ground.
    """
    factor = site.grid.height // fallen.shape[0]
    water = np.where(site.solid, 0, fallen.repeat(factor, 0).repeat(factor, 1) + site.depth)
    return settle(site.elevation, water, RAIN_SWEEPS)


def _append(writer: ShardWriter, rows: Iterable[NDArray[np.floating]]) -> None:
    for row in rows:
        writer.append(row)
