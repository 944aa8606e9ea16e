"""No mark that decided a class is in any text that any model sees, whichever way the text takes."""

from pathlib import Path

import polars as pl
import pytest
from ruamel.yaml import YAML

from floodmark.learning.torchvision_shim import fit_torchvision
from floodmark.sentiment import corpus, topics
from floodmark.sentiment.embeddings import embed
from floodmark.sentiment.emoji import LabelEmoji
from floodmark.sentiment.labelling import label
from floodmark.settings.embed import Embed
from floodmark.settings.find_topics import FindTopics
from floodmark.settings.label_tweets import LabelTweets
from floodmark.tweets import schema
from tests.sentiment.test_labelling import judgement, manifest, post, table

RAW = {"outputs/tweets/tweets.parquet", "outputs/tweets/human.parquet"}
ALLOWED = {
    "ingest_media": {"outputs/tweets/tweets.parquet"},  # for the names of photos
    "label_tweets": RAW,
    "evaluate_human": RAW,  # for VADER on the texts as written, a row of its own, and for hashes and events
}
DRESSES = (
    "{}",
    "{}\ufe0f",
    "{}\ufe0e",
    "{}🏽",
    "{}{}",
    "x{}x",
    "{}\u200d🔥",
    "👩\u200d{}\u200d👨",
    "{}\u20e0",
    ":){}:(",
)


@pytest.fixture(scope="module")
def decorated(tmp_path_factory, params):
    """Tweets and judgements with every glyph of the params in every dress, labelled; the marks among them."""
    settings = params("label_tweets", LabelTweets, emoticons=True)
    marks = LabelEmoji.of(settings)
    glyphs = sorted(marks.positive | marks.negative)
    texts = [
        f"flood number{n * 97} word{n} then word{n * 31} {dress.format(*[glyph] * 2)} and the end word{n * 7} :-) :("
        for n, (glyph, dress) in enumerate((glyph, dress) for glyph in glyphs for dress in DRESSES)
    ]
    root = tmp_path_factory.mktemp("marks")
    posts = [post(f"t{n:05}", text) for n, text in enumerate(texts)]
    table(schema.TWEETS, posts, "tweet").write_parquet(root / "tweets.parquet")
    judged = [judgement(n, text=text + " judged") for n, text in enumerate(texts[::50])]
    table(schema.HUMAN, judged, "label_row").write_parquet(root / "human.parquet")
    manifest([]).write_parquet(root / "manifest.parquet")
    inputs = tuple(root / f"{name}.parquet" for name in ("tweets", "human", "manifest"))
    label(inputs, (root / "labelled.parquet", root / "judged.parquet", root / "labels.json"), settings, 1)
    return root, marks, glyphs


def spotless(texts, marks, glyphs):
    assert len(texts) > 0
    for text in texts:
        assert marks.count(text) == (0, 0)
        assert not any(glyph in text for glyph in glyphs)
        assert ":-)" not in text


@pytest.mark.parametrize("name", ["labelled", "judged"])
def test_no_table_of_texts_holds_a_mark(decorated, name):
    root, marks, glyphs = decorated
    table = pl.read_parquet(root / f"{name}.parquet")
    spotless(table["text"].to_list(), marks, glyphs)
    if name == "labelled":
        assert len(table) == len(glyphs) * len(DRESSES)
        # Texts of every fate are clean, not only those that a classifier learns from.
        assert {"labelled", "tie", "human"} <= set(table["fate"])


def test_clip_is_shown_no_mark(decorated, study, tmp_path, monkeypatch, params):
    fit_torchvision()
    import open_clip

    root, marks, glyphs = decorated
    shown = []
    real = open_clip.get_tokenizer

    def tokenizer_of(*arguments, **options):
        tokenize = real(*arguments, **options)
        return lambda texts, *more, **others: shown.extend(texts) or tokenize(texts, *more, **others)

    monkeypatch.setattr(open_clip, "get_tokenizer", tokenizer_of)
    settings = params("embed", Embed)
    tables = (root / "labelled.parquet", root / "judged.parquet")
    embed(*tables, study / "media", study / "clip", tmp_path, settings, tmp_path / "known")
    shown = set(shown) - {*settings.negative_prompts, *settings.positive_prompts}
    spotless(shown, marks, glyphs)
    labelled = pl.read_parquet(root / "labelled.parquet").filter(pl.col("label").is_not_null())
    assert set(labelled["text"]) | set(pl.read_parquet(root / "judged.parquet")["text"]) == shown


def test_topics_read_no_mark(decorated, tmp_path, monkeypatch, params):
    root, marks, glyphs = decorated
    read = []
    real = corpus.tokens
    monkeypatch.setattr(corpus, "tokens", lambda text: read.append(text) or real(text))
    settings = params("find_topics", FindTopics, count=2, candidate_counts=[2], min_tweets=5, iterations=1)
    topics.find_topics(root / "labelled.parquet", tmp_path, settings, 1)
    spotless(read, marks, glyphs)


def test_no_stage_that_feeds_a_model_reads_the_texts_as_written():
    stages = YAML(typ="safe").load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    reads = {name: RAW & set(stage["deps"]) for name, stage in stages.items()}
    assert {name: deps for name, deps in reads.items() if deps} == ALLOWED
