import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.ablations.held_out import held_out, judged_texts
from tests.sentiment.ablations.conftest import CLASSES


@pytest.fixture
def rows():
    """Two splits of 40 tweets: a quarter with photos of their own, a quarter with lent ones."""
    own = ["a", None, None, None] * 10
    seen = ["a", "b", None, None] * 10
    schema = {"label": pl.Int8, "group": pl.String, "own_photo": pl.String, "seen": pl.String}
    tables = {}
    for split in ("train", "validation", "test"):
        labels = [number // 4 % 2 for number in range(40)]
        groups = [f"{split}{number // 2}" for number in range(40)]
        tables[split] = pl.DataFrame({"label": labels, "group": groups, "own_photo": own, "seen": seen}, schema=schema)
    return tables


@pytest.fixture
def judged():
    return pl.DataFrame(
        {
            "label_row": range(30),
            "text": ["t"] * 30,
            "source": ["x"] * 20 + ["y"] * 8 + [None] * 2,
            "label": [0, 1] * 15,
        }
    )


def test_photos_part_the_emoji_tweets_and_training_is_none_of_them(rows, judged):
    found = {part.name: part for part in held_out(rows, judged, 1)}
    assert len(found["emoji"].rows) == 80
    parts = [found[f"emoji, {kind} photo"].rows for kind in ("own", "lent", "no")]
    assert [len(part) for part in parts] == [20, 20, 40]
    assert sorted(np.concatenate(parts)) == list(range(80))
    assert (found["emoji"].truth == [number // 4 % 2 for number in range(40)] * 2).all()
    assert not any(str(unit).startswith("train") for unit in found["emoji"].units)


def test_judged_texts_follow_the_tweets_by_source(rows, judged):
    found = {part.name: part for part in held_out(rows, judged, 1)}
    assert (found["people"].rows == 80 + np.arange(30)).all()
    assert (found["people, x"].rows == 80 + np.arange(20)).all()
    assert (found["people, y"].rows == 100 + np.arange(8)).all()
    assert (found["people, unknown"].rows == [108, 109]).all()
    assert (found["people, y"].truth == [0, 1] * 4).all()


def test_sets_too_small_or_of_one_class_are_left_out(rows, judged):
    names = {part.name for part in held_out(rows, judged.with_columns(label=pl.lit(1)), 25)}
    assert names == {"emoji", "emoji, no photo"}


def test_the_same_seed_resamples_the_same_rows(rows, judged):
    (part,) = held_out(rows, judged, 50)
    answers = {"a": np.ones((2, 110), np.int64), "b": np.random.default_rng(0).integers(0, 2, (2, 110))}
    one, again, other = (part.score(answers, seed, 100, "balanced_accuracy") for seed in (1, 1, 2))
    assert (one.resampled == again.resampled).all()
    assert (one.resampled != other.resampled).any()
    assert one.mean("a").value == 0.5


def test_texts_on_which_people_agree_come_with_their_class(study):
    texts = judged_texts(study / "tweets/judged.parquet", CLASSES)
    assert set(texts["label"]) == {0, 1}
    whole = pl.read_parquet(study / "tweets/judged.parquet")
    for row in texts.iter_rows(named=True):
        said = whole.filter(pl.col("label_row") == row["label_row"])
        assert said["label"].item() == ("negative", "positive")[row["label"]]
        assert said["text"].item() == row["text"]
