"""A small generative grammar: templates with slots, slots filled from a lexicon, to any depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

Lexicon = dict[str, tuple[str, ...]]
"""Slot name to what may fill it; a filling may hold slots itself."""

SLOT = re.compile(r"\{(\w+)\}")


def words(text: str) -> tuple[str, ...]:
    """The entries of a lexicon written one after another, parted by ``|`` or line ends."""
    return tuple(entry for line in text.splitlines() for part in line.split("|") if (entry := part.strip()))


def expand(rng: random.Random, template: str, *lexicons: Mapping[str, Sequence[str]]) -> str:
    """Fill every slot of a template.

    Args:
        rng: Source of the draws.
        template: Text with slots such as ``{river}``.
        *lexicons: Searched in order; the first that knows a slot fills it.

    Raises:
        KeyError: if no lexicon knows a slot.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        for lexicon in lexicons:
            if name in lexicon:
                return expand(rng, rng.choice(lexicon[name]), *lexicons)
        raise KeyError(name)

    return SLOT.sub(fill, template)
