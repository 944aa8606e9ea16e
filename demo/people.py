"""The people's half of the dataset, from circles of friends to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.annotators import write_labels
from demo.archive import write_archive
from demo.circles import draw_circles
from demo.details import add_details
from demo.identities import Accounts, expose
from demo.photos import Photos, name_photos, write_photos
from demo.planted import Planted
from demo.tweet_json import make_records
from demo.writing import write_posts

if TYPE_CHECKING:
    from pathlib import Path

    from demo.posts import Post
    from demo.scenes import Scene
    from demo.sizes import Sizes


@dataclass(frozen=True)
class People:
    """What was made: for checks that want to know what was meant.

    Attributes:
        posts: Every tweet, by flood and time.
        scenes: What each photo shows.
        photos: The photos' file names.
        planted: All planted personal data.
    """

    posts: list[Post]
    scenes: list[Scene]
    photos: Photos
    planted: Planted


def write_people(folder: Path, sizes: Sizes) -> People:
    """Write `tweets/`, `media/` and `labels/` into a folder, the same bytes every time.

    Args:
        folder: Made if needed; the three folders in it must be new or empty.
        sizes: How much of everything.
    """
    for name in ("tweets", "media", "labels"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    circles, scenes = draw_circles(sizes)
    posts = write_posts(circles, scenes, Accounts(), sizes)
    planted = Planted(sizes.planted)
    authors = list({post.author.number: post.author for post in posts}.values())
    expose(authors, planted, sizes.planted * 3)
    add_details(posts, planted, sizes.planted)
    photos = name_photos(sizes.photos, planted, sizes.planted)
    records = make_records(posts, photos, planted, sizes.planted)
    write_archive(folder / "tweets", records, sizes.repeats)
    write_photos(folder / "media", scenes, photos, planted, sizes.planted)
    write_labels(folder / "labels" / "human.csv", posts, sizes)
    return People(posts, scenes, photos, planted)
