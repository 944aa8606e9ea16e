"""Which storms are held out, whole: by events, by dates, or by blocks of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.progress import say
from floodmark.water.spans import by_spans, spans_of_blocks, spans_of_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.water.records import Record

TRAIN, VALIDATION, TEST, PREDICT, LEFT_OUT = "train", "validation", "test", "predict", "guard"
"""Storms that are learnt from, choose epochs and thresholds, are tested on, only predicted, or in no use: too near to
storms of another split."""

SPLITS = (TRAIN, VALIDATION, TEST, PREDICT, LEFT_OUT)

GUARD, SEEN, UNSEEN = 0, 1, 2
"""Codes of the region raster; no cell of GUARD is learnt from or scored."""


def split_events(records: Sequence[Record], settings: MakeWindows) -> dict[str, str]:
    """Give every event one split.

    Storms of radar that lie closer together than `independence_hours` share theirs. Generated storms, which are
    independent of each other, are for training.

    By events, the last calendar year is for testing, or, in an archive of one year, the last `test_share`; validation
    storms are spread evenly over the rest. In an archive of fewer than `min_events` such storms they are only
    predicted and the generated storms are split instead, evenly over their names, so that every climate has its share
    of each. By dates and by blocks of time, see `spans.by_spans`.

    Returns:
        Event name to one of SPLITS.

    Raises:
        UserError: if blocks of time are no longer than the guard between them.
    """
    generated = sorted((record for record in records if record.origin != "radar"), key=lambda item: item.name)
    groups = _storms(_in_time(records), settings.independence_hours)
    if settings.split.by != "events":
        return _by_time(groups, settings) | {record.name: TRAIN for record in generated}
    if len(groups) >= settings.min_events:
        return _by_events(groups, settings) | {record.name: TRAIN for record in generated}
    if groups:
        say(f"{len(groups)} storms of radar are fewer than {settings.min_events}: they are predicted, not learnt from")
    splits = {record.name: PREDICT for group in groups for record in group}
    alone = [[record] for record in generated]
    return splits | _held_out(alone, _spread(len(alone), settings.test_share), settings.validation_share)


def _by_events(groups: list[list[Record]], settings: MakeWindows) -> dict[str, str]:
    years = [int(group[0].start.astype("datetime64[Y]").astype(int)) for group in groups]
    testing = [year == max(years) for year in years]
    if len(set(years)) < 2:
        testing = _last(len(groups), settings.test_share)
    return _held_out(groups, testing, settings.validation_share)


def _by_time(groups: list[list[Record]], settings: MakeWindows) -> dict[str, str]:
    if not groups:
        return {}
    guard = history_and_lead([record for group in groups for record in group], settings)
    storms = [(group[0].start, max(record.end for record in group)) for group in groups]
    spans = (
        spans_of_dates(settings.split.dates)
        if settings.split.by == "dates"
        else spans_of_blocks(storms[0][0], storms[-1][1], settings.split, guard)
    )
    splits = by_spans(storms, spans, guard)
    return {record.name: split for group, split in zip(groups, splits, strict=True) for record in group}


def history_and_lead(records: Sequence[Record], settings: MakeWindows) -> np.timedelta64:
    """Time from the oldest rain that a window knows to the depth that it is asked for."""
    step = max((record.step for record in records), default=np.timedelta64(0, "s"))
    return np.timedelta64(step * settings.frames + np.timedelta64(settings.lead_minutes * 60, "s"))


def time_between_splits(records: Sequence[Record], settings: MakeWindows) -> np.timedelta64:
    """Least time between two storms of radar of which one is learnt from and one is not."""
    apart = np.timedelta64(round(settings.independence_hours * 3600), "s")
    if settings.split.by == "events":
        return apart
    return max(apart, history_and_lead(_in_time(records), settings))


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
    end: np.datetime64 = np.datetime64(0, "s")
    for record in records:
        if groups and record.start - end < apart:
            groups[-1].append(record)
            end = max(end, record.end)
        else:
            groups.append([record])
            end = record.end
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
