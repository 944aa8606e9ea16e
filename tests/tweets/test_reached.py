"""E-mail addresses and telephones are found in every form in which they may be written again."""

import base64
import urllib.parse

import pytest

from floodmark.tweets.reached import dialled
from tests.tweets.archives import gate, tweet

MAIL, PHONE = "ruf.oak@fenbox.example.org", "07700 900123"


def encoded(value):
    raw = value.encode()
    return {
        "base64": base64.b64encode(raw).decode(),
        "urlsafe": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "hex": raw.hex(),
        "spaced": raw.hex(" "),
        "percent": "".join(f"%{byte:02X}" for byte in raw),
        "quoted": urllib.parse.quote(value, safe=""),
        "twice": base64.b64encode(base64.b64encode(raw)).decode(),
    }


@pytest.mark.parametrize("form", sorted(encoded(MAIL)))
@pytest.mark.parametrize("value", [MAIL, PHONE, "+44 7700 900123", "HU5 3RX or 53.745712, -0.336714"])
def test_what_is_personal_is_replaced_in_whatever_form_it_stands(tmp_path, value, form):
    found = gate(tmp_path, tweet(1, f"reach me: {encoded(value)[form]}"))
    for secret in (value, *encoded(value).values()):
        assert secret.lower() not in found.everything
    assert found.tweets["found"][0].to_list() != []


@pytest.mark.parametrize(
    "text",
    [
        "rising waters everywhere, bridges overflowing",
        "100% of 50%25 gone",
        "cafe babe deadbeef 20 21 22 23",
        "mighty+wind",
    ],
)
def test_ordinary_words_that_look_like_a_code_stay(tmp_path, text):
    assert gate(tmp_path, tweet(1, text)).tweets["text"].to_list() == [text]


def test_a_telephone_is_found_again_however_it_is_grouped(tmp_path):
    # By itself nothing tells these groups from any other number.
    lines = [tweet(1, "ring 07700 900123"), tweet(2, "so: 44770 0900123"), tweet(3, "447700900123")]
    found = gate(tmp_path, *lines)
    assert sorted(found.tweets["text"])[:2] == ["<phone>", "ring <phone>"]
    assert "900123" not in found.everything


@pytest.mark.parametrize(
    ("phone", "ways"),
    [
        ("07700 900123", {"07700 900123", "07700900123", "447700900123"}),
        ("+44 (0)7700 900123", {"+44 (0)7700 900123", "4407700900123", "07700900123", "447700900123"}),
        ("+49 30 123456789", {"+49 30 123456789", "4930123456789"}),
        ("555 0143", set()),
    ],
)
def test_a_telephone_is_dialled_in_several_ways(phone, ways):
    assert dialled({phone}) == ways


def test_what_users_say_of_themselves_is_known(tmp_path):
    user = {"id": "7001", "username": "fen_77x", "name": "F", "description": f"boats. {MAIL} / {PHONE}"}
    found = gate(
        tmp_path, {"data": [tweet(1, "fenbox says ruf oak fenbox example org")], "includes": {"users": [user]}}
    )
    assert (found.audit["searched"]["emails"], found.audit["searched"]["phones"]) == (1, 3)
    assert found.tweets["text"].to_list() == ["fenbox says <email>"]


def label(text):
    return {"id": "", "text": text, "label": "neutral", "annotator": "", "source": ""}


def test_whom_human_labels_alone_mention_is_known(tmp_path):
    labels = [label("thanks @jane_smith1"), label("we saw jane_smith1 there"), label("so https://t.co/AbCd123456")]
    found = gate(tmp_path, tweet(1, "hi jane_smith1, AbCd123456"), labels=labels)
    assert found.tweets["text"].to_list() == ["hi <name>, <url>"]
    assert sorted(found.human["text"]) == ["so <url>", "thanks <user>", "we saw <name> there"]


@pytest.mark.parametrize(
    ("link", "code", "clean"),
    [
        ("https://t.co/AbCd123456", "AbCd123456", "<url>"),
        ("twitter.com/jane_smith1/status/1234567890123", "jane_smith1", "<name>"),
        ("https://x.com/jane_smith1", "jane_smith1", "<name>"),
    ],
)
def test_what_links_in_texts_name_is_known(tmp_path, link, code, clean):
    found = gate(tmp_path, tweet(1, f"see {link}"), tweet(2, f"so {code} it was"))
    assert sorted(found.tweets["text"]) == ["see <url>", f"so {clean} it was"]
