"""What spares a text most patterns hides no match from them."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo import private
from floodmark.tweets.fold import fold
from floodmark.tweets.patterns import BEFORE_USERS, RULES, replace
from floodmark.tweets.scrub import mentions, scrub_patterns
from floodmark.tweets.shapes import FORBIDDEN, PLACEHOLDERS, close, shapes
from tests.tweets.marked import CORPUS, HALVES, parse

MARKED = [tweet for half in HALVES for tweet in parse((CORPUS / f"{half}.txt").read_text(encoding="utf-8")).tweets]
DATA = sorted({fold(tweet.raw)[begin:end] for tweet in MARKED for _, begin, end in tweet.marks})
WORDS = ["the river", "at", " at ", "@", "Mill", "12", "3rd St", "Via", "N", "’s", ".", ", ", "\n", "km", "📞", "ring "]
MIXED = st.lists(st.sampled_from([*DATA, *WORDS]) | st.characters(codec="utf-8"), min_size=1, max_size=6)

SELDOM = ("SSN 219-09-9999", "no.+44:(0)7700 900123", "jane @ gmail.com", "ring 447700 900123", "07700 900123 or 96002")


def plainly(text, rules):
    """Every rule tried on every text."""
    for rule in rules:
        text = rule.pattern.sub(
            lambda match: match.group() if rule.check and not rule.check(match) else f"<{rule.kind}>",  # noqa: B023
            text,
        )
    return text


def instead(rule):
    return lambda match: match.group() if rule.check and not rule.check(match) else f"<{rule.kind}>"


@pytest.mark.parametrize("half", HALVES)
def test_no_sign_hides_a_match_in_the_corpus(half):
    for tweet in parse((CORPUS / f"{half}.txt").read_text(encoding="utf-8")).tweets:
        text = fold(tweet.raw)
        assert replace(text, instead) == plainly(text, RULES)
        assert replace(text.upper(), instead) == plainly(text.upper(), RULES)


@settings(max_examples=300)
@given(MIXED.map("".join) | MIXED.map(" ".join))
def test_no_sign_hides_a_match_in_mixed_text(text):
    text = fold(text)
    assert replace(text, instead) == plainly(text, RULES)
    assert replace(text, instead, BEFORE_USERS) == plainly(text, BEFORE_USERS)


@pytest.mark.parametrize("kind", private.TEXT_KINDS)
@given(seed=st.integers(0, 2**32))
def test_no_sign_hides_a_match_in_generated_data(kind, seed):
    rng = random.Random(seed)
    draw, frames = private.TEXT_KINDS[kind]
    text = fold(rng.choice(frames).format(draw(rng)))
    assert replace(text, instead) == plainly(text, RULES)


@given(MIXED.map("".join))
def test_what_is_closed_only_where_it_may_be_open_is_closed_everywhere(text):
    text = fold(text)
    assert shapes(PLACEHOLDERS.sub(" ", close(text, Counter()))) == []
    open_ = any(pattern.search(PLACEHOLDERS.sub(" ", text)) for pattern in FORBIDDEN.values())
    assert (close(text, Counter()) != text) == open_


def test_every_rule_finds_something():
    """A rule that no marked datum and no generated one needs is none that anybody would miss."""
    rng = random.Random(7)
    drawn = [draw(rng) for draw, _ in private.TEXT_KINDS.values() for _ in range(200)]
    texts = [*(fold(tweet.raw) for tweet in MARKED), *drawn, *SELDOM]
    idle = set(range(len(RULES)))
    for text in texts:
        for number, rule in enumerate(RULES):
            idle -= {number} if rule.pattern.search(text) else set()
            text = plainly(text, [rule])
    assert [RULES[number].pattern.pattern for number in idle] == []


def test_a_counter_of_its_own_tells_what_kinds_a_text_held():
    found = Counter()
    scrub_patterns("@bob ring 07700 900123 or 07700 900124", found)
    assert sorted(+found) == ["phone", "user"]
    assert mentions("@bob ring 07700 900123") == ["bob"]
