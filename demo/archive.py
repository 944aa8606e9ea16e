"""The tweet archive on disk: API v2 pages and one tweet a line, with the blemishes that real downloads have."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from demo.chance import stream

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.tweet_json import Json, Record

PAGE = 400
"""Tweets in one response."""

PAGED = ("tarnbeck-summer", "rio-salvo", "san-isidro-bay")
"""Floods whose tweets come as pages; the others come one a line."""


def write_archive(folder: Path, records: list[Record], repeats: int) -> None:
    """Write a gzipped JSON Lines file for each flood.

    Args:
        folder: Where to; it exists.
        records: All tweets, by flood and time.
        repeats: How many ids come twice, an outdated version first.
    """
    rng = stream("archive")
    floods: dict[str, list[Record]] = {}
    for record in records:
        floods.setdefault(record.post.flood.name, []).append(record)
    outdated = {record.post.number for record in rng.sample(records, repeats)}
    for name, found in floods.items():
        rows = _with_outdated(rng, found, outdated)
        lines = pages(rows) if name in PAGED else [flat(record, tweet) for record, tweet in rows]
        text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines) + "\n"
        write_gzip(folder / f"{name}.jsonl.gz", blemished(name, text))


def _with_outdated(rng: random.Random, records: list[Record], outdated: set[int]) -> list[tuple[Record, Json]]:
    """Each record with its tweet; before some of them, their earlier version: fewer likes, a slip in the text."""
    rows: list[tuple[float, Record, Json]] = []
    for at, record in enumerate(records):
        if record.post.number in outdated:
            earlier = {
                **record.tweet,
                "text": record.tweet["text"].replace(" the ", " the the ", 1),
                "public_metrics": dict.fromkeys(record.tweet["public_metrics"], 0),
            }
            rows.append((at, record, earlier))
            rows.append((at + rng.uniform(1, 900), record, record.tweet))
        else:
            rows.append((at, record, record.tweet))
    return [(record, tweet) for _, record, tweet in sorted(rows, key=lambda row: row[0])]


def pages(rows: list[tuple[Record, Json]]) -> list[Json]:
    """Responses of the full-archive search: the tweets, and beside them what they name."""
    found = []
    for start in range(0, len(rows), PAGE):
        part = rows[start : start + PAGE]
        users: dict[int, Json] = {}
        places: dict[str, Json] = {}
        media: dict[str, Json] = {}
        quoted: dict[int, Json] = {}
        errors: list[Json] = []
        data = []
        for record, tweet in part:
            post, tweet = record.post, dict(tweet)
            for user in (post.author, *post.mentions):
                users[user.number] = user.as_json()
            if record.place:
                places[record.place["id"]] = record.place
            if record.media is not None:
                # Where the list is empty, the response named a key that it did not resolve.
                keys = [item["media_key"] for item in record.media] or [f"3_{post.number + 9}"]
                tweet["attachments"] = {**tweet.get("attachments", {}), "media_keys": keys}
                media |= {item["media_key"]: item for item in record.media}
                if not record.media:
                    errors.append({"resource_type": "media", "parameter": "attachments.media_keys", "value": keys[0]})
            if post.reference and post.reference[0] == "quoted":
                source = post.reference[1]
                quoted[source.number] = {
                    "id": str(source.number),
                    "text": source.text,
                    "author_id": str(source.author.number),
                }
            data.append(tweet)
        includes: dict[str, dict[Any, Json]] = {"users": users, "media": media, "places": places, "tweets": quoted}
        page: dict[str, Any] = {
            "data": data,
            "includes": {kind: list(values.values()) for kind, values in includes.items() if values},
        }
        if errors:
            page["errors"] = errors
        ids = sorted(int(tweet["id"]) for tweet in data)
        page["meta"] = {"newest_id": str(ids[-1]), "oldest_id": str(ids[0]), "result_count": len(data)}
        found.append(page)
    return found


def flat(record: Record, tweet: Json) -> Json:
    """One tweet with author, media and place in it, as downloaders flatten it."""
    line = {**tweet, "author": record.post.author.as_json()}
    if record.media is not None:
        line["media"] = record.media
    if record.place:
        line["geo"] = {**line["geo"], **record.place}
    return line


def blemished(name: str, text: str) -> bytes:
    """What befalls files: a byte order mark, a blank line, a download that broke off in its last line."""
    if name == "millbrook-creek":
        return "\N{BYTE ORDER MARK}".encode() + text.encode()
    if name == "altwasser":
        first, rest = text.split("\n", 1)
        return f"{first}\n\n{rest}".encode()
    if name == "val-torbida":
        last = text.splitlines()[-1].replace('"id":"', '"id":"9', 1)
        return (text + last[: len(last) // 2]).encode()
    return text.encode()


def write_gzip(path: Path, content: bytes) -> None:
    """Compress without name or time, so that equal content is equal bytes."""
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed,
    ):
        packed.write(content)
