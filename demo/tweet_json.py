"""Posts as the objects of Twitter's API v2: tweets, media, places."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo.chance import stream
from demo.photos import media_name

if TYPE_CHECKING:
    import random

    from demo.events import Flood
    from demo.photos import Photos
    from demo.planted import Planted
    from demo.posts import Post

Json = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One tweet ready to be written in either shape.

    Attributes:
        post: Where it comes from.
        tweet: The tweet object, without media and author.
        media: Its media objects; None where the tweet has no such list.
        place: Its place, if it names one.
    """

    post: Post
    tweet: Json
    media: list[Json] | None
    place: Json | None


def make_records(posts: list[Post], photos: Photos, planted: Planted, exposed: int) -> list[Record]:
    """One record for each post, in their order; the media keys and addresses of some photos are noted."""
    told = Counter((post.reference[0], post.reference[1].number) for post in posts if post.reference)
    rng = stream("tweet objects")
    photographed = [post for post in posts if post.media in ("photo", "missing")]
    attached = _Media(photos, planted, {post.number for post in stream("told media").sample(photographed, exposed)})
    records = []
    for post in posts:
        place = _place(rng, post.flood) if rng.random() < 0.05 else None
        tweet: Json = {
            "id": str(post.number),
            "text": post.text,
            "created_at": post.time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "author_id": str(post.author.number),
            "conversation_id": str(post.conversation),
            "event": post.flood.name,
            "lang": post.language,
            "source": post.extra.get("source", post.author.source),
            "public_metrics": {
                "retweet_count": told[("retweeted", post.number)],
                "reply_count": told[("replied_to", post.number)],
                "like_count": int(rng.paretovariate(1.1)) - 1,
                "quote_count": told[("quoted", post.number)],
            },
        }
        if post.reference:
            kind, source = post.reference
            tweet["referenced_tweets"] = [{"type": kind, "id": str(source.number)}]
            if kind == "replied_to":
                tweet["in_reply_to_user_id"] = str(source.author.number)
        if entities := _entities(post):
            tweet["entities"] = entities
        if place or "coordinates" in post.extra:
            tweet["geo"] = {"place_id": place["id"]} if place else {}
            if "coordinates" in post.extra:
                tweet["geo"]["coordinates"] = post.extra["coordinates"]
        if "poll_ids" in post.extra:
            tweet["attachments"] = {"poll_ids": post.extra["poll_ids"]}
        known = ("source", "coordinates", "annotations", "poll_ids")
        tweet |= {key: value for key, value in post.extra.items() if key not in known}
        records.append(Record(post, tweet, attached.of(rng, post), place))
    return records


def _entities(post: Post) -> Json:
    """Where mentions and links stand in the text; retweets leave it to the tweet they repeat."""
    entities: Json = {}
    if post.links:
        entities["urls"] = [
            {"start": (at := post.text.index(short)), "end": at + len(short), "url": short, "expanded_url": expanded}
            for short, expanded in post.links
        ]
    if post.mentions and not (post.reference and post.reference[0] == "retweeted"):
        entities["mentions"] = [{"username": user.username, "id": str(user.number)} for user in post.mentions]
    if "annotations" in post.extra:
        entities["annotations"] = post.extra["annotations"]
    return entities


def _place(rng: random.Random, flood: Flood) -> Json:
    """A town of the flood, with a box around it."""
    at = rng.randrange(len(flood.towns))
    west, south = (centre + 0.04 * at - 0.02 for centre in flood.centre)
    return {
        "id": f"{abs(hash_of(flood.name, at)):016x}",
        "full_name": f"{flood.towns[at]}, {flood.country[0]}",
        "name": flood.towns[at],
        "country": flood.country[0],
        "country_code": flood.country[1],
        "place_type": "city" if at == 0 else "neighborhood",
        "geo": {
            "type": "Feature",
            "bbox": [round(edge, 3) for edge in (west, south, west + 0.04, south + 0.04)],
            "properties": {},
        },
    }


def hash_of(*parts: str | int) -> int:
    """A number of 60 bits that stands for the parts in every run."""
    return stream("identifier", *parts).getrandbits(60)


class _Media:
    """Makes media objects, each photo with a key and an address of its own."""

    def __init__(self, photos: Photos, planted: Planted, told: set[int]) -> None:
        self._photos = photos
        self._planted = planted
        self._told = told
        self._broken = list(photos.broken) * 2

    def of(self, rng: random.Random, post: Post) -> list[Json] | None:
        """The media of a post, None where it has no list of them."""
        if post.media == "none":
            return None
        if post.media == "empty":
            return []
        if post.media == "video":
            kind = "animated_gif" if rng.random() < 0.3 else "video"
            preview = f"https://pbs.twimg.com/tweet_video_thumb/{media_name(rng)}.jpg"
            return [{"media_key": f"16_{post.number + 5}", "type": kind, "preview_image_url": preview}]
        if post.media == "missing":
            return [self._photo(post, 0, self._broken.pop() if self._broken else media_name(rng) + ".jpg")]
        names = self._photos.names[post.photo or 0]
        media = [self._photo(post, 0, rng.choice(names))]
        if rng.random() < 0.04:
            # A second photo that was never fetched; it may stand before the one that was.
            media.insert(rng.randrange(2), self._photo(post, 1, media_name(rng) + ".jpg"))
        return media

    def _photo(self, post: Post, at: int, name: str) -> Json:
        key, url = f"3_{post.number + 3 + at}", f"https://pbs.twimg.com/media/{name}"
        if post.number in self._told:
            self._planted.note("media_key", key)
            self._planted.note("media_url", url)
        return {"media_key": key, "type": "photo", "url": url, "width": 1200, "height": 1200}
