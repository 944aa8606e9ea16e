"""Vectors that a CLIP model has given before, so that a new photo costs one photo.

A vector is kept under its model and the content that it is of, and has the same bits whether it is found here or
computed anew: the store changes how long `embed` takes, never what it writes. It lies with the work in progress, grows
by one file at a time, each whole or absent, and may be deleted at any moment.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights, save_weights
from floodmark.progress import say
from floodmark.storage import beside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FLUSH = 4096
"""Vectors of one file: what a killed stage has to compute again."""


class VectorStore:
    """The vectors of one model, by key."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; a damaged file is deleted, and its vectors are computed again."""
        self._folder = folder
        self._known: dict[str, NDArray[np.float16]] = {}
        self._new: dict[str, NDArray[np.float16]] = {}
        for path in sorted(folder.glob("*.safetensors")) if folder.is_dir() else ():
            try:
                tensors, config = load_weights(path)
                self._known.update(zip(config["keys"], tensors["embeddings"].numpy(), strict=True))
            except (UserError, KeyError, ValueError, OSError) as error:
                say(f"{path} is damaged ({error}): its vectors are computed again")
                path.unlink()

    def __contains__(self, key: str) -> bool:
        """Whether there is a vector."""
        return key in self._known

    def get(self, keys: Sequence[str]) -> NDArray[np.float16]:
        """Vectors of shape (keys, d), of one key at least.

        Raises:
            KeyError: if there is none for a key.
        """
        return np.stack([self._known[key] for key in keys])

    def add(self, keys: Sequence[str], vectors: NDArray[np.float16]) -> None:
        """Take in new vectors, and write a file where there are enough."""
        added = dict(zip(keys, vectors, strict=True))
        self._known |= added
        self._new |= added
        if len(self._new) >= FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write the vectors that are in no file yet."""
        if not self._new:
            return
        keys = sorted(self._new)
        name = hashlib.blake2b("\n".join(keys).encode(), digest_size=16).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        tensor = torch.from_numpy(np.stack([self._new[key] for key in keys]))
        partial = beside(self._folder / name)
        save_weights(partial, {"embeddings": tensor}, {"keys": keys})
        os.replace(partial, self._folder / f"{name}.safetensors")
        self._new.clear()
