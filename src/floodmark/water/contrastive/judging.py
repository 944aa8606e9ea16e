"""Is there a relation between rain with terrain and water that a model can learn? The figures, and a yes or no.

Retrieval on storms that were not learnt from, of water for rain and of rain for water, beside what needs no model.
Intervals draw whole storms; all matchers meet the same draws, so that their differences have intervals as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.resampling import percentile_interval, resampled_sums
from floodmark.water.contrastive.nulls import terrain_known
from floodmark.water.contrastive.retrieval import Candidates, anywhere, same_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AMONG = (1, 5, 10)
"""The k of recall@k."""
MODEL = "model"
NULLS = ("permuted_pairs", "mean_rain", "terrain_known", "other_rain")
"""What a model has to beat. Permuted pairs: chance. Mean rain: by a window's mean rain and depth. Terrain known: the
most
that terrain alone can tell. Other rain: the model, given the rain of another storm on the right terrain."""
REFERENCE = "mean_rain_on_known_ground"
"""Mean rain, told the ground: rain and terrain put together by hand, so no null; how far a model is from that."""
DIRECTIONS = ("water_for_rain", "rain_for_water")
COLUMNS = (
    "candidates", "direction", "matcher", "k", "recall", "low", "high", "above", "above_low", "above_high", "queries",
)  # fmt: skip


@dataclass(frozen=True)
class Similarities:
    """What each matcher holds each window's water (column) to be for each window's rain with terrain (row)."""

    model_NN: NDArray[np.floating]
    other_rain_NN: NDArray[np.floating]
    mean_rain_NN: NDArray[np.floating]


def judge(
    similarities: Similarities,
    storms: Sequence[str],
    places: Sequence[int],
    rng: np.random.Generator,
    resamples: int,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of retrieval.csv, and the content of retrieval.json.

    Args:
        similarities: Of the three matchers that need figures.
        storms: Of each window.
        places: Of each window.
        rng: Of the intervals and permutations.
        resamples: Bootstrap samples, and permutations of the pairs.

    Returns:
        Rows with `COLUMNS`, `above` being the model's recall less the matcher's; and the summary, whose `verdict` is
        `yes` where, in every set of candidates, recall@1, mean of both directions, is above the best null's with an
        interval that leaves zero out.
    """
    rows: list[dict[str, Any]] = []
    summary: dict[str, Any] = {
        "windows": len(storms), "storms": len(set(storms)), "places": len(set(places)), "candidates": {},
    }  # fmt: skip
    for name, candidates in (("anywhere", anywhere(storms)), ("same_place", same_place(storms, places))):
        hits = _all_hits(candidates, similarities, places, name)
        draws = _Draws.taken(hits, candidates.storms, rng, resamples)
        rows += [
            {"candidates": name, "direction": direction, "matcher": matcher, "k": k, "queries": len(storms)}
            | draws.row(matcher, number, column)
            for matcher in hits
            for number, direction in enumerate(DIRECTIONS)
            for column, k in enumerate(AMONG)
        ]
        summary["candidates"][name] = draws.decision() | {
            "mean_candidates": float(candidates.counts.mean()) if storms else float("nan"),
            "permuted_pairs": _permuted(candidates, similarities.model_NN, rng, resamples),
        }
    decisions = [found["verdict"] for found in summary["candidates"].values()]
    summary["verdict"] = "undecided" if "undecided" in decisions else "yes" if set(decisions) == {"yes"} else "no"
    return rows, summary


def _all_hits(
    candidates: Candidates, similarities: Similarities, places: Sequence[int], name: str
) -> dict[str, NDArray[np.float64]]:
    """Hits of every matcher, shape (directions, queries, k) each."""

    def both(similarity_NN: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.stack([candidates.hits(similarity_NN, AMONG), candidates.hits(similarity_NN.T, AMONG)])

    chance, ground = candidates.chance(AMONG), terrain_known(candidates, places, AMONG)
    hits = {
        MODEL: both(similarities.model_NN),
        "permuted_pairs": np.stack([chance, chance]),
        "mean_rain": both(similarities.mean_rain_NN),
        "terrain_known": np.stack([ground, ground]),
        "other_rain": both(similarities.other_rain_NN),
    }
    if name == "anywhere":
        known = same_place(candidates.storms.tolist(), places).allowed_NN
        hits[REFERENCE] = both(np.where(known, similarities.mean_rain_NN, -np.inf))
    return hits


def _permuted(
    candidates: Candidates, similarity_NN: NDArray[np.floating], rng: np.random.Generator, times: int
) -> dict[str, Any]:
    """The distribution of the model's recall of water when the pairs are permuted: mean, 95 % range, and its chance."""
    if len(similarity_NN) == 0:
        return {}
    found = candidates.permuted(similarity_NN, AMONG, rng, times)
    own = candidates.hits(similarity_NN, AMONG).mean(0)
    expected = candidates.chance(AMONG).mean(0)
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    return {
        f"recall_at_{k}": {
            "expected": expected[column], "mean": found[:, column].mean(), "low": low[column], "high": high[column],
            "chance_of_the_model's": (1 + np.count_nonzero(found[:, column] >= own[column])) / (1 + times),
        }
        for column, k in enumerate(AMONG)
    }  # fmt: skip


@dataclass(frozen=True)
class _Draws:
    """Recall of every matcher, direction and k: on the windows, and on each bootstrap sample of storms."""

    matchers: list[str]
    whole: NDArray[np.float64]
    resampled: NDArray[np.float64]

    @classmethod
    def taken(
        cls,
        hits: dict[str, NDArray[np.float64]],
        storms: NDArray[np.str_],
        rng: np.random.Generator,
        resamples: int,
    ) -> _Draws:
        """Sum hits by storm and draw storms."""
        stacked = np.stack(list(hits.values()))  # matchers, directions, queries, k
        shape = (len(hits), len(DIRECTIONS), len(AMONG))
        flat = np.moveaxis(stacked, 2, 0).reshape(len(storms), -1)
        names, unit = np.unique(storms, return_inverse=True)
        sums = np.zeros((len(names), flat.shape[1] + 1))
        np.add.at(sums, unit, np.column_stack([flat, np.ones(len(storms))]))
        drawn = resampled_sums(sums, rng, resamples)
        with np.errstate(invalid="ignore"):
            whole, parts = sums.sum(0), drawn[:, :-1] / drawn[:, -1:]
            return cls(list(hits), (whole[:-1] / whole[-1]).reshape(shape), parts.reshape(len(drawn), *shape))

    def row(self, matcher: str, direction: int, column: int) -> dict[str, float]:
        """One line's figures."""
        at = (self.matchers.index(matcher), direction, column)
        own = (self.matchers.index(MODEL), direction, column)
        low, high = percentile_interval(self.resampled[:, *at])
        above_low, above_high = percentile_interval(self.resampled[:, *own] - self.resampled[:, *at])
        return {
            "recall": float(self.whole[at]), "low": low, "high": high,
            "above": float(self.whole[own] - self.whole[at]), "above_low": above_low, "above_high": above_high,
        }  # fmt: skip

    def decision(self) -> dict[str, Any]:
        """Recall@1, mean of both directions, against the best null's."""
        column = AMONG.index(1)
        values = {name: float(self.whole[row, :, column].mean()) for row, name in enumerate(self.matchers)}
        best = max(NULLS, key=lambda name: np.nan_to_num(values[name]))
        model, null = (self.resampled[:, self.matchers.index(name), :, column].mean(1) for name in (MODEL, best))
        low, high = percentile_interval(model - null)
        verdict = "undecided" if np.isnan(low) else "yes" if low > 0 else "no"
        return {
            "recall_at_1": values, "best_null": best, "verdict": verdict,
            "above_best_null": {"value": values[MODEL] - values[best], "low": low, "high": high},
        }  # fmt: skip
