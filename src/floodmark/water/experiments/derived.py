"""Windows split another way, from those that there are: what every moment holds stays, so it is not written again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.storage import beside, write_json, write_table
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.ground import read_ground
from floodmark.water.index import make_index, make_moments
from floodmark.water.leakage import leakage
from floodmark.water.moments import moments_of
from floodmark.water.records import read_records
from floodmark.water.statistics import RoutedSums, elevation_statistics, terrain_statistics
from floodmark.water.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.water.ground import Ground

OWN = ("region.npy", "block.npy", "index.parquet", "moments.parquet", "events.parquet", "statistics.json")
"""What hangs on the splits; everything else in the folder of the windows does not, and is linked."""


@dataclass(frozen=True)
class Origin:
    """What windows are derived from.

    Attributes:
        windows: What make_windows wrote.
        outputs: Holds ``radar/``, ``storms/``, ``terrain/`` and ``water/depth/``.
        settings: That it was written by.
    """

    windows: Path
    outputs: Path
    settings: MakeWindows

    def changed(self, **changes: Any) -> MakeWindows:
        """The settings with others among them, checked as those of a file are.

        Raises:
            ValueError: if a change is to what moments hold, and not to how they are split.
        """
        strange = sorted(set(changes) - SPLITTING)
        if strange:
            raise ValueError(f"{', '.join(strange)} would change what windows hold")
        return type(self.settings).model_validate({**self.settings.model_dump(), **changes})


SPLITTING = {
    "split", "test_share", "validation_share", "independence_hours", "min_events", "block_cells", "unseen_one_in",
    "fold", "guard_cells", "guard_upstream", "rain_scaling", "patch_cells", "least_seen_share", "stride_cells",
    "dry_weight",
}  # fmt: skip
"""Params of make_windows that decide on no array of the moments."""


def derive_windows(origin: Origin, folder: Path, settings: MakeWindows) -> Windows:
    """The windows that make_windows would write by other settings; those of a folder that is there already.

    Region, index, and the statistics over seen cells of training storms are made anew; arrays are linked.

    Args:
        origin: Where from.
        folder: Where to; appears whole.
        settings: Of `Origin.changed`.

    Raises:
        RuntimeError: if something held out would find its way into training.
    """
    if folder.exists():
        return Windows(folder)
    partial = beside(folder)
    partial.mkdir(parents=True)
    for path in sorted(origin.windows.resolve().iterdir()):
        if path.name not in OWN:
            (partial / path.name).symlink_to(path)
    study = _study(origin, partial, settings)
    np.save(partial / "region.npy", study.ground.region)
    np.save(partial / "block.npy", study.ground.block)
    write_table(partial / "index.parquet", make_index(study))
    write_table(partial / "moments.parquet", make_moments(study))
    write_table(partial / "events.parquet", study.events())
    write_json(partial / "statistics.json", _statistics(study, Windows(origin.windows)))
    leaks = leakage(Windows(partial), settings.guard_cells)
    if leaks:
        raise RuntimeError("what is held out has leaked into training:\n" + "\n".join(leaks))
    partial.replace(folder)
    return Windows(folder)


def with_raw_numbers(windows: Windows, folder: Path) -> Windows:
    """The same windows, but for heights in metres and rain in mm h-1 where they were normalised; everything linked."""
    if folder.exists():
        return Windows(folder)
    partial = beside(folder)
    partial.mkdir(parents=True)
    for path in sorted(windows.folder.iterdir()):
        if path.name != "statistics.json":
            (partial / path.name).symlink_to(path.resolve())
    raw = {"elevation": {"mean": 0.0, "deviation": 1.0}, "rain_scaling": "none"}
    write_json(partial / "statistics.json", {**windows.statistics, **raw})
    partial.replace(folder)
    return Windows(folder)


def _study(origin: Origin, folder: Path, settings: MakeWindows) -> Study:
    records = read_records(origin.outputs / "water" / "depth", origin.outputs)
    ground: Ground = read_ground(origin.outputs / "terrain", settings)
    moments = [moments_of(record, settings) for record in records]
    split_of = splits.split_events(records, settings)
    storm_of = splits.storm_of_events(records, settings.independence_hours)
    return Study(folder, records, moments, split_of, storm_of, ground, settings)


def _statistics(study: Study, source: Windows) -> dict[str, Any]:
    """Those of the source, but for what hangs on which cells are seen and which storms are learnt from."""
    seen, events = study.ground.seen, study.events()
    routed = RoutedSums.none(len(source.statistics["routed_pattern"]))
    for first, count, split in events.select("source", "sources", "split").iter_rows():
        for row in range(first, first + count) if split == splits.TRAIN else ():
            routed.add(source.routed_channels(row)[:, seen])
    apart = splits.time_between_splits(study.records, study.settings)
    return {
        **source.statistics,
        "rain_scaling": study.settings.rain_scaling,
        "least_seen_share": study.settings.least_seen_share,
        "seconds_between_splits": int(apart / np.timedelta64(1, "s")),
        "elevation": elevation_statistics(study.ground.elevation, seen),
        "static": terrain_statistics(source.static_raw, seen),
        "routed": routed.statistics(),
    }
