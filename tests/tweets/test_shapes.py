import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.tweets.shapes import PLACEHOLDERS, shapes
from tests.tweets.archives import gate, tweet
from tests.tweets.knowing import for_long, scrub

HARMLESS = {
    "so sad ://": "so sad :/",
    "ttps://t.co/abc123": "<url>",
    "meet @(town hall) 5pm": "meet @ (town hall) 5pm",
    "sandbags @£5 each": "sandbags @ £5 each",
    "@!foo": "<user>",
    '@"Name"': '<user>"',
    "@#flood": "@ #flood",
    "ftp://example.com/x": "<url>",
    "app://open": "<url>",
    "@🏠home": "@ 🏠home",
    "x-t.co/abc": "<url>",
}


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_passes_the_gate(text, tmp_path):
    assert gate(tmp_path, tweet(text=text)).tweets["text"].to_list() == [HARMLESS[text]]


PIECES = st.sampled_from([
    *HARMLESS, "@", "@@", "://", ":///", "https:", "HTTPS:x", "http", "www.", "WWW.a", "t.co", "-t.co", ".t.co/x",
    "a.b@---c.d",
    "x@-y.z", "123456789",
    "1234", "07700 ", "900123", "0113<user>", " 496 0123", "+44",
    "<", ">", "<url>", "<user>", "@<", "\"", "(", "£", "#flood", "flood", " ", "/", ".", "-",
    "_",
    "👩\u200d🚀", "🏠", "王", "é", "a", "7", "and/or", "@bob_7", "😭", "…", "\u200b", "&amp;",
])  # fmt: skip
TEXTS = st.lists(PIECES | st.characters(codec="utf-8"), min_size=1, max_size=8).map("".join)


@given(TEXTS)
def test_no_scrubbed_text_has_a_forbidden_shape(text):
    clean = scrub(text)
    assert shapes(PLACEHOLDERS.sub(" ", clean)) == []


PIECED = {"text": st.lists(PIECES, min_size=1, max_size=8).map("".join)}


@settings(max_examples=25)
@given(**PIECED)
def test_no_text_of_one_tweet_stops_the_study(text, tmp_path_factory):
    found = gate(tmp_path_factory.mktemp("one"), tweet(text=text))
    assert all(shapes(PLACEHOLDERS.sub(" ", clean)) == [] for clean in found.tweets["text"])


test_nor_does_any_of_many = for_long(test_no_text_of_one_tweet_stops_the_study, PIECED)


def test_a_hashtag_that_equals_a_part_of_a_link_stays(tmp_path):
    urls = [{"url": "https://t.co/abc", "expanded_url": "https://example.ca/news/yycflood2013"}]
    found = gate(tmp_path, tweet(text="#yycflood2013 https://t.co/abc", entities={"urls": urls}))
    assert found.tweets["text"].to_list() == ["#yycflood2013 <url>"]


def test_codes_and_users_of_links_are_scrubbed_where_they_stand_alone(tmp_path):
    urls = [
        {"url": "https://t.co/AbCdEf1234", "expanded_url": "https://twitter.com/Ines_fell7/status/345678901234567001"}
    ]
    text = "AbCdEf1234 is ines_fell7, see -my-site.example/a9"
    found = gate(tmp_path, tweet(text=text, entities={"urls": [*urls, {"url": "https://site.example/a9"}]}))
    assert "abcdef1234" not in found.everything
    assert "ines_fell7" not in found.everything


def test_a_client_named_after_a_user_is_no_class(tmp_path):
    user = {"id": "7", "username": "jane_doe_bot77", "name": "Jane Doe"}
    sources = ["jane_doe_bot77 <a@b>", "Jane Doe Tweets", "my_jane_doe_bot77x", "Twitter for iPhone"]
    tweets = [
        tweet(10 * who + n, f"wet {who}", source=source, author_id=str(100 + who))
        for who in range(3)
        for n, source in enumerate(sources)
    ]
    found = gate(tmp_path, {"data": tweets, "includes": {"users": [user]}})
    assert set(found.tweets["source"]) == {"other", "Twitter for iPhone"}
    assert "jane" not in json.dumps(found.tweets["source"].to_list()).lower()
