"""The gate of the people's wing: raw tweets and human labels in, allow-listed and scrubbed tables out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from floodmark.progress import say, track
from floodmark.storage import write_json, write_table
from floodmark.tweets import schema
from floodmark.tweets.audit import audit
from floodmark.tweets.coarse import MEDIA_KINDS, PLACE_TYPES, among, client, common, floor_time, log_bin, slug
from floodmark.tweets.fold import fold
from floodmark.tweets.labels import HumanLabel, read_labels
from floodmark.tweets.links import scrub_links, users
from floodmark.tweets.names import Names
from floodmark.tweets.people import People
from floodmark.tweets.pseudonyms import Pseudonyms
from floodmark.tweets.reader import Archive, read_archive
from floodmark.tweets.scrub import mentions, scrub_names, scrub_patterns

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from floodmark.settings.anonymise import Anonymise
    from floodmark.tweets.records import Tweet


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
    archive = read_archive(tweets)
    human, dropped = read_labels(labels)
    say(f"read {len(archive.tweets)} tweets and {len(human)} human labels")
    work = _Work(archive, human, Pseudonyms(key), settings)
    tables = [work.tweets(), work.users(), work.places(), work.human()]
    *paths, report = outputs
    for path, table in zip(paths, tables, strict=True):
        write_table(path, table)
    searched = audit(paths, archive.identifiers, human, work.names)
    kept = {"tweets": len(tables[0]), "users": len(tables[1]), "places": len(tables[2]), "human_labels": len(tables[3])}
    read = {name.replace(" ", "_"): number for name, number in archive.counts.items() if not name.startswith("dropped")}
    gone = {name: archive.counts[f"dropped: {name}"] for name in ("duplicate", "no tweet")}
    scrubbed = dict(sorted(work.found.items()))
    write_json(
        report,
        {
            "read": {**read, "human_labels": len(human) + dropped},
            "kept": kept,
            "dropped": {**{name.replace(" ", "_"): number for name, number in gone.items()}, "human_labels": dropped},
            "scrubbed": scrubbed,
            **searched,
        },
    )


class _Work:
    """What the four tables share: texts scrubbed once, names, pseudonyms."""

    def __init__(self, archive: Archive, human: list[HumanLabel], pseudonyms: Pseudonyms, settings: Anonymise) -> None:
        self._raw = [archive.tweets[key] for key in sorted(archive.tweets)]
        self._archive, self._human, self._pseudonyms, self._settings = archive, human, pseudonyms, settings
        self.found: Counter[str] = Counter()
        folded = [fold(text) for text in track([t.text for t in self._raw] + [h.text for h in human], "folding texts")]
        self._mentions = [mentions(text) for text in folded[: len(self._raw)]]
        plain = [scrub_patterns(text, self.found) for text in track(folded, "scrubbing texts")]
        known = archive.identifiers
        authors = {(tweet.author_id, tweet.author_name) for tweet in self._raw}
        mentioned = {(None, name) for names in self._mentions for name in names}
        self._people = People(known.identities | authors | mentioned, pseudonyms)
        usernames = known.usernames | users(known.urls) | {name for _, name in mentioned}
        self.names = Names(usernames, known.names, plain, settings.ordinary_tweets)
        persons = [item.persons for item in self._raw] + [[] for _ in human]
        named = [
            scrub_names(text, self.names, people, self.found)
            for text, people in track(list(zip(plain, persons, strict=True)), "scrubbing names")
        ]
        self._texts = scrub_links(named, known.urls, self.found)

    def tweets(self) -> pl.DataFrame:
        least, raw = self._settings.common_authors, self._raw
        authors = [self._author(tweet) for tweet in raw]
        lang = common(zip((tweet.lang for tweet in raw), authors, strict=True), least, self.names.within)
        source = common(zip((client(tweet.source) for tweet in raw), authors, strict=True), least, self.names.within)
        event = common(zip((slug(tweet.event) for tweet in raw), authors, strict=True), least, self.names.within)
        rows = []
        for tweet, text, named in zip(raw, self._texts, self._mentions, strict=False):
            likes, retweets, replies, quotes = map(log_bin, tweet.metrics)
            photos = [self._pseudonyms.of_file(name) for kind, name in tweet.media if kind == "photo" and name]
            rows.append(
                {
                    "tweet": self._pseudonyms.of("tweet", tweet.id),
                    "author": self._author(tweet),
                    "conversation": tweet.conversation and self._pseudonyms.of("tweet", tweet.conversation),
                    "retweet_of": tweet.retweet_of and self._pseudonyms.of("tweet", tweet.retweet_of),
                    "mentions": sorted({self._people.of_name(name) for name in named}),
                    "text": text,
                    "text_hash": self._pseudonyms.of_text(tweet.text),
                    "time": floor_time(tweet.time_ms, self._settings.time_floor_minutes),
                    "lang": lang(tweet.lang),
                    "source": source(client(tweet.source)),
                    "event": event(slug(tweet.event)),
                    "place": tweet.place and self._pseudonyms.of("place", tweet.place),
                    "likes": likes,
                    "retweets": retweets,
                    "replies": replies,
                    "quotes": quotes,
                    "reply": tweet.reply,
                    "retweet": tweet.retweet,
                    "photos": list(dict.fromkeys(photos)),
                    "media_kinds": [among(kind, MEDIA_KINDS) for kind, _ in tweet.media],
                }
            )
        return schema.build(schema.TWEETS, rows, ["tweet"])

    def _author(self, tweet: Tweet) -> str | None:
        if tweet.author_id:
            return self._people.of_id(tweet.author_id)
        return self._people.of_name(tweet.author_name) if tweet.author_name else None

    def users(self) -> pl.DataFrame:
        largest: dict[str, tuple[int, ...]] = {}
        ids = {user_id for user_id, _ in self._archive.identifiers.identities}
        for whose, numbers in self._archive.identifiers.metrics.items():
            user = self._people.of_id(whose) if whose in ids else self._people.of_name(whose)
            largest[user] = tuple(map(max, numbers, largest.get(user, numbers)))
        rows = [
            {"user": user, **dict(zip(("followers", "following", "tweets"), map(log_bin, numbers), strict=True))}
            for user, numbers in largest.items()
        ]
        return schema.build(schema.USERS, rows, ["user"])

    def places(self) -> pl.DataFrame:
        found = self._archive.places
        where = [(found[tweet.place].country, self._author(tweet)) for tweet in self._raw if tweet.place in found]
        country = common(where, self._settings.common_authors)
        rows = [
            {
                "place": self._pseudonyms.of("place", place.id),
                "country": country(place.country) if place.country else None,
                "place_type": among(place.place_type, PLACE_TYPES) if place.place_type else None,
            }
            for place in found.values()
        ]
        return schema.build(schema.PLACES, rows, ["place"])

    def human(self) -> pl.DataFrame:
        source = common(
            ((slug(item.source), None) for item in self._human), self._settings.common_authors, self.names.within
        )
        rows = [
            {
                "label_row": 0,
                "tweet": item.tweet and self._pseudonyms.of("tweet", item.tweet),
                "text_hash": self._pseudonyms.of_text(item.text),
                "annotator": item.annotator and self._pseudonyms.of("annotator", item.annotator),
                "text": text,
                "label": item.label,
                "source": source(slug(item.source)),
            }
            for item, text in zip(self._human, self._texts[len(self._raw) :], strict=True)
        ]
        table = schema.build(schema.HUMAN, rows, ["tweet", "text_hash", "annotator", "label", "source", "text"])
        import polars as pl

        return table.with_columns(label_row=pl.int_range(len(table), dtype=pl.Int32))
