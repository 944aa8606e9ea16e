import numpy as np
import pytest

from floodmark.sentiment.embeddings import Embeddings, read_embeddings
from floodmark.sentiment.zero_shot import zero_shot

UNIT = np.eye(3, dtype=np.float16)


def prompts(*rows, scale=10.0):
    return Embeddings([name for name, _ in rows], np.stack([UNIT[axis] for _, axis in rows]), scale)


def test_a_text_is_of_the_class_whose_prompts_are_nearer():
    found = zero_shot(UNIT[:2], prompts(("negative", 0), ("positive", 1)))
    np.testing.assert_allclose(found, [1 / (1 + np.exp(10)), 1 / (1 + np.exp(-10))])


def test_a_text_between_both_is_undecided():
    assert zero_shot(UNIT[2:], prompts(("negative", 0), ("positive", 1))) == pytest.approx(0.5)


def test_several_prompts_count_as_their_mean_and_in_no_order():
    several = prompts(("positive", 1), ("negative", 0), ("positive", 2))
    expected = 1 / (1 + np.exp(-10 / np.sqrt(2)))
    np.testing.assert_allclose(zero_shot(UNIT[1:], several), expected, rtol=1e-6)
    moved = Embeddings(several.ids[::-1], several.vectors[::-1], several.logit_scale)
    assert (zero_shot(UNIT, several) == zero_shot(UNIT, moved)).all()


def test_prompts_are_embedded_with_the_classes_they_stand_for(study, small_blocks):
    found = read_embeddings(study / "embeddings", "prompts")
    assert found.ids == ["negative"] * len(small_blocks.negative_prompts) + ["positive"] * len(
        small_blocks.positive_prompts
    )
    human = read_embeddings(study / "embeddings", "human")
    assert ((zero_shot(human.vectors, found) > 0) & (zero_shot(human.vectors, found) < 1)).all()
