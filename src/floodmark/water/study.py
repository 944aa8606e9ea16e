"""All that windows are cut from, and the folder they go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.water.layout import EVENTS

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.water.ground import Ground
    from floodmark.water.moments import Moment
    from floodmark.water.records import Record


@dataclass(frozen=True)
class Study:
    """Events, sorted by name, with the moments and the split of each, and the ground they pass over.

    Attributes:
        folder: Where arrays and tables go.
        records: The events.
        moments: Of each event, in order of time.
        split_of: Event name to split.
        storm_of: Event name to the name of its storm.
        ground: Everything that no event changes.
        settings: The params.
    """

    folder: Path
    records: list[Record]
    moments: list[list[Moment]]
    split_of: dict[str, str]
    storm_of: dict[str, str]
    ground: Ground
    settings: MakeWindows

    def events(self) -> pl.DataFrame:
        """One row an event, with the columns of `layout.EVENTS`."""
        sources = np.array([len(items) for items in self.moments], np.int64)
        targets = np.array([sum(item.snapshot >= 0 for item in items) for items in self.moments], np.int64)
        names = [record.name for record in self.records]
        table = pl.DataFrame(
            {
                "event": names,
                "storm": [self.storm_of[name] for name in names],
                "split": [self.split_of[name] for name in names],
                "origin": [record.origin for record in self.records],
                "start": np.array([record.start for record in self.records], "datetime64[us]"),
                "end": np.array([record.end for record in self.records], "datetime64[us]"),
                "source": np.cumsum(sources) - sources,
                "sources": sources,
                "target": np.cumsum(targets) - targets,
                "targets": targets,
            }
        )
        return zoned(table, "start", "end").select(pl.col(name).cast(kind) for name, kind in EVENTS.items())


def zoned(table: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Columns of bare times as times in UTC."""
    return table.with_columns(pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in names)
