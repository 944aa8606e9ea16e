"""How much of the labelled corpus the scrubber replaces, and what it replaces besides."""

import pytest

from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS
from tests.tweets.marked import CORPUS, HALVES, NO_RULE, parse, replaced, score, scrub, wilson

TEXTS = {half: (CORPUS / f"{half}.txt").read_text(encoding="utf-8") for half in HALVES}
KINDS = {"address", "card", "coordinates", "email", "iban", "ip", "name", "nino", "number", "phone", "postcode", "url",
         "user"}  # fmt: skip
MISSED = {
    "seen": {"address": 2, "name": 1, "phone": 3, "postcode": 1, "plate": 2, "stranger": 5},
    "unseen": {"address": 5, "ip": 1, "number": 1, "phone": 1, "postcode": 2, "plate": 2, "stranger": 4},
}
"""At most so many data of a kind are left standing; of kinds that are not named here, none."""
WRONG = {"seen": {"number": 1}, "unseen": {"address": 1, "user": 3}}
"""At most so many placeholders stand for no datum of their kind, or took more than is marked."""
DISTURBED = {"seen": 0, "unseen": 3}
"""At most so many texts without personal data are changed."""


@pytest.mark.parametrize("half", HALVES)
def test_recall_and_precision_are_no_worse_than_they_were(half):
    found = score(parse(TEXTS[half]))
    missed = {kind: one.marked - one.removed for kind, one in found.items() if one.marked > one.removed}
    wrong = {kind: one.put - one.right for kind, one in found.items() if one.put > one.right}
    assert all(number <= MISSED[half].get(kind, 0) for kind, number in missed.items()), missed
    assert all(number <= WRONG[half].get(kind, 0) for kind, number in wrong.items()), wrong


@pytest.mark.parametrize("half", HALVES)
def test_texts_without_personal_data_stay(half):
    corpus = parse(TEXTS[half])
    changed = [
        clean
        for tweet, clean in zip(corpus.tweets, scrub(corpus), strict=True)
        if not tweet.marks and clean != fold(tweet.raw)
    ]
    assert len(changed) <= DISTURBED[half], changed


def test_the_corpus_is_large_and_has_every_kind_in_both_halves():
    corpora = [parse(text) for text in TEXTS.values()]
    tweets = [tweet for corpus in corpora for tweet in corpus.tweets]
    assert len(tweets) >= 400
    assert sum(not tweet.marks for tweet in tweets) >= 150
    assert len({tweet.raw for tweet in tweets}) == len(tweets)
    for corpus in corpora:
        assert {kind for tweet in corpus.tweets for kind, _, _ in tweet.marks} == KINDS | set(NO_RULE)
    assert not set(corpora[0].usernames) & set(corpora[1].usernames)


def test_the_kinds_are_those_of_the_placeholders():
    assert set(PLACEHOLDERS.findall("".join(f"<{kind}>" for kind in KINDS))) == {f"<{kind}>" for kind in KINDS}


def test_a_datum_counts_as_removed_only_when_nothing_of_it_is_left():
    corpus = parse(
        "user: bob_builder9 | Bob\nring [[phone:07700 900123]] or [[phone:oneoneone]] at [[url:12 o'clock]]\n"
    )
    found = score(corpus)
    assert (found["phone"].marked, found["phone"].removed, found["phone"].put, found["phone"].right) == (2, 1, 1, 1)
    assert (found["url"].marked, found["url"].removed) == (1, 0)


def test_a_placeholder_that_takes_more_or_another_kind_is_wrong():
    found = score(parse("at [[address:12 Mill]] Lane, [[phone:53.74571]] is high\n[[user:@bob_b]] and @ann_a\n"))
    assert (found["address"].put, found["address"].right) == (1, 0)
    assert (found["number"].put, found["number"].right) == (1, 0)
    assert (found["user"].put, found["user"].right) == (2, 1)


def test_marks_lie_where_folding_puts_them():
    (tweet,) = parse("a&amp;b [[name:Z\\u200boe]]\\n[[phone:０７７]] &lt;3 {{Zoe}}\n").tweets
    folded = fold(tweet.raw)
    assert [(kind, folded[begin:end]) for kind, begin, end in tweet.marks] == [("name", "Zoe"), ("phone", "077")]
    assert folded == "a&b Zoe 077 <3"
    assert tweet.persons == ("Zoe",)


def test_what_placeholders_stand_for_is_found_again():
    assert replaced("see x.org, @bob at @(hall)", "see <url>, <user> at @ (hall)") == [("url", 4, 9), ("user", 11, 15)]
    with pytest.raises(ValueError, match="is not made of"):
        replaced("nothing here", "nothing <url> here")


def test_wilson_intervals_are_those_of_the_textbook():
    # Newcombe (1998), table I: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
