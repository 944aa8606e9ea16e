"""A small CLIP model from the study's own photos and texts (Radford et al. 2021), for where no weights are given."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import torch
import torch.nn.functional as F

from floodmark import ranks
from floodmark.learning.device import pick_device
from floodmark.learning.distributed import gathered
from floodmark.learning.history import write_history
from floodmark.learning.seeds import fix, generator
from floodmark.learning.trainer import Schedule, fit
from floodmark.progress import say
from floodmark.sentiment.clip import CONFIG, PREFIX, Clip, load, small_config, to_photo, write_config, write_weights
from floodmark.sentiment.dataset import Photos, photo_pools, read_photos, read_tweets
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from floodmark.settings.pretrain_clip import PretrainClip

MAX_SCALE = 100.0
"""Upper bound of the learnt logit scale, as in CLIP's paper."""
RECALL_AT = 5
SHIFT = 4
"""Photos are moved by up to this many pixels in training, beside being mirrored."""


def pretrain(
    tweets: Path, media: Path, folder: Path, settings: PretrainClip, seed: int, work: Path | None = None
) -> None:
    """Write a CLIP model as open_clip's `local-dir:`, with `history.csv` and `train.json`.

    Only photos and texts of the training split are learnt from. Without any pair the seeded, untrained model is
    written and marked so, and the stages after it carry on. With `work`, a training goes on from where it was cut off.
    """
    if settings.pretrained is not None:
        _pass_through(settings.pretrained, folder)
        return
    photos, table = read_photos(media), read_tweets(tweets)
    training, validation = (_pairs(table, photos, split) for split in ("train", "validation"))
    write_config(folder, small_config(settings.model))
    fix(seed, "pretrain_clip")
    clip = load(f"{PREFIX}{folder}", weights=False)
    say(f"{len(training)} photo-text pairs to learn from, {len(validation)} to validate")
    history = []
    if len(training) > 1 and settings.epochs:
        history = _train(clip, photos, training, validation, settings, seed, work)
    else:
        say("no photo-text pairs to learn from: the CLIP model is written untrained")
    write_weights(folder, clip.model)
    write_history(folder / "history.csv", history or [_nothing()])
    write_json(folder / "train.json", _summary(clip, photos, training, validation, history))


def _nothing() -> dict[str, float]:
    """The history of a model that was not trained here: columns without a number."""
    return dict.fromkeys(("epoch", "loss", "recall", "chance", "logit_scale", "selection"), math.nan)


def _summary(
    clip: Clip, photos: Photos, training: pl.DataFrame, validation: pl.DataFrame, history: list[dict[str, float]]
) -> dict[str, Any]:
    pixels = _preprocessed(clip, photos, validation)
    scores = retrieval(clip, pixels, validation)
    return {
        "trained": bool(history),
        "given": False,
        "pairs": len(training),
        "photos": training["row"].n_unique(),
        "parameters": sum(parameter.numel() for parameter in clip.model.parameters()),
        "logit_scale": clip.model.logit_scale.exp().item(),
        "best_epoch": max(history, key=lambda row: row["selection"])["epoch"] if history else 0,
        "validation": {"pairs": len(validation), "photos": validation["row"].n_unique(), **scores},
    }


def _pairs(tweets: pl.DataFrame, photos: Photos, split: str) -> pl.DataFrame:
    """Text and photo row of every tweet of this split with a usable photo of it, the same pair once.

    Tweets without a split are left out though their photos may lie in the pool: among them are those that people judge
    models by, and those set aside because they are too near to validation or test.
    """
    rows = pl.DataFrame(
        {"photo": photos.ids, "row": range(len(photos.ids))}, schema={"photo": pl.String, "row": pl.Int64}
    )
    pools = photo_pools(tweets)
    pool = pl.DataFrame(
        {"photo": list(pools), "pool": list(pools.values())}, schema={"photo": pl.String, "pool": pl.String}
    )
    own = tweets.filter(
        (pl.col("split") == split) & pl.col("photo").is_not_null() & (pl.col("text").str.strip_chars() != "")
    )
    joined = own.join(pool.filter(pl.col("pool") == split), on="photo").join(rows, on="photo")
    return joined.select("text", "row").unique().sort("row", "text")


def _train(
    clip: Clip,
    photos: Photos,
    training: pl.DataFrame,
    validation: pl.DataFrame,
    settings: PretrainClip,
    seed: int,
    work: Path | None,
) -> list[dict[str, float]]:
    device = pick_device()
    clip.model.to(device)
    pixels = _preprocessed(clip, photos, training, validation)
    tokens = clip.tokenize(training["text"].to_list())
    rows = training["row"].to_numpy()
    size = min(settings.batch_size, len(rows))
    steps = len(rows) // size
    reached = 0

    def batches(epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        nonlocal reached
        reached = epoch
        rng = generator(seed, "pretrain_clip", "epoch", epoch)
        # The last, smaller batch is left out: a contrast among fewer photos is another loss. Its pairs come elsewhere.
        for pairs in rng.permutation(len(rows))[: steps * size].reshape(steps, size):
            mirrored, offsets = _moves(size, rng)
            own = ranks.share(size)
            chosen = pairs[own]
            images = _moved(torch.stack([pixels[row] for row in rows[chosen]]), mirrored[own], offsets[own])
            yield images.to(device), tokens[chosen].to(device), torch.from_numpy(rows[chosen]).to(device)

    def loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        return contrastive_loss(clip.model, *batch)

    def evaluate() -> dict[str, float]:
        scores = retrieval(clip, pixels, validation)
        # Without photos to validate on the last epoch is kept.
        selection = scores["recall"] if len(validation) else float(reached)
        return {**scores, "logit_scale": clip.model.logit_scale.exp().item(), "selection": selection}

    schedule = Schedule(settings.epochs, settings.learning_rate, settings.weight_decay, steps, settings.epochs)
    history = fit(clip.model, loss, batches, evaluate, schedule, "selection", work=work, whole=size)
    clip.model.to("cpu")
    return history


def _moves(count: int, rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which photos of a batch are mirrored, and by how many rows and columns each is moved."""
    return rng.random(count) < 0.5, rng.integers(0, 2 * SHIFT + 1, (count, 2))


def _moved(images_BCHW: torch.Tensor, mirrored: NDArray[np.bool_], offsets: NDArray[np.int64]) -> torch.Tensor:
    """Each photo mirrored or not and moved by a few pixels; the border repeats."""
    height, width = images_BCHW.shape[-2:]
    flipped = torch.from_numpy(mirrored)
    images_BCHW = torch.where(flipped[:, None, None, None], images_BCHW.flip(-1), images_BCHW)
    padded = F.pad(images_BCHW, (SHIFT,) * 4, mode="replicate")
    return torch.stack([image[:, y : y + height, x : x + width] for image, (y, x) in zip(padded, offsets, strict=True)])


def contrastive_loss(
    model: Any, images_BCHW: torch.Tensor, tokens_BT: torch.Tensor, rows_B: torch.Tensor
) -> torch.Tensor:
    """CLIP's symmetric cross-entropy; texts of one photo are all right answers, in equal parts.

    With distinct photos it is CLIP's loss; several tweets sharing a photo would otherwise be told apart by nothing.
    """
    with torch.no_grad():
        model.logit_scale.clamp_(max=math.log(MAX_SCALE))
    images_BE = gathered(model.encode_image(images_BCHW, normalize=True))
    texts_BE = gathered(model.encode_text(tokens_BT, normalize=True))
    rows_B = gathered(rows_B)
    logits_BB = model.logit_scale.exp() * images_BE @ texts_BE.T
    same_BB = (rows_B[:, None] == rows_B[None, :]).float()
    target_BB = same_BB / same_BB.sum(1, keepdim=True)
    return (F.cross_entropy(logits_BB, target_BB) + F.cross_entropy(logits_BB.T, target_BB)) / 2


def retrieval(clip: Clip, pixels: dict[int, torch.Tensor], pairs: pl.DataFrame) -> dict[str, float]:
    """Share of texts whose own photo is among the five most similar of the split, beside what chance would give."""
    rows = pairs["row"].unique().sort().to_list()
    if not rows:
        return {"recall": math.nan, "chance": math.nan}
    device = clip.model.logit_scale.device
    with torch.inference_mode():
        images = clip.model.encode_image(torch.stack([pixels[row] for row in rows]).to(device), normalize=True)
        texts = clip.model.encode_text(clip.tokenize(pairs["text"].to_list()).to(device), normalize=True)
    best = (texts @ images.T).topk(min(RECALL_AT, len(rows)), 1).indices.cpu().numpy()
    own = np.searchsorted(rows, pairs["row"].to_numpy())
    return {"recall": float((best == own[:, None]).any(1).mean()), "chance": min(1.0, RECALL_AT / len(rows))}


def _preprocessed(clip: Clip, photos: Photos, *pairs: pl.DataFrame) -> dict[int, torch.Tensor]:
    rows: NDArray[np.int64] = np.unique(np.concatenate([table["row"].to_numpy() for table in pairs]))
    return {int(row): clip.preprocess(to_photo(photos.pixels[row])) for row in rows}


def _pass_through(name: str, folder: Path) -> None:
    """Write given weights in the layout of our own."""
    if name.startswith(PREFIX):
        clip = load(name)
        config = json.loads((Path(name.removeprefix(PREFIX)) / CONFIG).read_text(encoding="utf-8"))
        write_config(folder, config["model_cfg"], config.get("preprocess_cfg"))
    else:
        import open_clip

        architecture, _, tag = name.partition("/")
        clip = load(architecture, tag or None)
        write_config(folder, open_clip.get_model_config(architecture), dict(clip.model.visual.preprocess_cfg))
    write_weights(folder, clip.model)
    write_history(folder / "history.csv", [_nothing()])
    scale = clip.model.logit_scale.exp().item()
    write_json(folder / "train.json", {"trained": True, "given": True, "pairs": 0, "logit_scale": scale})
