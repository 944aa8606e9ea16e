"""Depth of our own simulator on coarser cells as it is kept beside the windows, and read on the fine terrain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.make import threads
from floodmark.progress import track
from floodmark.water.coarse import coarse_site
from floodmark.water.coarse_run import CoarseRun, RecordRain, simulate_coarse
from floodmark.water.downscale import REACH, downscale, settle
from floodmark.water.shards import Shards, ShardWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import Losses
    from floodmark.water.moments import Moment
    from floodmark.water.records import Record

SWEEPS = 10
"""Of settling after coarse water is spread: as good as any of 4 to 20 on the demonstration's training storms."""

RAIN_SWEEPS = 30
"""Of settling after rain alone is spread, which has not run anywhere yet: as any of 20 to 60."""

CHANNEL_FACTOR = 4
"""Of the simulation that models may read."""

FALLEN, START = "fallen", "start"


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
        [ShardWriter(folder / _name(one.factor, ahead), rows, one.site.grid.shape, np.float16, shard_mib)
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


def _name(factor: int, ahead: bool) -> str:
    return f"simulated_{factor}" + ("_ahead" if ahead else "")


class Simulated:
    """Depth on the fine terrain of what was simulated on cells `factor` times larger.

    Args:
        folder: Of the windows.
        factor: Sides of the coarse cells, fine cells.
        elevation: Fine ground, m, NaN where there is none.

    Raises:
        UserError: if the study holds no such simulation.
    """

    def __init__(self, folder: Path, factor: int, elevation: NDArray[np.floating]) -> None:
        if not has_simulated(folder, factor):
            raise UserError(
                f"{folder}: holds no simulation on cells {factor} times coarser: add {factor} to "
                "make_windows.coarse_factors and run make_windows again"
            )
        self.factor, self._elevation = factor, elevation
        self._now, self._ahead = (Shards(folder / _name(factor, ahead)) for ahead in (False, True))

    def depth(self, source: int, row: int, col: int, height: int, width: int, *, ahead: bool) -> NDArray[np.float32]:
        """Depth of one window, m, shape (height, width): exactly that part of the whole ground's.

        Args:
            source: Row of the arrays: the moment rain is known up to.
            row: Northernmost row of cells.
            col: Westernmost column.
            height: Rows.
            width: Columns.
            ahead: Of a lead after the moment instead of the moment itself.
        """
        kept, factor, halo = self._ahead if ahead else self._now, self.factor, REACH * SWEEPS
        top, left = max(row - halo, 0) // factor, max(col - halo, 0) // factor
        bottom, right = -(-(row + height + halo) // factor), -(-(col + width + halo) // factor)
        coarse = kept[source][top:bottom, left:right]
        ground = self._elevation[top * factor : bottom * factor, left * factor : right * factor]
        north, west = row - top * factor, col - left * factor
        fine = downscale(ground, coarse, factor, SWEEPS)[north : north + height, west : west + width]
        return fine.astype(np.float32)


class SettledRain:
    """Depth of what ran on the ground so far, had it all settled downhill at once: no simulation, and no time.

    Args:
        folder: Of the windows.
        elevation: Fine ground, m, NaN where there is none.
    """

    def __init__(self, folder: Path, elevation: NDArray[np.floating]) -> None:
        self._elevation, self._fallen = elevation, Shards(folder / FALLEN)
        self._start = np.load(folder / f"{START}.npy", allow_pickle=False)

    def depth(self, source: int, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """Depth of one window, m, shape (height, width): exactly that part of the whole ground's.

        See `Simulated.depth`; a small window takes longer, since water comes from farther.
        """
        fallen, halo = np.asarray(self._fallen[source]), REACH * RAIN_SWEEPS
        factor = self._elevation.shape[0] // fallen.shape[0]
        top, left = max(row - halo, 0), max(col - halo, 0)
        around = np.s_[top : row + height + halo, left : col + width + halo]
        ground = self._elevation[around]
        above = np.ix_((top + np.arange(ground.shape[0])) // factor, (left + np.arange(ground.shape[1])) // factor)
        water = np.where(np.isfinite(ground), fallen[above], 0) + self._start[around]
        north, west = row - top, col - left
        fine = settle(ground, water, RAIN_SWEEPS)[north : north + height, west : west + width]
        return fine.astype(np.float32)


def has_simulated(folder: Path, factor: int) -> bool:
    """Whether a study holds a simulation on cells that much coarser."""
    return (folder / _name(factor, ahead=True)).is_dir()
