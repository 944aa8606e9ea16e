"""What the seed's anonymisation let through, one test each, and any field at any depth."""

import itertools
import json
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.tweets import schema
from tests.tweets.archives import KEY, SETTINGS, gate, tweet
from tests.tweets.knowing import for_long

USER = {
    "id": "7001234567",
    "username": "Orla_Quillbeck7",
    "name": "Orla Quillbeck",
    "location": "12 Tannery Row, Fernwick",
    "description": "mother of Ines",
    "public_metrics": {"followers_count": 1234, "following_count": 99, "tweet_count": 0, "listed_count": 3},
}
ANSWER = {"id": "7009876543", "username": "ines_larchfell", "name": "Ines Larchfell", "public_metrics": {}}


def page(*tweets, **includes):
    return {"data": list(tweets), "includes": {"users": [USER, ANSWER], **includes}}


def row(found, index=0):
    return found.tweets.row(index, named=True)


def test_links_hidden_in_entities_carry_nothing_out(tmp_path):
    url = "https://twitter.com/Orla_Quillbeck7/status/345678901234567001/photo/1"
    entities = {
        "urls": [{"url": "https://t.co/AbCdEfGh12", "expanded_url": url, "display_url": "pic.twitter.com/Xy12345"}]
    }
    found = gate(tmp_path, page(tweet(text="wet https://t.co/AbCdEfGh12 pic.twitter.com/Xy12345", entities=entities)))
    assert row(found)["text"] == "wet <url> <url>"
    assert not re.search(r"quillbeck|345678901234567|abcdefgh12|xy12345", found.everything)


def test_a_tweet_is_not_found_by_its_minute_counts_or_client(tmp_path):
    metrics = {"like_count": 1234, "retweet_count": 57, "reply_count": 0, "quote_count": 3}
    tweets = [
        tweet(n, created_at="2013-12-05T17:43:21.000Z", public_metrics=metrics, source=f"my own client {n}", lang="tlh")
        for n in range(3)
    ]
    found = gate(tmp_path, *tweets, settings=SETTINGS.model_copy(update={"common_authors": 4}))
    one = row(found)
    assert one["time"].isoformat() == "2013-12-05T17:00:00+00:00"
    assert [one[name] for name in ("likes", "retweets", "replies", "quotes")] == [11, 6, 0, 2]
    assert (one["source"], one["lang"]) == ("other", "other")


def test_photos_lose_their_file_names(tmp_path):
    media = [
        {"media_key": "3_99887766554", "type": "photo", "url": "https://pbs.twimg.com/media/ZyXw98765.jpg"},
        {"media_key": "7_99887766555", "type": "video", "preview_image_url": "https://pbs.twimg.com/pv/QqRr12345.jpg"},
    ]
    found = gate(tmp_path, tweet(media=media), tweet(2, media=[]))
    with_photo = found.tweets.filter(pl.col("photos").list.len() > 0).row(0, named=True)
    assert with_photo["media_kinds"] == ["photo", "video"]
    assert len(with_photo["photos"]) == 1
    assert not re.search(r"zyxw98765|qqrr12345|99887766", found.everything)


def test_offsets_that_tell_the_length_of_a_name_are_gone(tmp_path):
    short = gate(
        tmp_path / "a", tweet(text="@ab hi", entities={"mentions": [{"start": 0, "end": 3, "username": "ab"}]})
    )
    long = gate(tmp_path / "b", tweet(text="@abcdefghijkl hi", entities={"mentions": [{"start": 0, "end": 13}]}))
    same = [name for name in schema.TWEETS if name not in ("mentions", "text_hash")]
    assert short.tweets.select(same).equals(long.tweets.select(same))


def test_exact_places_and_people_are_gone(tmp_path):
    text = "Mayor Rufus Oakendyke at ZE5 5UU, 364 Bellfounder Street, ring 07700 900123, mail ruf@example.org"
    place = {"id": "deadbeef01234567", "full_name": "Fernwick Hollow", "country_code": "GB", "place_type": "poi",
             "geo": {"bbox": [-0.33671, 53.74571, -0.33672, 53.74572]}}  # fmt: skip
    one = tweet(
        text=text,
        geo={"place_id": place["id"], "coordinates": {"type": "Point", "coordinates": [-0.336714, 53.745712]}},
        entities={"annotations": [{"type": "Person", "normalized_text": "Rufus Oakendyke", "start": 6, "end": 20}]},
        attachments={"poll_ids": ["1212121212121"]},
        context_annotations=[{"domain": {"name": "Person"}, "entity": {"name": "Rufus Oakendyke", "id": "88888888"}}],
    )
    found = gate(tmp_path, page(one, places=[place]))
    assert row(found)["text"] == "Mayor <name> at <postcode>, <address>, ring <phone>, mail <email>"
    assert found.places.row(0, named=True) == {"place": row(found)["place"], "country": "GB", "place_type": "country"}
    hidden = (
        "rufus oakendyke ze5 bellfounder 900123 ruf@ fernwick 0.3367 53.745 12121212 88888888 deadbeef tannery mother"
    )
    assert [word for word in hidden.split() if word in found.everything] == []


def test_a_mention_is_the_mentioned_whatever_its_case_and_punctuation(tmp_path):
    forms = ["@Orla_Quillbeck7:", "@orla_quillbeck7", "(@ORLA_QUILLBECK7)", ".@Orla_quillbeck7!"]
    tweets = [tweet(n, f"{form} wet", author_id=ANSWER["id"]) for n, form in enumerate(forms)]
    found = gate(tmp_path, page(*tweets, tweet(9, "mine", author_id=USER["id"])))
    mine = found.tweets.filter(pl.col("text") == "mine")["author"][0]
    assert {tuple(names) for names in found.tweets.filter(pl.col("text") != "mine")["mentions"]} == {(mine,)}
    assert mine in found.users["user"]
    assert "quillbeck" not in found.everything


def test_relations_between_tweets_survive(tmp_path):
    root, answer = tweet(1, conversation_id=tweet(1)["id"]), tweet(2, conversation_id=tweet(1)["id"])
    retweet = tweet(3, "RT @x: the river", referenced_tweets=[{"type": "retweeted", "id": root["id"]}])
    found = gate(tmp_path, root, answer, retweet)
    by_kind = {(one["retweet"], one["conversation"] == one["tweet"]): one for one in found.tweets.iter_rows(named=True)}
    start, reply, shared = by_kind[False, True], by_kind[False, False], by_kind[True, False]
    assert reply["conversation"] == start["tweet"] == shared["retweet_of"]


@pytest.mark.parametrize("raw", ["Fernwick Hollow", "the house of Orla", "XX", "GBR", ""])
def test_a_country_is_a_code_or_other(tmp_path, raw):
    place = {"id": "deadbeef01234567", "country_code": raw, "country": raw, "place_type": "country"}
    one = tweet(1, geo={"place_id": place["id"]})
    found = gate(tmp_path, page(one, places=[place]))
    assert found.places["country"].to_list() == (["other"] if raw else [None])
    assert raw.lower() not in found.everything or not raw.islower()


def test_a_code_of_a_country_is_one_in_small_letters_too(tmp_path):
    place = {"id": "deadbeef01234567", "country_code": "gb", "place_type": "country"}
    assert gate(tmp_path, page(tweet(geo={"place_id": place["id"]}), places=[place])).places["country"][0] == "GB"


CUT = "RT @fen_warden: the river is over the wall at the mill and @Orla_Qui…"


@pytest.mark.parametrize("behind", ["", " ", " https://t.co/AbCdEfGh12"])
@pytest.mark.parametrize(
    ("entities", "whose"),
    [
        ({"mentions": [{"username": "fen_warden"}, {"username": "Orla_Quillbeck7"}]}, 2),
        ({"mentions": [{"username": "fen_warden"}]}, 1),
        ({}, 1),
    ],
)
def test_a_mention_that_is_cut_is_whom_the_api_says_it_is_or_nobody(tmp_path, entities, whose, behind):
    found = gate(tmp_path, page(tweet(1, CUT + behind, entities=entities), tweet(2, "mine", author_id=USER["id"])))
    by_text = {row["text"]: row for row in found.tweets.iter_rows(named=True)}
    mentions = next(row for text, row in by_text.items() if text != "mine")["mentions"]
    assert len(mentions) == whose
    assert (by_text["mine"]["author"] in mentions) == (whose == 2)


def test_pseudonyms_need_the_key(tmp_path):
    one = gate(tmp_path / "a", tweet(author_id="5"))
    other = gate(tmp_path / "b", tweet(author_id="5"), key=bytes(32))
    assert set(one.tweets.select("tweet", "author", "text_hash").row(0)).isdisjoint(
        set(other.tweets.select("tweet", "author", "text_hash").row(0))
    )
    # No other tweet, user or place with the same number shares a pseudonym with it.
    same = gate(tmp_path / "c", tweet(author_id="345678901234567001", geo={"place_id": "345678901234567001"}))
    names = same.tweets.select("tweet", "author", "place").row(0)
    assert len(set(names)) == 3


def test_repeated_readings_do_not_sharpen_a_count(tmp_path):
    readings = [{**USER, "public_metrics": {"followers_count": 1000 + n}} for n in range(20)]
    found = gate(tmp_path, *({"data": tweet(n), "includes": {"users": [user]}} for n, user in enumerate(readings)))
    assert found.users.shape == (1, 4)
    assert found.users["followers"].to_list() == [10]


def test_only_the_columns_of_the_allow_list_leave(tmp_path):
    found = gate(tmp_path, page(tweet(secret="Hesper Mallowridge", author_id=USER["id"])), labels=[
        {"text": "wet", "label": "neutral", "hobby": "Hesper Mallowridge"}])  # fmt: skip
    for name in ("tweets", "users", "places", "human"):
        columns = getattr(schema, name.upper())
        assert getattr(found, name).schema == {column: spec.type for column, spec in columns.items()}
        assert all(spec.reason and spec.rule for spec in columns.values())
    assert "hesper" not in found.everything


def test_annotators_and_their_texts_are_treated_like_tweets(tmp_path):
    labels = [
        {
            "id": tweet(1)["id"],
            "text": "@Orla_Quillbeck7 call 07700 900123",
            "label": "Negative",
            "annotator": "A2WORKER77XYZ",
        },
        {
            "id": "",
            "text": "Orla Quillbeck was here &amp; wet",
            "label": "Slightly positive",
            "annotator": "A2WORKER77XYZ",
        },
    ]
    found = gate(tmp_path, page(tweet(1, "orla quillbeck WAS here & wet")), labels=labels)
    assert sorted(found.human["text"]) == ["<name> was here & wet", "<user> call <phone>"]
    assert found.human["annotator"].n_unique() == 1
    joined = found.human.filter(pl.col("tweet").is_not_null())
    assert joined["tweet"][0] == found.tweets["tweet"][0]
    # The other row carries no id and is known by its text.
    assert found.tweets["text_hash"][0] in found.human.filter(pl.col("tweet").is_null())["text_hash"]
    assert not re.search("quillbeck|a2worker|900123", found.everything)


def test_the_order_of_lines_and_files_changes_nothing(tmp_path):
    lines = [
        page(tweet(1, author_id=USER["id"], lang="en")),
        {**tweet(2, "@ines_larchfell ok"), "author": {**ANSWER, "username": "Ines_renamed"}},
        tweet(1, "later", __twarc={"retrieved_at": "2021"}),
    ]
    outcomes = []
    for count, order in enumerate(itertools.permutations(lines)):
        folder = tmp_path / str(count)
        outcomes.append(gate(folder, *order))
        assert outcomes[-1].everything == outcomes[0].everything
        assert (folder / "out/tweets.parquet").read_bytes() == (tmp_path / "0/out/tweets.parquet").read_bytes()


def test_an_empty_study_gives_empty_tables_of_the_usual_form(tmp_path):
    found = gate(tmp_path)
    assert [len(getattr(found, name)) for name in ("tweets", "users", "places", "human")] == [0, 0, 0, 0]
    assert found.tweets.schema == {name: spec.type for name, spec in schema.TWEETS.items()}
    assert found.audit["leaks"] == 0


def test_the_audit_counts_add_up(tmp_path):
    found = gate(tmp_path, tweet(1), tweet(1), {"id": "5"}, tweet(2, "@a https://t.co/x1 07700 900123"))
    audit = found.audit
    assert audit["read"]["lines"] == 4
    assert audit["read"]["tweets"] == audit["kept"]["tweets"] + audit["dropped"]["duplicate"]
    assert audit["read"]["lines"] == audit["read"]["tweets"] + audit["dropped"]["no_tweet"]
    assert audit["texts_with"] == {"phone": 1, "url": 1, "user": 1}


MARK = "canary77xq"
NESTED = st.recursive(
    st.sampled_from([MARK, f"{MARK}@example.org", f"https://x.example.org/{MARK}", 5, None, True]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ("author_id", "conversation_id", "source", "lang", "geo", "entities", "attachments", "media", "author",
          "event", "public_metrics", "referenced_tweets", "context_annotations", "in_reply_to_user_id")  # fmt: skip


ANY = {"fields": st.dictionaries(st.sampled_from(FIELDS), NESTED, max_size=6), "extra": NESTED}


@settings(max_examples=40)
@given(**ANY)
def test_no_value_of_any_field_at_any_depth_leaves(fields, extra, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    one = {**tweet(1, f"@{MARK} see https://t.co/{MARK} {MARK}@a.example.org"), **fields}
    line = {"data": [one], "includes": {"users": [{"id": "1", "username": MARK, "more": extra}], "tweets": [extra]}}
    # One author is enough for a class: that the classes hold no name is not for want of people.
    found = gate(folder, line, {**one, "id": MARK, "deep": extra})
    assert MARK not in found.everything
    assert MARK.encode() not in b"".join(path.read_bytes() for path in (folder / "out").iterdir())


test_nor_in_many_examples = for_long(test_no_value_of_any_field_at_any_depth_leaves, ANY)

WORDS = st.lists(st.sampled_from(["the", "river", "is", "up", "by", "mill", "wet"]), min_size=1, max_size=6).map(
    " ".join
)
HANDLES = st.from_regex(r"[A-Za-z]{4,9}_[A-Za-z0-9]{2,5}", fullmatch=True)
PHONES = st.from_regex(r"07[0-9]{3} [0-9]{6}|\+44 7[0-9]{9}|0[12][0-9]{2} [0-9]{3} [0-9]{4}", fullmatch=True)
CODES = st.from_regex(r"[A-Za-z]{3}[0-9]{2}[A-Za-z]{3}[0-9]{2}", fullmatch=True)
NUMBERS = st.integers(10**9, 10**18).map(str)
DEGREES = st.floats(-89, 89).map(lambda number: f"{number:.6f}").filter(lambda text: not text.endswith("0"))


GENERATED = {"words": WORDS, "handle": HANDLES, "mail": st.emails(domains=st.just("example.org")), "phone": PHONES,
             "code": CODES, "user": NUMBERS, "number": NUMBERS, "north": DEGREES, "east": DEGREES}  # fmt: skip


@settings(max_examples=40)
@given(**GENERATED)
def test_no_identity_survives_in_a_generated_tweet(
    words, handle, mail, phone, code, user, number, north, east, tmp_path_factory
):
    text = f"{words} @{handle.upper()}: {words}, mail {mail} or {phone}! {handle} at {north}, {east}"
    text += f" https://t.co/{code} ref {number}."
    line = {
        "data": [{"id": number, "text": text, "author_id": user, "conversation_id": number,
                  "geo": {"coordinates": {"coordinates": [float(east), float(north)]}}}],
        "includes": {"users": [{"id": user, "username": handle, "name": f"Zz{code} Yy{code}"}]},
    }  # fmt: skip
    found = gate(tmp_path_factory.mktemp("one"), line)
    for secret in (handle, mail, phone, code, user, number, north, east):
        assert secret.lower() not in found.everything
    assert words.split()[0] in row(found)["text"]
    assert found.tweets["author"][0] == found.tweets["mentions"][0][0]


test_nor_in_many_generated_tweets = for_long(test_no_identity_survives_in_a_generated_tweet, GENERATED)


def test_nothing_of_the_key_leaves(tmp_path):
    found = gate(tmp_path, tweet())
    assert KEY.hex() not in found.everything
    assert json.dumps(found.audit)


@pytest.mark.parametrize(
    "text", ["b3JsYV9xdWlsbGJlY2s3 said", "Orla%5FQuillbeck7 said", "4f726c615f5175696c6c6265636b37"]
)
def test_an_identity_in_another_form_does_not_leave_and_stops_nothing(tmp_path, text):
    found = gate(tmp_path, page(tweet(1, text, author_id=USER["id"])))
    assert "<name>" in found.tweets["text"][0]


def test_a_name_inside_a_word_of_a_script_without_spaces_does_not_leave(tmp_path):
    user = {"id": "7001", "username": "wxm77_q", "name": "王小明"}
    found = gate(tmp_path, {"data": [tweet(1, "王小明在这里")], "includes": {"users": [user]}})
    assert found.tweets["text"][0] == "<name>在这里"


COMMON = (
    ("lang", "Jane Smith 07700 900123"),
    ("source", "Riverbot (jane@quill.org 07700900123)"),
    ("source", '<a href="https://x.org">ring 07700 900123</a>'),
    ("event", "07700900123"),
    ("event", "call_07700-900-123"),
    ("event", "12_Mill_Lane.HU5_2TN"),
    ("event", "2079460958"),
    ("event", "hull-020-7946-0958"),
)


@pytest.mark.parametrize(("field", "value"), COMMON)
def test_a_class_that_says_something_personal_leaves_however_many_have_it(tmp_path, field, value):
    plain = {"lang": "en", "source": "Twitter Web App", "event": "hebden.2015-12_boxing-day"}
    lines = [tweet(n, f"wet {n}", author_id=str(7001234000 + n), **plain) for n in range(25)]
    lines += [tweet(n, f"wet {n}", author_id=str(7001234000 + n), **(plain | {field: value})) for n in range(25, 50)]
    found = gate(tmp_path, *lines, settings=SETTINGS.model_copy(update={"common_authors": 20}))
    assert set(found.tweets[field]) == {plain[field], "other"}
    assert all(set(found.tweets[name]) == {plain[name]} for name in plain if name != field)


@pytest.mark.parametrize(
    "event", ["carlisle-2015-12-05-06", "hull-2007-06-25-26", "cumbria.flood.info", "storm_desmond"]
)
def test_an_event_is_neither_a_telephone_for_its_dates_nor_a_link(tmp_path, event):
    lines = [tweet(n, f"wet {n}", author_id=str(7001234000 + n), event=event) for n in range(25)]
    found = gate(tmp_path, *lines, settings=SETTINGS.model_copy(update={"common_authors": 20}))
    assert set(found.tweets["event"]) == {event}


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        (
            "tweets.js",
            'window.YTD.tweets.part0 = [{"tweet": {"id": "1"}}]',
            "1 files whose names end in none of .jsonl",
        ),
        ("tweets.csv", "id,text", "1 files whose names end in none of .jsonl"),
        ("tweets.json", '[{"tweet": {"id": "1", "text": "wet"}}]', "1 values that are no tweets of API v2 or v1.1"),
        ("tweets.json", "window.YTD.tweets.part0 = []", "1 lines that are no JSON"),
        ("tweets.json", '{"errors": []}', "1 answers of the API that are errors"),
        ("tweets.json", "", "the files are empty"),
    ],
)
def test_files_that_hold_no_tweet_at_all_are_told_of_at_the_end(tmp_path, capsys, name, body, reason):
    (tmp_path / "raw/tweets").mkdir(parents=True)
    (tmp_path / "raw/tweets" / name).write_text(body)
    assert gate(tmp_path).tweets.is_empty()
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("the tables are empty, for no tweet was read: ")
    assert reason in said


def test_nothing_is_told_of_an_archive_with_tweets_nor_of_none(tmp_path, capsys):
    gate(tmp_path / "some", tweet(1))
    (tmp_path / "none/raw/tweets").mkdir(parents=True)
    gate(tmp_path / "none")
    assert "no tweet was read" not in capsys.readouterr().err
