"""The rain history of one moment: the last frames known, pooled into a few channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from floodmark.radar.sequence import SequenceReader


def last_frame(frames: NDArray[np.datetime64], step: np.timedelta64, moment: np.datetime64) -> int:
    """Index of the newest frame known at a moment, counted on beyond the record's end; negative before it.

    A frame of time t holds for [t, t + step), so it is known, and has acted, at t + step.
    """
    return int((moment - frames[0]) // step) - 1


def recent(
    rain: NDArray[np.float32] | SequenceReader, last: int, length: int, interpolated: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """The `length` frames that end with frame `last`, oldest first.

    Interpolated frames that end the history were made with a frame that is yet to come: they are missing.

    Args:
        rain: Shape (frames, rows, columns), mm h-1; may lie on disk, of which only these frames are read.
        last: Index of the newest frame known; later ones are not looked at.
        length: How many frames.
        interpolated: Which frames of the record were made from the frames on either side; none where not given.

    Returns:
        Shape (length, rows, columns); NaN where a frame lies before or after the record, was missing in it, or is not
        known yet.
    """
    result = np.full((length, *rain.shape[1:]), np.nan, np.float32)
    first = last - length + 1
    low, high = max(first, 0), min(last + 1, rain.shape[0])
    while interpolated is not None and high > low and interpolated[high - 1]:
        high -= 1
    if low < high:
        result[low - first : high - first] = rain[low:high]
    return result


def pool(frames: NDArray[np.float32], pattern: Sequence[int], reducer: str) -> NDArray[np.float32]:
    """Consecutive groups of frames as one rate each, a missing value counting as no rain.

    Args:
        frames: Shape (sum of pattern, rows, columns), mm h-1, oldest first.
        pattern: Sizes of the groups, oldest first.
        reducer: ``mean`` of the rates of a group, their ``max`` (as the original study has it) or their ``sum``.

    Returns:
        Shape (groups, rows, columns), mm h-1, or for the sum mm h-1 times frames.
    """
    known = np.nan_to_num(frames, nan=0.0)
    starts = np.concatenate([[0], np.cumsum(pattern)[:-1]])
    if reducer == "max":
        return np.asarray(np.maximum.reduceat(known, starts, axis=0), np.float32)
    sums = np.add.reduceat(known.astype(np.float64), starts, axis=0)
    if reducer == "mean":
        sums /= np.asarray(pattern, float)[:, None, None]
    return np.asarray(sums, np.float32)


def missing_share(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the history that is missing, 0 to 1, shape (rows, columns): what tells no rain from not known."""
    return np.asarray(np.isnan(frames).mean(axis=0), np.float32)


def accumulate(frames: NDArray[np.float32], spans: Sequence[tuple[int, int]], step_hours: float) -> NDArray[np.float32]:
    """Rain that fell in each span of frames, missing counting as none.

    Args:
        frames: Shape (frames, rows, columns), mm h-1, oldest first.
        spans: First frame of each and the one after its last.
        step_hours: Time between frames, h.

    Returns:
        Shape (spans, rows, columns), mm.
    """
    known = np.nan_to_num(frames, nan=0.0).astype(np.float64)
    totals = [known[first:stop].sum(axis=0) * step_hours for first, stop in spans]
    return np.stack(totals).astype(np.float32)


SCALES: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "log": np.log1p,
    "square_root": np.sqrt,
    "none": lambda rates: rates,
}
"""How a model may see rates, by name: rain is many small rates and few large ones, which a line would drown."""


def unscaled(values: NDArray[np.float32], scaling: str) -> NDArray[np.float64]:
    """Rates that were scaled by SCALES, in mm h-1 again."""
    if scaling == "log":
        return np.expm1(values.astype(np.float64))
    return values.astype(np.float64) ** 2 if scaling == "square_root" else values.astype(np.float64)
