"""Objects of Twitter's API v1.1, beside the same tweets in v2."""

import gzip
import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.classic import is_classic, modern
from floodmark.tweets.reader import Found, read_value
from floodmark.tweets.records import Includes, read_tweet
from tests.tweets.archives import SETTINGS, gate, tweet, write
from tests.tweets.knowing import read_archive

STAMP = "Thu Dec 05 17:43:21 +0000 2013"
TIME_MS = 1386265401000
USER = {
    "id": 7001234567, "id_str": "7001234567", "name": "Orla Quillbeck", "screen_name": "Orla_Quill7",
    "location": "Fernwick", "followers_count": 1234, "friends_count": 99, "statuses_count": 4321,
    "profile_image_url_https": "https://pbs.twimg.com/profile_images/7001234567/QqFace12_normal.jpg",
    "profile_banner_url": "https://pbs.twimg.com/profile_banners/7001234567/1386000001",
}  # fmt: skip
PLACE = {
    "id": "deadbeef01234567", "url": "https://api.twitter.com/1.1/geo/id/deadbeef01234567.json", "place_type": "city",
    "name": "Fernwick", "full_name": "Fernwick, Tarnshire", "country_code": "GB", "country": "United Kingdom",
    "bounding_box": {"type": "Polygon", "coordinates": [[[-0.41234, 53.71234], [-0.21234, 53.81234]]]},
}  # fmt: skip
PHOTO = {"id": 345, "id_str": "345", "type": "photo", "media_url": "http://pbs.twimg.com/media/ZyXw98765.jpg",
         "media_url_https": "https://pbs.twimg.com/media/ZyXw98765.jpg", "indices": [9, 32]}  # fmt: skip
VIDEO = {**PHOTO, "type": "video", "media_url_https": "https://pbs.twimg.com/ext_tw_video_thumb/1/pu/img/Qq1.jpg"}
NUMBER = 345678901234567001


def classic(number=NUMBER, text="the river is rising", **fields):
    """A tweet as v1.1 told it."""
    return {
        "created_at": STAMP, "id": number, "id_str": str(number), "text": text, "truncated": False, "lang": "en",
        "source": '<a href="http://twitter.com/download/iphone" rel="nofollow">Twitter for iPhone</a>', "user": USER,
        "in_reply_to_status_id": None, "in_reply_to_status_id_str": None, "in_reply_to_user_id": None,
        "in_reply_to_user_id_str": None, "in_reply_to_screen_name": None, "geo": None, "coordinates": None,
        "place": None, "contributors": None, "is_quote_status": False, "retweet_count": 57, "favorite_count": 1234,
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []}, **fields,
    }  # fmt: skip


def extended(text="the river is rising", **fields):
    whole = classic(full_text=text, **{"display_text_range": [0, len(text)], **fields})
    del whole["text"]
    return whole


def read(*raw):
    """The tweets in one object, read as the reader reads them."""
    return [read_tweet(one, Includes.of(None), "") for item in raw for one in modern(item)]


def test_a_cell_is_that_of_the_box_or_of_the_point(tmp_path):
    cells = SETTINGS.model_copy(update={"place_level": "cell"})
    old = classic(place=PLACE)
    box = {
        "id": PLACE["id"],
        "place_type": "city",
        "country_code": "GB",
        "geo": {"bbox": [-0.41234, 53.71234, -0.21234, 53.81234]},
    }
    page = {
        "data": [{"id": str(NUMBER), "text": "wet", "geo": {"place_id": PLACE["id"]}}],
        "includes": {"places": [box]},
    }
    point = {"type": "Point", "coordinates": [-0.31234, 53.76234]}
    bare = {"id": str(NUMBER), "text": "wet", "geo": {"coordinates": point}}
    older = classic(coordinates=point)
    names = set()
    for number, line in enumerate((old, page, bare, older)):
        found = gate(tmp_path / str(number), line, settings=cells)
        assert found.places["place_type"].to_list() == ["cell"]
        assert found.tweets["place"][0] == found.places["place"][0]
        names.add(found.tweets["place"][0])
        # A coarser level has nothing to go by but the name of a place.
        assert gate(tmp_path / f"city{number}", line).places["place_type"].to_list() == ([] if number > 1 else ["city"])
    assert len(names) == 1


def test_a_mention_that_is_cut_is_completed(tmp_path):
    mention = {"screen_name": "Ines_Larch", "id_str": "7009876543"}
    cut = classic(text="RT of a text for @Ines_L…", entities={"user_mentions": [mention]})
    (one,) = read(cut)
    assert one.mentioned == ["Ines_Larch"]
    found = gate(tmp_path, cut, classic(NUMBER + 1, "by @ines_larch"))
    assert found.tweets["mentions"].to_list()[0] == found.tweets["mentions"].to_list()[1] != []


def test_an_answer_names_what_and_whom_it_answers(tmp_path):
    asked = classic(user={**USER, "id": 7009, "id_str": "7009", "screen_name": "Ines_Larch"})
    answer = classic(NUMBER + 1, in_reply_to_status_id_str=str(NUMBER), in_reply_to_user_id_str="7009",
                     in_reply_to_screen_name="ines_larch")  # fmt: skip
    rows = {row["reply"]: row for row in gate(tmp_path, asked, answer).tweets.iter_rows(named=True)}
    assert rows[True]["reply_to"] == rows[False]["tweet"]
    assert rows[True]["reply_to_user"] == rows[False]["author"]
    assert rows[False]["reply_to"] is rows[False]["reply_to_user"] is None


def test_both_versions_give_one_tweet():
    (old,) = read(classic(place=PLACE, extended_entities={"media": [PHOTO]}))
    new = read_tweet(
        tweet(
            created_at="2013-12-05T17:43:21.000Z", lang="en", source=classic()["source"], author_id="7001234567",
            author={"id": "7001234567", "username": "Orla_Quill7"}, conversation_id=str(NUMBER),
            public_metrics={"like_count": 1234, "retweet_count": 57}, geo={"place_id": PLACE["id"]},
            media=[{"type": "photo", "url": PHOTO["media_url_https"]}],
        ),
        Includes.of(None),
        "",
    )  # fmt: skip
    assert old == new
    assert old.time_ms == TIME_MS


@pytest.mark.parametrize(
    "raw",
    [
        extended("the whole text"),
        classic(text="the whole…", truncated=True, extended_tweet={"full_text": "the whole text"}),
        classic(text="the whole…", truncated=True, full_text="the whole text"),
        classic(text="the whole text", extended_tweet={"full_text": 7}),
        {"id_str": "5", "text": "the whole text"},
    ],
)
def test_the_whole_text_is_read_wherever_it_stands(raw):
    assert is_classic(raw)
    assert [found.text for found in read(raw)] == ["the whole text"]


@pytest.mark.parametrize("extra", [{"full_text": None}, {"id_str": "x"}, {"full_text": "other"}, {"user": {"a": 1}}])
def test_a_tweet_of_v2_stays_one_whatever_is_added(extra):
    raw = {"id": "5", "text": "wet", "author": {"id": "8", "username": "bert_m"}, "public_metrics": {"like_count": 3}}
    for told in (raw, {"id": "5", "text": "wet", "author_id": "8"}):
        assert list(read_value(told | extra, Found())) == list(read_value(told, Found()))


def test_what_stands_outside_of_the_shown_range_is_kept_as_in_v2():
    raw = extended("@bert_m wet https://t.co/x1", display_text_range=[8, 11])
    assert read(raw)[0].text == "@bert_m wet https://t.co/x1"


def test_a_retweet_keeps_its_relation_and_brings_the_original_along():
    original = extended("the whole of it", user={**USER, "id_str": "8", "screen_name": "bert_m"})
    raw = classic(5, "RT @bert_m: the wh…", retweeted_status=original, event="tarn", is_quote_status=True,
                  quoted_status_id_str="99")  # fmt: skip
    retweet, found = read(raw)
    assert (retweet.id, retweet.retweet, retweet.retweet_of, retweet.text) == (
        "5", True, str(NUMBER), "RT @bert_m: the wh…")  # fmt: skip
    assert (found.id, found.retweet, found.text, found.author_name) == (
        str(NUMBER), False, "the whole of it", "bert_m")  # fmt: skip
    assert found.event == retweet.event == "tarn"


def test_a_quoted_tweet_is_no_tweet_of_its_own_but_its_people_are_known(tmp_path):
    quoted = classic(77, user={**USER, "screen_name": "quoted_qq7"})
    write(tmp_path, classic(quoted_status=quoted, quoted_status_id_str="77", is_quote_status=True))
    archive = read_archive(tmp_path)
    assert list(archive.tweets) == [str(NUMBER)]
    assert "quoted_qq7" in archive.identifiers.usernames
    assert not archive.tweets[str(NUMBER)].retweet


def test_a_reply_is_in_the_conversation_of_what_it_answers():
    (found,) = read(classic(6, in_reply_to_status_id_str=str(NUMBER), in_reply_to_user_id_str="8"))
    assert (found.reply, found.conversation) == (True, str(NUMBER))
    (found,) = read(classic(6, in_reply_to_status_id=None, in_reply_to_user_id=8))
    assert (found.reply, found.conversation) == (True, "6")


@pytest.mark.parametrize(
    ("fields", "media"),
    [
        ({"extended_entities": {"media": [PHOTO, PHOTO]}, "entities": {"media": [PHOTO]}}, ["photo", "photo"]),
        ({"entities": {"media": [PHOTO]}}, ["photo"]),
        ({"extended_tweet": {"full_text": "a", "extended_entities": {"media": [VIDEO]}},
          "entities": {"media": [PHOTO]}}, ["video"]),
        ({"extended_entities": {"media": 5}}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_attachments_are_those_of_the_fullest_list(fields, media):
    (found,) = read(classic(**fields))
    assert [kind for kind, _ in found.media] == media
    assert {name for kind, name in found.media} <= {"ZyXw98765.jpg", None}
    assert all((name is None) == (kind == "video") for kind, name in found.media)


def test_time_comes_from_milliseconds_where_the_stamp_is_missing():
    for stamp in (TIME_MS, str(TIME_MS)):
        assert read(classic(5, created_at=None, timestamp_ms=stamp))[0].time_ms == TIME_MS
    for stamp in ("soon", None, "9" * 40, [1]):
        assert read(classic(5, created_at=None, timestamp_ms=stamp))[0].time_ms is None


def test_a_rounded_number_is_not_believed():
    rounded = json.loads(json.dumps(classic(), default=str).replace(f'"id": {NUMBER}', '"id": 345678901234567000'))
    assert read(rounded)[0].id == str(NUMBER)


def test_who_and_where_is_collected_as_in_v2(tmp_path):
    point = {"type": "Point", "coordinates": [-0.336714, 53.745712]}
    raw = classic(
        place=PLACE, coordinates=point, geo={"type": "Point", "coordinates": ["53.745712", "-0.336714"]},
        in_reply_to_screen_name="ines_larchfell", in_reply_to_user_id_str="8001", contributors=[9001234567],
        entities={"user_mentions": [{"screen_name": "bert_m", "name": "Bertram Marrow", "id_str": "8002", "id": 8002}],
                  "urls": [{"url": "https://t.co/x1", "expanded_url": "http://x.example/a", "display_url": "x.ex/a…"}]},
        quoted_status_permalink={"display": "twitter.com/hesper_m/status…"},
    )  # fmt: skip
    write(tmp_path, raw)
    found = read_archive(tmp_path).identifiers
    assert found.usernames == {"Orla_Quill7", "bert_m", "ines_larchfell"}
    assert found.names == {"Orla Quillbeck", "Bertram Marrow"}
    assert found.identities == {("7001234567", "Orla_Quill7"), ("8002", "bert_m"), ("8001", "ines_larchfell")}
    assert {"7001234567", "8001", "8002", "9001234567", str(NUMBER), "deadbeef01234567"} <= found.ids
    assert {USER["profile_image_url_https"], USER["profile_banner_url"], "x.ex/a…"} <= found.urls
    assert "twitter.com/hesper_m/status…" in found.urls
    assert found.coordinates == {"0.336714", "53.745712", "0.41234", "53.71234", "0.21234", "53.81234"}
    assert found.metrics["orla_quill7"] == (1234, 99, 4321)


def test_nothing_of_a_classic_tweet_leaves_the_gate(tmp_path):
    point = {"type": "Point", "coordinates": [53.745712, -0.336714]}
    raw = classic(
        text="Orla Quillbeck here with @bert_m at 53.745712, -0.336714", place=PLACE, geo=point,
        extended_entities={"media": [PHOTO]}, in_reply_to_screen_name="bert_m", in_reply_to_user_id_str="8002",
    )  # fmt: skip
    found = gate(tmp_path, raw)
    one = found.tweets.row(0, named=True)
    assert one["text"] == "<name> here with <user> at <coordinates>"
    assert (one["reply"], one["likes"], one["lang"], len(one["photos"])) == (True, 11, "en", 1)
    assert found.places.row(0, named=True) == {"place": one["place"], "country": "GB", "place_type": "city"}
    assert dict(zip(found.users["user"], found.users["followers"], strict=True))[one["author"]] == 11
    secrets = ("quill", "bert_m", "53.7457", "0.3367", "zyxw98765", "qqface12", "7001234567", "deadbeef", "fernwick")
    assert [secret for secret in secrets if secret in found.everything] == []


VERSIONS = [
    {"data": [tweet(1, "page", author_id="7001234567", public_metrics={"like_count": 1})],
     "includes": {"users": [{"id": "7001234567", "username": "Orla_Quill7"}]}},
    classic(int(tweet(1)["id"]), "classic", favorite_count=2, retweet_count=0),
    {**tweet(1, "flat", public_metrics={"like_count": 3}), "author": {"id": "7001234567", "username": "Orla_Quill7"}},
    classic(5, "RT @Orla_Quill7: cl…", retweeted_status=classic(int(tweet(1)["id"]), "later", favorite_count=9)),
]  # fmt: skip


@pytest.mark.parametrize("files", [1, 4])
def test_versions_mixed_in_one_file_or_folder_give_each_tweet_once(tmp_path, files):
    for turn, order in enumerate(itertools.permutations(VERSIONS)):
        folder = tmp_path / str(turn)
        for number in range(files):
            write(folder / "tweets", *order[number::files], name=f"{number}.jsonl")
        found = gate(tmp_path / f"out{turn}", raw=folder)
        assert sorted(found.tweets["text"]) == ["RT <user>: cl...", "later"]
        assert (found.audit["read"]["tweets"], found.audit["dropped"]["duplicate"]) == (5, 3)


@pytest.mark.parametrize("ending", ["json", "json.gz", "jsonl"])
@pytest.mark.parametrize("body", [[classic(), tweet(2)], {"statuses": [classic(), tweet(2)]}])
def test_a_list_or_a_page_of_a_search_is_read_in_any_file(tmp_path, ending, body):
    text = json.dumps(body, indent=None if ending == "jsonl" else 2).encode()
    (tmp_path / f"a.{ending}").write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    archive = read_archive(tmp_path)
    assert len(archive.tweets) == 2
    assert archive.counts["broken lines"] == 0


FIELDS = st.sampled_from([
    "id", "id_str", "text", "full_text", "user", "created_at", "place", "geo", "coordinates", "entities",
    "extended_entities", "extended_tweet", "retweeted_status", "quoted_status", "favorite_count", "timestamp_ms",
    "in_reply_to_status_id_str", "in_reply_to_screen_name", "contributors", "source", "__twarc", "event",
])  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("7001234567"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | st.just("media"), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(FIELDS, ODD, max_size=6))
def test_a_field_of_another_form_costs_at_most_its_tweet(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("odd")
    write(folder, {**classic(), **fields}, classic(3))
    archive = read_archive(folder)
    assert "3" in archive.tweets
    assert archive.counts["tweets"] + archive.counts["dropped: no tweet"] >= 2


def test_a_retweet_of_itself_is_one_tweet(tmp_path):
    raw = classic()
    write(tmp_path, {**raw, "retweeted_status": {**raw, "retweeted_status": raw}})
    (found,) = read_archive(tmp_path).tweets.values()
    assert replace(found, retweet_of=None).id == str(NUMBER)
