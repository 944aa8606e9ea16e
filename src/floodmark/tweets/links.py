"""Parts of an archive's links that name a tweet, a file or a person when they stand in a text without their link."""

from __future__ import annotations

import polars as pl

SHORTEST = 7
"""A code of fewer characters cannot be told from a word."""
_LINK = r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?([^/?#\s]*)([^?#\s]*)"
_CODED = r"(?i)^(?:t\.co|pic\.twitter\.com|(?:[\w-]+\.)*twimg\.com)$"
_SUFFIX = r"\.[A-Za-z0-9]{2,4}$"
_PERSON = r"(?i)^\s*(?:https?://)?(?:(?:www|mobile|m)\.)?(?:twitter|x)\.com/@?(\w{1,15})(?:/status(?:es)?(?:/|$)|/?(?:[?#]|$))"
PAGES = frozenset(
    {"i", "home", "search", "hashtag", "explore", "intent", "share", "login", "signup", "settings", "messages",
     "notifications", "about", "tos", "privacy", "jobs", "download", "compose"}
)  # fmt: skip
"""Twitter's own pages, which stand where a user's would."""
LINK = r"(?i)(?:https?://|\b(?:(?:www|mobile|m)\.)?(?:twitter|x)\.com/)\S+"
"""A link in a text that tells of a person or a tweet."""


def parts(urls: pl.Series) -> pl.Series:
    """Links without their scheme and query, and the codes that Twitter's own hosts made.

    The path of any other site is made of words: a hashtag may well equal a part of it.
    """
    cut = urls.str.extract_groups(_LINK).struct.unnest().rename({"1": "host", "2": "path"})
    cut = cut.with_columns(path=pl.col("path").str.strip_chars("/"))
    cut = cut.filter(pl.col("host").str.contains(".", literal=True), pl.col("path") != "")
    codes = cut.filter(pl.col("host").str.contains(_CODED)).select(pl.col("path").str.split("/").explode())["path"]
    # A file's code is known without its suffix too.
    codes = pl.concat([codes, codes.filter(codes.str.contains(_SUFFIX)).str.replace(_SUFFIX, "")])
    coded = (codes.str.len_chars() >= SHORTEST) & codes.str.contains(r"\d") & codes.str.contains("[A-Za-z]")
    return pl.concat([cut.select(pl.col("host") + "/" + pl.col("path"))["host"], codes.filter(coded)])


def users(urls: pl.Series) -> set[str]:
    """User names in links to tweets and profiles."""
    found = urls.str.extract(_PERSON).drop_nulls()
    return {name for name in found if name.lower() not in PAGES}


def linked(texts: pl.Series, scrubbed: pl.Series) -> set[str]:
    """Links that stand in folded texts.

    Args:
        texts: The texts.
        scrubbed: The same, scrubbed by pattern: only where it left a placeholder there is something to be found.
    """
    some = texts.filter(scrubbed.str.contains("<url>", literal=True))
    return set(some.str.extract_all(LINK).explode().drop_nulls())
