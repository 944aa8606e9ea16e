"""One raw tweet, reduced to the fields that anonymisation reads; every other field is left behind here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from floodmark.tweets.coarse import language
from floodmark.tweets.fold import bare, fold
from floodmark.tweets.identifiers import annotated, count
from floodmark.tweets.places import Place

SNOWFLAKE_EPOCH_MS = 1288834974657
"""When Twitter's ids began to carry their time (2010-11-04)."""
FIRST_SNOWFLAKE = 2**40
RETWEET = re.compile(r"\s*RT\s+@\w+", re.IGNORECASE)
_WORD = re.compile(r"\w+")
METRICS = ("like_count", "retweet_count", "reply_count", "quote_count")


@dataclass(slots=True)
class Tweet:
    """A raw tweet: still secret, never written."""

    id: str
    text: str
    time_ms: int | None
    author_id: str | None
    author_name: str | None
    conversation: str | None
    retweet_of: str | None
    reply_to: str | None
    reply_to_id: str | None
    reply_to_name: str | None
    retweet: bool
    reply: bool
    lang: str | None
    source: str | None
    event: str | None
    place: str | None
    metrics: tuple[int | None, ...]
    media: list[tuple[str, str | None]] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    mentioned: list[str] = field(default_factory=list)
    retrieved: str = ""


@dataclass(frozen=True)
class Includes:
    """What a page includes beside its tweets."""

    usernames: dict[str, str]
    media: dict[str, dict[str, Any]]
    places: list[Place]

    @classmethod
    def of(cls, raw: Any) -> Includes:
        """Read `includes`, leaving out what has another form than the API's."""
        found = raw if isinstance(raw, dict) else {}
        users = {str(u["id"]): u["username"] for u in _dicts(found.get("users")) if "id" in u and _text(u, "username")}
        media = {str(m["media_key"]): m for m in _dicts(found.get("media")) if "media_key" in m}
        places = [place for item in _dicts(found.get("places")) if (place := read_place(item))]
        return cls(users, media, places)


def read_tweet(raw: dict[str, Any], includes: Includes, retrieved: str) -> Tweet | None:
    """The tweet in one JSON object, or None if it has no id or no text."""
    tweet_id, text = _id(raw, "id"), _text(raw, "text")
    if tweet_id is None or text is None:
        return None
    author = _dict(raw, "author")
    author_id = _id(raw, "author_id") or _id(author, "id")
    references = {str(item.get("type")): _id(item, "id") for item in _dicts(raw.get("referenced_tweets"))}
    counted = _dict(raw, "public_metrics")
    answered = _id(raw, "in_reply_to_user_id")
    geo = _dict(raw, "geo")
    return Tweet(
        id=tweet_id,
        text=text,
        time_ms=read_time(_text(raw, "created_at"), tweet_id),
        author_id=author_id,
        author_name=_text(author, "username") or includes.usernames.get(author_id or ""),
        conversation=_id(raw, "conversation_id"),
        retweet_of=references.get("retweeted"),
        retweet="retweeted" in references or RETWEET.match(text) is not None,
        reply_to=references.get("replied_to"),
        reply_to_id=answered,
        reply_to_name=_text(raw, "in_reply_to_screen_name") or includes.usernames.get(answered or ""),
        reply="replied_to" in references or answered is not None,
        lang=language(_text(raw, "lang")),
        source=_text(raw, "source"),
        event=_text(raw, "event"),
        place=place.id if (place := read_place(geo)) else None,
        metrics=tuple(count(counted.get(name)) for name in METRICS),
        media=_media(raw, includes),
        persons=_persons(raw, text),
        mentioned=[
            name for item in _dicts(_dict(raw, "entities").get("mentions")) if (name := _text(item, "username"))
        ],
        retrieved=retrieved,
    )


def read_time(created_at: str | None, tweet_id: str) -> int | None:
    """Milliseconds since 1970 UTC of a time stamp, else of a snowflake id, else None."""
    if created_at:
        for parse in (datetime.fromisoformat, _read_old):
            try:
                time = parse(created_at)
                # Some hours beyond the first or the last year there is none.
                time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
            except (ValueError, OverflowError):
                continue
            return int(time.timestamp() * 1000)
    if tweet_id.isdecimal() and len(tweet_id) <= 19 and FIRST_SNOWFLAKE < int(tweet_id) < 2**63:
        return (int(tweet_id) >> 22) + SNOWFLAKE_EPOCH_MS
    return None


def _read_old(text: str) -> datetime:
    """A time as v1.1 writes it."""
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")


def read_place(raw: Any) -> Place | None:
    """A place object, from `includes.places` or expanded in `geo`, or the bare point there; None if it is neither."""
    if not isinstance(raw, dict):
        return None
    place_id = _id(raw, "place_id") or _id(raw, "id")
    if place_id is None:
        point = _point(_dict(raw, "coordinates").get("coordinates"))
        return Place(f"point:{point}", centre=point) if point else None
    return Place(
        place_id,
        _text(raw, "country_code") or _text(raw, "country") or "",
        _text(raw, "place_type") or "",
        _text(raw, "full_name") or "",
        _centre(_dict(raw, "geo").get("bbox")),
    )


def _point(pair: Any) -> tuple[float, ...]:
    """Longitude and latitude of GeoJSON; empty if they are no such pair on Earth."""
    return _centre([*pair, *pair]) if isinstance(pair, list) and len(pair) == 2 else ()


def _centre(box: Any) -> tuple[float, ...]:
    """Longitude and latitude amid west, south, east and north; empty if it is no such box on Earth."""
    if not (isinstance(box, list) and len(box) == 4 and all(type(edge) in (int, float) for edge in box)):
        return ()
    longitude, latitude = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else ()


def photo_name(url: str) -> str | None:
    """The file name in a photo's URL, of `.../name.jpg`, `.../name.jpg:large` and `.../name?format=jpg&name=large`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    name = parts.path.rsplit("/", 1)[-1].split(":")[0]
    if "." not in name and "format" in (query := parse_qs(parts.query)):
        name = f"{name}.{query['format'][0]}"
    return name or None


def _persons(raw: dict[str, Any], text: str) -> list[str]:
    """Whom the API's annotations name, and as what where that is not what the text says.

    Places in texts are of little use: emoji and escapes move them. So they only count where a name is not in the text,
    and then as the whole words that they touch.
    """
    persons = list(annotated(raw))
    said = bare(fold(text)).casefold() if persons else ""
    for item in _dicts(_dict(raw, "entities").get("annotations")) if persons else []:
        start, end, name = item.get("start"), item.get("end"), item.get("normalized_text")
        if item.get("type") != "Person" or type(start) is not int or type(end) is not int or not isinstance(name, str):
            continue
        if bare(fold(name)).casefold() not in said:
            touched = [word for word in _WORD.finditer(text) if word.start() <= end and start < word.end()]
            persons += [text[touched[0].start() : touched[-1].end()]] if touched else []
    return persons


def _media(raw: dict[str, Any], includes: Includes) -> list[tuple[str, str | None]]:
    """Kind and, for photos, file name of everything attached, in the order of attachment."""
    attached = _dict(raw, "attachments")
    items = _dicts(raw.get("media")) or _dicts(attached.get("media"))
    keys = attached.get("media_keys")
    if not items and isinstance(keys, list):
        items = [includes.media[str(key)] for key in keys if str(key) in includes.media]
    found: list[tuple[str, str | None]] = []
    for item in items:
        kind, url = str(item.get("type")), _text(item, "url")
        found.append((kind, photo_name(url) if kind == "photo" and url else None))
    return found


def _dict(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(raw: dict[str, Any], key: str) -> str | None:
    value = raw.get(key)
    return value if isinstance(value, str) and value else None


def _id(raw: dict[str, Any], key: str) -> str | None:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None
