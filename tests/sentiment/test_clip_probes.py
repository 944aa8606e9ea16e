import numpy as np
import pytest

from floodmark.sentiment.clip_probes import linear_probe, zero_shot
from floodmark.sentiment.embeddings import Embeddings, read_embeddings

UNIT = np.eye(3, dtype=np.float16)


def prompts(*rows, scale=10.0):
    return Embeddings([name for name, _ in rows], np.stack([UNIT[axis] for _, axis in rows]), scale)


def test_a_text_is_of_the_class_whose_prompts_are_nearer():
    found = zero_shot(UNIT[:2], prompts(("negative", 0), ("positive", 1)))
    np.testing.assert_allclose(found, [1 / (1 + np.exp(10)), 1 / (1 + np.exp(-10))])


def test_a_text_between_both_is_undecided():
    assert zero_shot(UNIT[2:], prompts(("negative", 0), ("positive", 1))) == pytest.approx(0.5)


def test_several_prompts_count_as_their_mean_and_in_no_order():
    several = prompts(("positive", 1), ("negative", 0), ("positive", 2))
    expected = 1 / (1 + np.exp(-10 / np.sqrt(2)))
    np.testing.assert_allclose(zero_shot(UNIT[1:], several), expected, rtol=1e-6)
    moved = Embeddings(several.ids[::-1], several.vectors[::-1], several.logit_scale)
    assert (zero_shot(UNIT, several) == zero_shot(UNIT, moved)).all()


def test_prompts_are_embedded_with_the_classes_they_stand_for(study, small_blocks):
    found = read_embeddings(study / "embeddings", "prompts")
    assert found.ids == ["negative"] * len(small_blocks.negative_prompts) + ["positive"] * len(
        small_blocks.positive_prompts
    )
    human = read_embeddings(study / "embeddings", "human")
    assert ((zero_shot(human.vectors, found) > 0) & (zero_shot(human.vectors, found) < 1)).all()


def test_a_linear_probe_learns_from_training_tweets_what_their_vectors_tell(study, tmp_path):
    import polars as pl

    from floodmark.sentiment.dataset import labelled, read_tweets

    path = study / "tweets" / "labelled.parquet"
    known = labelled(read_tweets(path))
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(len(known), 8))
    vectors[:, 2] += np.where(known["label"] == 1, 2.0, -2.0)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    found = linear_probe(path, Embeddings(known["tweet"].to_list(), vectors, 10.0), vectors)
    assert ((found > 0.5) == (known["label"] == 1).to_numpy()).mean() > 0.9
    order = rng.permutation(len(known))
    moved = Embeddings([known["tweet"][int(row)] for row in order], vectors[order], 10.0)
    np.testing.assert_allclose(linear_probe(path, moved, vectors), found)
    one_class = read_tweets(path).filter(pl.col("label").is_null() | (pl.col("label") == 1))
    one_class.write_parquet(tmp_path / "one.parquet")
    assert linear_probe(tmp_path / "one.parquet", moved, vectors) is None
