"""The three ablations end to end on a small study: every variant scored on the same rows, the same bytes twice."""

import csv

import pytest

from floodmark.errors import UserError
from floodmark.sentiment.ablations import errors, images, prompts
from floodmark.settings.ablate_errors import AblateErrors
from floodmark.settings.ablate_images import AblateImages
from floodmark.settings.ablate_prompts import AblatePrompts
from tests.sentiment.ablations.conftest import CLASSES

FEW = {"repetitions": 2, "resamples": 100, "least_rows": 5}


def table(path):
    return list(csv.DictReader(path.open(encoding="utf-8")))


def run_images(lent, params, dense, outputs):
    settings = params("ablate_images", AblateImages, **FEW)
    images.ablate_images(
        lent.world.sources, lent.world.judged, lent.world.clip, outputs, ("none", "0"), CLASSES, settings, dense, 1, 1
    )


def run_prompts(lent, params, dense, outputs, tmp_path):
    settings = params("ablate_prompts", AblatePrompts, **FEW, confidence=0, prompts=["happy or sad:", "a photo:"])
    prompts.ablate_prompts(
        lent.world.sources, lent.world.judged, lent.world.clip, tmp_path / "known", outputs, CLASSES, settings, 32,
        dense, 1, 1,
    )  # fmt: skip


def run_errors(lent, params, dense, outputs, recipe):
    settings = params("ablate_errors", AblateErrors, **FEW, confidence=0)
    inputs = errors.Inputs(lent.world, lent.tweets, lent.human, lent.vectors)
    work = outputs.scores.parent / "work"
    (work / "left by a killed run").mkdir(parents=True)
    errors.ablate_errors(inputs, outputs, work, CLASSES, settings, recipe, dense, lent.text, 1, 1)
    assert not work.exists()


def check(outputs, variants):
    """Every variant on every set; a difference is that of the two scores, inside its interval."""
    scores = {(row["variant"], row["confidence"], row["scored_on"]): row for row in table(outputs.scores)}
    sets = {key[2] for key in scores}
    assert {"emoji", "people"} <= sets
    assert set(scores) == {(*variant, name) for variant in variants for name in sets}
    for name in sets:
        assert len({row["n"] for key, row in scores.items() if key[2] == name}) == 1
    for row in table(outputs.effects):
        assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])
        first = scores[row["first"], row["confidence"], row["scored_on"]]
        seconds = [scores.get((row["second"], other, row["scored_on"])) for other in (row["confidence"], "none", "")]
        gaps = [float(first["balanced_accuracy"]) - float(one["balanced_accuracy"]) for one in seconds if one]
        assert any(gap == pytest.approx(float(row["difference"]), abs=2e-5) for gap in gaps)
    assert outputs.chart.read_text(encoding="utf-8").startswith("<svg")


def test_images(lent, params, dense, outputs):
    run_images(lent, params, dense, outputs)
    names = ("both", "text_only", "image_only", "grey", "shuffled")
    check(outputs, [(name, confidence) for name in names for confidence in ("none", "0")])
    effects = table(outputs.effects)
    assert {row["effect"] for row in effects} == {
        "images", "any image", "image content", "text beside images", "more tweets", "augmentation"
    }  # fmt: skip
    # With as many tweets as variants are compared on, more tweets and more images are told apart.
    tweets = {(row["variant"], row["confidence"]): row["training_tweets"] for row in table(outputs.scores)}
    assert len({tweets[name, "0"] for name in names}) == len({tweets[name, "none"] for name in names}) == 1
    assert int(tweets["both", "0"]) > int(tweets["both", "none"])
    before = {path: path.read_bytes() for path in outputs}
    run_images(lent, params, dense, outputs)
    assert {path: path.read_bytes() for path in outputs} == before


def test_prompts(lent, params, dense, outputs, tmp_path):
    run_prompts(lent, params, dense, outputs, tmp_path)
    names = ("text_only", "both", "senseless prompt", "happy or sad:", "a photo:")
    check(outputs, [(name, "0") for name in names])
    prompts = {"happy or sad:", "a photo:"}
    expected = {
        "photos, no prompt",
        "senseless prompt",
        *prompts,
        *(f"{one} over the senseless one" for one in prompts),
    }
    assert {row["effect"] for row in table(outputs.effects)} == expected
    assert len({row["training_tweets"] for row in table(outputs.scores)}) == 1


def test_errors(lent, params, dense, outputs, recipe):
    run_errors(lent, params, dense, outputs, recipe)
    flawed = (errors.SOUND, errors.EMOJI, errors.SOFTMAX, errors.PIXELS, errors.BATCHES, errors.ALL)
    check(outputs, [(name, confidence) for name in flawed for confidence in ("none", "0")] + [("transformer", "")])
    effects = {(row["effect"], row["confidence"], row["scored_on"]): row for row in table(outputs.effects)}
    for name in flawed:
        assert (f"{name}, over the transformer", "0", "emoji") in effects
        assert ((name, "0", "emoji") in effects) == (name != errors.SOUND)
    assert float(effects[errors.EMOJI, "0", "emoji"]["difference"]) != 0
    # What lends photos has no part where none are lent.
    for name in (errors.PIXELS, errors.BATCHES):
        unlent = effects[name, "none", "emoji, own photo"]
        assert float(unlent["difference"]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("which", ["images", "prompts", "errors"])
def test_nothing_to_learn_from_leaves_headers_and_says_so(
    nothing, params, dense, outputs, recipe, tmp_path, capsys, which
):
    if which == "images":
        run_images(nothing, params, dense, outputs)
    elif which == "prompts":
        run_prompts(nothing, params, dense, outputs, tmp_path)
    else:
        run_errors(nothing, params, dense, outputs, recipe)
    assert table(outputs.scores) == table(outputs.effects) == []
    assert outputs.scores.read_text().startswith("variant,confidence,")
    assert "no tweets of both classes to learn from" in capsys.readouterr().err


def test_a_confidence_at_which_nothing_is_drawn_is_refused_before_anything_is_done(
    lent, params, dense, outputs, recipe
):
    settings = params("ablate_errors", AblateErrors, **FEW, confidence=0.8)
    inputs = errors.Inputs(lent.world, lent.tweets, lent.human, lent.vectors)
    work = outputs.scores.parent / "work"
    with pytest.raises(UserError, match=r"ablate_errors.confidence = 0.8.*\(none, 0\)"):
        errors.ablate_errors(inputs, outputs, work, CLASSES, settings, recipe, dense, lent.text, 1, 1)
    assert not work.exists()
