"""Cosines of tweets and photos by blocks of one shape, so that no neighbour, order or block size changes a bit.

The bits of a float32 matrix product depend on the shape of its factors, and on nothing else here: both sides are
padded with zeros to the tile of the device, whose every element is then summed in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Tile(NamedTuple):
    """Shape of one product: enough texts that reading the photos is not what takes the time."""

    texts: int
    photos: int


TILES = {"cpu": Tile(256, 4096), "cuda": Tile(256, 65536)}


class Similarity:
    """The photos of one pool, ready to be compared with any text.

    Attributes:
        count: Photos, N.
        tile: Shape of one product.
    """

    def __init__(self, images_NE: NDArray[np.float16], order: NDArray[np.int64], device: torch.device) -> None:
        """Move the photos' unit vectors to the device, as float32.

        Args:
            images_NE: Unit vectors.
            order: Rows of them that make up the pool, in its order.
            device: Where the products are computed.
        """
        self.count = len(order)
        self.tile = TILES[device.type]
        # A small pool needs no wide tile; its width depends on the pool alone, so equal pools get equal bits.
        self.width = min(self.tile.photos, _up(self.count, 64))
        shape = (_up(self.count, self.width), images_NE.shape[1])
        self._photos_NE = torch.zeros(shape, dtype=torch.float32, device=device)
        for start in range(0, self.count, self.width):  # a strip at a time: a copy of all would double the memory
            strip = torch.from_numpy(images_NE[order[start : start + self.width]])
            self._photos_NE[start : start + len(strip)] = strip.to(device)

    def room(self, texts: int) -> torch.Tensor:
        """Memory for the cosines of so many texts; new pages for every block would cost a tenth of its product."""
        shape = (_up(texts, self.tile.texts), len(self._photos_NE))
        return torch.empty(shape, dtype=torch.float32, device=self._photos_NE.device)

    def cosines(self, texts_TE: NDArray[np.float16], room_TN: torch.Tensor | None = None) -> torch.Tensor:
        """Cosines of shape (texts, photos), float32.

        Args:
            texts_TE: Unit vectors of any number of texts.
            room_TN: Where to put them, from `room` for at least as many texts; new memory otherwise.
        """
        count = len(texts_TE)
        found_TN = self.room(count) if room_TN is None else room_TN
        rows, device = _up(count, self.tile.texts), self._photos_NE.device
        padded_TE = torch.zeros((rows, self._photos_NE.shape[1]), dtype=torch.float32, device=device)
        padded_TE[:count] = torch.from_numpy(np.ascontiguousarray(texts_TE)).to(device)
        for top in range(0, rows, self.tile.texts):
            texts = padded_TE[top : top + self.tile.texts]
            for left in range(0, len(self._photos_NE), self.width):
                photos = self._photos_NE[left : left + self.width]
                torch.mm(texts, photos.T, out=found_TN[top : top + self.tile.texts, left : left + self.width])
        return found_TN[:count, : self.count]


def _up(count: int, step: int) -> int:
    """The least positive multiple of `step` that is not below `count`."""
    return max(1, -(-count // step)) * step
