import json
from itertools import pairwise

import polars as pl
import pytest

from floodmark.sentiment.accounting import account
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.dataset import SPLITS, labelled, photo_pools, read_tweets
from floodmark.settings.augment import Augment
from tests.sentiment.study import LABELLED

NUMBERS = (0, 0.5, 0.75, 0.9)


@pytest.fixture(scope="module", params=[0.3, 0.75, 0.9])
def assigned(request, study, params, tmp_path_factory):
    folder = tmp_path_factory.mktemp("augment")
    # A large scale makes the little-trained model's confidences reach every bin.
    settings = params("augment", Augment, candidate_threshold=request.param, logit_scale=300)
    assign(study / "tweets" / "labelled.parquet", study / "embeddings", folder, settings, 1)
    return request.param, folder, pl.read_parquet(folder / "augmented.parquet")


def test_every_labelled_tweet_has_one_row(assigned, study):
    expected = labelled(read_tweets(study / "tweets" / "labelled.parquet"))
    assert assigned[2]["tweet"].to_list() == expected["tweet"].to_list()


def test_own_photos_are_kept_and_nothing_is_lent_beside_them(assigned):
    own = assigned[2].filter(pl.col("own_photo").is_not_null())
    assert len(own)
    for name in ("none", *NUMBERS, "candidate"):
        assert own[f"photo_{name}"].null_count() == len(own)


def test_none_lends_nothing(assigned):
    assert assigned[2]["photo_none"].null_count() == len(assigned[2])


def test_photos_stay_within_their_split(assigned, study):
    pools = photo_pools(read_tweets(study / "tweets" / "labelled.parquet"))
    for name in (*NUMBERS, "candidate"):
        lent = assigned[2].filter(pl.col(f"photo_{name}").is_not_null())
        assert all(pools[photo] == split for photo, split in lent.select(f"photo_{name}", "split").iter_rows())


def test_tweets_nest_and_photos_are_sure_enough(assigned):
    threshold, _, table = assigned
    sets = [set(table.filter(pl.col(f"photo_{number}").is_not_null())["tweet"]) for number in NUMBERS]
    assert all(higher <= lower for lower, higher in pairwise(sets))
    assert sets[0] == set(table.filter(pl.col("own_photo").is_null())["tweet"]), "any photo will do at 0"
    assert 0 < len(sets[-1]) < len(sets[0]), "the study must try both outcomes"
    for number in NUMBERS:
        sure = table[f"confidence_{number}"].drop_nulls()
        assert (sure >= number).all()
    assert (table["confidence_candidate"].drop_nulls() >= threshold).all()


def test_draws_are_at_or_above_both_numbers_where_any_photo_is(assigned):
    threshold, _, table = assigned
    some = table.filter(pl.col("candidates") > 0)
    assert some["photo_candidate"].null_count() == 0
    assert table.filter(pl.col("candidates") == 0)["photo_candidate"].drop_nulls().is_empty()
    assert (some["confidence_0"] >= threshold).all()
    for number in NUMBERS:
        if number <= threshold:
            assert some[f"photo_{number}"].equals(some["photo_candidate"].alias(f"photo_{number}"))


def test_accounting_adds_up(assigned):
    _, folder, table = assigned
    accounting = json.loads((folder / "accounting.json").read_text())
    without = table["own_photo"].null_count()
    assert accounting["labelled"] == len(table) == accounting["own_photo"] + without
    assert accounting["share_with_candidate"] == pytest.approx((table["candidates"] > 0).sum() / without)
    for name, splits in accounting["confidence"].items():
        for split, rows in splits.items():
            here = table.filter(pl.col("split") == split)
            assert rows["labelled"] == len(here) == sum(rows.values()) - rows["labelled"]
            assert rows["assigned"] == here[f"photo_{name}"].count()


def test_a_split_without_photos_says_so():
    table = pl.DataFrame(
        {"split": ["train", "test"], "own_photo": [None, None], "photo_0": ["p", None], "photo_candidate": [None, None],
         "candidates": [0, 0], "near_threshold": [0, 0]},
        schema_overrides={"own_photo": pl.String, "photo_candidate": pl.String},
    )  # fmt: skip
    everyone = pl.DataFrame({"fate": ["labelled", "labelled", "no emoji"]})
    accounting = account(everyone, table, {"p": "train"}, ("0",))
    assert accounting["archive"] == {"labelled": 2, "no_emoji": 1, "tweets": 3}
    tables = accounting["confidence"]
    assert tables["0"]["train"] == {"own_photo": 0, "assigned": 1, "below": 0, "no_photos": 0, "labelled": 1}
    assert tables["0"]["test"] == {"own_photo": 0, "assigned": 0, "below": 0, "no_photos": 1, "labelled": 1}
    assert tables["candidate"]["train"]["below"] == 1


def test_photos_belong_to_the_split_of_their_group():
    rows = [
        ("a", "x", 1, "test", "one", "seen"),
        ("b", "x", None, None, "one", "neighbour"),
        ("c", "x", None, None, "two", "nobody"),
        ("d", "x", 0, "train", "three", "shared"),
        ("e", "x", 0, "validation", "four", "shared"),
        ("f", "x", None, None, "five", None),
    ]
    tweets = pl.DataFrame([(*row, False) for row in rows], schema=LABELLED, orient="row")
    assert photo_pools(tweets) == {"neighbour": "test", "nobody": "train", "seen": "test"}


def test_no_photos_at_all(study, params, tmp_path):
    """Embeddings of a study whose tweets have no photos."""
    import shutil

    import torch

    from floodmark.learning.weights import save_weights

    shutil.copytree(study / "embeddings", tmp_path / "embeddings")
    tweets = read_tweets(study / "tweets" / "labelled.parquet").with_columns(photo=pl.lit(None, pl.String))
    tweets.write_parquet(tmp_path / "labelled.parquet")
    empty = {"embeddings": torch.zeros((0, 16), dtype=torch.float16)}
    save_weights(tmp_path / "embeddings" / "images.safetensors", empty, {"rows": "photo", "logit_scale": 14.0})
    pl.DataFrame({"photo": []}, schema={"photo": pl.String}).write_parquet(tmp_path / "embeddings" / "images.parquet")
    assign(tmp_path / "labelled.parquet", tmp_path / "embeddings", tmp_path, params("augment", Augment), 1)
    table = pl.read_parquet(tmp_path / "augmented.parquet")
    accounting = json.loads((tmp_path / "accounting.json").read_text())
    assert len(table) == accounting["labelled"] > 0
    assert table["photo_0"].null_count() == len(table)
    assert all(accounting["confidence"]["0"][split]["no_photos"] for split in SPLITS)


def test_confidences_near_any_number_asked_for_are_counted(study, params, tmp_path):
    """A number set to the confidence of a draw that was made below the threshold decides whether that draw is kept."""
    tweets = study / "tweets" / "labelled.parquet"
    plain = params("augment", Augment, min_confidences=[0], candidate_threshold=0.9)
    assign(tweets, study / "embeddings", tmp_path, plain, 1)
    before = pl.read_parquet(tmp_path / "augmented.parquet")
    edge = before.filter(pl.col("candidates") == 0)["confidence_0"].drop_nulls().max()
    asked = params("augment", Augment, min_confidences=[0, edge], candidate_threshold=0.9)
    assign(tweets, study / "embeddings", tmp_path, asked, 1)
    after = pl.read_parquet(tmp_path / "augmented.parquet")
    counted = after.with_columns(more=after["near_threshold"] - before["near_threshold"]).filter(pl.col("more") > 0)
    at_the_edge = after.filter((pl.col("confidence_0") - edge).abs() < 1e-4)["tweet"].to_list()
    assert set(at_the_edge) <= set(counted["tweet"])
    assert len(at_the_edge) >= 1
