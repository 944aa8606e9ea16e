"""Folding and scrubbing of whole columns of texts: the rules for single texts, tried only where they can match.

Most texts hold nothing that most rules look for. A rule's pattern without its looks ahead and behind matches wherever
the rule does, and elsewhere too; Rust's `regex`, which knows no such looks, finds these places in a column at a
hundred times the speed, and the rule itself sees what is left.
"""

from __future__ import annotations

from functools import cache, reduce
from itertools import chain
from typing import TYPE_CHECKING
from unicodedata import is_normalized

import polars as pl
import regex

from floodmark.tweets.fold import fold
from floodmark.tweets.patterns import BEFORE_USERS, BEHIND
from floodmark.tweets.scrub import MENTION, apply
from floodmark.tweets.shapes import FORBIDDEN, PLACEHOLDERS, close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from floodmark.tweets.patterns import Group
    from floodmark.tweets.rule import Rule

_ORDINARY = r"^[!-%'-~]+(?: [!-%'-~]+)*$"
"""Printable ASCII without `&`, words one blank apart: folding changes nothing."""
_MOVED = r"&|^\s|\s\s|\s$|[^\S ]|[\p{Cf}\p{Cc}\p{Co}\p{Default_Ignorable_Code_Point}]"
"""What folding may change, forms of letters aside: escapes, blanks, invisible characters."""
_BEYOND = regex.compile(r"\(\?(?:[=!]|<[=!])|\\K|\\[1-9]")
FEW = 32
"""Texts for which compiling Rust's patterns would cost more than they spare."""
_LOOK = regex.compile(r"\((?:\?[=!]|\?<[=!])")


def fold_all(texts: pl.Series) -> pl.Series:
    """Every text folded."""
    # The one form of a letter that most archives are full of: pages cut links with it, and texts.
    texts = texts.str.replace_all("…", "...", literal=True)
    at = (~texts.str.contains(_ORDINARY)).fill_null(value=False).arg_true()
    some = texts.gather(at)
    moved = some.str.contains(_MOVED) | pl.Series([not is_normalized("NFKC", text) for text in some], dtype=pl.Boolean)
    moved |= some.str.contains(r"[\x{0370}-\x{052F}]")
    return texts.scatter(at, _where(some, moved, fold)) if len(at) else texts


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
    return close_all(_apply_all(BEHIND, texts)), mentioned


def _apply_all(groups: Sequence[Group], texts: pl.Series) -> pl.Series:
    """Every group's rules, one after the other, where a text has as many digits as a match must have."""
    if len(texts) < FEW:
        return pl.Series([_in_turn(chain(*groups), text) for text in texts], dtype=pl.String)
    digits = texts.str.count_matches(r"\d")
    with_digits = [(digits >= number).arg_true() for number in range(max(map(_least_digits, groups)) + 1)]
    for rules in groups:
        near = with_digits[_least_digits(rules)]
        at = near.gather(texts.gather(near).str.contains(_any(tuple(map(_sign, rules)))).arg_true())
        if not len(at):
            continue
        some = texts.gather(at)
        if len(rules) == 1 and rules[0].check is None and _is_plain(rules[0].pattern):
            some = some.str.replace_all(rules[0].pattern.pattern, f"<{rules[0].kind}>")
        else:
            some = pl.Series([_in_turn(rules, text) for text in some], dtype=pl.String)
        texts = texts.clone().scatter(at, some)
    return texts


def _in_turn(rules: Iterable[Rule], text: str) -> str:
    return reduce(lambda text, rule: apply(rule, text), rules, text)


def _least_digits(rules: Group) -> int:
    return min(rule.digits for rule in rules)


def close_all(texts: pl.Series) -> pl.Series:
    """Every text without any forbidden shape."""
    return _where(texts, forbidden(texts), close)


def forbidden(texts: pl.Series) -> pl.Series:
    """Whether each text may have a forbidden shape: only those need a closer look."""
    return texts.str.replace_all(PLACEHOLDERS.pattern, " ").str.contains(_any(_FORBIDDEN))


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
def _any(patterns: tuple[str, ...]) -> str:
    """One pattern of Rust's `regex` that matches wherever any of these does.

    Polars keeps the last 32 patterns of a thread compiled; one more, and each takes milliseconds again.
    """
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _sign(rule: Rule) -> str:
    """A pattern of Rust's `regex` that matches in every text in which a rule does."""
    return str(rule.hint.pattern) if rule.hint else _wider(rule.pattern)


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


_FORBIDDEN = tuple(map(_wider, FORBIDDEN.values()))
