"""Whether anything that is held out has found its way into training.

Looks at what was written, not at how, so that it would see a mistake in any of the ways that windows are split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.ndimage import distance_transform_cdt

from floodmark.water import splits
from floodmark.water.statistics import RoutedSums, elevation_statistics, terrain_statistics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from floodmark.water.dataset import Windows

TOLERANCE = 1e-6
"""Of a statistic, in deviations: far below what one moment more or less makes, above what 10 digits lose."""

HELD_APART = (splits.TRAIN, splits.VALIDATION, splits.TEST)


def leakage(windows: Windows, guard_cells: int = 0) -> list[str]:
    """Everything that windows share across splits and should not.

    A storm in two splits; a window of another split than its event, or a moment of another event; storms of different
    splits that lie too close in time; training windows on ground that is not seen, and blocks that are both seen and
    unseen; statistics that are not those of training storms and seen cells.

    Args:
        windows: What make_windows wrote.
        guard_cells: Left out on both sides of seen and unseen ground, which so lie more than twice as far apart.

    Returns:
        A sentence for each leak, none if all is well.
    """
    found = (_shared_storms, _strange_rows, _near_in_time, _strange_cells, _strange_statistics)
    return [*(leak for check in found for leak in check(windows)), *_near_in_space(windows, guard_cells)]


def _shared_storms(windows: Windows) -> Iterator[str]:
    shared = (
        windows.events.group_by("storm").agg(pl.col("split").unique().sort()).filter(pl.col("split").list.len() > 1)
    )
    for storm, names in shared.sort("storm").iter_rows():
        yield f"storm {storm} is in {' and '.join(names)}"


def _strange_rows(windows: Windows) -> Iterator[str]:
    """Windows and moments whose split is not their event's, or whose rain and depth are another event's."""
    checks = {
        "whose split is not their event's": pl.col("split") != pl.col("split_of_event"),
        "whose rain is another event's": ~_within("source", "sources"),
        "whose depth is another event's": ~_within("target", "targets"),
    }
    storms = {"whose storm is not their event's": pl.col("storm") != pl.col("storm_of_event")}
    for kind, table, of_kind in (("windows", windows.index, checks | storms), ("moments", windows.moments, checks)):
        rows = table.join(windows.events, on="event", how="left", suffix="_of_event")
        for what, strange in of_kind.items():
            events = rows.filter(strange.fill_null(value=True))["event"].unique().sort().to_list()
            if events:
                yield f"{kind} of {', '.join(events)} {what}"


def _within(name: str, count: str) -> pl.Expr:
    first = pl.col(f"{name}_of_event")
    return (pl.col(name) >= first) & (pl.col(name) < first + pl.col(count))


def _near_in_time(windows: Windows) -> Iterator[str]:
    """Events of radar in different splits; generated ones are independent of all others, whatever their dates."""
    apart = windows.statistics["seconds_between_splits"]
    events = windows.events.filter((pl.col("origin") == "radar") & pl.col("split").is_in(HELD_APART)).sort("start")
    latest: dict[str, tuple[float, str]] = {}
    for event, split, start, end in events.select("event", "split", "start", "end").iter_rows():
        for other, (ended, name) in latest.items():
            if other != split and start.timestamp() - ended < apart:
                yield f"event {event} of {split} begins less than {apart / 3600:g} h after {name} of {other} ends"
        latest[split] = max(latest.get(split, (-np.inf, "")), (end.timestamp(), event))


def _strange_cells(windows: Windows) -> Iterator[str]:
    region, share = np.asarray(windows.region), windows.statistics["least_seen_share"]
    training = windows.index.filter(pl.col("split") == splits.TRAIN)
    for row, col, height, width in training.select("row", "col", "height", "width").unique().sort("row", "col").rows():
        seen = region[row : row + height, col : col + width] == splits.SEEN
        if seen.mean() < share:
            yield f"training windows at row {row}, column {col} hold ground that is not seen"
        if (windows.learnable(row, col, height, width) & ~seen).any():
            yield f"depth of ground that is not seen is learnt from at row {row}, column {col}"
    block = np.asarray(windows.block)
    for number in np.intersect1d(block[region == splits.SEEN], block[region == splits.UNSEEN]):
        yield f"block {number} is both seen and unseen"


def _near_in_space(windows: Windows, guard_cells: int) -> Iterator[str]:
    region = np.asarray(windows.region)
    seen, unseen = region == splits.SEEN, region == splits.UNSEEN
    if seen.any() and unseen.any():
        nearest = int(distance_transform_cdt(~seen, metric="chessboard")[unseen].min())
        if nearest <= 2 * guard_cells:
            yield f"unseen ground lies {nearest} cells from seen ground, within the guard of twice {guard_cells}"


def _strange_statistics(windows: Windows) -> Iterator[str]:
    seen = np.asarray(windows.region) == splits.SEEN
    sums = RoutedSums.none(len(windows.statistics["routed_pattern"]))
    for first, count in windows.events.filter(pl.col("split") == splits.TRAIN).select("source", "sources").iter_rows():
        for source in range(first, first + count):
            sums.add(windows.routed_channels(source)[:, seen])
    stored, wanted = _numbered(windows.statistics["routed"]), _numbered(sums.statistics())
    yield from _different("routed rain", stored, wanted)
    elevation = {"of the ground": windows.statistics["elevation"]}
    right = {"of the ground": elevation_statistics(np.asarray(windows.elevation), seen)}
    yield from _different("elevation", elevation, right)
    yield from _different("terrain", windows.statistics["static"], terrain_statistics(windows.static_raw, seen))


def _numbered(channels: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {str(number): channel for number, channel in enumerate(channels)}


def _different(what: str, stored: dict[str, dict[str, float]], wanted: dict[str, dict[str, float]]) -> Iterator[str]:
    for name, right in wanted.items():
        scale = TOLERANCE * max(right["deviation"], abs(right["mean"]), 1e-9)
        if any(abs(stored[name][key] - right[key]) > scale for key in ("mean", "deviation")):
            yield f"statistics of {what} {name} are not those of training storms and seen ground"
