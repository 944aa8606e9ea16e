"""Every photo and every text through CLIP once: unit vectors that augmentation and classifiers share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import torch

from floodmark.errors import UserError
from floodmark.learning.device import pick_device
from floodmark.learning.weights import load_weights, save_weights
from floodmark.progress import say
from floodmark.sentiment.clip import CONFIG, WEIGHTS, Clip, load_folder
from floodmark.sentiment.dataset import CLASSES, labelled, read_photos, read_tweets
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.human import read_judged
from floodmark.sentiment.vector_store import VectorStore
from floodmark.storage import write_table

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from floodmark.settings.embed import Embed


class Embeddings(NamedTuple):
    """Unit vectors with what they belong to.

    Attributes:
        ids: One per row.
        vectors: float16 (rows, d).
        logit_scale: Factor that CLIP has learnt for the cosine.
    """

    ids: list[Any]
    vectors: NDArray[np.float16]
    logit_scale: float


def embed(
    tweets: Path, judged: Path, media: Path, clip_folder: Path, folder: Path, settings: Embed, known: Path
) -> None:
    """Write `texts`, `images`, `human` and `prompts`, each as safetensors with a Parquet table of ids beside it.

    Texts are those of labelled tweets, whose label emoji have been removed, and those that people have labelled.

    Args:
        tweets: `labelled.parquet`.
        judged: `judged.parquet`.
        media: Pixels and pseudonyms of the photos.
        clip_folder: The model.
        folder: Where to write.
        settings: Inputs that pass the model together, and the prompts.
        known: Folder of the vectors of earlier runs, by model; what is new is added.

    Raises:
        UserError: if CLIP has no finite vector for a text.
    """
    clip = load_folder(clip_folder)
    device = pick_device()
    clip.model.to(device)
    store = open_store(known, clip_folder, settings.batch_size, device)
    encoder = Encoder(clip, store, settings.batch_size, clip_folder)
    photos, labelled_tweets, human = read_photos(media), labelled(read_tweets(tweets)), read_judged(judged).texts
    say(f"{len(labelled_tweets)} texts and {len(photos.ids)} photos of tweets, {len(human)} texts judged by people")
    pictures = encoder.photos(photos)
    seen = np.asarray(np.isfinite(pictures).all(1), bool)
    if not seen.all():
        say(f"CLIP has no finite vector for {np.count_nonzero(~seen)} photos: they count as unusable")
    write_vectors(folder, "images", "photo", [photos.ids[row] for row in np.flatnonzero(seen)], pictures[seen], clip)
    names, texts = labelled_tweets["tweet"].to_list(), labelled_tweets["text"].to_list()
    write_vectors(folder, "texts", "tweet", names, _finite(encoder.texts(texts, "texts"), clip_folder), clip)
    rows, texts = human["label_row"].to_list(), human["text"].to_list()
    write_vectors(folder, "human", "label_row", rows, _finite(encoder.texts(texts, "judged texts"), clip_folder), clip)
    by_class = dict(zip(CLASSES, (settings.negative_prompts, settings.positive_prompts), strict=True))
    classes = [name for name, prompts in by_class.items() for _ in prompts]
    prompts = [prompt for prompts in by_class.values() for prompt in prompts]
    write_vectors(folder, "prompts", "class", classes, _finite(encoder.texts(prompts, "prompts"), clip_folder), clip)


def _finite(vectors: NDArray[np.float16], clip_folder: Path) -> NDArray[np.float16]:
    """The vectors of texts, which nothing can be learnt or said without.

    Raises:
        UserError: if one is not finite: what a text lacks is no blemish of the text, as it may be of a photo.
    """
    wrong = int((~np.isfinite(vectors).all(1)).sum())
    if wrong:
        raise UserError(
            f"{clip_folder}: CLIP has no finite vector for {wrong} of {len(vectors)} texts, so its weights are damaged "
            "or of another model: check them with `floodmark doctor --clip`, or name others in pretrain_clip.pretrained"
        )
    return vectors


def open_store(known: Path, clip_folder: Path, batch_size: int, device: torch.device) -> VectorStore:
    """The vectors that a model has given before, told apart by whatever their bits depend on besides the input."""
    import open_clip

    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{batch_size} {device.type} {torch.__version__} {open_clip.__version__}".encode())
    for name in (CONFIG, WEIGHTS):
        digest.update((clip_folder / name).read_bytes())
    return VectorStore(known / digest.hexdigest())


def write_vectors(folder: Path, name: str, key: str, ids: list[Any], vectors: NDArray[np.float16], clip: Clip) -> None:
    """Write one kind of vectors with their ids."""
    scale = round(clip.model.logit_scale.exp().item(), 6)
    save_weights(
        folder / f"{name}.safetensors", {"embeddings": torch.from_numpy(vectors)}, {"rows": key, "logit_scale": scale}
    )
    kind = pl.Int32 if key == "label_row" else pl.String
    write_table(folder / f"{name}.parquet", pl.DataFrame({key: ids}, schema={key: kind}))


def read_embeddings(folder: Path, name: str) -> Embeddings:
    """Read back `texts`, `images`, `human` or `prompts`.

    Raises:
        UserError: if the file was not written by Floodmark.
    """
    tensors, config = load_weights(folder / f"{name}.safetensors")
    ids = pl.read_parquet(folder / f"{name}.parquet")[config["rows"]].to_list()
    return Embeddings(ids, tensors["embeddings"].numpy(), float(config["logit_scale"]))
