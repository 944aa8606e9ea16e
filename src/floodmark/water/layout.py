"""How windows lie on disk: what the writer and the reader of the arrays must agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.water.features import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

MILLIMETRES = 1000.0
"""Depth is stored as whole millimetres in uint16: to 65.5 m, finer than any threshold."""

INDEX: dict[str, type[pl.DataType] | pl.DataType] = {
    "task": pl.String,
    "event": pl.String,
    "storm": pl.String,
    "split": pl.String,
    "block": pl.Int32,
    "source": pl.Int32,
    "target": pl.Int32,
    "t0": pl.Datetime("us", "UTC"),
    "time": pl.Datetime("us", "UTC"),
    "row": pl.Int32,
    "col": pl.Int32,
    "height": pl.Int32,
    "width": pl.Int32,
    "weight": pl.Float32,
    "count": pl.Int32,
}
"""Columns of the index. `source` is a row of rain and routed, `target` one of depth; rain is known up to `t0` and depth
asked for at `time`; `storm` is the first of the events that lie too close to be independent; `block` is that of the
window's centre, -1 for the whole ground; `count` is that of the dry training windows which this one stands for, being
the same to the last bit, and `weight`, of being drawn, has them all in it."""

MOMENTS: dict[str, type[pl.DataType]] = {
    "task": pl.String,
    "event": pl.String,
    "split": pl.String,
    "source": pl.Int32,
    "target": pl.Int32,
}
"""Columns of the moments, of which the index has a window for each place but for dry ones that are there already: what
counts how often something happened must look at all of them."""

EVENTS: dict[str, type[pl.DataType] | pl.DataType] = {
    "event": pl.String,
    "storm": pl.String,
    "split": pl.String,
    "origin": pl.String,
    "start": pl.Datetime("us", "UTC"),
    "end": pl.Datetime("us", "UTC"),
    "source": pl.Int32,
    "sources": pl.Int32,
    "target": pl.Int32,
    "targets": pl.Int32,
}
"""Columns of the events: time of the first rain frame and of the last frame or depth, and the first row and the number
of rows that an event has of rain and routed (`source`) and of depth (`target`). What an event's windows know lies
between its start and its end: frames before it count as missing."""

RAIN, ROUTED, DEPTH, SETTLED = "rain", "routed", "depth", "settled"
"""Folders of shards, a row a moment."""

GROUPS = ("heightmap", "terrain", "rain", "routed", "settled", "simulated", "permanent")
"""Kinds of input channels, in the order in which they always come; a model's params name those it reads."""


def channel_names(groups: Sequence[str], rain: int, routed: int) -> list[str]:
    """Names of the input channels of some of GROUPS, in the order in which they come.

    heightmap: the elevation; terrain: `features.NAMES`; rain: the history, oldest first, and its missing share; routed:
    rain run down the drainage network; settled: depth of what ran on the ground so far, had it settled where it fell;
    simulated: depth of our own simulator on coarser cells; permanent: water that is there before the rain.

    Args:
        groups: Of GROUPS, in any order.
        rain: Channels of rain history.
        routed: Channels of routed rain.
    """
    names = {
        "heightmap": ["elevation"],
        "terrain": list(NAMES),
        "rain": [*(f"rain_{index}" for index in range(rain)), "rain_missing"],
        "routed": [f"routed_{index}" for index in range(routed)],
        "settled": ["settled_rain"],
        "simulated": ["simulated_depth"],
        "permanent": ["permanent_water"],
    }
    return [name for group in GROUPS if group in groups for name in names[group]]
