import json
from collections import Counter

import polars as pl
import pytest

from floodmark.sentiment.labelling import label
from floodmark.settings.label_tweets import LabelTweets
from floodmark.tweets import schema

SETTINGS = LabelTweets(
    positive="😀 ❤️ 👍",
    negative="😭 💔",
    emoticons=False,
    min_margin=1,
    duplicate_jaccard=0.6,
    duplicate_words=6,
    validation_share=0.25,
    test_share=0.25,
    max_group_share=1.0,
    balance=False,
)
PLAIN = {"mentions": [], "photos": [], "media_kinds": [], "reply": False, "retweet": False, "lang": "en"}


def post(name, text, **fields):
    blank = dict.fromkeys(schema.TWEETS)
    return {**blank, **PLAIN, "tweet": name, "text": text, "text_hash": f"hash of {name}", **fields}


def judgement(row, **fields):
    return {
        **dict.fromkeys(schema.HUMAN),
        "label_row": row,
        "text": "wet",
        "text_hash": f"h{row}",
        "label": "neutral",
        **fields,
    }


def table(columns, rows, key):
    """Rows as a table that left the gate, sorted."""
    types = {name: column.type for name, column in columns.items()}
    return pl.DataFrame([[row[name] for name in types] for row in rows], schema=types, orient="row").sort(key)


def manifest(photos):
    """Rows of tweet, photo, status and, where it has others beside it, the group of those that look alike."""
    columns = dict.fromkeys(("tweet", "photo", "status", "group"), pl.String)
    rows = [(*row, row[1]) if len(row) < len(columns) else row for row in photos]
    return pl.DataFrame(rows, schema=columns, orient="row")


def run(folder, posts, human=(), photos=(), settings=SETTINGS, seed=1):
    folder.mkdir(exist_ok=True)
    paths = [folder / name for name in ("tweets", "human", "manifest", "labelled", "judged", "labels.json")]
    table(schema.TWEETS, posts, "tweet").write_parquet(paths[0])
    table(schema.HUMAN, human, "label_row").write_parquet(paths[1])
    manifest(photos).write_parquet(paths[2])
    label(tuple(paths[:3]), tuple(paths[3:]), settings, seed)
    labelled = pl.read_parquet(paths[3])
    return {row["tweet"]: row for row in labelled.iter_rows(named=True)}, json.loads(paths[5].read_text()), paths


def adds_up(metrics, rows):
    """Every tweet is in exactly one row of the metrics, and they agree with the table."""
    assert sum(metrics["not_labelled"].values()) + metrics["labelled"] == metrics["tweets"] == len(rows)
    assert sum(metrics["by_class"].values()) == metrics["labelled"]
    assert sum(split["tweets"] for split in metrics["by_split"].values()) == metrics["labelled"]
    assert sum(split["positive"] for split in metrics["by_split"].values()) == metrics["by_class"]["positive"]
    found = Counter(row["fate"].replace(" ", "_") for row in rows.values())
    assert found.pop("labelled", 0) == metrics["labelled"]
    assert found == {fate: count for fate, count in metrics["not_labelled"].items() if count}
    for row in rows.values():
        assert (row["fate"] == "labelled") == (row["label"] is not None) == (row["split"] is not None)


def fates(rows):
    return {name: row["fate"] for name, row in rows.items()}


def test_emoji_decide_the_class_and_leave_the_text(tmp_path):
    rows, metrics, _ = run(
        tmp_path,
        [
            post("a", "dry again 😀👍🏽"),
            post("b", "flooded 😭 with love ❤️ 💔"),
            post("c", "both 😀😭 ways"),
            post("d", "no feelings"),
            post("e", "😀 <url>"),
        ],
    )
    assert [rows[name]["label"] for name in "abcde"] == [1, 0, None, None, None]
    assert [rows[name]["margin"] for name in "abcde"] == [2, 1, 0, 0, 1]
    assert fates(rows) == {"a": "labelled", "b": "labelled", "c": "tie", "d": "no emoji", "e": "no words"}
    assert [rows[name]["text"] for name in "abce"] == ["dry again", "flooded with love", "both ways", "<url>"]
    assert metrics["with_emoji"] == 4
    adds_up(metrics, rows)
    assert metrics["by_class"] == {"negative": 1, "positive": 1}


def test_a_wider_margin_leaves_more_without_a_class(tmp_path):
    posts = [post("a", "dry 😀"), post("b", "very dry 😀😀")]
    rows, _, _ = run(tmp_path, posts, settings=SETTINGS.model_copy(update={"min_margin": 2}))
    assert fates(rows) == {"a": "tie", "b": "labelled"}


def test_of_duplicates_one_is_used_and_it_is_no_retweet(tmp_path):
    news = "two bridges over the river closed after the wall gave way"
    rows, metrics, _ = run(
        tmp_path,
        [
            post("a", f"RT <user>: {news} 😭", retweet=True),
            post("b", f"{news} 💔 <url>"),
            post("c", f"{news} today 😭"),
            post("d", f"RT <user>: other words 😭 of {news}", retweet=True, retweet_of="b"),
            post("e", "a town stays dry 😀"),
        ],
        photos=[("c", "p1", "usable"), ("b", "p2", "corrupt")],
    )
    assert fates(rows) == {"a": "duplicate", "b": "duplicate", "c": "labelled", "d": "duplicate", "e": "labelled"}
    assert len({rows[name]["group"] for name in "abcd"}) == 1
    assert metrics["not_labelled"]["duplicate"] == 3
    assert (rows["c"]["photo"], rows["b"]["photo"]) == ("p1", None)


def test_what_people_judged_is_never_trained_on(tmp_path):
    posts = [
        post("a", "judged by id 😀", conversation="k"),
        post("b", "in its conversation 😭", conversation="k"),
        post("c", "judged by text 😀", text_hash="shared"),
        post("d", "a copy of the judged words 😀"),
        post("e", "has nothing to do with it 😀"),
    ]
    human = [
        judgement(0, tweet="a", text="judged by id 😀"),
        judgement(1, text_hash="shared", text="judged by text 😀"),
        judgement(2, text="copy of a, the judged words! 💔"),
    ]
    rows, metrics, paths = run(tmp_path, posts, human)
    assert fates(rows) == {**dict.fromkeys("abcd", "human"), "e": "labelled"}
    assert {name for name, row in rows.items() if row["human"]} == {"a", "c"}
    assert metrics["human_tweets"] == 2
    judged = pl.read_parquet(paths[4])
    assert judged["text"].to_list() == ["judged by id", "judged by text", "copy of a, the judged words!"]
    assert judged.drop("text").equals(pl.read_parquet(paths[1]).drop("text"))


NEWS = "two bridges over the river closed after the wall gave way at noon"


@pytest.mark.parametrize(
    "said",
    [
        f"breaking: {NEWS} #flood",
        NEWS.replace("noon", "one"),
        f"RT <user>: {' '.join(NEWS.split()[:7])}…",
        f"look RT <user>: {NEWS}",
    ],
)
def test_near_duplicates_of_judged_texts_and_their_conversations_leave(tmp_path, said):
    posts = [
        post("a", f"{said} 😭", conversation="k"),
        post("b", "an answer to that 😀", conversation="k"),
        post("c", "somewhere else it is dry 😀", conversation="l"),
    ]
    rows, metrics, _ = run(tmp_path, posts, [judgement(0, text=f"{NEWS} 💔")])
    assert fates(rows) == {"a": "human", "b": "human", "c": "labelled"}
    assert metrics["human_tweets"] == 0
    adds_up(metrics, rows)


def test_a_judged_tweet_need_not_be_in_the_archive(tmp_path):
    posts = [
        post("a", "an answer to it 😀", conversation="gone"),
        post("b", "RT <user>: whatever it said 😭", retweet_of="gone", retweet=True),
        post("c", "it is dry 😀"),
    ]
    rows, _, _ = run(tmp_path, posts, [judgement(0, tweet="gone", text="quite other words")])
    assert fates(rows) == {"a": "human", "b": "human", "c": "labelled"}


def test_near_duplicates_share_a_group_and_no_two_are_used(tmp_path):
    letters = [f"{NEWS} {end} 😭" for end in ("please share", "via a friend", "oh no", "!!", "#flood")]
    posts = [post(f"n{n}", text) for n, text in enumerate(letters)]
    posts += [post(f"t{n}", f"word{n} again 😀") for n in range(20)]
    rows, metrics, _ = run(tmp_path, posts)
    of_news = [row for name, row in rows.items() if name.startswith("n")]
    assert Counter(row["fate"] for row in of_news) == {"labelled": 1, "duplicate": 4}
    assert len({row["group"] for row in of_news}) == 1
    adds_up(metrics, rows)


def test_a_balanced_set_has_as_many_of_either_class_in_every_split(tmp_path, many):
    posts, photos = many
    settings = SETTINGS.model_copy(update={"max_group_share": 0.05})
    plain, before, _ = run(tmp_path / "plain", posts, photos=photos, settings=settings)
    balanced = settings.model_copy(update={"balance": True})
    rows, metrics, paths = run(tmp_path / "one", posts, photos=photos, settings=balanced)
    for split, counts in metrics["by_split"].items():
        was = before["by_split"][split]
        assert counts["tweets"] == 2 * counts["positive"] == 2 * min(was["positive"], was["tweets"] - was["positive"])
    assert metrics["not_labelled"]["balanced_away"] == before["labelled"] - metrics["labelled"] > 0
    # Nobody changes sides: what stays keeps its split, and what leaves was of the larger class there.
    for name, row in rows.items():
        assert row["fate"] in (plain[name]["fate"], "balanced away")
        assert row["split"] in (plain[name]["split"], None)
        assert row["fate"] != "balanced away" or plain[name]["label"] == 1
    adds_up(metrics, rows)
    adds_up(before, plain)
    again = run(tmp_path / "two", posts, photos=photos, settings=balanced)[2]
    assert [path.read_bytes() for path in paths[3:]] == [path.read_bytes() for path in again[3:]]


def test_another_seed_drops_others(tmp_path):
    posts = [post(f"t{n:03}", f"word{n} again {'😀' if n % 4 else '😭'}") for n in range(200)]
    settings = SETTINGS.model_copy(update={"balance": True})
    one, other = (run(tmp_path / str(seed), posts, settings=settings, seed=seed)[0] for seed in (1, 2))
    assert fates(one) != fates(other)
    assert Counter(fates(one).values()) == Counter(fates(other).values()) == {"labelled": 100, "balanced away": 100}


def test_a_split_of_one_class_is_balanced_to_nothing(tmp_path):
    settings = SETTINGS.model_copy(update={"balance": True})
    rows, metrics, _ = run(tmp_path, [post("a", "dry 😀"), post("b", "very dry 😀")], settings=settings)
    assert set(fates(rows).values()) == {"balanced away"}
    adds_up(metrics, rows)


def test_emoticons_are_marks_only_where_asked_for(tmp_path):
    posts = [
        post("a", "dry again :-)"),
        post("b", "flooded :( at 8:30"),
        post("c", "dry 😀 :)"),
        post("d", "tie :) :("),
    ]
    human = [judgement(0, text="wet :( <url>")]
    rows, metrics, paths = run(tmp_path / "off", posts, human)
    assert fates(rows) == {"a": "no emoji", "b": "no emoji", "c": "labelled", "d": "no emoji"}
    assert rows["c"]["text"] == "dry :)"
    assert pl.read_parquet(paths[4])["text"].to_list() == ["wet :( <url>"]
    adds_up(metrics, rows)
    settings = SETTINGS.model_copy(update={"emoticons": True})
    rows, metrics, paths = run(tmp_path / "on", posts, human, settings=settings)
    assert [rows[name]["label"] for name in "abcd"] == [1, 0, 1, None]
    assert [rows[name]["text"] for name in "abcd"] == ["dry again", "flooded at 8:30", "dry", "tie"]
    assert pl.read_parquet(paths[4])["text"].to_list() == ["wet <url>"]
    adds_up(metrics, rows)


@pytest.fixture
def many():
    """Six hundred tweets tangled by authors, conversations and photos, some without."""
    posts, photos = [], []
    for n in range(600):
        posts.append(
            post(
                f"t{n:03}",
                f"tweet number {n} says {n * 7919 % 1000} {'😀' if n % 3 else '😭'}",
                author=f"a{n % 211}" if n % 4 else None,
                conversation=f"c{n // 2 % 233}",
            )
        )
        if n % 5 == 0:
            photos.append((f"t{n:03}", f"p{n % 41}", "usable", f"p{n % 41 // 3}"))
    return posts, photos


@pytest.mark.parametrize("share", [1.0, 0.05])
def test_splits_share_no_author_conversation_photo_like_another_or_group(tmp_path, many, share):
    posts, photos = many
    settings = SETTINGS.model_copy(update={"max_group_share": share})
    rows, metrics, paths = run(tmp_path, posts, photos=photos, settings=settings)
    labelled = (
        pl.read_parquet(paths[3])
        .join(pl.read_parquet(paths[0]).select("tweet", "author", "conversation"), on="tweet")
        .join(pl.read_parquet(paths[2]).select("tweet", alike="group"), on="tweet", how="left")
    )
    used = labelled.filter(pl.col("split").is_not_null())
    assert (labelled["label"].is_not_null() == labelled["split"].is_not_null()).all()
    for relation in ("alike", "photo", "conversation", "author", "group"):
        spread = used.drop_nulls(relation).group_by(relation).agg(pl.col("split").n_unique())
        assert spread["split"].max() == 1
    # Here nearly all hangs together: uncut it is in one split; cut, there are tweets in all of them.
    if share == 1.0:
        assert metrics["largest_group"] > 500
        assert metrics["not_labelled"]["linked"] == 0
    else:
        assert metrics["not_labelled"]["linked"] > 0
        assert set(used["split"]) == {"train", "validation", "test"}
    adds_up(metrics, rows)


def test_the_same_tweets_in_another_order_get_the_same_table(tmp_path, many):
    posts, photos = many
    one = run(tmp_path / "a", posts, photos=photos)[2]
    other = run(tmp_path / "b", posts[::-1], photos=photos[::-1])[2]
    assert [path.read_bytes() for path in one[3:]] == [path.read_bytes() for path in other[3:]]


def test_shares_hold_where_nothing_hangs_together(tmp_path):
    posts = [post(f"t{n:03}", f"word{n} again {'😀' if n % 4 else '😭'}") for n in range(400)]
    _, metrics, _ = run(tmp_path, posts)
    assert [metrics["by_split"][name]["tweets"] for name in ("train", "validation", "test")] == [200, 100, 100]
    assert [metrics["by_split"][name]["positive"] for name in ("train", "validation", "test")] == [150, 75, 75]


def test_unlabelled_tweets_take_the_group_of_their_photo(tmp_path):
    rows, _, _ = run(
        tmp_path,
        [post("a", "dry 😀"), post("b", "just looking"), post("c", "elsewhere")],
        photos=[("a", "p", "usable"), ("b", "p", "usable"), ("c", "q", "usable")],
    )
    assert rows["b"]["group"] == rows["a"]["group"] != rows["c"]["group"] == "c"
    assert (rows["b"]["label"], rows["b"]["split"]) == (None, None)


@pytest.mark.parametrize("posts", [[], [post("a", "no emoji at all")]])
def test_nothing_to_label_is_no_trouble(tmp_path, posts):
    rows, metrics, _ = run(tmp_path, posts)
    assert metrics["labelled"] == 0
    assert len(rows) == len(posts)


def test_an_answer_to_an_answer_leaves_with_the_judged_first_tweet(tmp_path):
    # As archives of v1.1 tell it: each answer knows what it answers.
    posts = [
        post("a", "wet"),
        post("b", "so \U0001f600 wet here", conversation="a"),
        post("c", "and \U0001f600 wet there", conversation="b"),
        post("d", "quite \U0001f600 another thing"),
    ]
    rows, _, _ = run(tmp_path, posts, [judgement(0, tweet="a")])
    assert [rows[name]["fate"] for name in "bcd"] == ["human", "human", "labelled"]
