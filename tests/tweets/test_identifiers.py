"""Whom only fields name that no version of the API has, and texts of tweets that are no line's own."""

import time

import pytest

from floodmark.tweets.anonymise import know
from floodmark.tweets.audit import search
from floodmark.tweets.identifiers import Identifiers
from tests.tweets.archives import KEY, SETTINGS, gate, tweet, write

ONLY = {
    "user name": ({"screen_name": "orla_quill7"}, "orla_quill7", "<name>"),
    "handle": ({"handle": "hesper_mud8"}, "hesper_mud8", "<name>"),
    "display name": ({"username": "ruf_oak9", "name": "Orla Quillbeck"}, "Orla Quillbeck", "<name>"),
    "id": ({"id": "70012345"}, "70012345", "<number>"),
    "id of another name": ({"authorId": 70012346}, "70012346", "<number>"),
    "owner": ({"owner": 88001234}, "88001234", "<number>"),
    "link": ({"seen": "https://pbs.twimg.com/media/ZyXw98765.jpg"}, "ZyXw98765", "<url>"),
    "media key": ({"still": "3_9988776"}, "3_9988776", "<number>"),
    "words of an annotation": ({"type": "Person", "normalized_text": "Ines Larchwood"}, "Ines Larchwood", "<name>"),
}
"""A field that only an unknown object holds, how a text may say it, and what becomes of that."""
HIDDEN = {
    "e-mail address": ({"contact": "bert@marshbox.example.org"}, "bert@marshbox.example.org"),
    "e-mail address under any name": ({"way": "bert@marshbox.example.org"}, "bert@marshbox.example.org"),
    "telephone": ({"phone": "07700 900456"}, "07700900456"),
    "telephone under any name": ({"way": "+44 7700 900456"}, "07700900456"),
    "number of a telephone": ({"mobile": 447700900456}, "07700900456"),
    "user under any name": ({"way": "@hesper_mud8"}, "hesper_mud8"),
    "user in a profile": ({"description": "by @hesper_mud8, mostly"}, "hesper_mud8"),
    "place": ({"attributes": {"twitter": "hesper_mud8", "phone": "01482 900 456"}}, "01482900456"),
    "point": ({"way": [53.745712, -0.336714]}, "53.745712, -0.336714"),
    "point as a text": ({"way": "53.745712,-0.336714"}, "53.745712, -0.336714"),
    "point of two fields": ({"way": {"y": 53.745712, "x": -0.336714}}, "53.745712, -0.336714"),
    "error": ({"value": "lost_user55", "parameter": "usernames"}, "lost_user55"),
    "detail of an error": ({"detail": "Could not find user with username: [lost_user55]."}, "lost_user55"),
}
DEPTHS = {
    "one deep": lambda value: {"future": value},
    "in a list": lambda value: {"future": {"deep": [value]}},
    "in lists": lambda value: {"author": {"id": "1", "later": [[{"more": {"of": [value]}}]]}},
    "nine deep": lambda value: {"a": {"b": {"c": [{"d": {"e": {"f": {"g": {"h": value}}}}}]}}},
}


def knowing(folder):
    """What the archive in a folder knows."""
    for name in ("work", "nothing"):
        (folder / name).mkdir()
    return know(folder / "raw", folder / "nothing", folder / "work", SETTINGS, KEY)[0]


@pytest.mark.parametrize("depth", DEPTHS)
def test_whom_only_unknown_fields_name_leaves_every_text(tmp_path, depth):
    lines = [
        tweet(number, f"see {said} there", **DEPTHS[depth](value))
        for number, (value, said, _) in enumerate(ONLY.values())
    ]
    found = gate(tmp_path, *lines)
    assert sorted(found.tweets["text"]) == sorted(f"see {token} there" for _, _, token in ONLY.values())


@pytest.mark.parametrize("depth", ["in lists", "nine deep"])
def test_whom_only_unknown_fields_name_is_found_in_an_output(tmp_path, depth):
    for kind, (value, said, *_) in (ONLY | HIDDEN).items():
        folder = tmp_path / kind
        write(folder / "raw", tweet(1, **DEPTHS[depth](value)))
        (folder / "notes.txt").write_text(f"see {said} there\n")
        assert not search(folder / "notes.txt", knowing(folder)).clean, kind


@pytest.mark.parametrize("name", ["quoted_status", "quoted_tweet"])
@pytest.mark.parametrize("text", ["text", "full_text", "extended_tweet", "note_tweet"])
def test_texts_of_tweets_within_others_are_read(tmp_path, name, text):
    said = "call 07700 900789 or mail ines@reedbox.example.org, by @ghost_user77 https://t.co/AbCd12Efgh"
    inner = {"text": said} if text.endswith("tweet") else said
    inner = {"full_text": said} if text == "extended_tweet" else inner
    write(tmp_path / "raw", tweet(1, **{name: {"id": "345678901234567009", text: inner}}))
    write(
        tmp_path / "raw",
        {"data": [tweet(2)], "includes": {"tweets": [tweet(3, said.replace("77", "88"))]}},
        name="b.jsonl",
    )
    known = knowing(tmp_path)
    for leak in (
        "07700900789",
        "ines@reedbox.example.org",
        "ghost_user77",
        "AbCd12Efgh",
        "08800900789",
        "ghost_user88",
    ):
        (tmp_path / "notes.txt").write_text(f"see {leak} there\n")
        assert not search(tmp_path / "notes.txt", known).clean, leak


def test_shapes_that_tell_nobody_are_left(tmp_path):
    found = Identifiers()
    found.collect(
        {"at": "2013-12-05T06:30:00Z", "colour": "000000", "score": [0.25, 0.75], "size": [12.5, 480.123456],
         "share": "12.5", "key": "1_234567", "one": 0.123456, "say": "meet @ six", "detail": "a [field] is missing"}
    )  # fmt: skip
    for kind in ("ids", "usernames", "names", "emails", "phones", "notes", "urls", "coordinates"):
        assert getattr(found, kind) == set(), kind


ORDERS = [
    ("quoting", "quoted", "other", "filler"),
    ("quoting", "filler", "quoted", "other"),
    ("other", "quoted", "quoting"),
]


@pytest.mark.parametrize("order", ORDERS)
def test_a_text_within_another_says_the_same_wherever_its_own_line_is(tmp_path, order):
    said = "zwatch https://www.youtube.com/@BBCNews or youtube.com/@BBCNews"
    lines = {
        "quoting": tweet(1, "see this", quoted_status={"id_str": "2", "full_text": said}),
        "quoted": tweet(2, said),
        "other": tweet(3, "BBCNews says watch"),
        "filler": {"meta": "x" * 17_000_000},  # another block
    }
    for number, name in enumerate(order):
        write(tmp_path / "raw/tweets", lines[name], name=f"{number}.jsonl")
    assert sorted(gate(tmp_path).tweets["text"]) == ["BBCNews says watch", "see this", "zwatch <url> or <url>"]


WORDS = [{"owner": "Environment Agency"}, {"stationId": "Kirkstall Abbey"}, {"eventId": "River Calder"}]


@pytest.mark.parametrize("gauge", WORDS)
def test_words_under_the_name_of_an_id_take_nothing_from_texts(tmp_path, gauge):
    text = "the Environment Agency at Kirkstall Abbey, River Calder, flooding"
    found = gate(tmp_path, tweet(1, text), tweet(2, "wet", gauge=gauge))
    assert sorted(found.tweets["text"]) == [text, "wet"]


def test_a_field_of_digits_without_end_takes_no_time():
    found = Identifiers()
    started = time.perf_counter()
    found.collect({"x": "." + "1" * 200_000, "gps": "1" * 200_000})
    assert time.perf_counter() - started < 5
