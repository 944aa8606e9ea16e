"""Single texts through the functions for columns, and what an archive knows made of a few names."""

import tempfile
from collections import Counter
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings

from floodmark.tweets import json_files
from floodmark.tweets.archive import look
from floodmark.tweets.columns import fold_all, lists, scrub_all
from floodmark.tweets.gathering import gather
from floodmark.tweets.hiding import hide
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.known import Known
from floodmark.tweets.patterns import BEFORE_USERS, BEHIND
from floodmark.tweets.pseudonyms import Pseudonyms
from floodmark.tweets.reader import Found, read_value
from floodmark.tweets.settling import ordinary, uses
from tests.tweets.archives import KEY, SETTINGS

FOLDER = tempfile.TemporaryDirectory(prefix="floodmark-known-")
NUMBERS = iter(range(10**9))
RULES = tuple(chain(*BEFORE_USERS, *BEHIND))
"""Every rule of the scrubber, in the order in which they are applied."""


def column(texts):
    return pl.Series(list(texts), dtype=pl.String)


def scrub(text):
    """A raw text folded and scrubbed by pattern."""
    return scrub_all(fold_all(column([text])))[0][0]


def mentions(text):
    """User names mentioned in a folded text."""
    return list(scrub_all(column([text]))[1][0])


def know(identifiers, texts=(), least=3):
    """What an archive with these identifiers knows, and of which its texts make ordinary words."""
    path = Path(FOLDER.name, str(next(NUMBERS)))
    gather(identifiers, path.with_suffix(".known"))
    known = Known([path.with_suffix(".known")], path)
    tweets = pl.DataFrame({"tweet": [f"t{n}" for n in range(len(texts))], "text": column(texts)}).with_columns(
        author=pl.lit(None, pl.String), retweet=False
    )
    known.ordinary = ordinary([uses(known.find(tweets["text"]), tweets, least)], least)
    return known


def names(usernames=(), display=(), texts=(), least=3):
    """The same of users alone."""
    return know(Identifiers(usernames=set(usernames), names=set(display)), texts, least)


def scrub_names(text, known, persons=()):
    """A folded and scrubbed text without names."""
    return hide(column([text]), lists([list(persons)]), known)[0]


def read_archive(folder):
    """Tweets by id (of several states the last one read), places, identifiers and counts of an archive."""
    with tempfile.TemporaryDirectory() as work:
        archive = look(
            Path(folder),
            Path(work),
            Identifiers(),
            Pseudonyms(KEY),
            SETTINGS,
            lambda work, jobs, title: map(work, jobs),
        )
    found, tweets, number = Found(), {}, 0
    for path in json_files.find(Path(folder)):
        for _, line in json_files.lines(path):
            try:
                value = json_files.parse(line) if isinstance(line, bytes) else []
            except ValueError:
                continue
            for tweet in read_value(value, found):
                number += 1
                tweets[tweet.id] = tweet
    counts = archive.counts + Counter({"dropped: duplicate": number - len(tweets)})
    return SimpleNamespace(tweets=tweets, places=found.places, identifiers=found.identifiers, counts=counts)


def for_long(test, strategies):
    """The same test over as many examples as would keep the fast ones waiting."""
    return pytest.mark.slow(settings(max_examples=120)(given(**strategies)(test.hypothesis.inner_test)))
