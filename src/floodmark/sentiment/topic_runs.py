"""Every number of topics fitted with several seeds, on the same tweets, judged by the same others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.processes import cores, side_by_side
from floodmark.learning.seeds import generator
from floodmark.progress import track
from floodmark.sentiment.lda import Start, fit
from floodmark.sentiment.topic_choice import Halves, Judged, halve, judge, unigram_perplexity
from floodmark.sentiment.topic_matching import Stability, stability

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from floodmark.sentiment.corpus import Corpus
    from floodmark.settings.find_topics import FindTopics


class Drawn(NamedTuple):
    """What is learnt from and what is foretold: distinct tweets.

    Attributes:
        fitted: Word counts (tweets, words).
        held_out: Other tweets in halves.
    """

    fitted: csr_matrix
    held_out: Halves


class Found(NamedTuple):
    """The topics of one count: those of the run whose topics are the most alike to the other runs'.

    Attributes:
        model: Of that run.
        judged: What speaks for it.
        stability: How alike.
        scores: Medians over all runs, by name, so that a run that stuck in a poor optimum weighs little.
    """

    model: Any
    judged: Judged
    stability: Stability
    scores: dict[str, float]


def draw(corpus: Corpus, settings: FindTopics, seed: int) -> Drawn:
    """At most `fit_tweets` distinct tweets, a share of them held out."""
    random = generator(seed, "find_topics", "sample")
    rows = random.permutation(corpus.distinct)[: settings.fit_tweets]
    held_out = round(settings.held_out_share * len(rows))
    kept, fitted = np.sort(rows[:held_out]), np.sort(rows[held_out:])
    return Drawn(corpus.counts[fitted], halve(corpus.counts[kept], random))


def feasible(drawn: Drawn, settings: FindTopics) -> list[int]:
    """The counts to try, rising; none where the one asked for, or every candidate, is more than there are tweets."""
    tweets = drawn.fitted.shape[0] if drawn.held_out.asked.nnz else 0
    fixed = () if settings.count is None else (settings.count,)
    if any(count > tweets for count in fixed):
        return []
    return sorted(count for count in {*settings.candidate_counts, *fixed} if count <= tweets)


def _fitted(starts: list[Start], drawn: Drawn, settings: FindTopics, seed: int) -> list[Any]:
    one = partial(fit, counts=drawn.fitted, iterations=settings.iterations, seed=seed)
    return side_by_side(one, starts, min(cores(), len(starts)), "fitting topics")


def try_counts(corpus: Corpus, drawn: Drawn, counts: list[int], settings: FindTopics, seed: int) -> dict[int, Found]:
    """Fit every count `runs` times: by a single run chance would choose, so much does NPMI vary between seeds."""
    random = generator(seed, "find_topics", "shuffled words")
    unigram = {"unigram_perplexity": unigram_perplexity(drawn.fitted, drawn.held_out.asked)}
    starts = [Start(count, run) for count in counts for run in range(settings.runs)]
    # The largest take the longest: with those first, no processor is left alone with one at the end.
    models_of = dict(zip(starts[::-1], _fitted(starts[::-1], drawn, settings, seed), strict=True))
    tried = {}
    for count in track(counts, "judging counts"):
        models = [models_of[Start(count, run)] for run in range(settings.runs)]
        judged = [judge(model, corpus, drawn.held_out, settings, random) for model in models]
        alike = stability([run.words for run in judged], [run.top for run in judged])
        scores = {key: float(np.median([run.scores[key] for run in judged])) for key in judged[0].scores}
        scores |= unigram | {"jaccard": float(alike.jaccard.mean())}
        tried[count] = Found(models[alike.run], judged[alike.run], alike, scores)
    return tried
