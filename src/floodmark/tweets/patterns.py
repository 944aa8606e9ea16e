"""Patterns of personal data in folded text, with the ordinary numbers of a flood that they must leave alone.

Left alone: river levels (3.45 m), times (14:30, 0630 1845), dates, grid references (TA 0956 2873), roads (A63, M62),
outward postcodes (HU5), hashtags and emoji.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from floodmark.tweets.accounts import ACCOUNTS, LONG_NUMBERS
from floodmark.tweets.addresses import ADDRESSES
from floodmark.tweets.online import EMAIL, HOSTS, INTERNET, USERS, WHOLE_LINKS
from floodmark.tweets.telephones import TELEPHONES
from floodmark.tweets.whereabouts import POINTS, POSTCODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from floodmark.tweets.rule import Rule

    Group = Sequence[Rule]


def _groups(*sections: Group) -> Iterator[Group]:
    """Neighbours of one section that all need digits, or that need none."""
    for section in sections:
        for _, rules in groupby(section, key=lambda rule: rule.digits > 0):
            yield tuple(rules)


BEFORE_USERS = tuple(_groups(WHOLE_LINKS, [*EMAIL, *HOSTS]))
"""What may hold an `@` that mentions nobody. Rules of a group are looked for together, and applied in this order."""
BEHIND = tuple(_groups(USERS, POINTS, [*INTERNET, *ACCOUNTS], TELEPHONES, POSTCODES, ADDRESSES, LONG_NUMBERS))
"""What is looked for once it is known who is mentioned."""
