"""Tables that need not fit into memory, written as `storage.write_table` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def sink(job: tuple[Path, pl.LazyFrame]) -> None:
    """Write a table to a path."""
    path, table = job
    table.sink_parquet(path, compression="zstd", compression_level=3, statistics=False, row_group_size=65536)
