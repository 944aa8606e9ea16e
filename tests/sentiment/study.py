"""A study of a few tweets: what the stages before would have written, in which sentiment can be learnt."""

import numpy as np
import polars as pl

from floodmark.storage import write_table

GOOD = ("thankful", "rescued", "sunshine", "dry", "volunteers", "smiling", "safe")
BAD = ("stranded", "ruined", "crying", "sewage", "collapsed", "furious", "lost")
EITHER = ("river", "street", "water", "bridge", "town", "morning", "rain")
SPLITS = ("train", "train", "train", "validation", "test")
LABELLED = {
    "tweet": pl.String, "text": pl.String, "label": pl.Int8, "split": pl.String, "group": pl.String,
    "photo": pl.String, "human": pl.Boolean,
}  # fmt: skip
HUMAN = {
    "label_row": pl.Int32, "tweet": pl.String, "text_hash": pl.String, "annotator": pl.String, "text": pl.String,
    "label": pl.String, "source": pl.String,
}  # fmt: skip


def sentence(rng, label):
    own = GOOD if label else BAD
    words = [*rng.choice(own, 2), *rng.choice(EITHER, int(rng.integers(2, 5)))]
    return " ".join(rng.permutation(words)) + rng.choice([".", "!", " <url>", ""])


def write_study(root, tweets=200, photos=30, judgements=40, seed=0, side=32):
    """Tables and pixels under `root`; every fourth tweet has no label, every third a photo, bright if positive."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(tweets):
        label = int(rng.integers(2))
        group = int(rng.integers(max(1, tweets // 3)))
        photo = None
        if photos and number % 3 == 0:
            fits = [index for index in range(photos) if index % 5 == group % 5 and index % 2 == label]
            photo = f"photo{rng.choice(fits):03}" if fits else None
        rows.append((f"tweet{number:05}", sentence(rng, label), label if number % 4 else None,
                     SPLITS[group % 5] if number % 4 else None, f"group{group % 5}-{group}", photo, False))  # fmt: skip
    (root / "tweets").mkdir(parents=True, exist_ok=True)
    (root / "media").mkdir(exist_ok=True)
    fate = pl.when(pl.col("split").is_null()).then(pl.lit("no emoji")).otherwise(pl.lit("labelled"))
    labelled = pl.DataFrame(rows, schema=LABELLED, orient="row").with_columns(fate=fate)
    write_table(root / "tweets" / "labelled.parquet", labelled)
    shades = [60 + 140 * (index % 2) for index in range(photos)]
    pixels = np.array([rng.integers(shade - 40, shade + 40, (3, side, side)) for shade in shades], np.uint8)
    np.save(root / "media" / "images.npy", pixels.reshape(photos, 3, side, side))
    names = [f"photo{index:03}" for index in range(photos)]
    write_table(root / "media" / "ids.parquet", pl.DataFrame({"photo": names}, schema={"photo": pl.String}))
    judged = []
    for number in range(judgements):
        truth = int(rng.integers(3))
        text = sentence(rng, truth // 2) if truth != 1 else " ".join(rng.choice(EITHER, 4))
        for annotator in range(1 + number % 3):
            label = ("negative", "neutral", "positive")[truth]
            judged.append(
                (len(judged), None, f"hash{number}", f"person{annotator}", text, label, f"source{number % 2}")
            )
    table = pl.DataFrame(judged, schema=HUMAN, orient="row")
    for name in ("human", "judged"):
        write_table(root / "tweets" / f"{name}.parquet", table)
    return root
