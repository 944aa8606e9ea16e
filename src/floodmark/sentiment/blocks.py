"""Photos and texts through CLIP in blocks of one shape: threads prepare the next ones while the model works on this."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.sentiment.clip import to_photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.clip import Clip

AHEAD = 2
"""Blocks that are prepared beyond the one in work."""


class Pictures(NamedTuple):
    """Photos, and the folder they are of where they are of one: uint8 (photos, 3, size, size)."""

    pixels: NDArray[np.uint8]
    folder: Path | None = None
    method: str = "encode_image"

    def prepare(self, clip: Clip, row: int) -> torch.Tensor:
        """By the preprocessing that belongs to the model, (3, its size, its size)."""
        return clip.preprocess(to_photo(self.pixels[row]))


class Texts(NamedTuple):
    """Texts; one that was only emoji is empty now, which the tokeniser takes."""

    texts: Sequence[str]
    method: str = "encode_text"

    def prepare(self, clip: Clip, row: int) -> torch.Tensor:
        """Token ids (context_length)."""
        return clip.tokenize([self.texts[row]])[0]


def encode_blocks(
    clip: Clip, inputs: Texts | Pictures, blocks: list[list[int]], size: int
) -> Iterator[NDArray[np.float16]]:
    """Unit vectors of the rows of each block, one block after the other.

    Args:
        clip: The model.
        inputs: What the rows are of.
        blocks: Rows, at least one and at most `size` each.
        size: Rows that pass the model together, to which a shorter block is filled.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for rows, prepared in zip(blocks, _prepare(pool, clip, inputs, blocks, size), strict=True):
            yield forward(clip, inputs.method, prepared)[: len(rows)]


def _prepare(
    pool: ThreadPoolExecutor, clip: Clip, inputs: Texts | Pictures, blocks: list[list[int]], size: int
) -> Iterator[torch.Tensor]:
    """Blocks of one shape, a few prepared ahead.

    The bits of a float32 matrix product depend on its number of rows, so a short block repeats its last input until it
    is as long as the others.
    """
    waiting = deque([pool.submit(inputs.prepare, clip, row) for row in rows] for rows in blocks[:AHEAD])
    for number in range(len(blocks)):
        if number + AHEAD < len(blocks):
            waiting.append([pool.submit(inputs.prepare, clip, row) for row in blocks[number + AHEAD]])
        found = [future.result() for future in waiting.popleft()]
        yield torch.stack(found + found[-1:] * (size - len(found)))


def forward(clip: Clip, method: str, inputs: torch.Tensor) -> NDArray[np.float16]:
    """Unit vectors (inputs, d) of what was prepared."""
    with torch.inference_mode():
        vectors = getattr(clip.model, method)(inputs.to(clip.model.logit_scale.device)).float()
        vectors = vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    return np.asarray(vectors.cpu().numpy().astype(np.float16))
