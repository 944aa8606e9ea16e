import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.tweets.audit import audit, search
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.joined import joined
from floodmark.tweets.known import Kind
from tests.tweets.archives import gate, tweet
from tests.tweets.knowing import know, scrub_names
from tests.tweets.raw import knows

ORLA = {"id": "7001234567", "username": "orla_quill7", "name": "Orla Quillbeck"}
NAMES = ["tweet_345678901234567001.txt", "x345678901234567001", "orla_quill7_avatar.txt", "_orla_quill7_.md",
         "user_7001234567", "photo_3_99887766554.jpg", "u7001234567x"]  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    media = {"media_key": "3_99887766554"}
    return knows(tmp_path_factory.mktemp("known"), {"id": "345678901234567001", "author": ORLA, "media": [media]})


def pieces(text):
    return joined(pl.Series([text], dtype=pl.String))["piece"].to_list()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_joined_to_an_identifier_in_the_name_of_a_file_hides_it_not(tmp_path, known, name):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / name).write_text("the river is up\n")
    report = search(folder, known)
    assert sum(report.found.values()) == 1
    assert report.leaks[0].place == f"{folder} > name 1"
    assert report.leaks[0].form == "part of a word"


@pytest.mark.parametrize(
    "text", ["status_id,user_id\nx345678901234567001,1\n", "user\n7001234567.0\n", '{"user_7001234567": 3}',
             "by _orla_quill7_ today", "orla_quill7_fan", "team_orla_quill7", "dGVhbV9vcmxhX3F1aWxsNw=="]
)  # fmt: skip
def test_what_is_joined_to_an_identifier_in_a_text_hides_it_not(tmp_path, known, text):
    (tmp_path / "a.txt").write_text(text)
    assert sum(search(tmp_path / "a.txt", known).found.values()) == 1


def test_letters_joined_to_a_user_name_are_part_of_another_and_hashes_hold_no_numbers(tmp_path, known):
    digest = "d41d8cd98f7001234567e9800998ecf8"
    (tmp_path / "a.txt").write_text(f"orla_quill7s xorla_quill7 md5 {digest} 7001234567.05 x70012345678")
    assert search(tmp_path / "a.txt", known).clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("user u7001234 x", "user <number> x"),
        ("u7001234", "<number>"),
        ("see _orla_quill7_ there", "see <name> there"),
        ("see orla_quill7_fan there", "see <name> there"),
        ("see orla_quill7s there", "see orla_quill7s there"),
        ("see river_gauge_2 there", "see river_gauge_2 there"),
    ],
)
def test_what_is_joined_to_an_identifier_goes_with_it_from_a_text(text, clean):
    known = know(Identifiers(ids={"7001234"}, usernames={"orla_quill7"}))
    assert scrub_names(text, known) == clean


def test_tables_are_searched_so_too(tmp_path, known):
    for cells in ({"text": ["by orla_quill7_fan"]}, {"event": ["x7001234567"]}):
        table = {"tweet": ["aaaa"], "text": ["wet"], "event": ["hull"], **cells}
        pl.DataFrame(table).write_parquet(tmp_path / "tweets.parquet")
        with pytest.raises(UserError, match="would have survived"):
            audit([tmp_path / "tweets.parquet"], known)


def test_a_class_that_holds_an_id_does_not_stay(tmp_path):
    found = gate(tmp_path, tweet(author=ORLA, event="storm x7001234567"), tweet(2, "wet", event="storm"))
    assert sorted(found.tweets["event"]) == ["other", "storm"]


def test_pieces_are_long_enough_to_be_told_from_words():
    assert pieces("a_river_is_up") == []
    assert pieces("a_river_at_3am") == ["river_at_3am", "at_3am"]
    assert pieces("river_") == ["river"]
    assert pieces("plain words, 1234567 and 12") == []
    assert pieces("x_" * 300 + "7654321") == ["7654321"]


def test_ids_are_told_apart_from_names(known):
    hits = known.find(pl.Series(pieces("orla_quill7_345678901234567001")))
    assert sorted(hits.kind.tolist()) == [Kind.NAME, Kind.ID]


@pytest.mark.parametrize(
    "text",
    [
        "約1234567人が避難している",
        "น้ำท่วม1234567คนอพยพแล้ว",
        "#hull_flood_alert level 3.45m",
        "#uk_floods_2014",
        "a_b_c_d_e",
    ],
)
def test_sentences_without_blanks_and_words_of_a_language_have_no_pieces(text):
    assert set(pieces(text)) <= {"floods_2014"}


def test_digits_that_say_no_text_are_no_text_in_hexadecimal():
    assert pieces("6a345678234567452367") == ["345678234567452367"]
    assert pieces("546f626961732050656c6c7769636b") == []
