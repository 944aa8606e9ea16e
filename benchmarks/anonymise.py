"""How fast an archive is anonymised: tweets and MiB a second, beside orjson that only parses and writes it again.

The archive is one file of API v2 pages as downloaders write them, some 3.3 KiB a tweet: real pages have 3.5 to 4.1,
with 1.1 to 2.7 users and 0.2 to 0.7 more tweets that are spoken of for each, these have 1.5 and 0.5. Texts and users
of the embedded dataset stand under new ids, with the entities, annotations, contexts and expansions that the API adds.
The peer is `orjson.dumps(orjson.loads(line))` of every line in one process; ours is the whole stage on two cores,
audit included. `ratio` is the peer's seconds over ours. `memory_mib` is the largest process of each run. `visited` is
what no gate in Python can do without: to parse every line and go through all of its values, and do nothing, in one
process.

Needs `make data`. Run from the repository's root; `--tweets 10000 --tweets 1000000` compares the memory:

    PYTHONPATH=src python benchmarks/anonymise.py
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 100
SUBJECTS = [
    {
        "domain": {"id": str(45 + n), "name": f"Domain {n}", "description": "What is spoken of, at some length. " * 3},
        "entity": {"id": f"12345{n}0007", "name": f"Entity {n}", "description": "A thing of its kind"},
    }
    for n in range(6)
]
ONE = """
import json, resource, sys
from pathlib import Path
if __name__ == "__main__":
    from floodmark.tweets.memory import return_freed_memory
    return_freed_memory()
    from floodmark.settings.base import read_params, read_section
    from floodmark.settings.anonymise import Anonymise
    from floodmark.tweets.anonymise import anonymise
    raw, out = Path(sys.argv[1]), Path(sys.argv[2])
    names = ("tweets.parquet", "users.parquet", "places.parquet", "human.parquet", "audit.json")
    settings = read_section(read_params(Path("params.yaml")), "anonymise", Anonymise, "params.yaml")
    anonymise(raw, raw / "none", bytes(32), tuple(out / name for name in names), settings)
    used = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps(used))
"""
"""As the stage does it: nothing is imported by every process that is not needed there."""


def originals() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Tweets of the embedded dataset with their authors."""
    found = []
    for path in sorted(Path("data/tweets").glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            try:
                tweet = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(tweet, dict) and "author" in tweet and "text" in tweet:
                found.append((tweet, tweet.pop("author")))
    return found


def pages(number: int) -> Iterator[bytes]:
    """Lines of pages with this many tweets."""
    source = islice(enumerate(cycle(originals())), number)
    while batch := list(islice(source, PAGE)):
        tweets, users = zip(*(_made(count, tweet, user) for count, (tweet, user) in batch), strict=True)
        places = [
            {
                "id": f"{number:016x}",
                "full_name": f"Town {number}, Region",
                "name": f"Town {number}",
                "country_code": "GB",
                "country": "United Kingdom",
                "place_type": "city",
                "geo": {"type": "Feature", "bbox": [-0.4, 53.7, -0.2, 53.8], "properties": {}},
            }
            for number in range(3)
        ]
        meta = {
            "result_count": len(tweets),
            "newest_id": tweets[0]["id"],
            "oldest_id": tweets[-1]["id"],
            "next_token": "b26v89c19z",
        }
        twarc = {
            "url": "https://api.twitter.com/2/tweets/search/all?query=flood",
            "version": "2.9.5",
            "retrieved_at": "2022-01-01T00:00:00+00:00",
        }
        others = [{**user, "id": f"9{user['id']}", "username": f"o{user['username']}"} for user in users[::2]]
        before = [{**tweet, "id": f"9{tweet['id']}"} for tweet in tweets[::2]]
        includes = {"users": [*users, *others], "tweets": before, "places": places}
        page = {"data": tweets, "includes": includes, "meta": meta, "__twarc": twarc}
        yield orjson.dumps(page) + b"\n"


def _made(count: int, tweet: dict[str, Any], user: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """One tweet and its author with new ids and all that the API says of both."""
    again = count // 30_000
    number = str(1_300_000_000_000_000_000 + count * 4_194_304)
    author = {**user, "id": f"{user['id']}{again}", "username": f"{user['username'][:12]}{again}"}
    link = f"https://t.co/a{count:09d}"
    text = f"{tweet['text']} {link}" if count % 2 else tweet["text"]
    story = f"https://news.example.org/{count}"
    urls = [
        {
            "start": 0,
            "end": 23,
            "url": link,
            "expanded_url": f"{story}/a-story-of-water",
            "display_url": f"news.example.org/{count}/a-st…",
            "status": 200,
            "title": "A story of water",
            "description": "Water came, and stayed for some days",
            "unwound_url": story,
        }
    ]
    made = {
        **tweet,
        "id": number,
        "text": text,
        "author_id": author["id"],
        "conversation_id": number,
        "edit_history_tweet_ids": [number],
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "entities": {
            "urls": urls if count % 2 else [],
            "hashtags": [{"start": 1, "end": 9, "tag": "flooding"}],
            "annotations": [{"start": 3, "end": 9, "probability": 0.71, "type": "Place", "normalized_text": "Town"}],
        },
        "context_annotations": SUBJECTS[: count % 7],
        "geo": {"place_id": f"{count % 3:016x}"} if count % 20 == 0 else {},
    }
    home = f"https://t.co/u{count % 7001:09d}"
    profile = {
        "url": home,
        "verified": False,
        "protected": False,
        "created_at": "2010-03-01T10:20:30.000Z",
        "description": "Walks, dogs, tea and the weather over the hills of home. " * 2,
        "pinned_tweet_id": number,
        "profile_image_url": f"https://pbs.twimg.com/profile_images/{count % 7001:019d}/pic_normal.jpg",
        "entities": {
            "url": {"urls": [{"start": 0, "end": 23, "url": home, "expanded_url": "https://example.org"}]},
        },
    }
    return made, {**author, **profile}


def visit(value: Any) -> None:
    """Go through a JSON value as the walk for identifiers does, and take nothing."""
    stack = [value]
    while stack:
        container = stack.pop()
        for item in container.values() if type(container) is dict else container:
            if type(item) is dict or type(item) is list:
                stack.append(item)


def measure(number: int) -> dict[str, float]:
    """Both on one archive of this many tweets."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "raw", "archive.jsonl"), Path(folder, "out")
        path.parent.mkdir()
        out.mkdir()
        with path.open("wb") as file:
            file.writelines(pages(number))
        started = time.perf_counter()
        with path.open("rb") as file:
            for line in file:
                orjson.dumps(orjson.loads(line))
        peer = time.perf_counter() - started
        started = time.perf_counter()
        with path.open("rb") as file:
            for line in file:
                visit(orjson.loads(line))
        visited = time.perf_counter() - started
        script = Path(folder, "one.py")
        script.write_text(ONE, encoding="utf-8")
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, str(script), str(path.parent), str(out)], check=True, stdout=subprocess.PIPE
        )
        ours = time.perf_counter() - started
        mib = path.stat().st_size / 2**20
        memory = max(json.loads(done.stdout))
        return {
            "ours": ours, "peer": peer, "visited": visited, "tweets": number, "mib": mib, "memory_mib": memory,
        }  # fmt: skip


@click.command()
@click.option("--tweets", multiple=True, type=int, default=(100_000,), show_default=True, help="size of the archive")
def main(tweets: tuple[int, ...]) -> None:
    """Print one JSON object."""
    runs = [measure(number) for number in tweets]
    last = runs[-1]
    told = {
        "ours": round(last["ours"], 2),
        "peer": round(last["peer"], 2),
        "peer_name": "orjson, parse and dump in one process",
        "unit": f"seconds for {last['tweets']:.0f} tweets of {last['mib'] * 1024 / last['tweets']:.1f} KiB",
        "ratio": round(last["peer"] / last["ours"], 3),
        "visited": round(last["visited"], 2),
        "tweets_per_second": round(last["tweets"] / last["ours"]),
        "mib_per_second": round(last["mib"] / last["ours"], 1),
        "memory_mib": {f"{run['tweets']:.0f}": round(run["memory_mib"]) for run in runs},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
