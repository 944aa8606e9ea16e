"""From archive to batch: the tweets that the published system lost without a word are lent a photo and learnt from."""

import json

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from floodmark.learning.weights import save_weights
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.clip_models import train_clip
from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.labelling import label
from floodmark.settings.augment import Augment
from floodmark.settings.label_tweets import LabelTweets
from floodmark.settings.train_clip import TrainClip
from floodmark.tweets.media import ingest
from tests.tweets.archives import KEY, gate, tweet
from tests.tweets.photos import SETTINGS

WORDS = [
    "river",
    "street",
    "kitchen",
    "bridge",
    "cellar",
    "garden",
    "school",
    "market",
    "church",
    "harbour",
    "tower",
    "mill",
]
LOST = {
    "an empty list of media": {"media": []},
    "a video": {"media": [{"media_key": "7_1", "type": "video"}]},
    "an animation": {"media": [{"media_key": "16_1", "type": "animated_gif"}]},
    "a photo without a file": {
        "media": [{"media_key": "3_1", "type": "photo", "url": "https://x.test/media/gone.jpg"}]
    },
    "a photo that cannot be decoded": {
        "media": [{"media_key": "3_2", "type": "photo", "url": "https://x.test/media/torn.jpg"}]
    },
    "no media at all": {},
}


def post(number, **fields):
    """A tweet that shares nothing with another, labelled by its emoji."""
    words = [WORDS[(number * step + step) % len(WORDS)] + str(number * 7 + step) for step in (1, 5, 7)]
    return tweet(number, f"{' '.join(words)} {'😀' if number % 2 else '😭'}", author_id=str(9000 + number), **fields)


def vectors(path, key, names, seed):
    found = np.random.default_rng(seed).normal(size=(len(names), 16))
    unit = torch.from_numpy((found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16))
    save_weights(path.with_suffix(".safetensors"), {"embeddings": unit}, {"rows": key, "logit_scale": 20.0})
    pl.DataFrame({key: names}).write_parquet(path.with_suffix(".parquet"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory, params):
    """The stages from raw tweets to a trained classifier, with vectors by chance."""
    root = tmp_path_factory.mktemp("archive")
    for name in ("media", "photos", "embeddings", "augment", "clip"):
        (root / name).mkdir()
    rng = np.random.default_rng(4)
    lines = []
    for number in range(60):
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), np.uint8)).save(root / "media" / f"photo{number}.png")
        picture = {"media_key": f"3_{number}0", "type": "photo", "url": f"https://x.test/media/photo{number}.png"}
        lines.append(post(number, media=[picture]))
    (root / "media" / "torn.jpg").write_bytes(b"\xff\xd8 no photo")
    for number in range(60, 180):
        lines.append(post(number, **list(LOST.values())[number // 2 % len(LOST)]))
    lines.append(tweet(500, "nothing to feel here"))
    gate(root, *lines)
    ingest(
        root / "media",
        root / "out/tweets.parquet",
        KEY,
        root / "photos",
        root / "media.json",
        SETTINGS,
    )
    made = tuple(root / name for name in ("labelled.parquet", "judged.parquet", "labels.json"))
    inputs = (root / "out/tweets.parquet", root / "out/human.parquet", root / "photos/manifest.parquet")
    label(inputs, made, params("label_tweets", LabelTweets), 1)
    known = read_tweets(made[0]).filter(pl.col("label").is_not_null())["tweet"].to_list()
    vectors(root / "embeddings/texts", "tweet", known, 1)
    vectors(root / "embeddings/images", "photo", pl.read_parquet(root / "photos/ids.parquet")["photo"].to_list(), 2)
    assign(made[0], root / "embeddings", root / "augment", params("augment", Augment), 1)
    quick = params("train_clip", TrainClip, epochs=1, units=8)
    train_clip("0", made[0], root / "augment/augmented.parquet", root / "embeddings", root / "clip", quick, 1)
    return root


@pytest.mark.parametrize("kind", LOST)
def test_a_tweet_without_a_usable_photo_is_lent_one(archive, kind):
    raw = pl.read_parquet(archive / "out/tweets.parquet")
    table = pl.read_parquet(archive / "augment/augmented.parquet")
    numbers = [number for number in range(60, 180) if list(LOST)[number // 2 % len(LOST)] == kind]
    words = [post(number)["text"].split()[0] for number in numbers]
    names = raw.filter(pl.col("text").str.contains_any(words))["tweet"]
    assert len(names) == len(numbers)
    rows = table.filter(pl.col("tweet").is_in(names.to_list()))
    assert rows["own_photo"].null_count() == len(rows) > 0
    assert rows["photo_0"].null_count() == 0
    assert {"train"} <= set(rows["split"])


def test_every_tweet_is_in_one_row_from_archive_to_batch(archive):
    accounting = json.loads((archive / "augment/accounting.json").read_text())
    rows = dict(accounting["archive"])
    assert rows.pop("tweets") == sum(rows.values()) == 181
    assert rows["no_emoji"] == 1
    assert rows["labelled"] == accounting["labelled"]
    for splits in accounting["confidence"].values():
        assert sum(split["labelled"] for split in splits.values()) == rows["labelled"]
        for split in splits.values():
            assert split["labelled"] == sum(split.values()) - split["labelled"]
    trained = json.loads((archive / "clip/train.json").read_text())
    of_training = accounting["confidence"]["0"]["train"]
    assert trained["training"]["tweets"] == of_training["own_photo"] + of_training["assigned"] > 60
    assert trained["assigned"] == of_training["assigned"]


def test_a_photo_without_a_vector_is_no_usable_photo(archive, params, tmp_path):
    """CLIP may give no finite numbers for a photo: its tweet is then like any other without one."""
    tweets = read_tweets(archive / "labelled.parquet")
    photos = tweets.filter(pl.col("photo").is_not_null() & (pl.col("split") == "train"))["photo"].to_list()
    vectors(tmp_path / "images", "photo", sorted(set(tweets["photo"].drop_nulls()) - {photos[0]}), 2)
    vectors(tmp_path / "texts", "tweet", tweets.filter(pl.col("label").is_not_null())["tweet"].to_list(), 1)
    assign(archive / "labelled.parquet", tmp_path, tmp_path, params("augment", Augment), 1)
    table = pl.read_parquet(tmp_path / "augmented.parquet")
    row = table.filter(pl.col("tweet").is_in(tweets.filter(pl.col("photo") == photos[0])["tweet"].to_list()))
    assert row["own_photo"].to_list() == [None]
    assert row["photo_0"].null_count() == 0
    assert photos[0] not in table["photo_0"].to_list()
