import numpy as np
import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.sentiment.dataset import labelled, read_tweets
from floodmark.sentiment.diagnosis.corpus import read_corpus
from tests.sentiment.diagnosis.conftest import write_inputs


def test_every_split_is_there_in_the_order_of_the_models(corpus, inputs):
    known = labelled(read_tweets(inputs.labelled))
    for split in ("train", "validation", "test"):
        rows, own = corpus.rows(split), known.filter(pl.col("split") == split)
        assert [corpus.texts[row] for row in rows] == own["text"].to_list()
        assert corpus.labels[rows].tolist() == own["label"].to_list()
        assert corpus.units[rows].tolist() == own["group"].to_list()


def test_people_come_once_a_text_without_neutral_ones_and_models_see_no_emoji(corpus):
    rows = corpus.rows("people")
    assert len(rows) == len({corpus.texts[row] for row in rows})
    for row in rows:
        assert corpus.written[row] == f"{corpus.texts[row]} {'😢😀'[corpus.labels[row]]}"
    assert set(corpus.sources[rows]) == {"source0", "source1"}
    assert not set(corpus.units[rows]) & set(corpus.units[corpus.rows("train")])


def test_what_is_scored_has_both_classes_and_enough_texts(corpus):
    found = corpus.scored(20)
    assert list(found) == ["emoji_test", "people", "people:source0", "people:source1"]
    assert sorted([*found["people:source0"], *found["people:source1"]]) == found["people"].tolist()
    assert list(corpus.scored(10_000)) == ["emoji_test", "people"]
    one = corpus._replace(labels=np.where(corpus.parts == "test", 1, corpus.labels))
    assert "emoji_test" not in one.scored(20)


def changed(inputs, tmp_path, **columns):
    tweets = pl.read_parquet(inputs.labelled).with_columns(**columns)
    tweets.write_parquet(tmp_path / "labelled.parquet")
    return inputs._replace(labelled=tmp_path / "labelled.parquet")


def spare(inputs, settings, most=1000):
    own = settings()
    found = read_corpus(inputs, own.evaluate_human, own.label_tweets, most, 1)
    return [found.texts[row] for row in found.rows("spare")]


def test_spare_tweets_are_near_nothing_that_is_scored(inputs, settings, tmp_path, corpus):
    """Of tweets without emoji, those that repeat a judged text or belong to a group held out are left."""
    everyone = pl.read_parquet(inputs.labelled)
    held = everyone.filter(pl.col("split").is_in(["validation", "test"]))["group"].to_list()
    own = everyone.filter((pl.col("fate") == "no emoji") & ~pl.col("group").is_in(held))
    found = spare(inputs, settings)
    assert 10 < len(found) <= len(own)
    assert set(found) <= set(own["text"])
    judged = corpus.texts[corpus.rows("people")[0]]
    place = pl.when(pl.col("text") == found[0]).then(pl.lit(judged.upper() + " https")).otherwise("text")
    assert len(spare(changed(inputs, tmp_path, text=place), settings)) == len(found) - 1
    in_test = pl.when(pl.col("text") == found[0]).then(pl.lit(held[0])).otherwise("group")
    assert len(spare(changed(inputs, tmp_path, group=in_test), settings)) == len(found) - 1
    drawn = spare(inputs, settings, 5)
    assert 0 < len(drawn) <= 5
    assert set(drawn) <= set(found)


def test_tweets_of_a_judged_conversation_are_not_spare(tmp_path, settings):
    inputs = write_inputs(tmp_path, tweets=80, photos=0, judgements=40)
    free = spare(inputs, settings)
    of_text = dict(pl.read_parquet(inputs.labelled).select("text", "tweet").iter_rows())
    hashed = pl.read_parquet(inputs.human)["text_hash"][0]
    archive = pl.read_parquet(inputs.tweets)
    talk = pl.DataFrame({"tweet": ["away"], "text_hash": [hashed], "conversation": ["talk"], "event": [None]},
                        schema=archive.schema)  # fmt: skip
    heard = pl.when(pl.col("tweet") == of_text[free[0]]).then(pl.lit("talk"))
    pl.concat([archive.with_columns(conversation=heard), talk]).write_parquet(inputs.tweets)
    assert set(spare(inputs, settings)) == set(free) - {free[0]}


def test_judged_tweets_that_were_learnt_from_are_refused(tmp_path, settings):
    inputs = write_inputs(tmp_path, tweets=80, photos=0, judgements=40)
    hashed = pl.read_parquet(inputs.human)["text_hash"][0]
    learnt = pl.read_parquet(inputs.labelled).filter(pl.col("split") == "train")["tweet"][0]
    found = pl.when(pl.col("tweet") == learnt).then(pl.lit(hashed)).otherwise("text_hash")
    pl.read_parquet(inputs.tweets).with_columns(text_hash=found).write_parquet(inputs.tweets)
    with pytest.raises(UserError, match="1 tweets that people judged"):
        spare(inputs, settings)
