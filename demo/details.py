"""What hangs on a tweet besides its words: links, places, annotations, and most of the planted personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo.chance import stream
from demo.private import TEXT_KINDS, email, person

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from demo.planted import Planted
    from demo.posts import Post

SHORT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
LINKED = 0.08
"""Share of the tweets without media that carry a link."""

NAMING = ("thanks to {}", "{} is stranded", "has anyone seen {}?", "we are with {} now")
"""How a text names somebody."""

SUBJECTS = (("Weather", "Flooding"), ("Place", "River"), ("Ongoing News Story", "Floods"), ("Transport", "Railway"))

ENTITY_DOMAIN = {"id": "10", "name": "Person", "description": "Named people in the world"}


def add_details(posts: list[Post], planted: Planted, exposed: int) -> None:
    """Complete the posts in place.

    Args:
        posts: All posts; personal data go into originals only.
        planted: Brings the values for the texts; every other value is noted there.
        exposed: How many posts get each kind of personal field.
    """
    originals = [post for post in posts if post.reference is None or post.reference[0] != "retweeted"]
    _plant_in_texts(originals, planted)
    _name_people(originals, planted)
    _add_links(posts, planted, exposed)
    rng = stream("subjects")
    for post in originals:
        if rng.random() < 0.06:
            domain, entity = rng.choice(SUBJECTS)
            post.extra["context_annotations"] = [
                {"domain": {"id": "123", "name": domain}, "entity": {"id": "456", "name": entity}}
            ]
    for kind, add in FIELDS.items():
        rng = stream("field", kind)
        for post in rng.sample(originals, exposed):
            add(rng, post, planted)
    for post in stream("ids").sample(originals, exposed * 2):
        planted.note("tweet_id", str(post.number))


def _plant_in_texts(originals: list[Post], planted: Planted) -> None:
    """Work every value of the text kinds into a post with room for it."""
    roomy = [post for post in originals if len(post.text) < 200]
    for kind, (_, carriers) in TEXT_KINDS.items():
        rng = stream("texts", kind)
        values = planted.listing()[kind]
        for value, post in zip(values, rng.sample(roomy, len(values)), strict=True):
            told = rng.choice(carriers).replace("{}", value)
            post.text = rng.choice((f"{post.text} {told}", f"{told} {post.text}", f"{post.text}, {told}."))


def _name_people(originals: list[Post], planted: Planted) -> None:
    """Name authors in other people's words; only the archive itself tells that these words are names."""
    names = planted.listing()["display_name"]
    rng = stream("names in texts")
    roomy = [post for post in originals if len(post.text) < 200]
    for name, post in zip(names, rng.sample(roomy, len(names)), strict=True):
        post.text += f" {rng.choice(NAMING).replace('{}', name)}"


def _add_links(posts: list[Post], planted: Planted, exposed: int) -> None:
    """Short links: to the tweet's own media, whose long form tells author and id, or to a page."""
    rng = stream("links")
    told = {
        post.number for post in stream("told links").sample([post for post in posts if post.media == "photo"], exposed)
    }
    for post in posts:
        retweet = post.reference is not None and post.reference[0] == "retweeted"
        if retweet or (post.media in ("none", "empty") and rng.random() >= LINKED):
            continue
        short = "https://t.co/" + "".join(rng.choices(SHORT, k=10))
        if post.media in ("none", "empty"):
            expanded = f"https://news.example.org/{post.flood.name}/{rng.randrange(1000)}"
        else:
            kind = "video" if post.media == "video" else "photo"
            expanded = f"https://twitter.com/{post.author.username}/status/{post.number}/{kind}/1"
            if post.number in told:
                planted.note("expanded_url", expanded)
                planted.note("short_url", short)
        post.links.append((short, expanded))
        post.text += f" {short}"


def _coordinates(rng: random.Random, post: Post, planted: Planted) -> None:
    point = [centre + rng.uniform(-0.08, 0.08) for centre in post.flood.centre]
    point = [float(f"{part:.7f}") for part in point]
    planted.note("coordinates", repr(point[0]))
    planted.note("coordinates", repr(point[1]))
    post.extra["coordinates"] = {"type": "Point", "coordinates": point}


def _source(rng: random.Random, post: Post, planted: Planted) -> None:
    post.extra["source"] = planted.note("source", f"{person(rng)}'s rain bot {rng.randrange(1000, 10000)}")


def _poll(rng: random.Random, post: Post, planted: Planted) -> None:
    post.extra["poll_ids"] = [planted.note("poll_id", str(rng.randrange(10**18, 2 * 10**18)))]


def _annotation(rng: random.Random, post: Post, planted: Planted) -> None:
    name = planted.note(
        "person_annotation", f"{person(rng)} {rng.choice(('Jr', 'OBE', 'MP', 'PhD'))} {rng.randrange(10, 99)}"
    )
    post.extra["annotations"] = [
        {"start": 0, "end": len(name), "probability": 0.91, "type": "Person", "normalized_text": name}
    ]


def _context(rng: random.Random, post: Post, planted: Planted) -> None:
    name = planted.note("context_annotation", f"Councillor {person(rng)} {rng.randrange(100, 1000)}")
    entity = {"id": str(rng.randrange(10**17, 10**18)), "name": name, "description": f"page of {name}"}
    post.extra["context_annotations"] = [{"domain": ENTITY_DOMAIN, "entity": entity}]


def _unknown(rng: random.Random, post: Post, planted: Planted) -> None:
    """A field that no documentation knows yet, with somebody's address deep inside it."""
    value = planted.note("unknown_field", f"reader-{rng.randrange(10**8, 10**9)}-{email(rng)}")
    nested: dict[str, Any] = {"version": 3, "readers": [{"seen": True, "contact": {"address": value}}]}
    post.extra[rng.choice(("audience_trace", "note_tweet", "edit_controls"))] = nested


FIELDS: dict[str, Callable[[random.Random, Post, Planted], None]] = {
    "coordinates": _coordinates,
    "source": _source,
    "poll": _poll,
    "annotation": _annotation,
    "context": _context,
    "unknown": _unknown,
}
