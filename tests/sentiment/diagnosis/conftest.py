import polars as pl
import pytest

from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.diagnosis.corpus import Inputs, read_corpus
from floodmark.sentiment.diagnosis.diagnose import Outputs, Params, diagnose
from floodmark.sentiment.diagnosis.learners import set_up
from floodmark.settings.diagnose_text import DiagnoseText
from floodmark.settings.evaluate_human import EvaluateHuman
from floodmark.settings.label_tweets import LabelTweets
from floodmark.settings.train_text import TrainText
from tests.sentiment.study import write_study
from tests.sentiment.test_training import small_text

NAMES = ("learning_curve.csv", "label_noise.csv", "domain.csv", "one_change.csv", "diagnosis.json", "curve.svg")
WITHOUT_EMOJI = {"negative": "cry 😢", "neutral": "see", "positive": "smile 😀"}


def write_inputs(root, **sizes):
    """A study whose judged texts keep an emoji as written, and an archive of the same tweets."""
    tweets = write_study(root, **sizes) / "tweets"
    human = pl.read_parquet(tweets / "human.parquet")
    texts = [f"{text} {WITHOUT_EMOJI[label].split()[-1]}" for text, label in human.select("text", "label").iter_rows()]
    human.with_columns(text=pl.Series(texts)).write_parquet(tweets / "human.parquet")
    archive = pl.read_parquet(tweets / "labelled.parquet").select(
        "tweet", text_hash=pl.col("tweet") + " raw", conversation=pl.lit(None, pl.String), event=pl.lit(None, pl.String)
    )
    archive.write_parquet(tweets / "tweets.parquet")
    names = ("human.parquet", "judged.parquet", "tweets.parquet", "labelled.parquet")
    return Inputs(*(tweets / name for name in names), root / "no vectors")


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    return write_inputs(tmp_path_factory.mktemp("diagnosed"), tweets=300, photos=0, judgements=240)


@pytest.fixture(scope="session")
def settings(params):
    """Sections that a diagnosis of a few texts takes seconds with."""

    def made(**changes):
        small = {"shares": [0.5], "curve_seeds": 2, "flipped": [0.4], "flipped_models": ["tfidf"], "seeds": 1,
                 "domain_models": ["tfidf", "lstm"], "folds": 2, "min_texts": 20, "changes": ["small", "vader_labels"],
                 "spare_tweets": 30}  # fmt: skip
        return Params(
            params("label_tweets", LabelTweets),
            params("train_text", TrainText, **small_text()),
            params("evaluate_human", EvaluateHuman, resamples=100),
            params("diagnose_text", DiagnoseText, **small | changes),
            1,
        )

    return made


@pytest.fixture(scope="session")
def corpus(inputs, settings):
    own = settings()
    return read_corpus(inputs, own.evaluate_human, own.label_tweets, 1000, 1)


@pytest.fixture(scope="session")
def desk(corpus, inputs, settings):
    everyone = read_tweets(inputs.labelled)["text"].to_list()
    return set_up(corpus, everyone, inputs.vectors, settings().train_text, False)


@pytest.fixture(scope="session")
def run(settings, tmp_path_factory):
    """Diagnose, and return the folder of the tables."""

    def diagnosed(inputs, **changes):
        out = tmp_path_factory.mktemp("results")
        diagnose(inputs, Outputs(*(out / name for name in NAMES)), settings(**changes), 1)
        return out

    return diagnosed
