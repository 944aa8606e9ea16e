"""Folding and scrubbing of whole columns of texts: the rules for single texts, tried only where they can match.

Most texts hold nothing that most rules look for. A rule's pattern without its looks ahead and behind matches wherever
the rule does, and elsewhere too; Rust's `regex`, which knows no such looks, finds these places in a column at a
hundred times the speed, and the rule itself sees what is left.
"""

from __future__ import annotations

from functools import cache, reduce
from typing import TYPE_CHECKING
from unicodedata import is_normalized

import polars as pl
import regex

from floodmark.tweets.fold import fold
from floodmark.tweets.patterns import BEFORE_USERS, RULES
from floodmark.tweets.scrub import MENTION, apply
from floodmark.tweets.shapes import FORBIDDEN, PLACEHOLDERS, close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from floodmark.tweets.rule import Rule

_ORDINARY = r"^[!-%'-~]+(?: [!-%'-~]+)*$"
"""Printable ASCII without `&`, words one blank apart: folding changes nothing."""
_MOVED = r"&|^\s|\s\s|\s$|[^\S ]|[\p{Cf}\p{Cc}\p{Co}\x{FE00}-\x{FE0F}]"
"""What folding may change, forms of letters aside: escapes, blanks, invisible characters."""
_BEYOND = regex.compile(r"\(\?(?:[=!]|<[=!])|\\K|\\[1-9]")
FEW = 32
"""Texts for which compiling Rust's patterns would cost more than they spare."""
_LOOK = regex.compile(r"\((?:\?[=!]|\?<[=!])")


def fold_all(texts: pl.Series) -> pl.Series:
    """Every text folded."""
    at = (~texts.str.contains(_ORDINARY)).fill_null(value=False).arg_true()
    some = texts.gather(at)
    moved = some.str.contains(_MOVED) | pl.Series([not is_normalized("NFKC", text) for text in some], dtype=pl.Boolean)
    moved |= some.str.contains(r"[\x{0370}-\x{052F}]")
    return texts.clone().scatter(at, _where(some, moved, fold)) if len(at) else texts


def lists(values: Sequence[Sequence[str]]) -> pl.Series:
    """A column of lists, most of which are empty."""
    rows = [row for row, items in enumerate(values) for _ in items]
    flat = pl.DataFrame(
        {"row": rows, "item": [item for items in values for item in items]}, {"row": pl.Int64, "item": pl.String}
    )
    return gathered(flat, len(values))


def gathered(flat: pl.DataFrame, number: int) -> pl.Series:
    """Lists of the column `item`, by the column `row`, which counts up to a number."""
    every = pl.DataFrame({"row": pl.int_range(number, eager=True)})
    lists = flat.group_by("row", maintain_order=True).agg("item")
    return every.join(lists, on="row", how="left", maintain_order="left")["item"].fill_null([])


def scrub_all(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Replace what patterns recognise in folded texts.

    Returns:
        The texts, and of each the user names mentioned in it, as written, links and e-mail addresses aside.
    """
    texts = _apply_all(BEFORE_USERS, texts)
    mentioned = lists([MENTION.findall(text) if "@" in text else [] for text in texts])
    return close_all(_apply_all(RULES[len(BEFORE_USERS) :], texts)), mentioned


def _apply_all(rules: Sequence[Rule], texts: pl.Series) -> pl.Series:
    """Every rule, one after the other, where a text has as many digits as a match must have."""
    if len(texts) < FEW:
        return pl.Series([reduce(lambda text, rule: apply(rule, text), rules, text) for text in texts], dtype=pl.String)
    digits = texts.str.count_matches(r"\d")
    with_digits = [(digits >= number).arg_true() for number in range(max(rule.digits for rule in rules) + 1)]
    for rule in rules:
        near = with_digits[rule.digits]
        at = near.gather(texts.gather(near).str.contains(_wider(rule.pattern)).arg_true())
        if not len(at):
            continue
        some = texts.gather(at)
        if rule.check is None and _is_plain(rule.pattern):
            some = some.str.replace_all(rule.pattern.pattern, f"<{rule.kind}>")
        else:
            some = pl.Series([apply(rule, text) for text in some], dtype=pl.String)
        texts = texts.clone().scatter(at, some)
    return texts


def close_all(texts: pl.Series) -> pl.Series:
    """Every text without any forbidden shape."""
    return _where(texts, forbidden(texts).is_not_null(), close)


def forbidden(texts: pl.Series) -> pl.Series:
    """A forbidden shape that each text may have, else null: only what is named here needs a closer look."""
    bare = texts.str.replace_all(PLACEHOLDERS.pattern, " ")
    kinds = pl.DataFrame({"text": bare}).select(
        pl.coalesce(
            pl.when(pl.col("text").str.contains(_wider(pattern))).then(pl.lit(kind))
            for kind, pattern in FORBIDDEN.items()
        ).alias("kind")
    )
    return kinds["kind"]


def _where(texts: pl.Series, chosen: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """The texts, some of them changed."""
    at = chosen.fill_null(value=False).arg_true()
    if not len(at):
        return texts
    return texts.clone().scatter(at, pl.Series([change(text) for text in texts.gather(at)], dtype=pl.String))


@cache
def _is_plain(pattern: regex.Pattern[str]) -> bool:
    """Whether Rust's `regex` reads a pattern as it is: without looks, and not so large that it refuses."""
    if _BEYOND.search(pattern.pattern):
        return False
    try:
        return not pl.Series([""]).str.contains(pattern.pattern).is_null().any()
    except pl.exceptions.ComputeError:
        return False


@cache
def _wider(pattern: regex.Pattern[str]) -> str:
    """A pattern of Rust's `regex` that matches wherever this one does, and soon.

    Looks ahead and behind and borders of words are left out, repetitions have no upper limit, and a group met again may
    be another one.
    """
    text = regex.sub(r"\\K|(?<!\\)\\b", "", pattern.pattern)
    while look := next((found for found in _brackets(text) if _LOOK.match(text, found[0])), None):
        text = f"{text[: look[0]]}(?:){text[look[1] :]}"
    groups = [text[start:end] for start, end in sorted(_brackets(text)) if not text.startswith("(?", start)]
    text = regex.sub(r"\\([1-9])", lambda found: groups[int(found.group(1)) - 1], text)
    return str(regex.sub(r"\{(\d),\d+\}", lambda found: f"{{{found.group(1)},}}", text))


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Where the brackets of groups open, and just behind where each closes."""
    opened: list[int] = []
    place, inside = 0, False
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif inside:
            inside = sign != "]"
        elif sign == "[":
            inside = True
        elif sign == "(":
            opened.append(place)
        elif sign == ")":
            yield opened.pop(), place + 1
        place += 1
