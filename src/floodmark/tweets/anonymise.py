"""The gate of the people's wing: raw tweets and human labels in, allow-listed and scrubbed tables out.

The archive is read once, in blocks; what is left of it is looked at twice more, in buckets of tweets whose pseudonyms
begin alike. So memory does not grow with the archive, and the tables do not depend on the order of its files.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from floodmark.learning.streams import streams
from floodmark.progress import say
from floodmark.storage import write_json, write_table
from floodmark.tweets import quasi, schema
from floodmark.tweets.archive import Archive, look, nothing_read, workers
from floodmark.tweets.audit import audit
from floodmark.tweets.classes import stays
from floodmark.tweets.finishing import Rules, finish, places_table, publish, users_ranges, users_table
from floodmark.tweets.judged import human_table, identifiers, judged
from floodmark.tweets.labels import read_labels
from floodmark.tweets.pseudonyms import Pseudonyms
from floodmark.tweets.settling import CLASSES, Least, Settled, common, ordinary, settle
from floodmark.tweets.sink import sink
from floodmark.tweets.survey import PLACES, TWEETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from floodmark.learning.streams import Stream
    from floodmark.settings.anonymise import Anonymise
    from floodmark.tweets.known import Known

WORK = ".anonymise-"


def anonymise(tweets: Path, labels: Path, key: bytes, outputs: tuple[Path, ...], settings: Anonymise) -> None:
    """Write tweets, users, places, human labels and the audit.

    Args:
        tweets: Folder of JSON Lines.
        labels: Folder of CSV files.
        key: Secret of the pseudonyms.
        outputs: Paths of the four tables and of the audit, in that order.
        settings: Widths of the classes.

    Raises:
        UserError: if an identifier of the archive is found in what was written.
    """
    with _work(outputs[0].parent) as work, streams(workers(tweets)) as stream:
        _Gate(tweets, labels, Pseudonyms(key), settings, work, stream).write(outputs)


def know(tweets: Path, labels: Path, folder: Path, settings: Anonymise, key: bytes) -> tuple[Known, Counter[str]]:
    """Everything by which an archive and its human labels could name a person, without the archive's ordinary words.

    And the archive's counts, among which is how many broken lines and rows of labels may name more.

    Args:
        tweets: Folder of JSON Lines.
        labels: Folder of CSV files.
        folder: Where to keep it, for this user alone.
        settings: Says which words are ordinary.
        key: Any.
    """
    with streams(workers(tweets)) as stream:
        gate = _Gate(tweets, labels, Pseudonyms(key), settings, folder, stream)
    rows = {"human labels": gate.judgements, "dropped human labels": gate.unread}
    return gate.archive.known, gate.archive.counts + Counter(rows)


@contextmanager
def _work(beside: Path) -> Iterator[Path]:
    """A folder for this user alone; what a killed run left in one goes first."""
    for left in beside.glob(f"{WORK}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=WORK, dir=beside) as folder:
        yield Path(folder)


class _Gate:
    """One archive on its way through; the first two looks are taken at once."""

    def __init__(
        self, tweets: Path, labels: Path, pseudonyms: Pseudonyms, settings: Anonymise, work: Path, stream: Stream
    ) -> None:
        self._settings, self._stream, self._work = settings, stream, work
        self._workers = workers(tweets)
        human, self.unread = read_labels(labels)
        self.judgements = len(human)
        self.archive: Archive = look(tweets, work, identifiers(human), pseudonyms, settings, stream)
        read = self.archive.counts["tweets"]
        say(f"read {read} tweets and {len(human)} human labels")
        self._human = judged(human, pseudonyms)
        self._places = self._coarse_places()
        least = Least(settings.common_authors, settings.ordinary_authors)
        job = partial(settle, archive=self.archive, places=self._places, work=work, least=least)
        buckets = self.archive.buckets() if read else []
        self._settled: list[Settled] = list(stream(job, buckets, "comparing tweets"))
        self.archive.known.ordinary = ordinary([part.uses for part in self._settled], settings.ordinary_authors)

    def write(self, outputs: tuple[Path, ...]) -> None:
        """Take the last look, and write."""
        known, settings = self.archive.known, self._settings
        kept = self._kept([part.voices for part in self._settled])
        paths = [part.path for part in self._settled]
        persons = _persons(paths, self._human)
        counted = list(self._stream(partial(finish, rules=Rules(known, kept)), paths, "hiding names"))
        groups = quasi.count(counted, settings.k)
        list(self._stream(partial(publish, groups=groups, minutes=settings.time_floor_minutes), paths, "leaving"))
        tweets, users = pl.scan_ipc(paths) if paths else pl.LazyFrame(schema=_schema()), self._users()
        # With several cores in processes of their own, which hold nothing else.
        with streams(self._workers) as writers:
            list(writers(sink, [(outputs[0], tweets), (outputs[1], users)], "writing"))
        used = set(tweets.select("place").unique().collect()["place"])
        tables = [
            places_table(self._places, kept["country"], used),
            human_table(self._human, persons, known, self._kept_sources()),
        ]
        for path, table in zip(outputs[2:4], tables, strict=True):
            write_table(path, table)
        searched = audit(outputs[:4], known, self._stream)
        sizes = [*(table.select(pl.len()).collect().item() for table in (tweets, users)), *map(len, tables)]
        kinds = tweets.select(pl.col("found").explode().drop_nulls()).group_by("found").len().sort("found")
        scrubbed = dict(kinds.collect(engine="streaming").iter_rows())
        write_json(outputs[4], self._report(sizes, scrubbed, searched, groups.report))
        if nothing := nothing_read(self.archive.counts):
            say(nothing)

    def _users(self) -> pl.LazyFrame:
        """Users, of which no more are in memory than are worked on."""
        read = [stem.with_suffix(".users") for stem, _ in self.archive.blocks]
        job = partial(_write_users, files=read, aliases=self.archive.aliases, work=self._work)
        return pl.scan_ipc(list(self._stream(job, list(enumerate(users_ranges(read))), "joining users")))

    def _coarse_places(self) -> pl.DataFrame:
        """Raw places and what they become, each once; of different readings the one that sorts last."""
        files = [stem.with_suffix(".places") for stem, _ in self.archive.blocks]
        places = pl.scan_ipc(files).unique().collect() if files else PLACES.to_frame()
        return places.sort(*PLACES, nulls_last=False).unique("raw", keep="last", maintain_order=True)

    def _kept(self, voices: Sequence[pl.DataFrame]) -> dict[str, list[str]]:
        """Classes that enough persons have and that are nobody's name."""
        if not voices:
            return {column: [] for column in CLASSES}
        classes = common(voices, self._settings.common_authors)
        return {
            column: values if column == "country" else stays(values, self.archive.known)
            for column, values in classes.items()
        }

    def _kept_sources(self) -> list[str]:
        counts = self._human["source"].drop_nulls().value_counts()
        enough = counts.filter(pl.col("count") >= self._settings.common_authors)["source"].sort().to_list()
        return stays(enough, self.archive.known)

    def _report(
        self, sizes: Sequence[int], scrubbed: dict[str, int], searched: dict[str, Any], groups: dict[str, Any]
    ) -> dict[str, Any]:
        counts, labels = self.archive.counts, len(self._human)
        read = {name.replace(" ", "_"): number for name, number in counts.items() if not name.startswith("dropped")}
        names = ("tweets", "users", "places", "human_labels")
        return {
            "read": {**read, "human_labels": labels + self.unread},
            "kept": dict(zip(names, sizes, strict=True)),
            "dropped": {
                "duplicate": sum(part.duplicates for part in self._settled),
                "no_tweet": counts["dropped: no tweet"],
                "human_labels": self.unread,
            },
            "texts_with": scrubbed,
            "k_anonymity": groups,
            **searched,
        }


def _write_users(job: tuple[int, tuple[str, str]], files: Sequence[Path], aliases: Path, work: Path) -> Path:
    number, between = job
    path = work / f"users-{number:04d}"
    users_table(between, files, aliases).write_ipc(path)
    return path


def _persons(paths: Sequence[Path], human: pl.DataFrame) -> pl.DataFrame:
    """Of judged tweets whose annotations name somebody, whom."""
    names = ("tweet", "text_hash", "persons")
    if not paths:
        return TWEETS.to_frame().select(names)
    named = pl.scan_ipc(list(paths)).select(names).filter(pl.col("persons").list.len() > 0)
    judged = [pl.col(key).is_in(human[key].drop_nulls().implode()) for key in ("tweet", "text_hash")]
    return named.filter(pl.any_horizontal(judged)).collect()


def _schema() -> dict[str, pl.DataType]:
    return {name: column.type for name, column in schema.TWEETS.items()}
