"""When a forecast says the depth, and up to when the rain is known then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.alone.rain import MOST_ABSENT
from floodmark.radar.netcdf import find_files, read_header
from floodmark.water.moments import NOWCAST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Asked(NamedTuple):
    """One map to be made: rain is known up to `known`, depth is that of `time`; UTC, datetime64[s]."""

    known: np.datetime64
    time: np.datetime64


def rain_times(radar: Path, since: np.datetime64 | None) -> NDArray[np.datetime64]:
    """The times of the frames of all files, those before `since` left out.

    Raises:
        UserError: if there is no file, one cannot be read, or nothing is left.
    """
    if not radar.exists():
        raise UserError(f"--radar {radar}: there is no such file or folder")
    files = [radar] if radar.is_file() else find_files(radar)
    if not files:
        raise UserError(f"{radar}: holds no .nc file of rain: see docs/reference/data-layout.md, section radar")
    headers = [read_header(file) for file in files]
    whole = np.unique(np.concatenate([header.times for header in headers]).astype("datetime64[s]"))
    times = whole if since is None else whole[whole >= since]
    if not len(times):
        raise UserError(f"--rain-from {since}: {radar} holds no later frame than {whole[-1]}")
    return times


def require_one_event(radar: Path, times: NDArray[np.datetime64], last: np.datetime64, step: int) -> None:
    """Refuse frames of more than one event, for a model that counts all rain since the first.

    Raises:
        UserError: if most frames up to the last moment are absent.
    """
    used = times[times <= last]
    whole = int((used[-1] - used[0]) / np.timedelta64(step, "s")) + 1
    if whole - len(used) > MOST_ABSENT * whole:
        raise UserError(
            f"{radar}: {whole - len(used)} of {whole} frames from {used[0]} to {used[-1]} are absent: it holds more "
            "than one event, and the model counts all rain of its event: say with --rain-from when that begins"
        )


def asked(
    task: str,
    lead_minutes: int,
    step: int,
    period: tuple[np.datetime64, np.datetime64],
    times: Sequence[np.datetime64],
    begin: np.datetime64 | None,
    end: np.datetime64 | None,
    every: int,
) -> list[Asked]:
    """The moments that are asked for, or every so many minutes while rain is known.

    Args:
        task: emulate or nowcast.
        lead_minutes: Of nowcast.
        step: Time between frames, s.
        period: First frame and end of the last.
        times: Of the depths; none: at multiples of `every` after the first frame.
        begin: No depth before.
        end: No depth after.
        every: Minutes between depths.

    Raises:
        UserError: if no rain is known at a time, or none is left.
    """
    minute = np.timedelta64(60, "s")
    lead = (lead_minutes if task == NOWCAST else 0) * minute
    # A frame is known when it has ended.
    first, last = period[0] + np.timedelta64(step, "s") + lead, period[1] + lead
    for time in times:
        if not first <= time <= last:
            further = (
                f" and the lead is {lead_minutes} minutes" if task == NOWCAST else "; --task nowcast looks further"
            )
            raise UserError(
                f"--time {time}: must be {first} to {last} for {task}: rain is known from {period[0]} to {period[1]}"
                + further
            )
    chosen = np.unique(np.array(times, "datetime64[s]"))
    if not len(chosen):
        clock = np.arange(period[0] + lead, last + minute, every * minute)
        chosen = clock[(clock >= max(first, begin or first)) & (clock <= min(last, end or last))]
    if not len(chosen):
        wanted = f"{begin or first} to {end or last}"
        raise UserError(
            f"no moment to predict: one every {every} minutes after {period[0]} is asked for, from {wanted}, and "
            f"{first} to {last} can be: choose a smaller --every, or other --from and --to"
        )
    return [Asked(time - lead, time) for time in chosen]
