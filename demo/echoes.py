"""What repeats the words of others: chain letters, copies and retweets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.chance import stream
from demo.posts import Clock, Post

if TYPE_CHECKING:
    from demo.identities import Accounts, User


def write_copies(posts: list[Post], accounts: Accounts, clock: Clock, count: int) -> list[Post]:
    """Near duplicates: chain letters by accounts that write nothing else, and posts that a friend sends once more."""
    rng = stream("copies")
    copies = []
    letters = [rng.choice(posts) for _ in range(3)]
    chained = count // 3
    for i in range(count):
        source = letters[i % 3] if i < chained else rng.choice(posts)
        author = accounts.make(source.flood)
        time = source.time + timedelta(minutes=rng.randrange(1, 2000))
        number = clock.number(rng, time)
        text = source.text + rng.choice(("", " !", " #share", " RT please", " via a friend", " ..."))
        copies.append(Post(number, time, author, source.flood, text, source.language, source.meant, source.emoji_class,
                           source.clarity, number, mentions=source.mentions))  # fmt: skip
    return copies


def write_retweets(posts: list[Post], accounts: Accounts, clock: Clock, count: int) -> list[Post]:
    """Retweets by accounts that only repeat; each stays with the friends of one author."""
    rng = stream("retweets")
    amplifiers: dict[int, User] = {}
    retweets = []
    sources = [post for post in posts if post.reference is None or post.reference[0] != "replied_to"]
    for source in rng.choices(sources, k=count):
        if source.author.number not in amplifiers:
            amplifiers[source.author.number] = accounts.make(source.flood)
        author = amplifiers[source.author.number]
        time = source.time + timedelta(minutes=rng.randrange(1, 900))
        number = clock.number(rng, time)
        text = f"RT @{source.author.username}: {source.text}"
        if len(text) > 140 and rng.random() < 0.5:
            text = text[:139] + "…"
        retweet = Post(number, time, author, source.flood, text, source.language, source.meant, source.emoji_class,
                       source.clarity, number)  # fmt: skip
        retweet.reference, retweet.mentions = ("retweeted", source), [source.author, *source.mentions]
        retweets.append(retweet)
    return retweets
