"""What spares a text most patterns hides no match from them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo import private
from floodmark.tweets.columns import FEW, close_all, scrub_all
from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS, close, shapes
from tests.tweets.knowing import RULES, column
from tests.tweets.marked import CORPUS, HALVES, parse

MARKED = [tweet for half in HALVES for tweet in parse((CORPUS / f"{half}.txt").read_text(encoding="utf-8")).tweets]
DATA = sorted({fold(tweet.raw)[begin:end] for tweet in MARKED for _, begin, end in tweet.marks})
WORDS = ["the river", "at", " at ", "@", "Mill", "12", "3rd St", "Via", "N", "’s", ".", ", ", "\n", "km", "📞", "ring "]
MIXED = st.lists(st.sampled_from([*DATA, *WORDS]) | st.characters(codec="utf-8"), min_size=1, max_size=6)

SELDOM = ("SSN 219-09-9999", "no.+44:(0)7700 900123", "jane @ gmail.com", "ring 447700 900123", "07700 900123 or 96002",
          "391/5550123", "(02) 8555 0123", "22 b larkspur st", "-@example.org", "jane @gmail.com", "jane(a)example.org",
          "example[.]org", "iban de89 3704 0044 0532 0130 01")  # fmt: skip


def plainly(text, rules):
    """Every rule tried on every text."""
    for rule in rules:
        text = rule.pattern.sub(
            lambda match: match.group() if rule.check and not rule.check(match) else f"<{rule.kind}>",  # noqa: B023
            text,
        )
    return text


@settings(max_examples=50)
@given(MIXED.map("".join) | MIXED.map(" ".join))
def test_no_count_of_digits_and_no_wider_pattern_hides_a_match_in_mixed_text(text):
    text = fold(text)
    assert set(scrub_all(column([text] * FEW))[0]) == {close(plainly(text, RULES))}


@pytest.mark.parametrize("kind", private.TEXT_KINDS)
def test_nor_in_generated_data(kind):
    rng = random.Random(kind)
    draw, frames = private.TEXT_KINDS[kind]
    texts = [fold(rng.choice(frames).format(draw(rng))) for _ in range(400)]
    assert scrub_all(column(texts))[0].to_list() == [close(plainly(text, RULES)) for text in texts]


@given(MIXED.map("".join))
def test_what_is_closed_only_where_it_may_be_open_is_closed_everywhere(text):
    text = fold(text)
    clean = close_all(column([text]))[0]
    assert shapes(PLACEHOLDERS.sub(" ", clean)) == []
    assert (clean != text) == bool(shapes(PLACEHOLDERS.sub(" ", text)))


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
