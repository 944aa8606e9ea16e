"""Near-duplicates by MinHash beside an exact join by scipy's sparse product, on the same made-up texts in one run.

    PYTHONPATH=src python benchmarks/near_duplicates.py

Prints one JSON line: for ordinary texts, and for a bot's warnings from one template, the seconds of either, their
ratio, and the recall: the share of the similar pairs whose two texts are in one cluster.
"""

from __future__ import annotations

import json
import resource
import time

import click
import numpy as np
from scipy.sparse import csr_matrix, triu

from floodmark.sentiment.duplicates import clusters, shingles, words

THRESHOLD, WORDS, BLOCK = 0.6, 20_000, 500


def made_up(count: int) -> list[str]:
    """Texts of 4 to 30 words, as frequent as words are (Zipf's law); every third is an earlier one changed."""
    rng = np.random.default_rng(0)
    chance = 1 / np.arange(1, WORDS + 1)
    texts: list[list[str]] = []
    for number in range(count):
        if number % 3 == 2:
            text = list(texts[rng.integers(len(texts))])
            for place in rng.integers(len(text), size=rng.integers(3)):
                text[place] = f"new{number}"
        else:
            text = [f"w{word}" for word in rng.choice(WORDS, rng.integers(4, 31), p=chance / chance.sum())]
        texts.append(text)
    return [" ".join(text) for text in texts]


def exact_join(texts: list[str]) -> list[tuple[int, int]]:
    """Every pair of texts at or above the threshold, by the product of the sparse matrix of their shingles."""
    number: dict[str, int] = {}
    rows = [[number.setdefault(item, len(number)) for item in shingles(words(text))] for text in texts]
    sizes = np.array([len(row) for row in rows])
    ends = np.concatenate([[0], sizes.cumsum()])
    matrix = csr_matrix((np.ones(ends[-1], np.int32), np.concatenate(rows), ends), (len(texts), len(number)))
    across = matrix.T.tocsr()
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(texts), BLOCK):
        both = triu(matrix[start : start + BLOCK] @ across, k=start + 1).tocoo()
        one, other = both.row + start, both.col
        alike = both.data / (sizes[one] + sizes[other] - both.data) >= THRESHOLD
        pairs += zip(one[alike].tolist(), other[alike].tolist(), strict=True)
    return pairs


def warnings(count: int) -> list[str]:
    """A template with four places for words of its own: all pairs are alike, few as much as the threshold."""
    rng = np.random.default_rng(0)
    template = (
        "flood warning in force for the river {} at {} take action now stay safe level {} m rising issued by {} office"
    )
    return [template.format(*(f"w{word}" for word in rng.integers(3000, size=4))) for _ in range(count)]


def measure(texts: list[str]) -> dict[str, float]:
    """Time both, in seconds of one core: both run on one, which others may share."""
    started = time.process_time()
    found = clusters(texts, [], 50, THRESHOLD)
    ours = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()
    pairs = exact_join(texts)
    peer = time.process_time() - started
    return {
        "texts": len(texts),
        "clusters": len(set(found)),
        "seconds": round(ours, 2),
        "peak_mib": round(memory),
        "peer_seconds": round(peer, 2),
        "ratio": round(peer / ours, 2),
        "similar_pairs": len(pairs),
        "recall": sum(found[one] == found[other] for one, other in pairs) / max(len(pairs), 1),
    }


@click.command()
@click.option("--ordinary", default=100_000, show_default=True, help="Ordinary texts.")
@click.option("--alike", default=20_000, show_default=True, help="Texts of one template.")
def main(ordinary: int, alike: int) -> None:
    """Print seconds of one core as one JSON object, on the last line."""
    cases = {"ordinary": measure(made_up(ordinary)), "template": measure(warnings(alike))}
    first = cases["ordinary"]
    found = {
        "ours": first["seconds"],
        "peer": first["peer_seconds"],
        "peer_name": "scipy's sparse product, exact, on ordinary texts",
        "unit": "s of one core",
        "ratio": first["ratio"],
        "threshold": THRESHOLD,
        **cases,
    }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
