import csv
import json
from collections import Counter, defaultdict

import pytest
from PIL import Image, UnidentifiedImageError

from demo import build, emoji
from demo.sizes import FULL, TINY
from tests.demo import reading


@pytest.mark.parametrize("size", ["tiny", pytest.param("full", marks=pytest.mark.slow)])
def test_counts_are_those_asked_for(size, request):
    made = request.getfixturevalue(size)
    sizes = {"tiny": TINY, "full": FULL}[size]
    found = reading.tweets(made.folder / "tweets")
    assert len(found) == sizes.tweets + sizes.repeats
    latest = {tweet["id"]: tweet for tweet in found}
    assert len(latest) == sizes.tweets
    posts = made.people.posts
    assert {str(post.number) for post in posts} == set(latest)
    originals = [post for post in posts if not post.reference or post.reference[0] != "retweeted"]
    assert sum(post.emoji_class != 0 for post in originals) >= sizes.emoji
    assert sum(post.emoji_class != 0 and post.media == "photo" for post in originals) == sizes.emoji_photos
    assert sum(post.reference is not None and post.reference[0] == "retweeted" for post in posts) == sizes.retweets
    assert len({post.author.number for post in posts}) > sizes.tweets / 5
    assert len({post.flood.name for post in posts}) == 6
    assert len({post.language for post in posts}) >= 5


def test_the_later_of_two_versions_is_the_corrected_one(full):
    versions = defaultdict(list)
    for tweet in reading.tweets(full.folder / "tweets"):
        versions[tweet["id"]].append(tweet)
    repeated = [found for found in versions.values() if len(found) > 1]
    assert len(repeated) == FULL.repeats
    texts = {str(post.number): post.text for post in full.people.posts}
    for earlier, later in repeated:
        assert later["text"] == texts[later["id"]]
        assert set(earlier["public_metrics"].values()) == {0}
    assert any(earlier["text"] != later["text"] for earlier, later in repeated)


def test_both_shapes_and_every_blemish_are_there(full):
    folder = full.folder / "tweets"
    paged = [path for path in folder.iterdir() if "data" in reading.objects(path)[0]]
    assert len(paged) == 3
    for path in paged:
        for page in reading.objects(path):
            users = {user["id"] for user in page["includes"]["users"]}
            assert {tweet["author_id"] for tweet in page["data"]} <= users
            assert page["meta"]["result_count"] == len(page["data"])
    flat = [item for path in folder.iterdir() if path not in paged for item in reading.objects(path)]
    assert all(item["author"]["id"] == item["author_id"] for item in flat)
    assert any(item.get("media") == [] for item in flat)
    kinds = Counter(media["type"] for item in flat for media in item.get("media", []))
    assert set(kinds) == {"photo", "video", "animated_gif"}
    lines = {path.name: reading.lines(path) for path in folder.iterdir()}
    assert sum(found[0].startswith("\N{BYTE ORDER MARK}") for found in lines.values()) == 1
    assert sum("" in found[:-1] for found in lines.values()) == 1
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(lines["val-torbida.jsonl.gz"][-1])


def test_conversations_and_photos_stay_among_friends(full):
    """Groups joined by author, thread, source or photo are small, so that a split can keep them whole."""
    parent: dict[str, str] = {}

    def root(key):
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for post in full.people.posts:
        keys = [f"tweet {post.number}", f"author {post.author.number}", f"thread {post.conversation}"]
        keys += [f"photo {post.photo}"] if post.photo is not None else []
        keys += [f"tweet {post.reference[1].number}"] if post.reference else []
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
    groups = Counter(root(f"tweet {post.number}") for post in full.people.posts)
    assert max(groups.values()) < 0.01 * FULL.tweets
    assert len(groups) > 2000


def test_emoji_contradict_their_author_now_and_then(full):
    given = [post for post in full.people.posts if post.emoji_class and post.meant]
    noise = sum(post.emoji_class != post.meant for post in given) / len(given)
    assert 0.07 < noise < 0.10
    share = sum(post.emoji_class > 0 for post in given) / len(given)
    assert 0.4 < share < 0.6
    for post in given[:2000]:
        if not (post.reference and post.reference[0] == "retweeted"):
            wanted = emoji.POSITIVE if post.emoji_class > 0 else emoji.NEGATIVE
            assert any(glyph in post.text for glyph in wanted), post.text


def test_photos_tell_what_their_tweets_mean(full):
    shown = [post for post in full.people.posts if post.photo is not None and post.meant]
    agree = [(post.meant > 0) == full.people.scenes[post.photo].good for post in shown]
    assert 0.85 < sum(agree) / len(agree) < 0.95


def test_files_of_the_photos(full):
    formats, broken = Counter(), []
    for path in sorted((full.folder / "media").iterdir()):
        try:
            with Image.open(path) as image:
                image.load()
                formats[image.format, image.mode] += 1
        except (UnidentifiedImageError, OSError):
            broken.append(path.name)
    assert formats["PNG", "RGBA"] == 1
    assert formats["JPEG", "CMYK"] == 1
    assert formats["JPEG", "RGB"] >= FULL.photos - 2
    assert sorted(broken) == sorted(full.people.photos.broken)
    assert any((full.folder / "media" / name).read_bytes().startswith(b"<html") for name in broken)
    contents = {path.read_bytes() for path in (full.folder / "media").iterdir()}
    assert len(contents) == FULL.photos + len(broken)


def test_annotators_disagree_as_people_do(full):
    with (full.folder / "labels" / "human.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    five = {"Slightly negative": "negative", "Slightly positive": "positive"}
    by_tweet = defaultdict(dict)
    for row in rows:
        by_tweet[row["id"]][row["annotator"]] = five.get(row["label"], row["label"].lower())
    strangers = by_tweet.pop("")
    assert strangers
    assert len(by_tweet) == FULL.labelled
    assert {row["annotator"] for row in rows} == {"simulated-1", "simulated-2", "simulated-3"}
    thrice = [list(labels.values()) for labels in by_tweet.values() if len(labels) == 3]
    assert len(thrice) == FULL.agreed
    pairs = [(a, b) for labels in thrice for at, a in enumerate(labels) for b in labels[at + 1 :]]
    assert 0.55 < sum(a == b for a, b in pairs) / len(pairs) < 0.85
    shares = Counter(row["label"].lower().removeprefix("slightly ") for row in rows)
    assert all(0.2 < shares[label] / len(rows) < 0.5 for label in ("negative", "neutral", "positive"))
    emoji_ids = {str(post.number) for post in full.people.posts if post.emoji_class}
    assert 0.2 < sum(number in emoji_ids for number in by_tweet) / len(by_tweet) < 0.6


def test_the_full_size_is_small_and_lists_what_it_hides(full):
    total = sum(path.stat().st_size for path in full.folder.rglob("*") if path.is_file())
    assert total < 7 * 2**20
    assert json.loads(build.PLANTED.read_text(encoding="utf-8")) == full.people.planted.listing()
    assert build.PLANTED.stat().st_size < 300 * 1024
