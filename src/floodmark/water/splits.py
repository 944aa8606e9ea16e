"""What is held out: whole storms, and whole blocks of ground with a guard around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.water.records import Record

TRAIN, VALIDATION, TEST, PREDICT = "train", "validation", "test", "predict"

GUARD, SEEN, UNSEEN = 0, 1, 2
"""Codes of the region raster; no cell of GUARD is learnt from or scored."""


def split_events(records: Sequence[Record], settings: MakeWindows) -> dict[str, str]:
    """Give every event one split.

    Storms of radar that lie closer together than `independence_hours` share theirs. The last calendar year is for
    testing, or, in an archive of one year, the last `test_share`; validation storms are spread evenly over the rest.
    Generated storms are for training. In an archive of fewer than `min_events` such storms they are only predicted
    and the generated storms, which are independent of each other, are split instead, evenly over their names, so that
    every climate has its share of each.

    Returns:
        Event name to ``train``, ``validation``, ``test`` or ``predict``.
    """
    radar = _in_time(records)
    generated = sorted((record for record in records if record.origin != "radar"), key=lambda item: item.name)
    groups = _storms(radar, settings.independence_hours)
    if len(groups) >= settings.min_events:
        years = [int(group[0].start.astype("datetime64[Y]").astype(int)) for group in groups]
        testing = [year == max(years) for year in years]
        if len(set(years)) < 2:
            testing = _last(len(groups), settings.test_share)
        splits = _held_out(groups, testing, settings.validation_share)
        return splits | {record.name: TRAIN for record in generated}
    if radar:
        say(f"{len(groups)} storms of radar are fewer than {settings.min_events}: they are predicted, not learnt from")
    splits = {record.name: PREDICT for record in radar}
    alone = [[record] for record in generated]
    return splits | _held_out(alone, _spread(len(alone), settings.test_share), settings.validation_share)


def storm_of_events(records: Sequence[Record], hours: float) -> dict[str, str]:
    """The storm each event belongs to, by the name of its first event: what intervals draw, and splits keep whole."""
    alone = {record.name: record.name for record in records}
    groups = _storms(_in_time(records), hours)
    return alone | {record.name: group[0].name for group in groups for record in group}


def _in_time(records: Sequence[Record]) -> list[Record]:
    """The events of radar; generated ones are independent of each other, whatever their dates."""
    return sorted((record for record in records if record.origin == "radar"), key=lambda item: (item.start, item.name))


def _last(count: int, share: float) -> list[bool]:
    """The last share of `count`, at least one where there are three or more."""
    held = max(round(count * share), int(count >= 3))
    return [index >= count - held for index in range(count)]


def _spread(count: int, share: float) -> list[bool]:
    """A share of `count`, evenly spread, at least one where there are two or more."""
    passed = np.floor((np.arange(count) + 0.5) * share + 0.5).astype(int)
    chosen: list[bool] = (np.diff(passed, prepend=0) > 0).tolist()
    if count >= 2 and not any(chosen):
        chosen[-1] = True
    return chosen


def _storms(records: list[Record], hours: float) -> list[list[Record]]:
    """Neighbours in time that are too close to be independent, together."""
    groups: list[list[Record]] = []
    apart = np.timedelta64(round(hours * 3600), "s")
    for record in records:
        if groups and record.start - max(item.end for item in groups[-1]) < apart:
            groups[-1].append(record)
        else:
            groups.append([record])
    return groups


def _held_out(groups: list[list[Record]], testing: list[bool], share: float) -> dict[str, str]:
    """Test groups as told; of the others a share, evenly spread, is for validation."""
    splits: dict[str, str] = {}
    rest = [group for group, test in zip(groups, testing, strict=True) if not test]
    validation = _spread(len(rest), share)
    for group, test in zip(groups, testing, strict=True):
        if test:
            splits |= {record.name: TEST for record in group}
    for group, hold in zip(rest, validation, strict=True):
        splits |= {record.name: VALIDATION if hold else TRAIN for record in group}
    return splits


def block_ids(shape: tuple[int, int], size: int) -> NDArray[np.int32]:
    """Number of the square block each cell lies in, counted row by row from the north-west; shape as given."""
    rows, columns = np.arange(shape[0]) // size, np.arange(shape[1]) // size
    across = -(-shape[1] // size)
    return (rows[:, None] * across + columns[None, :]).astype(np.int32)


def regions(shape: tuple[int, int], size: int, one_in: int, guard: int, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Cut the ground into seen and unseen, with a guard between them.

    Unseen blocks lie a knight's move apart, so that they are spread over rows and columns and never share an edge
    (for `one_in` of 4 or more).

    Args:
        shape: Rows and columns.
        size: Side of a block, cells.
        one_in: One block in this many is unseen.
        guard: Cells on both sides of every border that belong to neither.
        valid: Cells that have terrain; others are guard.

    Returns:
        GUARD, SEEN or UNSEEN for every cell.
    """
    rows, columns = np.arange(shape[0]) // size, np.arange(shape[1]) // size
    unseen = (2 * rows[:, None] + columns[None, :]) % one_in == one_in // 2
    region = np.where(unseen, UNSEEN, SEEN).astype(np.uint8)
    near_seen, near_unseen = _grow(~unseen, guard), _grow(unseen, guard)
    region[near_seen & near_unseen] = GUARD
    region[~valid] = GUARD
    return region


def _grow(mask: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """Dilate by a square of `cells` to each side."""
    from scipy.ndimage import maximum_filter

    return mask if cells == 0 else maximum_filter(mask, size=2 * cells + 1, mode="nearest")
