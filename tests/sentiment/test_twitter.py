import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.text import PLACEHOLDERS
from floodmark.sentiment.twitter import SPECIAL, STANDS_FOR, TWITTER, tokens

CASES = {
    "@bob see https://t.co/Ab1 and www.bbc.co.uk": "<user> see <url> and <url>",
    "<user> <name> <email> <url>": "<user> <user> <user> <url>",
    "ring <phone>, <address>, <postcode>": "ring <number> , <number> , <number>",
    ":) :-) =D 8) :')))": "<smile> <smile> <smile> <smile> <smile>",
    "(: ok (-;": "<smile> ok <smile>",
    ":p ;-P": "<lolface> <lolface>",
    ":( :-(( ):": "<sadface> <sadface> <sadface>",
    ":/ :-| :l ;*": "<neutralface> <neutralface> <neutralface> <neutralface>",
    "<3 it": "<heart> it",
    "<3.5 m, <30": "< <number> m , < <number>",
    "3.45 m at 10:30, +5 or -1,000": "<number> m at <number> , <number> or <number>",
    "3rd h2o": "<number> rd h <number> o",
    "#FLOODS": "<hashtag> floods <allcaps>",
    "#NoMoreRain": "<hashtag> no more rain",
    "#NSWFloods": "<hashtag> nsw floods",
    "#2015Floods #flood2013 #yyc_flood": "<hashtag> <number> floods <hashtag> flood <number> <hashtag> yyc flood",
    "#ÜberFlut": "<hashtag> über flut",
    "#1": "# <number>",
    "why?!?! no... ok!": "why ! <repeat> no . <repeat> ok !",
    "alllll sooo": "al <elong> so <elong>",
    "waaaay too": "waaaay too",
    "WET A ok": "wet <allcaps> a ok",
    "SOOOO": "so <allcaps> <elong>",
    "I can't, we’re CAN'T": "i ca n't , we 're ca n't <allcaps>",
    "I'M here, rock'n'roll well-known": "i 'm here , rock'n'roll well-known",
    "and/or [x] \"y\"": "and / or [ x ] \" y \"",
    "🌊👍🏽 café": "🌊 👍 café",
    "": "",
}  # fmt: skip

NO_FACES = ["level=danger", "10:30", "(Hull): wet", "(2018)", "call me:later", "http://x.y/:)", "flood:dry", "A:/B"]


@pytest.mark.parametrize("text", CASES)
def test_words_are_those_of_gloves_twitter_set(text):
    assert " ".join(tokens(text)) == CASES[text]


@pytest.mark.parametrize("text", NO_FACES)
def test_punctuation_is_a_face_only_where_it_is_one(text):
    assert not {token for token in tokens(text) if token.endswith(("face>", "smile>"))}


@given(st.text())
def test_any_text_has_tokens_without_blanks_or_capitals(text):
    for token in tokens(text):
        assert token
        assert token == token.lower()
        assert not any(character.isspace() for character in token)


@given(st.lists(st.sampled_from([*PLACEHOLDERS, *SPECIAL, "rain"])))
def test_placeholders_become_the_sets_own_tokens(words):
    found = tokens(" ".join(word for word in words if word in PLACEHOLDERS))
    assert len(found) == sum(word in PLACEHOLDERS for word in words)
    assert set(found) <= set(SPECIAL)


def test_every_token_that_stands_for_something_can_come_up():
    text = "@a http://b 1 #c :) :p :( :/ <3 !! dddd E EE"
    assert set(SPECIAL) <= set(tokens(text))
    assert set(STANDS_FOR) <= set(PLACEHOLDERS)


def test_special_tokens_are_distinct_and_padding_comes_first():
    ids = TWITTER.ids(["rain"])
    assert len(ids) == len(TWITTER.special) + 1
    assert ids["<pad>"] == 0
    assert ids["rain"] == len(TWITTER.special)
