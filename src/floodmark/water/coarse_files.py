"""Our own simulator on coarser cells, run for every event and kept beside the windows: what each moment knows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.make import threads
from floodmark.progress import track
from floodmark.water.coarse import coarse_site
from floodmark.water.coarse_run import CoarseRun, RecordRain, simulate_coarse
from floodmark.water.shards import ShardWriter
from floodmark.water.simulated import FALLEN, START, simulated_name

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    more rain falls, m, float16, shape (rows, coarse rows, coarse columns); shards ``fallen``: what ran on the ground by
    then, m, float32, shape (rows, rain rows, rain columns); and ``start.npy``: water before the rain, m, of the ground.
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

    def run(record: Record, items: Sequence[Moment]) -> list[CoarseRun]:
        rain = RecordRain(record)
        times = [int((item.time - record.start) / np.timedelta64(1, "s")) for item in items]
        return [simulate_coarse(rain, one, times, lead, losses) for one in coarse]

    depths = [
        [ShardWriter(folder / simulated_name(one.factor, ahead), rows, one.site.grid.shape, np.float16, shard_mib)
         for ahead in (False, True)]
        for one in coarse
    ]  # fmt: skip
    rain_shape = RecordRain(records[0]).grid.shape
    fallen = ShardWriter(folder / FALLEN, rows, rain_shape, np.float32, shard_mib)
    with ThreadPoolExecutor(threads()) as pool:
        jobs = [pool.submit(run, record, items) for record, items in zip(records, moments, strict=True)]
        try:
            for job in track(jobs, "simulating on coarser cells"):
                runs = job.result()
                for (now, ahead), found in zip(depths, runs, strict=True):
                    _append(now, found.now)
                    _append(ahead, found.ahead)
                _append(fallen, runs[0].fallen)
        finally:
            pool.shutdown(cancel_futures=True)
    for writer in [fallen, *(writer for pair in depths for writer in pair)]:
        writer.close()
    np.save(folder / START, np.where(site.solid, 0, site.depth).astype(np.float32))


def _append(writer: ShardWriter, rows: NDArray[np.floating]) -> None:
    for row in rows:
        writer.append(row)
