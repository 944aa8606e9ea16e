"""Files of tweets, damaged in the ways in which downloads, disks and careless programs damage them."""

import gzip
import json
import random

from tests.tweets.archives import tweet
from tests.tweets.test_classic import USER, classic


def lines(rng):
    """A few tweets of both versions and a page."""
    number = rng.randrange(10**6)
    page = {
        "data": [tweet(number + n, author_id="7001", geo={"place_id": "p1"}) for n in range(3)],
        "includes": {"users": [{"id": "7001", "username": "bert_m", "name": "Bert M"}], "places": [{"id": "p1"}]},
    }
    flat = {**tweet(number + 3), "author": {"id": "7001", "username": "bert_m"}, "public_metrics": {"like_count": 3}}
    old = classic(number + 4, retweeted_status=classic(number + 5), entities={"user_mentions": [USER]})
    return [json.dumps(value) for value in (page, flat, old, [flat, old])]


def whole(seed):
    """Lines of one file before it was damaged, and the id and the text of the tweets of each."""
    rng = random.Random(seed)
    found = {}
    for line in lines(rng):
        value = json.loads(line)
        items = value if isinstance(value, list) else value.get("data", [value])
        items = [*items, *(item["retweeted_status"] for item in items if "retweeted_status" in item)]
        found[line] = {(str(item["id"]), item["text"]) for item in items}
    return found


def cut(rng, data):
    return data[: rng.randrange(len(data))]


def flip(rng, data):
    broken = bytearray(data)
    for _ in range(rng.randrange(1, 9)):
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def splice(rng, data):
    at, to = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:at] + rng.randbytes(rng.randrange(20)) + data[to:]


def nest(rng, data):
    depth = rng.choice((900, 5_000, 100_000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = opening * depth + b"1" + closing * (depth - rng.randrange(2))
    return data + rng.choice((inner, b'{"id":"1","text":"deep","deep":' + inner + b"}")) + b"\n"


def retype(rng, data):
    """Other types in place of the ones that are expected."""
    old = rng.choice((b'"345678', b"57", b'{"id"', b'"text"', b"null", b"false", b"[", b'"the river is rising"'))
    new = rng.choice(
        (b"NaN", b"-Infinity", b'"\\ud83d"', b"[[1]]", b"{}", b'"12"', b"1" * 400, b"1" * 9_000, b"1e999", b"null",
         b'{"id": {"id": [true]}}', b'"\\u0000"', b"-1", b"3.5")
    )  # fmt: skip
    if old in (b'"345678', b'{"id"', b'"text"', b"["):
        new = rng.choice((b'"\\ude00', b'{"id": 7, "id"', b'"text": [3], "text"', b"[[", b"[null,")) + old[1:]
    return data.replace(old, new, rng.randrange(1, 5))


def twice(rng, data):
    """Keys that stand twice."""
    return data.replace(b'"id":', b'"id": [1], "text": 5, "id":', rng.randrange(1, 9))


def shouted(rng, data):
    """Other encodings and line ends."""
    text = data.decode()
    return rng.choice(
        (text.encode("utf-16"), text.encode("utf-32"), b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r"), b"\0" + data)
    )


WAYS = (cut, flip, splice, nest, retype, twice, shouted)


def damaged(seed):
    """The name and the bytes of one damaged file."""
    rng = random.Random(seed)
    data = "".join(line + rng.choice(("\n", "\r\n", "\n\n")) for line in lines(rng)).encode()
    way = WAYS[seed % len(WAYS)]
    ending = rng.choice(("jsonl", "json", "jsonl.gz", "json.gz"))
    if not ending.endswith("gz"):
        return f"{seed}.{ending}", way(rng, data)
    if rng.random() < 0.5 and way in (cut, flip, splice):
        return f"{seed}.{ending}", way(rng, gzip.compress(data))
    packed = gzip.compress(way(rng, data))
    tail = rng.choice((b"", b"", rng.randbytes(30), b"\0" * 512, gzip.compress(b'{"id": "2", "text": "b"}\n')[:-4]))
    return f"{seed}.{ending}", packed + tail
