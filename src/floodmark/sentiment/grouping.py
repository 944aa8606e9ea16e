"""Groups of tweets that know each other, and splits made of whole groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.sentiment.union import Union

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

Relation = "Sequence[Hashable | None]"


def groups(relations: Sequence[Sequence[Hashable | None]], limit: int) -> list[int]:
    """The group of each tweet, named by its least index: tweets that share a value of any relation are together.

    Relations of busy archives chain nearly everyone into one group, which could not be split. No group therefore grows
    beyond `limit`: relations are taken in the order given, so that the later ones are cut first, and `separate` deals
    with what was cut.

    Args:
        relations: For each relation, such as the author, its value for every tweet; None relates to nobody.
        limit: Most tweets in a group.
    """
    union = Union(len(relations[0]))
    for values in relations:
        first: dict[Hashable, int] = {}
        for index, value in enumerate(values):
            if value is not None:
                union.join(first.setdefault(value, index), index, limit)
    least: dict[int, int] = {}
    return [least.setdefault(union.root(index), index) for index in range(len(relations[0]))]


def threads(tweets: Sequence[str], conversations: Sequence[str | None]) -> list[str | None]:
    """The first known tweet of each tweet's conversation.

    Archives of Twitter's API v1.1 know of an answer only what it answers, which then stands for its conversation; so
    answers to answers are followed up to the first.
    """
    above = {tweet: first for tweet, first in zip(tweets, conversations, strict=True) if first and first != tweet}
    return [None if name is None else _root(name, above) for name in conversations]


def _root(name: str, above: dict[str, str]) -> str:
    way: list[str] = []
    while name in above and name not in way:
        way.append(name)
        name = above[name]
    # A damaged archive may answer in circles, which have no first.
    return min(way[way.index(name) :]) if name in way else name


def split_groups(
    group: Sequence[int], stratum: NDArray[np.integer], shares: Sequence[float], rng: np.random.Generator
) -> NDArray[np.int64]:
    """A split for every tweet, whole groups together, every stratum as near to its shares as groups allow.

    Large groups are placed first, equal ones in random order, each where it leaves the least squared distance from the
    wanted counts.

    Args:
        group: Group of each tweet.
        stratum: Shape (tweets,): class and whatever else every split should have its share of.
        shares: Share of each split; they sum to 1.
        rng: Source of the order.

    Returns:
        Shape (tweets,): index into `shares`.
    """
    names, index = np.unique(np.asarray(group), return_inverse=True)
    strata = int(stratum.max()) + 1 if len(stratum) else 1
    counts = np.zeros((len(names), strata))
    np.add.at(counts, (index, stratum), 1)
    missing = np.outer(shares, counts.sum(0))
    # Errors count relative to stratum and split: the rare strata would be left to chance, and the largest split would
    # be filled first, with all the large groups.
    weight = 1 / np.maximum(np.outer(shares, counts.sum(0)), 1e-9)
    order = rng.permutation(len(names))
    order = order[np.argsort(-counts[order].sum(1), kind="stable")]
    placed = np.zeros(len(names), np.int64)
    for item in order:
        before, after = missing**2, (missing - counts[item]) ** 2
        placed[item] = int(np.argmin(((after - before) * weight).sum(1)))
        missing[placed[item]] -= counts[item]
    return placed[index]


def separate(split: NDArray[np.int64], relations: Sequence[Sequence[Hashable | None]]) -> NDArray[np.bool_]:
    """Which tweets to set aside, so that no value of a relation is in two splits although its group was cut.

    The last split keeps everything; an earlier one loses the tweets that share a value with a later one.
    """
    aside = np.zeros(len(split), bool)
    for later in range(int(split.max(initial=0)), 0, -1):
        for values in relations:
            taken = {
                value for value, where, out in zip(values, split, aside, strict=True) if where == later and not out
            }
            aside |= np.array([value is not None and value in taken for value in values], bool) & (split < later)
    return aside
