import gzip
import itertools
import json

import pytest

from floodmark.tweets.records import photo_name, read_time
from tests.tweets.archives import gate, tweet, write
from tests.tweets.knowing import read_archive

USER = {"id": "12", "username": "Ann_B_77", "name": "Ann Bee", "public_metrics": {"followers_count": 5}}
PHOTO = {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/AbC.jpg"}
PLACE = {"id": "p1", "country_code": "GB", "place_type": "city", "full_name": "Hull"}
BARE = tweet(author_id="12", attachments={"media_keys": ["3_1"]}, geo={"place_id": "p1"}, conversation_id="99")
PAGE = {"data": [BARE], "includes": {"users": [USER], "media": [PHOTO], "places": [PLACE]}, "meta": {"result_count": 1}}
FLAT = {**BARE, "author": USER, "attachments": {"media": [PHOTO]}, "geo": PLACE}


def only(folder):
    (found,) = read_archive(folder).tweets.values()
    return found


@pytest.mark.parametrize(
    "line", [PAGE, {**PAGE, "data": BARE}, FLAT, {**FLAT, "attachments": {}, "media": [PHOTO]}, [FLAT]]
)
def test_every_shape_gives_the_same_tweet(tmp_path, line):
    write(tmp_path, line)
    found = only(tmp_path)
    assert found.media == [("photo", "AbC.jpg")]
    assert (found.author_id, found.author_name, found.conversation, found.place) == ("12", "Ann_B_77", "99", "p1")
    assert read_archive(tmp_path).places["p1"].country == "GB"
    assert ("12", "Ann_B_77") in read_archive(tmp_path).identifiers.identities


def test_blank_lines_and_a_byte_order_mark_are_no_trouble(tmp_path):
    body = json.dumps(tweet(1)) + "\r\n\r\n   \n" + json.dumps(tweet(2))
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + body.encode())
    archive = read_archive(tmp_path)
    assert len(archive.tweets) == 2
    assert archive.counts["broken lines"] == 0


def test_a_torn_file_keeps_what_came_before_and_says_where(tmp_path, capsys):
    whole = "".join(json.dumps(tweet(number, "x" * 50 + str(number))) + "\n" for number in range(200))
    (tmp_path / "plain.jsonl").write_text(whole[:-30])
    packed = gzip.compress(whole.replace('"345', '"445').encode())
    (tmp_path / "packed.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    archive = read_archive(tmp_path)
    said = capsys.readouterr().err
    assert 200 < len(archive.tweets) < 399
    assert f"{tmp_path / 'plain.jsonl'}:200: no JSON" in said
    assert f"{tmp_path / 'packed.jsonl.gz'}:" in said
    assert archive.counts["broken lines"] == 2 or "no JSON" in said


def test_many_broken_lines_are_told_in_few(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text("{nonsense\n" * 50)
    assert read_archive(tmp_path).counts["broken lines"] == 50
    assert len(capsys.readouterr().err.splitlines()) < 10


@pytest.mark.parametrize(
    "line",
    [
        '{"data": null}', '{"data": 5}', '{"errors": []}', '{"id": "1"}', '{"id": 1, "text": 7}', "3", "null",
        "[]", '"a"', '[[{"id": 1}]]', '{"id": true, "text": "a"}', '{"id": "", "text": "a"}', '{"data": [null, 3]}',
        '{"data": [], "includes": {"users": 3, "places": [4], "media": {"a": 1}}}', '{"id": NaN, "text": "a"}',
    ],
)  # fmt: skip
def test_what_is_no_tweet_is_passed_over(tmp_path, line):
    (tmp_path / "a.jsonl").write_text(line + "\n")
    assert read_archive(tmp_path).tweets == {}


@pytest.mark.parametrize("field", ["author", "author_id", "public_metrics", "geo", "entities", "attachments", "media",
                                   "referenced_tweets", "conversation_id", "lang", "source", "event", "created_at",
                                   "__twarc"])  # fmt: skip
@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [3], {"a": [1]}, True])
def test_a_field_of_an_unexpected_form_costs_no_tweet(tmp_path, field, value):
    write(tmp_path, tweet(**{field: value}))
    assert only(tmp_path).text == "the river is rising"


def test_nesting_deeper_than_the_stack_is_no_trouble(tmp_path):
    deep = '{"a":' * 900 + "1" + "}" * 900
    (tmp_path / "a.jsonl").write_text(f'{{"id": "1", "text": "a", "deep": {deep}}}\n' + "[" * 100_000 + "\n")
    assert only(tmp_path).text == "a"


def test_a_lone_surrogate_is_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "flood \\ud83d"}\n')
    assert only(tmp_path).text.startswith("flood")


def test_the_latest_state_of_a_tweet_wins_in_any_order(tmp_path):
    states = [
        tweet(text="first", public_metrics={"like_count": 9}, __twarc={"retrieved_at": "2020-01-01T00:00:00Z"}),
        tweet(text="second", public_metrics={"like_count": 1}, __twarc={"retrieved_at": "2020-01-02T00:00:00Z"}),
        tweet(text="third", public_metrics={"like_count": 2}, __twarc={"retrieved_at": "2020-01-02T00:00:00Z"}),
    ]
    for count, order in enumerate(itertools.permutations(states)):
        folder = tmp_path / str(count)
        for name, state in zip("abc", order, strict=True):
            write(folder / "tweets", state, name=f"{name}.jsonl")
        found = gate(tmp_path / f"out{count}", raw=folder)
        assert found.tweets["text"].to_list() == ["third"]
        assert found.audit["dropped"]["duplicate"] == 2


def test_time_comes_from_the_stamp_else_from_a_snowflake():
    stamp = 1366648199000
    assert read_time("2013-04-22T16:29:59.000Z", "1") == stamp
    assert read_time("2013-04-22T18:29:59+02:00", "1") == stamp
    assert read_time("Mon Apr 22 16:29:59 +0000 2013", "1") == stamp
    snowflake = str(((stamp - 1288834974657) << 22) + 12345)
    assert read_time(None, snowflake) == stamp
    assert read_time("yesterday", snowflake) == stamp
    for nowhere in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        assert read_time(nowhere, snowflake) == stamp
    for other in ("17", "offensive-7527", str(2**40), "9" * 30, "٣٤٥"):
        assert read_time(None, other) is None


@pytest.mark.parametrize(
    ("fields", "retweet", "reply", "original"),
    [
        ({"referenced_tweets": [{"type": "retweeted", "id": "5"}]}, True, False, "5"),
        ({"referenced_tweets": [{"type": "replied_to", "id": "5"}]}, False, True, None),
        ({"text": "RT @x: river"}, True, False, None),
        ({"text": "rt  @x river"}, True, False, None),
        ({"text": "thanks for the RT @x"}, False, False, None),
        ({"in_reply_to_user_id": "4"}, False, True, None),
    ],
)
def test_retweets_and_replies_are_known(tmp_path, fields, retweet, reply, original):
    write(tmp_path, {**tweet(), **fields})
    found = only(tmp_path)
    assert (found.retweet, found.reply, found.retweet_of) == (retweet, reply, original)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://pbs.twimg.com/media/AbC.jpg", "AbC.jpg"),
        ("https://pbs.twimg.com/media/AbC.jpg:large", "AbC.jpg"),
        ("https://pbs.twimg.com/media/AbC?format=png&name=small", "AbC.png"),
        ("http://x/a.jpg?x=/b/c.jpg", "a.jpg"),
        ("https://pbs.twimg.com/media/", None),
        ("http://[broken", None),
    ],
)
def test_photos_are_named_by_the_last_part_of_their_url(url, name):
    assert photo_name(url) == name


def test_an_empty_or_absent_folder_is_an_empty_archive(tmp_path):
    assert read_archive(tmp_path).tweets == read_archive(tmp_path / "absent").tweets == {}


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize(
    ("head", "between", "tail"), [("[\n", ",\n", "\n]\n"), ("[", ",\n", "]"), ("[\n  ", "\n, ", "]\n")]
)
def test_a_list_of_one_tweet_a_line_is_read_as_far_as_it_goes(tmp_path, capsys, name, head, between, tail):
    tweets = [tweet(number, f"wet [{number}]") for number in range(50)]
    body = (head + between.join(map(json.dumps, tweets)) + tail).encode()
    for part, number in ((body, 50), (body[:-40], 49)):
        (tmp_path / name).write_bytes(gzip.compress(part) if name.endswith("gz") else part)
        archive = read_archive(tmp_path)
        assert {found.text for found in archive.tweets.values()} == {f"wet [{n}]" for n in range(number)}
        assert archive.counts["broken lines"] == 50 - number
        assert archive.counts["dropped: no tweet"] == 0
    assert capsys.readouterr().err.count("no JSON, skipped") == 1


def test_a_page_over_many_lines_that_is_torn_gives_nothing(tmp_path):
    body = json.dumps({"data": [tweet(1), tweet(2)]}, indent=1)
    (tmp_path / "a.json").write_text(body)
    assert len(read_archive(tmp_path).tweets) == 2
    (tmp_path / "a.json").write_text(body[:-40])
    archive = read_archive(tmp_path)
    assert archive.tweets == {}
    assert archive.counts["broken lines"] > 1
