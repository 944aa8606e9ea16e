"""The table of lent photos: one row a labelled tweet, one draw a confidence, photos staying within their split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.progress import say
from floodmark.sentiment.accounting import account
from floodmark.sentiment.augmentation import NEAR, NOTHING, choose
from floodmark.sentiment.dataset import CANDIDATE, NONE, SPLITS, labelled, photo_pools, read_tweets, usable_photos
from floodmark.sentiment.embeddings import Embeddings, read_embeddings
from floodmark.sentiment.pool import Rules
from floodmark.storage import write_json, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.augment import Augment


def assign(tweets: Path, embeddings: Path, folder: Path, settings: Augment, seed: int) -> None:
    """Write `augmented.parquet` and `accounting.json`.

    For a confidence c the photo is drawn among those whose confidence is at least c and at least the candidate
    threshold; where there is none the surest photo is taken, if `fallback` says so, and kept if it reaches c. So the
    tweets that have a photo at a higher confidence are among those that have one at a lower, unless `max_reuse` makes
    them compete. `candidate` is the draw at the threshold itself, with nothing where no photo reaches it: what
    validation and test see, whatever the confidence of the model.
    """
    everyone = read_tweets(tweets)
    known = labelled(everyone)
    texts, images = read_embeddings(embeddings, "texts"), read_embeddings(embeddings, "images")
    pools = photo_pools(everyone)
    table = pl.concat(
        [
            _assign(known.filter(pl.col("split") == split), split, texts, images, pools, settings, seed)
            for split in SPLITS
        ]
    )
    table = table.sort("tweet")
    write_table(folder / "augmented.parquet", table)
    accounting = account(everyone, table, pools, settings.names())
    write_json(folder / "accounting.json", accounting)
    share = accounting["share_with_candidate"]
    say(
        f"{len(table)} labelled tweets; {share:.1%} of those without a photo have a candidate"
        if share is not None
        else "no labelled tweet without a photo"
    )


def _assign(
    known: pl.DataFrame,
    split: str,
    texts: Embeddings,
    images: Embeddings,
    pools: dict[str, str],
    settings: Augment,
    seed: int,
) -> pl.DataFrame:
    """The rows of one split."""
    available = [row for row, photo in enumerate(images.ids) if pools.get(photo) == split]
    row_of = {tweet: row for row, tweet in enumerate(texts.ids)}
    own = usable_photos(known, images.ids)
    without = np.flatnonzero(own.is_null().to_numpy())
    names = known["tweet"].to_list()
    numbers = [0.0 if name == NONE else float(name) for name in settings.names()]
    limits = [max(number, settings.candidate_threshold) for number in [*numbers, settings.candidate_threshold]]
    photos = [images.ids[row] for row in available]
    choices = choose(
        [names[row] for row in without],
        texts.vectors[[row_of[names[row]] for row in without]],
        photos,
        images.vectors[available],
        limits,
        _rules(settings, texts.logit_scale, seed),
    )
    columns: dict[str, pl.Series] = {}
    near = {limit: choices.near[:, column] for column, limit in enumerate(limits)}
    for column, (name, number) in enumerate(zip([*settings.names(), CANDIDATE], [*numbers, limits[-1]], strict=True)):
        sure = choices.confidence[:, column]
        if number < limits[column]:  # the surest photo was taken, and this number says whether it stays
            near[number] = ((abs(sure - number) < NEAR) & (number > 0)).astype(np.int64)
        kept = (choices.photo[:, column] != NOTHING) & (sure >= number) & (name != NONE)
        found = [photos[chosen] for chosen in choices.photo[kept, column]]
        drawn = (found, sure[kept], choices.rank[kept, column])
        columns |= _columns(name, len(known), without[kept], drawn)
    counts = np.zeros((2, len(known)), np.int64)
    counts[:, without] = choices.candidates[:, -1], sum(near.values())
    candidates = {"candidates": counts[0], "near_threshold": counts[1]}
    return pl.DataFrame({"tweet": known["tweet"], "split": known["split"], "own_photo": own, **columns, **candidates})


def _rules(settings: Augment, learnt_scale: float, seed: int) -> Rules:
    return Rules(
        settings.logit_scale if settings.logit_scale is not None else learnt_scale,
        settings.contrast,
        seed,
        settings.block_size,
        settings.confidence == "original_batches",
        settings.draw == "weighted",
        settings.fallback,
        settings.max_reuse,
    )


def _columns(
    name: str, count: int, rows: NDArray[np.int64], drawn: tuple[list[str], NDArray[np.float64], NDArray[np.int64]]
) -> dict[str, pl.Series]:
    """Photo, confidence and rank of one draw over all rows of the split; null where there is none."""
    columns = {}
    kinds = (("photo", pl.String), ("confidence", pl.Float64), ("rank", pl.Int64))
    for (what, kind), values in zip(kinds, drawn, strict=True):
        whole = np.full(count, None, object)
        whole[rows] = values
        columns[f"{what}_{name}"] = pl.Series(whole.tolist(), dtype=kind)
    return columns
