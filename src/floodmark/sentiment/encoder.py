"""Photos and texts through CLIP: threads prepare the next blocks while the model works on this one."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.progress import track
from floodmark.sentiment.clip import to_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from floodmark.sentiment.clip import Clip
    from floodmark.sentiment.dataset import Photos
    from floodmark.sentiment.vector_store import VectorStore

AHEAD = 2
"""Blocks that are prepared beyond the one in work."""


class Encoder:
    """A model with the vectors that it has given before."""

    def __init__(self, clip: Clip, store: VectorStore, batch_size: int) -> None:
        """Encode in blocks of `batch_size`, and only what the store lacks."""
        self._clip, self._store, self._batch_size = clip, store, batch_size

    def photos(self, photos: Photos) -> NDArray[np.float16]:
        """Unit vectors of the photos, in order, each by the preprocessing that belongs to the model."""
        # A photo's pseudonym is made of its pixels, so it stands for them.
        keys = [f"photo {photo}" for photo in photos.ids]
        return self._encode(
            keys, lambda row: self._clip.preprocess(to_photo(photos.pixels[row])), "encode_image", "photos"
        )

    def texts(self, texts: Sequence[str], what: str) -> NDArray[np.float16]:
        """Unit vectors of the texts, in order; one that was only emoji is empty now, which the tokeniser takes."""
        keys = [f"text {hashlib.sha256(text.encode()).hexdigest()}" for text in texts]
        return self._encode(keys, lambda row: self._clip.tokenize([texts[row]])[0], "encode_text", what)

    def _encode(
        self, keys: Sequence[str], prepare: Callable[[int], torch.Tensor], method: str, what: str
    ) -> NDArray[np.float16]:
        first = {key: row for row, key in reversed(list(enumerate(keys)))}
        missing = sorted(row for key, row in first.items() if key not in self._store)
        blocks = [missing[start : start + self._batch_size] for start in range(0, len(missing), self._batch_size)]
        told = f"{what} through CLIP, blocks of {self._batch_size}; {len(first) - len(missing)} known"
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            prepared = self._prepare(pool, blocks, prepare)
            for rows, inputs in zip(blocks, track(prepared, told, len(blocks)), strict=True):
                self._store.add([keys[row] for row in rows], self._forward(inputs, method)[: len(rows)])
        self._store.flush()
        return self._store.get(keys) if keys else self._forward(self._clip.tokenize([""]), "encode_text")[:0]

    def _prepare(
        self, pool: ThreadPoolExecutor, blocks: list[list[int]], prepare: Callable[[int], torch.Tensor]
    ) -> Iterator[torch.Tensor]:
        """Blocks of one shape, a few prepared ahead.

        The bits of a float32 matrix product depend on its number of rows, so the last block repeats its last input
        until it is as long as the others.
        """
        waiting = deque([pool.submit(prepare, row) for row in rows] for rows in blocks[:AHEAD])
        for number in range(len(blocks)):
            if number + AHEAD < len(blocks):
                waiting.append([pool.submit(prepare, row) for row in blocks[number + AHEAD]])
            inputs = [future.result() for future in waiting.popleft()]
            yield torch.stack(inputs + inputs[-1:] * (self._batch_size - len(inputs)))

    def _forward(self, inputs: torch.Tensor, method: str) -> NDArray[np.float16]:
        with torch.inference_mode():
            vectors = getattr(self._clip.model, method)(inputs.to(self._clip.model.logit_scale.device)).float()
            vectors = vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)
        return np.asarray(vectors.cpu().numpy().astype(np.float16))
