"""Each error changes what it says it changes, and nothing else."""

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from floodmark.sentiment.ablations.flaws import (
    unscaled,
    with_confidence_per_batch,
    with_label_emoji,
    with_unscaled_pixels,
)
from floodmark.sentiment.clip import DEVIATION, MEAN, load_folder
from floodmark.sentiment.embeddings import read_embeddings


def lent_photos(world):
    return pl.read_parquet(world.sources.augmented).sort("tweet")


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_unscaled_pixels_are_normalised_as_if_they_were_scaled(study):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    clip = load_folder(study / "clip")
    whole = torch.from_numpy(pixels).permute(2, 0, 1).float()
    expected = (whole - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]
    found = unscaled(clip.preprocess(Image.fromarray(pixels)), MEAN, DEVIATION)
    assert torch.allclose(found, expected, atol=0.01)
    assert found.max() > 500  # far out of the 2.2 that CLIP knows


def test_unscaled_pixels_change_who_is_lent_what_and_nothing_else(lent, recipe, tmp_path):
    before = bytes_of(lent.world.sources.embeddings)
    flawed = with_unscaled_pixels(lent.world, tmp_path, recipe)
    assert flawed._replace(sources=lent.world.sources) == lent.world
    assert flawed.sources._replace(augmented=lent.world.sources.augmented) == lent.world.sources
    assert bytes_of(lent.world.sources.embeddings) == before
    sound, wrong = lent_photos(lent.world), lent_photos(flawed)
    assert (sound["tweet"] == wrong["tweet"]).all()
    assert sound["own_photo"].equals(wrong["own_photo"])
    assert (sound["photo_0"].fill_null("") != wrong["photo_0"].fill_null("")).mean() > 0.2


def test_confidence_per_batch_is_that_of_the_stage_itself(lent, recipe, tmp_path):
    flawed = with_confidence_per_batch(lent.world, tmp_path, recipe)
    sound, wrong = lent_photos(lent.world), lent_photos(flawed)
    assert sound["own_photo"].equals(wrong["own_photo"])
    assert (sound["confidence_0"].fill_null(-1) != wrong["confidence_0"].fill_null(-1)).mean() > 0.5


def test_label_emoji_are_read_by_clip_itself_by_the_classifier_and_in_what_people_judged(lent, recipe, tmp_path):
    flawed = with_label_emoji(lent.world, lent.tweets, lent.human, tmp_path, recipe)
    plain, leaky = (pl.read_parquet(world.sources.tweets) for world in (lent.world, flawed))
    assert leaky.drop("text").equals(plain.drop("text"))
    marks = leaky.filter(pl.col("label") == 1)["text"].str.contains("😍")
    assert marks.all()
    assert not plain["text"].str.contains("😍|😡").any()
    assert pl.read_parquet(flawed.judged)["text"].str.contains("😍").all()
    assert (
        bytes_of(flawed.clip)["open_clip_model.safetensors"] != bytes_of(lent.world.clip)["open_clip_model.safetensors"]
    )
    one, other = (read_embeddings(world.sources.embeddings, "texts") for world in (lent.world, flawed))
    assert one.ids == other.ids
    assert (one.vectors != other.vectors).any(1).all()


def test_given_weights_are_not_trained_on_emoji(lent, recipe, tmp_path):
    given = recipe._replace(
        pretrain_clip=recipe.pretrain_clip.model_copy(update={"pretrained": f"local-dir:{lent.world.clip}"})
    )
    flawed = with_label_emoji(lent.world, lent.tweets, lent.human, tmp_path, given)
    assert bytes_of(flawed.clip) == bytes_of(lent.world.clip)


@pytest.mark.parametrize("part", ["texts", "images", "human"])
def test_vectors_of_a_world_keep_their_ids(lent, recipe, tmp_path, part):
    flawed = with_label_emoji(lent.world, lent.tweets, lent.human, tmp_path, recipe)
    one, other = (read_embeddings(world.sources.embeddings, part) for world in (lent.world, flawed))
    assert one.ids == other.ids
