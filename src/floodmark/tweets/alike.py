"""Photos that look alike: copies that were resized, compressed or brightened anew.

Each photo has a fingerprint of 128 bits that says whether it grows lighter or darker between neighbours of a nine by
nine thumbnail, to the right and downwards (difference hash, Krawetz 2013). Photos whose fingerprints differ in few bits
are one group, and so are those that hang together through others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 128
SIDE = 8
"""Differences along each side of the thumbnail."""


def fingerprint(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The fingerprint of a photo of shape (3, size, size), as 16 bytes."""
    grey = Image.fromarray(pixels.transpose(1, 2, 0)).convert("L")
    small = np.asarray(grey.resize((SIDE + 1, SIDE + 1), Image.Resampling.BOX))
    right, down = small[:-1, 1:] > small[:-1, :-1], small[1:, :-1] > small[:-1, :-1]
    return np.packbits([right, down])


def groups(prints: NDArray[np.uint8], bits: int) -> NDArray[np.int64]:
    """The group of each photo, as a number.

    Fingerprints that differ in at most `bits` bits are equal in at least one of `bits + 1` parts: only those that
    share a part are compared, so that the work grows with the pairs that are nearly alike rather than with all pairs.

    Args:
        prints: Shape (n, 16).
        bits: Most bits in which two fingerprints of a pair differ.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(prints):
        return np.zeros(0, np.int64)
    distinct, back = np.unique(prints, axis=0, return_inverse=True)
    links = np.concatenate([_near(distinct, part, bits) for part in np.array_split(np.arange(BITS), bits + 1)], axis=1)
    graph = coo_array((np.ones(links.shape[1], bool), (links[0], links[1])), shape=(len(distinct), len(distinct)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)[back.ravel()]


def _near(prints: NDArray[np.uint8], part: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """Pairs that are equal in one part and differ in at most `bits` bits altogether, shape (2, pairs)."""
    words = prints.view(np.uint64)
    keys = np.packbits(np.unpackbits(prints, axis=1)[:, part], axis=1)
    _, key = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(key.ravel(), kind="stable")
    key = key.ravel()[order]
    found = [np.zeros((2, 0), np.int64)]
    first, apart = np.arange(len(prints)), 1
    while True:
        # Equal keys stand together: who differs from the next but one differs from all behind it.
        first = first[first + apart < len(prints)]
        first = first[key[first] == key[first + apart]]
        if not len(first):
            return np.concatenate(found, axis=1)
        one, other = order[first], order[first + apart]
        near = np.bitwise_count(words[one] ^ words[other]).sum(axis=1) <= bits
        found.append(np.stack([one[near], other[near]]))
        apart += 1
