"""The original's errors as files: the tweets, vectors and lent photos that each of them would have given."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from floodmark.learning.device import pick_device
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.clip import CONFIG, load_folder
from floodmark.sentiment.dataset import read_photos
from floodmark.sentiment.embeddings import embed, write_vectors
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.pretraining import pretrain
from floodmark.sentiment.vector_store import VectorStore
from floodmark.storage import write_table

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from PIL.Image import Image

    from floodmark.sentiment.ablations.material import Sources
    from floodmark.settings.augment import Augment
    from floodmark.settings.embed import Embed
    from floodmark.settings.pretrain_clip import PretrainClip


class World(NamedTuple):
    """One version of everything that CLIP's classifier is made of.

    Attributes:
        sources: Tweets, lent photos and embeddings.
        judged: The texts that people judged, as models read them.
        clip: Folder of the model.
    """

    sources: Sources
    judged: Path
    clip: Path


class Recipe(NamedTuple):
    """How the stages before were run.

    Attributes:
        pretrain_clip: Settings of CLIP's own training.
        embed: Settings of the vectors.
        augment: Settings of the lent photos.
        media: Pixels of the photos.
        known: Folder of the vectors of earlier runs, by model.
        seed: Of the study.
    """

    pretrain_clip: PretrainClip
    embed: Embed
    augment: Augment
    media: Path
    known: Path
    seed: int


def with_label_emoji(world: World, tweets: Path, human: Path, folder: Path, recipe: Recipe) -> World:
    """CLIP reads the emoji that defined the label: in its own training, in the classifier's, and in what people judged.

    Published weights are taken as they are: they have read emoji.

    Args:
        world: Without the error.
        tweets: `tweets.parquet`, whose texts have their emoji.
        human: `human.parquet`, whose texts have theirs.
        folder: Where to write; it exists.
        recipe: How the stages before were run.
    """
    labelled, clip, embeddings = folder / "labelled.parquet", folder / "clip", folder / "embeddings"
    before = pl.read_parquet(world.sources.tweets)
    written = pl.read_parquet(tweets, columns=["tweet", "text"])
    table = before.drop("text").join(written, on="tweet", how="left", maintain_order="left").select(before.columns)
    write_table(labelled, table)
    clip.mkdir()
    if recipe.pretrain_clip.pretrained is None:
        pretrain(labelled, recipe.media, clip, recipe.pretrain_clip, recipe.seed)
    else:
        shutil.copytree(world.clip, clip, dirs_exist_ok=True)
    embeddings.mkdir()
    embed(labelled, human, recipe.media, clip, embeddings, recipe.embed, recipe.known)
    leaky = World(world.sources._replace(tweets=labelled, embeddings=embeddings), human, clip)
    return leaky._replace(sources=_lent(leaky, embeddings, folder / "lent", recipe.augment, recipe.seed))


def with_unscaled_pixels(world: World, folder: Path, recipe: Recipe) -> World:
    """Photos are lent by the vectors of pixels from 0 to 255, which CLIP's normalisation takes to be from 0 to 1.

    The classifier sees the right vectors of the photos that were lent, as in the original.
    """
    distorted = folder / "distorted"
    shutil.copytree(world.sources.embeddings, distorted)
    clip = load_folder(world.clip)
    clip.model.to(pick_device())
    config = json.loads((world.clip / CONFIG).read_text(encoding="utf-8"))["preprocess_cfg"]

    def preprocess(photo: Image) -> torch.Tensor:
        return unscaled(clip.preprocess(photo), config["mean"], config["std"])

    photos = read_photos(recipe.media)
    encoder = Encoder(clip._replace(preprocess=preprocess), VectorStore(folder / "vectors"), recipe.embed.batch_size)
    row_of = {photo: row for row, photo in enumerate(photos.ids)}
    ids = pl.read_parquet(distorted / "images.parquet")["photo"].to_list()
    write_vectors(distorted, "images", "photo", ids, encoder.photos(photos)[[row_of[photo] for photo in ids]], clip)
    return world._replace(sources=_lent(world, distorted, folder / "lent", recipe.augment, recipe.seed))


def unscaled(normalised_CHW: torch.Tensor, mean: list[float], deviation: list[float]) -> torch.Tensor:
    """What normalisation makes of a photo whose pixels were not divided by 255 before."""
    mean_C11 = normalised_CHW.new_tensor(mean)[:, None, None]
    deviation_C11 = normalised_CHW.new_tensor(deviation)[:, None, None]
    return (255 * (normalised_CHW * deviation_C11 + mean_C11) - mean_C11) / deviation_C11


def with_confidence_per_batch(world: World, folder: Path, recipe: Recipe) -> World:
    """A photo's confidence is its softmax among the 64 that it happens to stand with."""
    settings = recipe.augment.model_copy(update={"confidence": "original_batches"})
    return world._replace(sources=_lent(world, world.sources.embeddings, folder / "lent", settings, recipe.seed))


def _lent(world: World, embeddings: Path, folder: Path, settings: Augment, seed: int) -> Sources:
    """Lend photos by some embeddings; the classifier keeps those of the world."""
    folder.mkdir()
    assign(world.sources.tweets, embeddings, folder, settings, seed)
    return world.sources._replace(augmented=folder / "augmented.parquet")
