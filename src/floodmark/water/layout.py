"""How windows lie on disk: what the writer and the reader of the arrays must agree on."""

import polars as pl

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
}
"""Columns of the index. `source` is a row of rain.npy and routed.npy, `target` one of depth.npy; rain is known up to
`t0` and depth asked for at `time`; `storm` is the first of the events that lie too close
to be independent; `block` is that of the window's centre, -1 for the whole ground."""

GROUPS = ("heightmap", "terrain", "rain", "routed", "simulated", "permanent")
"""Kinds of input channels, in the order in which they always come; a model's params name those it reads."""
