from typing import NamedTuple

import polars as pl
import pytest

from floodmark.sentiment.ablations.experiment import Outputs
from floodmark.sentiment.ablations.flaws import Recipe, World
from floodmark.sentiment.ablations.material import Sources
from floodmark.sentiment.assignment import assign
from floodmark.settings.augment import Augment
from floodmark.settings.train_clip import TrainClip
from floodmark.settings.train_text import TrainText
from floodmark.storage import write_table

CLASSES = {"negative": "negative", "neutral": "neutral", "positive": "positive"}
EMOJI = {0: " 😡", 1: " 😍", None: ""}


class Lent(NamedTuple):
    world: World
    tweets: object
    human: object
    vectors: object
    text: object


@pytest.fixture(scope="session")
def dense(params):
    return params("train_clip", TrainClip, units=16, epochs=4, patience=4, batch_size=32, learning_rate=0.01)


@pytest.fixture(scope="session")
def recipe(study, params, tiny_clip, small_blocks, tmp_path_factory):
    augment = params("augment", Augment, min_confidences=["none", 0])
    return Recipe(tiny_clip, small_blocks, augment, study / "media", tmp_path_factory.mktemp("known"), 1)


@pytest.fixture(scope="session")
def lent(study, params, recipe, tmp_path_factory):
    """The study of `tests/sentiment` with photos lent, and texts with the emoji that labelled them."""
    root = tmp_path_factory.mktemp("lent")
    labelled, judged = study / "tweets/labelled.parquet", study / "tweets/judged.parquet"
    assign(labelled, study / "embeddings", root, recipe.augment, 1)
    with_emoji = [row["text"] + EMOJI[row["label"]] for row in pl.read_parquet(labelled).iter_rows(named=True)]
    write_table(root / "tweets.parquet", pl.read_parquet(labelled).select("tweet", text=pl.Series(with_emoji)))
    human = pl.read_parquet(judged)
    write_table(root / "human.parquet", human.with_columns(text=pl.col("text") + " 😍"))
    (root / "vectors").mkdir()
    small = {"width": 8, "layers": 1, "heads": 2, "feed_forward": 8, "epochs": 1}
    settings = params("train_text", TrainText)
    settings = settings.model_copy(update={"transformer": settings.transformer.model_copy(update=small)})
    sources = Sources(labelled, root / "augmented.parquet", study / "embeddings")
    world = World(sources, judged, study / "clip")
    return Lent(world, root / "tweets.parquet", root / "human.parquet", root / "vectors", settings)


@pytest.fixture
def outputs(tmp_path):
    return Outputs(tmp_path / "scores.csv", tmp_path / "effects.csv", tmp_path / "effects.svg")


@pytest.fixture
def nothing(lent, tmp_path):
    """The same world without a labelled tweet."""
    table = pl.read_parquet(lent.world.sources.tweets)
    empty = table.with_columns(label=pl.lit(None, pl.Int8), split=pl.lit(None, pl.String), fate=pl.lit("no emoji"))
    write_table(tmp_path / "labelled.parquet", empty)
    augmented = pl.read_parquet(lent.world.sources.augmented)
    write_table(tmp_path / "augmented.parquet", augmented.clear())
    sources = lent.world.sources._replace(
        tweets=tmp_path / "labelled.parquet", augmented=tmp_path / "augmented.parquet"
    )
    return lent._replace(world=lent.world._replace(sources=sources))
