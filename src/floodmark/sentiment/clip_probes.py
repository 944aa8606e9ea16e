"""How much CLIP knows by itself: without any training, and under a straight line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.sentiment.dataset import CLASSES, labelled, read_tweets
from floodmark.sentiment.features import Task
from floodmark.sentiment.linear import logistic_regression

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.embeddings import Embeddings


def zero_shot(text_BE: NDArray[np.float16], prompts: Embeddings) -> NDArray[np.float64]:
    """Probability of the positive class: a softmax over the cosines with each class's mean prompt.

    Radford et al. (2021), sections 3.1.2 and 3.1.4, for texts as for photos.

    Args:
        text_BE: Unit vectors of texts or photos.
        prompts: Unit vectors whose ids are the classes, one or more of each; their mean is what CLIP's paper calls an
            ensemble.
    """
    names = np.array(prompts.ids)
    means_CE = np.stack([prompts.vectors[names == name].astype(np.float64).mean(0) for name in CLASSES])
    means_CE /= np.linalg.norm(means_CE, axis=1, keepdims=True)
    logits_BC = prompts.logit_scale * (text_BE.astype(np.float64) @ means_CE.T)
    return np.asarray(1 / (1 + np.exp(logits_BC[:, 0] - logits_BC[:, 1])))


def linear_probe(tweets: Path, texts: Embeddings, judged_BE: NDArray[np.float16]) -> NDArray[np.float64] | None:
    """Probability of the positive class by logistic regression on CLIP's vectors; None where nothing can be learnt.

    Args:
        tweets: `labelled.parquet`: the training tweets are fitted, validation chooses the penalty.
        texts: Vectors of the labelled tweets.
        judged_BE: Vectors of the texts to answer.
    """
    known = labelled(read_tweets(tweets))
    row_of = {tweet: row for row, tweet in enumerate(texts.ids)}
    parts = [known.filter(known["split"] == split) for split in ("train", "validation")]
    labels = (part["label"].cast(int).to_numpy(writable=True) for part in parts)
    # The layers of the other classifiers start for inputs of about 1 as well: the penalty then means the same.
    scale = texts.vectors.shape[1] ** 0.5
    train, validation = (
        scale * texts.vectors[[row_of[name] for name in part["tweet"]]].astype(np.float64) for part in parts
    )
    task = Task(train, validation, scale * judged_BE.astype(np.float64), *labels)
    return logistic_regression(task, "newton-cholesky").probabilities if task.learnable() else None
