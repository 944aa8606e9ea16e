"""People whom the API's annotations name are hidden wherever they are named, not only where the annotation is."""

import pytest

from floodmark.tweets.identifiers import PEOPLE
from tests.tweets.archives import SETTINGS, gate, tweet


def annotated(number, text, name, **fields):
    entity = {"type": "Person", "normalized_text": name, **fields}
    return tweet(number, text, entities={"annotations": [entity]})


def texts(found):
    return sorted(found.tweets["text"])


def test_a_person_is_hidden_in_copies_and_in_human_labels(tmp_path):
    lines = [
        annotated(1, "thanks to Rufus Oakendyke for the boat", "Rufus Oakendyke"),
        tweet(2, "RT @x_11y: thanks to Rufus Oakendyke for the boat"),
        tweet(3, "rufus oakendyke, again"),
    ]
    labels = [{"id": "", "text": "who is Rufus Oakendyke?", "label": "neutral"}]
    found = gate(tmp_path, *lines, labels=labels)
    assert "oakendyke" not in found.everything
    assert found.human["text"].to_list() == ["who is <name>?"]


def test_a_person_of_one_name_is_hidden_in_the_human_label_of_the_tweet(tmp_path):
    lines = [annotated(1, "Ivy is on the roof", "Ivy"), tweet(2, "the ivy is wet")]
    labels = [
        {"id": tweet(1)["id"], "text": "Ivy is on the roof", "label": "negative"},
        {"id": "", "text": "Ivy is on the roof", "label": "neutral"},
        {"id": tweet(2)["id"], "text": "the ivy is wet", "label": "neutral"},
    ]
    found = gate(tmp_path, *lines, labels=labels)
    assert texts(found) == ["<name> is on the roof", "the ivy is wet"]
    assert sorted(found.human["text"]) == ["<name> is on the roof", "<name> is on the roof", "the ivy is wet"]


@pytest.mark.parametrize("domain", sorted(PEOPLE))
def test_whom_a_tweet_is_said_to_be_about_is_hidden(tmp_path, domain):
    subject = {"domain": {"id": "10", "name": domain}, "entity": {"id": "88", "name": "Rufus Oakendyke"}}
    found = gate(tmp_path, tweet(1, "is it Rufus Oakendyke?", context_annotations=[subject]))
    assert texts(found) == ["is it <name>?"]


def test_what_a_tweet_is_about_is_no_person_unless_it_is_said_to_be_one(tmp_path):
    subjects = [
        {"domain": {"name": "Brand"}, "entity": {"name": "Met Office"}},
        {"domain": {"name": ["Person"]}, "entity": {"name": "River"}},
        {"domain": "Person", "entity": {"name": "River"}},
        {"domain": {"name": "Person"}, "entity": {"name": 5}},
        5,
    ]
    found = gate(tmp_path, tweet(1, "Met Office on the River", context_annotations=subjects), tweet(2, "x", entities=5))
    assert texts(found) == ["Met Office on the River", "x"]


def test_a_quoted_tweet_that_a_page_includes_names_people_too(tmp_path):
    page = {
        "data": [tweet(1, "as Rufus Oakendyke says")],
        "includes": {"tweets": [annotated(2, "Rufus Oakendyke here", "Rufus Oakendyke")]},
    }
    assert texts(gate(tmp_path, page)) == ["as <name> says"]


@pytest.mark.parametrize(
    ("text", "name", "span", "clean"),
    [
        # The annotation spells the name out; the text has a part of it.
        ("here is Rufus O. now", "Rufus Oakendyke", (8, 15), "here is <name>. now"),
        # Emoji and escapes move places: the name itself is in the text, and the span is not believed.
        ("🌊🌊 thanks Rufus Oakendyke", "Rufus Oakendyke", (3, 8), "🌊🌊 thanks <name>"),
        ("nobody at all", "Rufus Oakendyke", (50, 60), "nobody at all"),
        ("nobody at all", "Rufus Oakendyke", ("1", None), "nobody at all"),
    ],
)
def test_where_a_name_is_spelt_otherwise_the_place_of_the_annotation_counts(tmp_path, text, name, span, clean):
    found = gate(tmp_path, annotated(1, text, name, start=span[0], end=span[1]))
    assert texts(found) == [clean]


def by(author, number, text):
    return tweet(number, text, author_id=str(7_001_000_000 + author))


@pytest.mark.parametrize(
    ("tweets", "stays"),
    [
        ([by(n, n, f"so rufus {n * 'very '}wet") for n in range(3)], True),
        # One author, many times.
        ([by(0, n, f"so rufus {n * 'very '}wet") for n in range(9)], False),
        # One text of many, with another link and mention in each.
        ([by(n, n, f"so rufus wet @q{n}_7 https://t.co/a{n}b{n}") for n in range(9)], False),
        # Retweets.
        ([by(n, n, f"RT @zz_11y: so rufus {n * 'very '}wet") for n in range(9)], False),
    ],
)
def test_a_name_is_an_ordinary_word_if_enough_people_use_it_in_words_of_their_own(tmp_path, tweets, stays):
    labels = [{"id": "", "text": f"rufus, {n}", "label": "neutral"} for n in range(9)]
    settings = SETTINGS.model_copy(update={"ordinary_authors": 3})
    found = gate(tmp_path, annotated(99, "hello", "Rufus"), *tweets, labels=labels, settings=settings)
    assert ("rufus" in found.everything) == stays
