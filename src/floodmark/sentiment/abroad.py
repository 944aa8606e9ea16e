"""Blocks of photos and texts through CLIP by the workers of a cluster: to the bit the vectors of this process.

Photos and the model are read where they lie, texts are sent. A worker computes on a device of the same kind, and on as
many threads as this process would: the sums of a matrix product depend on both.
"""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch

from floodmark.errors import UserError
from floodmark.learning.cluster import abroad, fan_out
from floodmark.learning.device import device_like, pick_device
from floodmark.sentiment.blocks import Pictures, Texts, encode_blocks
from floodmark.sentiment.clip import CONFIG, WEIGHTS, load_folder
from floodmark.sentiment.dataset import read_photos

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.sentiment.clip import Clip

BLOCKS = 8
"""Blocks of a job, so that a worker prepares some while its model works on others."""


class Model(NamedTuple):
    """How a worker computes.

    Attributes:
        folder: Of the model.
        digest: Of its files.
        device: Kind of it, `cpu` or `cuda`.
        threads: Of torch.
        size: Rows that pass the model together.
    """

    folder: Path
    digest: str
    device: str
    threads: int
    size: int


class Job(NamedTuple):
    """Blocks of rows of these texts, or of the photos in that folder."""

    blocks: list[list[int]]
    source: list[str] | Path


def encode_abroad(
    clip_folder: Path, inputs: Texts | Pictures, blocks: list[list[int]], size: int, told: str
) -> Iterator[NDArray[np.float16]]:
    """Unit vectors of the rows of each block; see `floodmark.sentiment.blocks.encode_blocks`.

    Args:
        clip_folder: The model.
        inputs: What the rows are of; photos that lie in a folder.
        blocks: Rows.
        size: Rows that pass the model together.
        told: Title of the progress bar.
    """
    model = Model(abroad(clip_folder), digest(clip_folder), pick_device().type, torch.get_num_threads(), size)
    jobs = [_job(inputs, blocks[at : at + BLOCKS]) for at in range(0, len(blocks), BLOCKS)]
    for vectors in fan_out(partial(_encode, model), jobs, told):
        yield from vectors


def digest(folder: Path) -> str:
    """Of a model's configuration and weights."""
    found = hashlib.blake2b(digest_size=16)
    for name in (CONFIG, WEIGHTS):
        found.update((folder / name).read_bytes())
    return found.hexdigest()


def _job(inputs: Texts | Pictures, blocks: list[list[int]]) -> Job:
    if isinstance(inputs, Pictures) and inputs.folder is not None:
        return Job(blocks, abroad(inputs.folder))
    if isinstance(inputs, Pictures):
        raise ValueError("photos that are of no folder cannot be found by workers")
    places = count()
    texts = [inputs.texts[row] for block in blocks for row in block]
    return Job([[next(places) for _ in block] for block in blocks], texts)


def _encode(model: Model, job: Job) -> list[NDArray[np.float16]]:
    """The vectors of each block of a job, on a worker."""
    torch.set_num_threads(model.threads)
    source = job.source
    inputs = Pictures(read_photos(source).pixels, source) if isinstance(source, Path) else Texts(source)
    return list(encode_blocks(_loaded(model.folder, model.digest, model.device), inputs, job.blocks, model.size))


@lru_cache(maxsize=1)
def _loaded(folder: Path, wanted: str, device: str) -> Clip:
    """The model, kept between jobs.

    Raises:
        UserError: if it is another one than the stage's.
    """
    if digest(folder) != wanted:
        raise UserError(
            f"{folder}: {platform.node()} reads another model there than the stage does: run the stage again"
        )
    clip = load_folder(folder)
    clip.model.to(device_like(device))
    return clip
