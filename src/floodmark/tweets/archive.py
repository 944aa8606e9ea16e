"""A raw archive of any size, looked at block by block: what is left of it on disk, and where."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from floodmark.learning.processes import cores
from floodmark.learning.streams import streams
from floodmark.progress import say
from floodmark.tweets.gathering import gather
from floodmark.tweets.json_files import ENDINGS, find, lines, others
from floodmark.tweets.known import Known
from floodmark.tweets.people import write_aliases
from floodmark.tweets.survey import SHELVES, Line, Surveyed, survey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.learning.streams import Stream
    from floodmark.settings.anonymise import Anonymise
    from floodmark.tweets.identifiers import Identifiers
    from floodmark.tweets.pseudonyms import Pseudonyms

BLOCK = 2**24
"""Bytes that are read at a time: fewer take a quarter more time, more only memory."""
PACKED = 8
"""Times that gzip makes tweets smaller, about."""
BUCKET = 2**13
"""Tweets that are worked on at a time, about."""
TOGETHER = 4
"""Blocks whose tweets are read at once: one by one takes half as long again, all at once five times the memory."""
PROBLEMS_SHOWN = 5


class Block(NamedTuple):
    """Where a block's tables begin in name, and where its tweets of each shelf begin in its table."""

    stem: Path
    bounds: NDArray[np.int64]


class Archive(NamedTuple):
    """What the first look left.

    Attributes:
        blocks: One after another.
        counts: Files, lines, tweets and what was dropped, by reason.
        known: Every identifier.
        aliases: The file of pseudonyms of users that are those of another name of theirs, see `people`.
    """

    blocks: list[Block]
    counts: Counter[str]
    known: Known
    aliases: Path

    def buckets(self) -> list[tuple[int, int]]:
        """First and last shelf of pieces of about equal size, in order."""
        number = max(1, self.counts["tweets"] // BUCKET)
        edges = [SHELVES * k // min(number, SHELVES) for k in range(min(number, SHELVES) + 1)]
        return list(pairwise(edges))

    def shelves(self, first: int, last: int) -> pl.DataFrame:
        """The tweets of some shelves, every state of each, as `survey.TWEETS` with texts and mentions."""
        parts = []
        for stem, bounds in self.blocks:
            low, high = int(bounds[first]), int(bounds[last])
            if high > low:
                parts.append(pl.scan_ipc(stem.with_suffix(".tweets")).slice(low, high - low))
        some = (parts[at : at + TOGETHER] for at in range(0, len(parts), TOGETHER))
        return pl.concat(chain.from_iterable(map(pl.collect_all, some))) if parts else pl.DataFrame()


def nothing_read(counts: Counter[str]) -> str | None:
    """Why files gave no tweet at all; None if they gave some, or if there are none."""
    if counts["tweets"] or not (counts["files"] or counts["dropped: file"]):
        return None
    reasons = {
        "dropped: file": f"files whose names end in none of {', '.join(ENDINGS)}",
        "broken lines": "lines that are no JSON",
        "error pages": "answers of the API that are errors",
        "dropped: no tweet": "values that are no tweets of API v2 or v1.1",
    }
    found = "; ".join(f"{counts[name]} {reason}" for name, reason in reasons.items() if counts[name])
    return f"the tables are empty, for no tweet was read: {found or 'the files are empty'}"


def workers(folder: Path) -> int:
    """Processes that an archive is worth."""
    return cores() if sum(map(_size, find(folder))) > BLOCK else 1


def _size(path: Path) -> int:
    """Bytes of a file, about, as they are read; none of a link to nowhere, which is told when it is read."""
    try:
        return path.stat().st_size * (PACKED if path.suffix == ".gz" else 1)
    except OSError:
        return 0


def look(
    folder: Path, work: Path, besides: Identifiers, pseudonyms: Pseudonyms, settings: Anonymise, stream: Stream
) -> Archive:
    """Take the first look at every file under a folder; the result does not depend on their order.

    What cannot be read is counted, and its file and line are told; nothing in an archive is fatal.

    Args:
        folder: The raw archive.
        work: A folder for this user alone.
        besides: Identifiers from elsewhere, such as human labels.
        pseudonyms: Of the study.
        settings: Widths of the classes.
        stream: Does jobs side by side, after all is read.
    """
    paths = find(folder)
    counts: Counter[str] = Counter({"files": len(paths)})
    if more := [path for path in others(folder) if not path.name.startswith(".")]:
        counts["dropped: file"] = len(more)
        say(f"{more[0]} and {len(more) - 1} more files are not read: their names end in none of {', '.join(ENDINGS)}")
    told: Counter[str] = Counter()
    jobs = ((work / f"block-{number:06d}", block) for number, block in enumerate(_blocks(paths)))
    blocks = []
    read = partial(_survey, pseudonyms=pseudonyms, settings=settings)
    # With several cores in processes of their own, for what reading leaves in one stays with it to its end.
    with streams(workers(folder)) as readers:
        for done in readers(read, jobs, "reading tweets"):
            counts.update(done.counts)
            blocks.append(Block(done.stem, done.bounds))
            for problem in done.problems:
                told[problem.path] += 1
                if told[problem.path] <= PROBLEMS_SHOWN:
                    say(f"{problem.path}:{problem.number}: {problem.content!s}, skipped")
    for path, number in told.items():
        if number > PROBLEMS_SHOWN:
            say(f"{path}: {number - PROBLEMS_SHOWN} more lines skipped")
    gather(besides, work / "besides.known")
    gathered = [stem.with_suffix(".known") for stem, _ in blocks] + [work / "besides.known"]
    # Not here, if there are other processes: the memory that joining names takes would stay with this one to its end.
    job = partial(write_aliases, path=work / "aliases", pseudonyms=pseudonyms)
    seen = [stem.with_suffix(".identities") for stem, _ in blocks]
    list(stream(job, [seen], "joining names"))
    for raw in seen:
        raw.unlink()
    return Archive(blocks, counts, Known(gathered, work / "known"), work / "aliases")


def _survey(job: tuple[Path, list[Line]], pseudonyms: Pseudonyms, settings: Anonymise) -> Surveyed:
    return survey(*job, pseudonyms, settings)


def _blocks(paths: list[Path]) -> Iterator[list[Line]]:
    """Lines of all files, some megabytes at a time."""
    block: list[Line] = []
    size = 0
    for path in paths:
        for number, content in lines(path):
            block.append(Line(str(path), number, content))
            size += len(content)
            if size >= BLOCK:
                yield block
                block, size = [], 0
    if block:
        yield block
