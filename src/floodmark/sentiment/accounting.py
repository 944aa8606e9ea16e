"""Where every labelled tweet went: into exactly one row of each table, so that a lost tweet is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from floodmark.sentiment.dataset import CANDIDATE, NONE, SPLITS

if TYPE_CHECKING:
    from collections.abc import Sequence


def account(everyone: pl.DataFrame, table: pl.DataFrame, pools: dict[str, str], names: Sequence[str]) -> dict[str, Any]:
    """Tables from the archive to what a model is trained on, in each of which every tweet is in one row.

    `archive` sums to all tweets; its row `labelled` to the splits of each table under `confidence`.

    Args:
        everyone: The rows of `labelled.parquet`.
        table: The rows of `augmented.parquet`.
        pools: Photo to the split it belongs to.
        names: The confidences.

    Returns:
        Counts: `own_photo`, `assigned`, `below` (no photo is sure enough, or none is left), `no_photos` (the split has
        none) and their sum `labelled`. `train_clip` learns from the first two.
    """
    photos = {split: sum(pool == split for pool in pools.values()) for split in SPLITS}
    without = table.filter(pl.col("own_photo").is_null())
    fates = sorted(everyone.group_by("fate").len().iter_rows())
    return {
        "archive": {fate.replace(" ", "_"): count for fate, count in fates} | {"tweets": len(everyone)},
        "labelled": len(table),
        "own_photo": len(table) - len(without),
        "share_with_candidate": float((without["candidates"] > 0).mean()) if len(without) else None,  # type: ignore[arg-type]
        "mean_candidates": float(without["candidates"].mean()) if len(without) else None,  # type: ignore[arg-type]
        "near_threshold": int(without["near_threshold"].sum()),
        "distinct_photos_drawn": without[f"photo_{CANDIDATE}"].drop_nulls().n_unique(),
        "photos": photos,
        "confidence": {
            name: {split: _rows(table.filter(pl.col("split") == split), name, photos[split]) for split in SPLITS}
            for name in (*names, "candidate")
        },
    }


def _rows(table: pl.DataFrame, name: str, photos: int) -> dict[str, int]:
    own = table["own_photo"].is_not_null()
    assigned = table[f"photo_{name}"].is_not_null()
    missing = int((~own & ~assigned).sum())
    return {
        "own_photo": int(own.sum()),
        "assigned": int((assigned & ~own).sum()),
        "below": missing if photos or name == NONE else 0,
        "no_photos": 0 if photos or name == NONE else missing,
        "labelled": len(table),
    }
