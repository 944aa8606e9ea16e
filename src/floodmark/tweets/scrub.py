"""Personal data out of a text: every find becomes a placeholder that says what stood there, `<url>`, `<user>`, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from floodmark.tweets.fold import bare, fold
from floodmark.tweets.online import HANDLE
from floodmark.tweets.patterns import BEFORE_USERS, replace
from floodmark.tweets.shapes import PLACEHOLDERS as PLACEHOLDERS
from floodmark.tweets.shapes import close

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from floodmark.tweets.names import Names
    from floodmark.tweets.rule import Rule

MENTION = regex.compile(rf"@[/.|*\\-]{{0,2}}({HANDLE})")


def scrub_patterns(text: str, found: Counter[str]) -> str:
    """Replace what patterns recognise in a folded text, counting by kind.

    With a counter of its own for every text, its keys above zero are the kinds that were found in it.
    """

    def instead(rule: Rule) -> Callable[[regex.Match[str]], str]:
        def placeholder(match: regex.Match[str]) -> str:
            if rule.check is not None and not rule.check(match):
                return str(match.group())
            found[rule.kind] += 1
            return f"<{rule.kind}>"

        return placeholder

    return close(replace(text, instead), found)


def scrub_names(text: str, names: Names, persons: Sequence[str], found: Counter[str]) -> str:
    """Replace names of the archive's users, and the people whom the API's annotations name in this text."""
    for person in sorted({fold(person) for person in persons} - {""}, key=lambda name: (-len(name), name)):
        # Searched for without accents, which annotations and tweets set differently.
        spots = [
            match.span() for match in regex.finditer(rf"(?i)(?<!\w){regex.escape(bare(person))}(?!\w)", bare(text))
        ]
        for begin, end in reversed(spots):
            text = f"{text[:begin]}<name>{text[end:]}"
        found["name"] += len(spots)
    while True:
        text, count = names.replace(text, "<name>")
        found["name"] += count
        # A name cut out of a word without spaces may uncover a link behind it, and a link cut out a name around it.
        closed = close(text, found)
        if closed == text:
            return text
        text = closed


def mentions(text: str) -> list[str]:
    """User names mentioned in a folded text, without links and e-mail addresses."""
    if "@" not in text:
        return []
    text = replace(text, lambda rule: lambda match: " ", BEFORE_USERS)
    return [str(name) for name in MENTION.findall(text)]
