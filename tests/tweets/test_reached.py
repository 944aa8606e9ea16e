"""E-mail addresses and telephones are found in every form in which they may be written again."""

import base64
import urllib.parse
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.reached import dialled, regrouped
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
    assert sorted(found.tweets["text"]) == ["<phone>", "ring <phone>", "so: <phone>"]
    assert "900123" not in found.everything


def test_a_short_telephone_that_a_user_gives_is_hidden_in_other_groups_too(tmp_path):
    # No pattern takes these groups for a telephone, so only that it is known tells it.
    user = {"id": "7001", "username": "fen_77x", "name": "F", "phone": "01482 30030"}
    page = {"data": [tweet(1, "so 44148 230030 and 44148 230031 it is")], "includes": {"users": [user]}}
    assert gate(tmp_path, page).tweets["text"].to_list() == ["so <phone> and 44148 230031 it is"]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+44 (0)7700 900123", "07700900123"),
        ("0044 7700-900 123", "07700900123"),
        ("+49 (0)30 9018 2011", "493090182011"),
        ("0 1482 300300", "01482300300"),
        ("0 77 00 90 01 23 4", "07700900123"),
        ("020\u20137946\u20110018", "02079460018"),
        ("+12345 67890 12345", "123456789012345"),
    ],
)
def test_a_telephone_in_groups_is_read_as_it_is_dialled(text, phone):
    assert phone in regrouped(pl.Series([f"x {text} y"]))["text"].to_list()


@pytest.mark.parametrize("text", ["07700900123", "0.77009 00123", "07700, 900123", "12345 67890", "+4412"])
def test_other_numbers_are_not_regrouped(text):
    assert regrouped(pl.Series([text])).is_empty()


def test_no_telephone_has_more_digits_than_there_are_telephones():
    said = regrouped(pl.Series(["+123456 789012 345678 901", "0044 123 4567 8901 2345 678"]))["text"]
    assert sorted(map(len, said))[-1] <= 17


@given(st.integers(7_000_000_000, 7_999_999_999), st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8]), max_size=6))
def test_however_it_is_grouped_it_is_one_telephone(number, cuts):
    digits = f"0{number}"
    edges = [0, *sorted({3 + cut for cut in cuts}), len(digits)]
    text = " ".join(digits[a:b] for a, b in pairwise(edges) if a < b)
    assert digits in {text, *regrouped(pl.Series([text]))["text"]}


@pytest.mark.parametrize(
    ("phone", "ways"),
    [
        ("07700 900123", {"07700 900123", "07700900123", "447700900123"}),
        ("+44 (0)7700 900123", {"+44 (0)7700 900123", "4407700900123", "07700900123", "447700900123"}),
        ("+49 30 123456789", {"+49 30 123456789", "4930123456789"}),
        ("0049 30 123456789", {"0049 30 123456789", "004930123456789", "4930123456789"}),
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
