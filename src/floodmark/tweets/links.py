"""Parts of an archive's links that name a tweet, a file or a person when they stand in a text without their link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import polars as pl
import regex

from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

SHORTEST = 7
"""A code of fewer characters cannot be told from a word."""
_CODED = regex.compile(r"(?:t\.co|pic\.twitter\.com|(?:[\w-]+\.)*twimg\.com)")
_STATUS = regex.compile(r"(?:(?:www|mobile|m)\.)?(?:twitter|x)\.com/(\w{1,15})/status(?:es)?(?:/|$)", regex.I)


def searchable(urls: Iterable[str]) -> set[str]:
    """Folded, lower-cased: links without their scheme, and the codes that Twitter's own hosts made.

    The path of any other site is made of words: a hashtag may well equal a part of it.
    """
    return {part for url in urls for part in _parts(url)}


def users(urls: Iterable[str]) -> set[str]:
    """User names in links to tweets."""
    found = (_STATUS.match(regex.sub(r"^https?://", "", url.strip())) for url in urls)
    return {match.group(1) for match in found if match and match.group(1).lower() != "i"}


def _parts(url: str) -> Iterable[str]:
    url = url.strip()
    try:
        split = urlsplit(url if "://" in url else f"//{url}")
    except ValueError:
        return
    if "." not in split.netloc or not split.path.strip("/"):
        return
    yield fold(f"{split.netloc}{split.path}".strip("/")).lower()
    if _CODED.fullmatch(split.netloc.lower()):
        for part in split.path.split("/"):
            if len(part) >= SHORTEST and regex.search(r"\d", part) and regex.search(r"[A-Za-z]", part):
                yield fold(part).lower()


def scrub_links(texts: Sequence[str], urls: Iterable[str], found: Counter[str]) -> list[str]:
    """Replace the searchable parts that still stand in scrubbed texts."""
    scrubbed = list(texts)
    plain = pl.Series(texts, dtype=pl.String).str.replace_all(PLACEHOLDERS.pattern, " ").str.to_lowercase()
    for index, values in present(plain, searchable(urls)):
        either = "|".join(regex.escape(value) for value in sorted(values, key=lambda value: (-len(value), value)))
        scrubbed[index], count = regex.subn(rf"(?i)(?<!\w)(?:{either})(?!\w)", "<url>", scrubbed[index])
        found["url"] += count
    return scrubbed


def present(texts: pl.Series, values: set[str]) -> Iterable[tuple[int, set[str]]]:
    """Which texts hold which values as whole words (Aho-Corasick first, then the borders of words)."""
    patterns = sorted(value for value in values if value)
    if not patterns or not len(texts):
        return
    hits = texts.str.extract_many(patterns, overlapping=True)
    for index in (hits.list.len() > 0).arg_true():
        text = texts[index]
        whole = {item for item in set(hits[index]) if regex.search(rf"(?<!\w){regex.escape(item)}(?!\w)", text)}
        if whole:
            yield index, whole
