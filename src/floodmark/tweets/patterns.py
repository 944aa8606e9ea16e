"""Patterns of personal data in folded text, with the ordinary numbers of a flood that they must leave alone.

Left alone: river levels (3.45 m), times (14:30, 0630 1845), dates, grid references (TA 0956 2873), roads (A63, M62),
outward postcodes (HU5), hashtags and emoji.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from floodmark.tweets.accounts import ACCOUNTS, LONG_NUMBERS
from floodmark.tweets.addresses import ADDRESSES
from floodmark.tweets.online import EMAIL, HOSTS, INTERNET, USERS, WHOLE_LINKS
from floodmark.tweets.telephones import TELEPHONES
from floodmark.tweets.whereabouts import POINTS, POSTCODES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import regex

    from floodmark.tweets.rule import Rule

BEFORE_USERS = [*WHOLE_LINKS, *EMAIL, *HOSTS]
"""What may hold an `@` that mentions nobody."""
RULES = [
    *BEFORE_USERS,
    *USERS,
    *POINTS,
    *INTERNET,
    *ACCOUNTS,
    *TELEPHONES,
    *POSTCODES,
    *ADDRESSES,
    *LONG_NUMBERS,
]
"""In the order in which they are applied."""
_DIGIT, _MOST = re.compile(r"\d"), max(rule.digits for rule in RULES)
_WORTH = {
    at: [
        [rule for rule in RULES if rule.digits <= digits and (at or "@" not in "".join(rule.signs))]
        for digits in range(_MOST + 1)
    ]
    for at in (True, False)
}


def replace(text: str, instead: Callable[[Rule], Callable[[regex.Match[str]], str]], rules: Sequence[Rule] = ()) -> str:
    """The text with something instead of all that rules find, one after the other.

    Args:
        text: Folded.
        instead: What to put in place of a match of a rule.
        rules: All, unless given.
    """
    lower, hint, holds = text.lower(), None, True
    for rule in rules or _WORTH["@" in text][min(len(_DIGIT.findall(text)), _MOST)]:
        if rule.signs:
            for sign in rule.signs:
                if sign in lower:
                    break
            else:
                continue
        if rule.hint is not None:
            # Neighbours share a hint, which is then searched for once.
            if rule.hint is not hint:
                hint = rule.hint
                holds = hint.search(lower) is not None
            if not holds:
                continue
        scrubbed = str(rule.pattern.sub(instead(rule), text))
        if scrubbed != text:
            text, lower, hint = scrubbed, scrubbed.lower(), None
    return text
