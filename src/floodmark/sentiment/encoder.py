"""Photos and texts through CLIP, each once: what the store knows is not computed again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from floodmark.learning.cluster import scheduler
from floodmark.progress import track
from floodmark.sentiment.abroad import encode_abroad
from floodmark.sentiment.blocks import Pictures, Texts, encode_blocks, forward

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.sentiment.clip import Clip
    from floodmark.sentiment.dataset import Photos
    from floodmark.sentiment.vector_store import VectorStore


class Encoder:
    """A model with the vectors that it has given before."""

    def __init__(self, clip: Clip, store: VectorStore, batch_size: int, folder: Path | None = None) -> None:
        """Encode in blocks of `batch_size`, and only what the store lacks.

        Args:
            clip: The model.
            store: Its vectors so far.
            batch_size: Inputs that pass it together.
            folder: Where the workers of a cluster find it, as it is; None where they may not help.
        """
        self._clip, self._store, self._batch_size, self._folder = clip, store, batch_size, folder

    def photos(self, photos: Photos) -> NDArray[np.float16]:
        """Unit vectors of the photos, in order, each by the preprocessing that belongs to the model."""
        # A photo's pseudonym is made of its pixels, so it stands for them.
        keys = [f"photo {photo}" for photo in photos.ids]
        return self._encode(keys, Pictures(photos.pixels, photos.folder), "photos")

    def texts(self, texts: Sequence[str], what: str) -> NDArray[np.float16]:
        """Unit vectors of the texts, in order."""
        keys = [f"text {hashlib.sha256(text.encode()).hexdigest()}" for text in texts]
        return self._encode(keys, Texts(texts), what)

    def _encode(self, keys: Sequence[str], inputs: Texts | Pictures, what: str) -> NDArray[np.float16]:
        first = {key: row for row, key in reversed(list(enumerate(keys)))}
        missing = sorted(row for key, row in first.items() if key not in self._store)
        blocks = [missing[start : start + self._batch_size] for start in range(0, len(missing), self._batch_size)]
        told = f"{what} through CLIP, blocks of {self._batch_size}; {len(first) - len(missing)} known"
        for rows, vectors in zip(blocks, self._through(inputs, blocks, told), strict=True):
            self._store.add([keys[row] for row in rows], vectors)
        self._store.flush()
        return self._store.get(keys) if keys else forward(self._clip, "encode_text", self._clip.tokenize([""]))[:0]

    def _through(self, inputs: Texts | Pictures, blocks: list[list[int]], told: str) -> Iterable[NDArray[np.float16]]:
        if self._folder is not None and scheduler() is not None:
            return encode_abroad(self._folder, inputs, blocks, self._batch_size, told)
        return track(encode_blocks(self._clip, inputs, blocks, self._batch_size), told, len(blocks))
