"""Tweets of Twitter's API v1.1, retold in the shape of v2, so that everything behind the reader knows one shape.

An object of v1.1 is classic (`text`, cut at 140 characters), extended (`full_text`) or, in streams, classic with its
whole text beside it (`extended_tweet`). `display_text_range` is passed over: v2's text holds what lies outside of it,
the mentions in front and the links of photos behind. (Twitter's guide "Tweet object v1.1" and its migration guide.)
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

KEPT = ("created_at", "lang", "source", "event", "__twarc")
"""Fields that are called the same in both versions."""
MODERN = frozenset({"author_id", "author", "public_metrics", "edit_history_tweet_ids"})
"""Fields of which v1.1 has none: one of them makes a tweet v2's, whatever else it holds."""
METRICS = {
    "like_count": "favorite_count",
    "retweet_count": "retweet_count",
    "reply_count": "reply_count",
    "quote_count": "quote_count",
}
REFERENCES = {"replied_to": "in_reply_to_status_id", "quoted": "quoted_status_id"}


def is_classic(raw: Json) -> bool:
    """Whether a JSON object has what only tweets of v1.1 have."""
    if not MODERN.isdisjoint(raw):
        return False
    named = isinstance(raw.get("id_str"), str) or isinstance(raw.get("full_text"), str)
    return named or (isinstance(raw.get("user"), dict) and "text" in raw)


def modern(raw: Json) -> Iterator[Json]:
    """The tweet as v2 would tell it and, if it is a retweet, the retweeted tweet behind it.

    A retweet's own text is `RT @name: ` and as much of the original as fits; the whole of it is in the original only.
    A quoted tweet is no tweet of its own, as it is none in v2, where it stands among what a page includes.
    """
    yield _tweet(raw)
    original = raw.get("retweeted_status")
    if isinstance(original, dict):
        around: Json = {name: raw[name] for name in ("event", "__twarc") if name in raw}
        yield _tweet(around | original)


def _tweet(raw: Json) -> Json:
    whole = _dict(raw, "extended_tweet")
    user = _dict(raw, "user")
    tweet = {name: raw[name] for name in KEPT if name in raw}
    texts = (whole.get("full_text"), raw.get("full_text"), raw.get("text"))
    tweet |= {
        "id": _id(raw, "id"),
        "text": next((text for text in texts if isinstance(text, str) and text), None),
        "author_id": _id(user, "id"),
        "author": {"id": _id(user, "id"), "username": user.get("screen_name")},
        # The conversation's first tweet is not told; who answers it directly is in its conversation, others are apart.
        "conversation_id": _id(raw, REFERENCES["replied_to"]) or _id(raw, "id"),
        "in_reply_to_user_id": _id(raw, "in_reply_to_user_id"),
        "in_reply_to_screen_name": raw.get("in_reply_to_screen_name"),
        "referenced_tweets": _references(raw),
        "public_metrics": {name: raw.get(theirs) for name, theirs in METRICS.items()},
        "geo": _geo(raw),
        "entities": {"mentions": _mentions(whole) or _mentions(raw)},
        "media": _media(whole) or _media(raw),
    }
    if not isinstance(raw.get("created_at"), str) and (time := _time(raw.get("timestamp_ms"))):
        tweet["created_at"] = time
    return tweet


def _references(raw: Json) -> list[Json]:
    found = {kind: _id(raw, name) for kind, name in REFERENCES.items()}
    if isinstance(raw.get("retweeted_status"), dict):
        # What a retweeted tweet quotes is its own reference, which the retweet only repeats.
        found = {"retweeted": _id(raw["retweeted_status"], "id")}
    return [{"type": kind, "id": number} for kind, number in found.items() if number]


def _geo(raw: Json) -> Json:
    """The place with its box as v2 gives it, west, south, east and north, or the bare point."""
    place = _dict(raw, "place")
    if not place:
        return {"coordinates": raw.get("coordinates")}
    try:
        # Of one ring, its first corner may stand again at its end.
        east, north = zip(*_dict(place, "bounding_box")["coordinates"][0], strict=True)
        box = [min(east), min(north), max(east), max(north)]
    except (KeyError, IndexError, TypeError, ValueError):
        return place
    return {**place, "geo": {"bbox": box}}


def _mentions(raw: Json) -> list[Json]:
    found = _dict(raw, "entities").get("user_mentions")
    named = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return [{"username": item.get("screen_name")} for item in named]


def _media(raw: Json) -> list[Json]:
    """Everything attached; `entities` alone calls a video a photo, so they are only asked where there is nothing else.

    The picture that a video has in v1.1 is a preview, which v2 does not call its `url`.
    """
    for name in ("extended_entities", "entities"):
        media = _dict(raw, name).get("media")
        if isinstance(media, list) and media:
            return [
                {"type": item.get("type"), "url": item.get("media_url_https") or item.get("media_url")}
                for item in media
                if isinstance(item, dict)
            ]
    return []


def _time(milliseconds: Any) -> str | None:
    """ISO 8601 of milliseconds since 1970, which streams write as text."""
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _dict(raw: Json, key: str) -> Json:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _id(raw: Json, key: str) -> Any:
    """An id as text: as a number, programs that know only floats have rounded it."""
    return raw.get(f"{key}_str") or raw.get(key)
