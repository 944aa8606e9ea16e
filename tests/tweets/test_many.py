"""Large archives: nobody comes out of a hundred thousand objects, and who spoke to whom stays as it was."""

import base64
import json
import random
import urllib.parse

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tweets.archives import SETTINGS, gate, tweet, write

NUMBER = 100_000
LINES = 20_000
WORDS = ["the", "river", "is", "up", "by", "mill", "and", "over", "road", "we", "are", "safe", "thanks", "for"]
LOOK_ALIKES = str.maketrans("aeopcxy", "аеорсху")


def secrets(number):
    """What object `number` of the archive must not leave behind."""
    return {
        "id": str(1_300_000_000_000_000_000 + number * 4_194_303),
        "user": str(7_000_000_000 + number),
        "username": f"Qx{number:05x}_{number % 7}",
        "name": f"Zor{number:05x} Quil{number:05x}",
        "mail": f"m{number:05x}@box{number:05x}.example.org",
        "phone": f"07700 9{number:05d}",
        "north": f"53.{745_000 + number}1",
        "east": f"0.{336_000 + number}3",
        "code": f"Ab{number:05x}Z9",
        "media": f"3_{9_000_000_000 + number}",
    }


def encoded(value):
    """A value as it is, and in every form in which it could leave."""
    raw = value.encode()
    return (
        value,
        urllib.parse.quote(value, safe=""),
        "".join(f"%{byte:02X}" for byte in raw),
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
        value.translate(LOOK_ALIKES),
    )


def forms(rng, value):
    return rng.choice((*encoded(value), value.upper(), f" {value} "))


def strewn(rng, own, depth=0):
    """Fields that no API has, holding what is secret, down to some depth."""
    value = forms(rng, rng.choice(list(own.values())))
    if depth < 3 and rng.random() < 0.6:
        inner = strewn(rng, own, depth + 1)
        value = inner if rng.random() < 0.5 else [inner, value]
    return {f"future_{rng.choice('abcdef')}{depth}": value}


def made(number):
    """One flattened tweet, with unknown fields at every depth."""
    rng = random.Random(number)
    own, other = secrets(number), secrets(rng.randrange(NUMBER))
    # Every secret of the text stands there once more in some form, those of other people too.
    hidden = forms(rng, rng.choice([*own.values(), *other.values()]))
    text = " ".join(rng.choices(WORDS, k=8)) + f" @{other['username']} {own['mail']} or {own['phone']}, {own['name']} "
    text += f"at {own['north']}, -{own['east']} https://t.co/{own['code']} {hidden if number % 5 == 0 else ''}"
    author = {"id": own["user"], "username": own["username"], "name": own["name"], **strewn(rng, own)}
    return {
        "id": own["id"],
        "text": text,
        "author_id": own["user"],
        "conversation_id": other["id"],
        "in_reply_to_user_id": other["user"],
        "referenced_tweets": [{"type": "replied_to", "id": other["id"]}],
        "author": author,
        "entities": {"urls": [{"url": f"https://t.co/{own['code']}", **strewn(rng, own)}], **strewn(rng, own)},
        "geo": {"coordinates": {"type": "Point", "coordinates": [-float(own["east"]), float(own["north"])]}},
        "attachments": {"media_keys": [own["media"]]},
        **strewn(rng, own),
    }


@pytest.mark.slow
def test_nobody_comes_out_of_a_hundred_thousand_objects(tmp_path):
    raw = tmp_path / "raw"
    for first in range(0, NUMBER, LINES):
        write(raw / "tweets", *map(made, range(first, first + LINES)), name=f"{first:06d}.jsonl")
    found = gate(tmp_path, raw=raw, settings=SETTINGS.model_copy(update={"common_authors": 20, "k": 5}))
    assert found.audit["leaks"] == 0
    assert found.tweets.shape[0] == NUMBER
    assert found.audit["searched"]["ids"] >= 3 * NUMBER
    # Not by the audit's own means: every secret is looked for in all that was written.
    wanted = [value.lower() for number in range(NUMBER) for kind, value in secrets(number).items() if kind != "name"]
    wanted += [secrets(number)["name"].lower().split()[0] for number in range(NUMBER)]
    lines = pl.Series(found.everything.splitlines()) if "\n" in found.everything else pl.Series([found.everything])
    pieces = pl.Series([line[at : at + 100_000] for line in lines for at in range(0, len(line), 99_900)])
    hits = pieces.str.extract_many(wanted).explode().drop_nulls()
    assert hits.to_list()[:5] == []
    # Nor in any encoding, of every fiftieth object; digits alone are in the hexadecimal form of nothing else.
    some = [value for number in range(0, NUMBER, 50) for value in secrets(number).values()]
    disguised = sorted({form.lower() for value in some for form in encoded(value)[1:]})
    assert pieces.str.extract_many(disguised).explode().drop_nulls().to_list()[:5] == []
    # Who answered what and whom is as it was.
    answered = found.tweets.select("conversation", "reply_to", "reply_to_user")
    assert (answered["conversation"] == answered["reply_to"]).all()
    assert answered["reply_to_user"].null_count() == 0
    assert set(answered["reply_to_user"]) <= set(found.tweets["author"])
    pairs = answered.select("reply_to", "reply_to_user").unique()
    assert len(pairs) == pairs["reply_to"].n_unique() == pairs["reply_to_user"].n_unique()


PEOPLE = ["Orla_Q7", "ines_l", "bert_m9", "hesper_x", "nobody_8"]


@settings(max_examples=40)
@given(
    drawn=st.lists(
        st.tuples(
            st.integers(0, 4),
            st.lists(st.integers(0, 4), max_size=3),
            st.integers(0, 9),
            st.sampled_from(["retweeted", "replied_to", None]),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_who_wrote_answered_and_mentioned_whom_stays_as_it_was(drawn, tmp_path_factory):
    tweets, wanted = [], {}
    for number, (author, mentioned, other, kind) in enumerate(drawn):
        names = [random.Random(number).choice((str.upper, str.lower, str))(PEOPLE[who]) for who in mentioned]
        text = f"wet number {number} " + " ".join(f"@{name}," for name in names)
        fields = {"conversation_id": tweet(other)["id"]}
        if kind:
            fields["referenced_tweets"] = [{"type": kind, "id": tweet(other)["id"]}]
        if kind == "replied_to":
            # By id alone; whose tweet it is may be nowhere in the archive.
            fields["in_reply_to_user_id"] = str(7_001_000_000 + other % len(PEOPLE))
        user = {"id": str(7_001_000_000 + author), "username": PEOPLE[author], "name": f"Name {author}"}
        tweets.append({**tweet(number, text, author_id=user["id"], **fields), "author": user})
        wanted[number] = (author, frozenset(mentioned), other, kind)
    found = gate(tmp_path_factory.mktemp("who"), *tweets)
    people, posts, answered = {}, {}, []
    for row in found.tweets.iter_rows(named=True):
        number = int(row["text"].split()[2])
        author, mentioned, other, kind = wanted[number]
        for raw, pseudonym, known in (
            (author, row["author"], people), (number, row["tweet"], posts), (other, row["conversation"], posts),
        ):  # fmt: skip
            assert known.setdefault(raw, pseudonym) == pseudonym
        assert row["retweet_of"] == (posts[other] if kind == "retweeted" else None)
        assert row["reply_to"] == (posts[other] if kind == "replied_to" else None)
        assert (row["reply_to_user"] is None) == (kind != "replied_to")
        if kind == "replied_to":
            answered.append((other % len(PEOPLE), row["reply_to_user"]))
        assert len(row["mentions"]) == len(mentioned)
        for raw in mentioned & people.keys():
            assert people[raw] in row["mentions"]
    for who, pseudonym in answered:
        assert people.setdefault(who, pseudonym) == pseudonym
    assert len(set(people.values())) == len(people)
    assert len(set(posts.values())) == len(posts)
    assert json.dumps(found.audit)
