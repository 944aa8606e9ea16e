"""The first look at an archive, block by block: tweets reduced and scrubbed by pattern, identifiers gathered.

What a block leaves on disk holds pseudonyms, scrubbed texts and hashes. Names without an @ still stand in the texts,
annotated persons beside them, and ids with their user names until these are joined; so the folder is for this user
alone and gone at the end.
"""

from __future__ import annotations

import gc
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from floodmark.tweets.coarse import MEDIA_KINDS, among, client, floor_time, log_bin, slug
from floodmark.tweets.columns import fold_all, gathered, lists, scrub_all
from floodmark.tweets.gathering import gather
from floodmark.tweets.identifiers import person
from floodmark.tweets.json_files import parse
from floodmark.tweets.links import LINK, linked
from floodmark.tweets.people import identities
from floodmark.tweets.places import coarsen
from floodmark.tweets.pseudonyms import ALPHABET
from floodmark.tweets.reached import LEAST_DIGITS, reached
from floodmark.tweets.reader import Found, read_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.anonymise import Anonymise
    from floodmark.tweets.identifiers import Identifiers
    from floodmark.tweets.places import Place
    from floodmark.tweets.pseudonyms import Kind, Pseudonyms
    from floodmark.tweets.records import Tweet

_TEXT, _BIN, _LIST = pl.String(), pl.Int8(), pl.List(pl.String())
TWEETS = pl.Schema(
    {
        "tweet": _TEXT, "author": _TEXT, "conversation": _TEXT, "retweet_of": _TEXT, "reply_to": _TEXT,
        "reply_to_user": _TEXT, "text_hash": _TEXT,
        "time": pl.Int64(), "lang": _TEXT, "source": _TEXT, "event": _TEXT, "place": _TEXT,
        "likes": _BIN, "retweets": _BIN, "replies": _BIN, "quotes": _BIN,
        "reply": pl.Boolean(), "retweet": pl.Boolean(),
        "photos": _LIST, "media_kinds": _LIST, "persons": _LIST, "retrieved": _TEXT, "total": pl.Int64(),
    }
)  # fmt: skip
"""Columns between the two looks, texts and mentions aside: not all are yet as coarse as they leave, and some stay."""
USERS = pl.Schema({"user": _TEXT, "followers": pl.Int64(), "following": pl.Int64(), "tweets": pl.Int64()})
PLACES = pl.Schema({"raw": _TEXT, "place": _TEXT, "country": _TEXT, "place_type": _TEXT})
ENDINGS = (".tweets", ".users", ".places", ".identities", ".known")


BATCH = 64
"""Tweets that are read at a time: a shelf holds a few of each block, and what is read stays as a whole."""
SHELVES = 1024
SHELF_BEGINS = sorted(a + b for a in ALPHABET for b in ALPHABET)
"""Tweets are shelved by the first two letters of their pseudonyms."""


_REACHED = re.compile(r"\w@[\w-]+\.\w|(?:\d\D{0,3}){9}")
"""What an e-mail address or a telephone has."""
_MENTION = re.compile(r"(?<![\w@./+-])@(\w{1,15})(?![\w@]|[.-]\w)", re.ASCII)
_LINK = re.compile(LINK)
_TORN = re.compile(r"@\w+…(?:\s*https?://\S+)?\s*$")
"""A text that is cut within a mention; v1.1 puts a link to the whole behind it."""


class Line(NamedTuple):
    """One line of an archive, or why it could not be read."""

    path: str
    number: int
    content: bytes | str


@dataclass
class Surveyed:
    """What came of one block."""

    stem: Path
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Line] = field(default_factory=list)
    bounds: NDArray[np.int64] = field(default_factory=lambda: np.zeros(SHELVES + 1, np.int64))
    """Where in the block's tweets, sorted by pseudonym, those of each shelf begin, and their number at last."""


def survey(stem: Path, lines: Sequence[Line], pseudonyms: Pseudonyms, settings: Anonymise) -> Surveyed:
    """Read one block into files named by `stem` and one of `ENDINGS` each."""
    with _without_cycles():
        return _survey(stem, lines, pseudonyms, settings)


def _survey(stem: Path, lines: Sequence[Line], pseudonyms: Pseudonyms, settings: Anonymise) -> Surveyed:
    found, done = Found(), Surveyed(stem)
    tweets = [tweet for value in _values(lines, done) for tweet in read_value(value, found)]
    done.counts.update({"broken lines": len(done.problems), **found.counts})
    table = tweets_table(tweets, pseudonyms, settings).sort("tweet")
    done.bounds[:] = table["tweet"].search_sorted(pl.Series([*SHELF_BEGINS, "~"]))
    known = found.identifiers
    whose = pseudonyms.of_each("user", known.metrics)
    users = [(user, *numbers) for user, numbers in zip(whose, known.metrics.values(), strict=True)]
    tables = {
        ".tweets": table.with_columns(mentions=_pseudonymous(table["mentions"], pseudonyms)).drop("folded"),
        ".users": pl.DataFrame(users, schema=USERS, orient="row"),
        ".places": _places(list(found.places.values()), pseudonyms, settings),
        ".identities": identities(
            known.identities
            | {(tweet.author_id, tweet.author_name) for tweet in tweets}
            | {(tweet.reply_to_id, tweet.reply_to_name) for tweet in tweets}
        ),
    }
    for ending, written in tables.items():
        written.write_ipc(stem.with_suffix(ending), record_batch_size=BATCH if ending == ".tweets" else None)
    known.usernames.update(table["mentions"].explode().drop_nulls())
    _noted(known)
    _reach(known, table)
    gather(known, stem.with_suffix(".known"))
    return done


@contextmanager
def _without_cycles() -> Iterator[None]:
    """JSON has no cycles, and to look for some time and again is a tenth of the work."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def _values(lines: Sequence[Line], done: Surveyed) -> Iterator[Any]:
    """The JSON values of a block; what is none becomes a problem."""
    for line in lines:
        if isinstance(line.content, str):
            done.problems.append(line)
            continue
        try:
            value = parse(line.content)
        except ValueError as error:
            done.problems.append(line._replace(content=str(error)))
            continue
        done.counts["lines"] += 1
        yield value


def _reach(known: Identifiers, table: pl.DataFrame) -> None:
    """Gather links, e-mail addresses and telephones of tweets, the latter of what users say of themselves too."""
    known.urls |= linked(table["folded"], table["text"])
    for texts in (table, scrubbed(_telling(known.notes))):
        emails, phones = reached(texts["folded"], texts["text"])
        known.emails |= emails
        known.phones |= phones


def _noted(known: Identifiers) -> None:
    """Gather whom notes mention, and links in them; they are not scrubbed for it, for they are as many as tweets."""
    for note in known.notes:
        if "@" in note:
            known.usernames.update(_MENTION.findall(_LINK.sub(" ", note)))
        if "/" in note:
            known.urls.update(link for link in _LINK.findall(note) if not link.endswith("…"))


def _telling(notes: Iterable[str]) -> list[str]:
    """Notes that may hold an e-mail address or a telephone."""
    said = pl.Series(sorted(notes), dtype=pl.String)
    some = said.filter(said.str.contains("@", literal=True) | (said.str.count_matches(r"\d") >= LEAST_DIGITS))
    return [note for note in some if _REACHED.search(note)]


def scrubbed(texts: Sequence[str]) -> pl.DataFrame:
    """Columns `folded`, `text`, the same scrubbed by pattern, and `mentions`, lower-cased user names."""
    folded = fold_all(pl.Series(texts, dtype=pl.String))
    clean, mentioned = scrub_all(folded)
    mentions = mentioned.list.eval(pl.element().str.to_lowercase())
    return pl.DataFrame({"folded": folded, "text": clean, "mentions": mentions})


def tweets_table(tweets: Sequence[Tweet], pseudonyms: Pseudonyms, settings: Anonymise) -> pl.DataFrame:
    """The columns of `TWEETS`, and those of `scrubbed`; a mention that is cut is whom the API says it is, or nobody."""
    cells = list(zip(*(_row(tweet, pseudonyms, settings) for tweet in tweets), strict=True)) or [()] * len(TWEETS)
    columns = {
        name: lists(column) if TWEETS[name] == _LIST else column for name, column in zip(TWEETS, cells, strict=True)
    }
    rows = pl.DataFrame(columns, schema=TWEETS)
    keyed: dict[Kind, tuple[str, ...]] = {
        "tweet": ("tweet", "conversation", "retweet_of", "reply_to"),
        "user": ("author", "reply_to_user"),
        "place": ("place",),
    }
    for kind, names in keyed.items():
        # Most tweets begin their own conversation.
        together = pseudonyms.of_all(kind, pl.concat([rows[name].alias("id") for name in names]))
        rows = rows.with_columns(
            together.slice(number * len(rows), len(rows)).alias(name) for number, name in enumerate(names)
        )
    rows = rows.with_columns(text_hash=pl.Series(pseudonyms.of_texts(rows["text_hash"].to_list()), dtype=_TEXT))
    texts = scrubbed([tweet.text for tweet in tweets])
    torn = {at: tweet for at, tweet in enumerate(tweets) if "…" in tweet.text and _TORN.search(tweet.text)}
    if torn:
        whole = [_mended(names, torn.get(at)) for at, names in enumerate(texts["mentions"].to_list())]
        texts = texts.with_columns(mentions=lists(whole))
    return pl.concat([rows, texts], how="horizontal")


def _mended(names: list[str], torn: Tweet | None) -> list[str]:
    """User names of a text whose last one is cut, made whole by what the API says of its mentions."""
    if torn is None or not names:
        return names
    whole = [name.lower() for name in torn.mentioned if name.lower().startswith(names[-1])]
    return [*names[:-1], *whole[:1]]


def _row(tweet: Tweet, pseudonyms: Pseudonyms, settings: Anonymise) -> tuple[Any, ...]:
    photos = [pseudonyms.of_file(file) for kind, file in tweet.media if kind == "photo" and file]
    return (
        tweet.id,
        person(tweet.author_id, tweet.author_name),
        tweet.conversation,
        tweet.retweet_of,
        tweet.reply_to,
        person(tweet.reply_to_id, tweet.reply_to_name),
        tweet.text,
        floor_time(tweet.time_ms, settings.time_floor_minutes),
        tweet.lang,
        client(tweet.source),
        slug(tweet.event),
        tweet.place,
        *map(log_bin, tweet.metrics),
        tweet.reply,
        tweet.retweet,
        list(dict.fromkeys(photos)),
        [among(kind, MEDIA_KINDS) for kind, _ in tweet.media],
        tweet.persons,
        tweet.retrieved,
        sum(number or 0 for number in tweet.metrics),
    )


def _pseudonymous(names: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    """Lists of pseudonyms in place of lists of lower-cased user names."""
    rows = pl.DataFrame({"row": pl.int_range(len(names), eager=True), "item": names}).explode(
        "item", empty_as_null=False
    )
    return gathered(rows.with_columns(pseudonyms.of_all("user", rows["item"]).alias("item")), len(names))


def _places(places: Sequence[Place], pseudonyms: Pseudonyms, settings: Anonymise) -> pl.DataFrame:
    rows = []
    for place in places:
        coarse = coarsen(place, settings.place_level)
        if coarse is not None:
            rows.append(
                (
                    pseudonyms.of("place", place.id),
                    pseudonyms.of("place", coarse.key),
                    coarse.country or None,
                    coarse.place_type or None,
                )
            )
    return pl.DataFrame(rows, schema=PLACES, orient="row")
