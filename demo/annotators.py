"""Three simulated annotators who read posts and disagree as people do."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.chance import stream

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.posts import Post
    from demo.sizes import Sizes

FIVE = ("Negative", "Slightly negative", "Neutral", "Slightly positive", "Positive")
SOURCE = "simulated"

STRENGTH = {"clear": 1.0, "mixed": 0.62, "ironic": 0.5, "weak": 0.28}
"""How strongly a text of each clarity tells its feeling to a reader."""


@dataclass(frozen=True)
class Annotator:
    """One reader.

    Attributes:
        name: Value of the column `annotator`.
        bias: Added to every impression: above zero sees good, below sees bad.
        noise: Standard deviation of the impressions.
        threshold: Impressions nearer to zero than this are neutral.
        irony: Chance of taking irony at its word.
        five: Whether the label is given on the five-step scale.
    """

    name: str
    bias: float
    noise: float
    threshold: float
    irony: float
    five: bool

    def judge(self, rng: random.Random, post: Post) -> str:
        """The label of one post."""
        signal = post.meant * STRENGTH[post.clarity]
        if post.clarity == "ironic" and rng.random() < self.irony:
            signal = -signal
        if post.emoji_class:
            signal = 0.75 * signal + 0.3 * post.emoji_class
        impression = signal + self.bias + rng.gauss(0, self.noise)
        if self.five:
            step = 0 if abs(impression) < self.threshold else 2 if abs(impression) > 0.85 else 1
            return FIVE[2 + (step if impression > 0 else -step)]
        if abs(impression) < self.threshold:
            return "neutral"
        return "positive" if impression > 0 else "negative"


ANNOTATORS = (
    Annotator("simulated-1", 0.00, 0.27, 0.33, 0.25, five=False),
    Annotator("simulated-2", 0.10, 0.38, 0.27, 0.55, five=False),
    Annotator("simulated-3", -0.12, 0.33, 0.40, 0.35, five=True),
)


def write_labels(path: Path, posts: list[Post], sizes: Sizes) -> None:
    """Write the labels of a sample of the English posts that were set apart, and of some posts from elsewhere.

    Args:
        path: The CSV: id, text, label, annotator, source.
        posts: All posts, with their final texts.
        sizes: How many to label, how many by all three.

    Raises:
        ValueError: if fewer posts were set apart than are to be labelled.
    """
    rng = stream("labels")
    seen: set[str] = set()
    judged = []
    for post in posts:
        if post.judged and post.language == "en" and post.text not in seen:
            seen.add(post.text)
            judged.append(post)
    if len(judged) < sizes.labelled:
        raise ValueError(f"{len(judged)} posts were set apart for {sizes.labelled} labels")
    chosen = rng.sample(judged, sizes.labelled)
    rows = []
    for at, post in enumerate(chosen):
        readers = ANNOTATORS if at < sizes.agreed else rng.sample(ANNOTATORS, 1)
        rows += [(str(post.number), post.text, reader.judge(rng, post), reader.name, SOURCE) for reader in readers]
    for post in rng.sample(judged, sizes.strangers):
        # Texts that came without an id, and differ from the tweet: nothing can be joined to them.
        reader = rng.choice(ANNOTATORS)
        rows.append(
            (
                "",
                f"{post.text} [survey {rng.randrange(100, 1000)}]",
                reader.judge(rng, post),
                reader.name,
                f"{SOURCE}-survey",
            )
        )
    rng.shuffle(rows)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("id", "text", "label", "annotator", "source"))
    writer.writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="\n")
