"""The real human labels, as the gate lets them through, and the baseline that needs no training."""

import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.baselines import vader
from floodmark.sentiment.human import decide, read_judged
from floodmark.sentiment.scorecard import Answers, judge
from floodmark.settings.evaluate_human import EvaluateHuman
from tests.real.test_tweets import SHARED, gate, section

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the real data is not here (../shared/data)")


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    root = tmp_path_factory.mktemp("judged")
    (root / "no tweets").mkdir()
    out = gate(root / "out", root / "no tweets", SHARED / "pennines/labels")
    classes = section("evaluate_human", EvaluateHuman).classes.by_label()
    return decide(read_judged(out / "human.parquet"), classes).texts


def test_every_label_is_of_a_text_that_is_judged_once(texts):
    assert 2700 < len(texts) <= 2763
    assert set(texts["label"]) == {"negative", "neutral", "positive"}
    assert texts["annotators"].max() <= 2


@pytest.mark.parametrize(("source", "known"), [("tweeteval", 0.80), ("weather", 0.72)])
def test_vader_scores_what_it_is_known_to_score(texts, source, known):
    """Positive against negative, to the two digits known of these two sets before this code was written."""
    chosen = texts.filter(pl.col("source").str.contains(source) & (pl.col("label") != "neutral"))
    truth = (chosen["label"] == "positive").cast(pl.Int64).to_numpy()
    answers = {"vader": Answers(vader(chosen["text"].to_list())[0])}
    found = judge(truth, answers, 10, np.random.default_rng(0), 500)["vader"].scores["balanced_accuracy"]
    assert found.value == pytest.approx(known, abs=0.01)
    assert found.low < found.value < found.high < found.low + 0.1
