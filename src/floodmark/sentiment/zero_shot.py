"""CLIP without any training: the class whose prompts a text is nearest to (Radford et al. 2021, section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.sentiment.dataset import CLASSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.sentiment.embeddings import Embeddings


def zero_shot(text_BE: NDArray[np.float16], prompts: Embeddings) -> NDArray[np.float64]:
    """Probability of the positive class: a softmax over the cosines with each class's mean prompt.

    Args:
        text_BE: Unit vectors of texts or photos.
        prompts: Unit vectors whose ids are the classes, several of each; their mean is what CLIP's paper calls an
            ensemble.
    """
    names = np.array(prompts.ids)
    means_CE = np.stack([prompts.vectors[names == name].astype(np.float64).mean(0) for name in CLASSES])
    means_CE /= np.linalg.norm(means_CE, axis=1, keepdims=True)
    logits_BC = prompts.logit_scale * (text_BE.astype(np.float64) @ means_CE.T)
    return np.asarray(1 / (1 + np.exp(logits_BC[:, 0] - logits_BC[:, 1])))
