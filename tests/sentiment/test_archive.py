import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.sentiment.archive import events, judged_tweets, refuse_learnt
from floodmark.sentiment.human import read_judged
from tests.sentiment.test_labelling import judgement, post, run

TWEETS = pl.DataFrame(
    {
        "tweet": ["a", "b", "c", "d", "e"],
        "text_hash": ["h1", "h2", "h3", "h2", "h5"],
        "conversation": ["k", "k", None, "l", "m"],
        "event": ["north", "north", None, "south", "south"],
    }
)
SAID = {"label_row": pl.Int32, "tweet": pl.String, "text_hash": pl.String}


def said(*rows):
    return pl.DataFrame(rows, schema=SAID, orient="row")


def test_judgements_find_their_tweets_by_id_and_by_hash():
    found = judged_tweets(said((0, "d", "h2"), (1, None, "h1"), (2, "unknown", "h9"), (3, "c", "other")), TWEETS)
    assert found.select("label_row", "tweet").rows() == [(0, "d"), (0, "b"), (1, "a"), (3, "c")]


def test_the_event_is_that_of_the_tweet_before_that_of_its_copies():
    judgements = said((0, "d", "h2"), (1, None, "h2"), (2, "c", "h3"), (3, None, "h9"))
    assert events(judgements, TWEETS) == {0: "south", 1: "north"}


@pytest.mark.parametrize(
    ("judgements", "learnt"),
    [
        (said((0, "a", "x")), 2),  # itself, and b of its conversation
        (said((0, None, "h1")), 2),
        (said((0, None, "h2")), 3),  # b and d are its copies, a talks with b
        (said((0, "c", "x")), 1),
        (said((0, "nobody", "x")), 0),
    ],
)
def test_what_was_judged_and_learnt_is_refused_with_its_count(tmp_path, judgements, learnt):
    path = tmp_path / "labelled.parquet"
    TWEETS.select("tweet", split=pl.lit("train")).write_parquet(path)
    if learnt:
        with pytest.raises(UserError, match=rf"labelled\.parquet: {learnt} tweets that people judged.*dvc repro"):
            refuse_learnt(judgements, TWEETS, path)
    else:
        refuse_learnt(judgements, TWEETS, path)
    TWEETS.select("tweet", split=pl.lit(None, pl.String)).write_parquet(path)
    refuse_learnt(judgements, TWEETS, path)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_models_are_not_selected_on_what_people_judged_either(tmp_path, split):
    path = tmp_path / "labelled.parquet"
    TWEETS.select("tweet", split=pl.lit(split)).write_parquet(path)
    with pytest.raises(UserError):
        refuse_learnt(said((0, "a", "x")), TWEETS, path)


talks = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=25)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talks, st.sets(st.integers(0, 24)), st.sets(st.integers(0, 24)))
def test_labelling_lets_no_model_learn_what_people_judged(tmp_path, posts, by_id, by_text):
    """Whatever the conversations, copies and judgements, the splits that label_tweets makes pass."""
    rows = [
        post(f"t{n:02}", f"number {n} says {n * 7919} 😀", conversation=f"k{talk}", text_hash=f"h{n - n % 5 + copy}")
        for n, (talk, copy) in enumerate(posts)
    ]
    known = [n for n in sorted(by_id | by_text) if n < len(rows)]
    human = [
        judgement(
            row, tweet=f"t{n:02}" if n in by_id else None, text_hash=rows[n]["text_hash"] if n in by_text else "x"
        )
        for row, n in enumerate(known)
    ]
    _, _, paths = run(tmp_path / "labelled", rows, human)
    tweets = pl.read_parquet(paths[0])
    refuse_learnt(read_judged(paths[1]).judgements, tweets, paths[3])
    near = {rows[n]["conversation"] for n in by_id if n < len(rows)}
    hashes = {rows[n]["text_hash"] for n in known if n in by_text}
    near |= {row["conversation"] for row in rows if row["text_hash"] in hashes}
    used = pl.read_parquet(paths[3]).drop_nulls("split")["tweet"].to_list()
    assert near.isdisjoint(row["conversation"] for row in rows if row["tweet"] in used)
