"""Patterns of personal data in folded text, with the ordinary numbers of a flood that they must leave alone.

Left alone: river levels (3.45 m), times (14:30, 0630 1845), dates, grid references (TA 0956 2873), roads (A63, M62),
outward postcodes (HU5), hashtags and emoji.
"""

from __future__ import annotations

from floodmark.tweets.accounts import ACCOUNTS, LONG_NUMBERS
from floodmark.tweets.addresses import ADDRESSES
from floodmark.tweets.online import EMAIL, HOSTS, INTERNET, USERS, WHOLE_LINKS
from floodmark.tweets.telephones import TELEPHONES
from floodmark.tweets.whereabouts import POINTS, POSTCODES

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
