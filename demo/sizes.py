"""How much of everything the generator makes: one dataclass, a full size and a tiny one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Counts of one dataset.

    Attributes:
        storms: Storms of the radar archive.
        tweets: Distinct tweet ids.
        emoji: Tweets whose emoji are of one class, retweets and copies not counted.
        emoji_photos: Those of them that carry a usable photo.
        plain_photos: Tweets with a usable photo and no class emoji.
        photos: Distinct usable photos.
        labelled: Tweets with at least one human label.
        agreed: Those of them that all three annotators labelled.
        strangers: Human labels of texts that are no tweet of the archive.
        retweets: Retweets, by accounts that write nothing else.
        copies: Near duplicates of a tweet by another author.
        repeats: Lines that repeat an id with a later version.
        missing: Tweets whose photo has no file.
        videos: Tweets with a video or an animated picture only.
        empty_media: Tweets with an empty list of media.
        planted: Values of each kind of planted personal data.
    """

    storms: int
    tweets: int
    emoji: int
    emoji_photos: int
    plain_photos: int
    photos: int
    labelled: int
    agreed: int
    strangers: int
    retweets: int
    copies: int
    repeats: int
    missing: int
    videos: int
    empty_media: int
    planted: int

    @property
    def originals(self) -> int:
        """Tweets that are neither retweets nor copies."""
        return self.tweets - self.retweets - self.copies


FULL = Sizes(
    storms=96,
    tweets=40000,
    emoji=13200,
    emoji_photos=2300,
    plain_photos=700,
    photos=600,
    labelled=2200,
    agreed=450,
    strangers=60,
    retweets=2600,
    copies=900,
    repeats=400,
    missing=240,
    videos=420,
    empty_media=400,
    planted=60,
)

TINY = Sizes(
    storms=8,
    tweets=1500,
    emoji=640,
    emoji_photos=165,
    plain_photos=30,
    photos=60,
    labelled=150,
    agreed=40,
    strangers=6,
    retweets=90,
    copies=40,
    repeats=15,
    missing=14,
    videos=20,
    empty_media=16,
    planted=6,
)

SIZES = {"full": FULL, "tiny": TINY}
