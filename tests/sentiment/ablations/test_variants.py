import numpy as np
import pytest
import torch
from PIL import Image

from floodmark.sentiment.ablations.held_out import judged_texts
from floodmark.sentiment.ablations.material import read_material
from floodmark.sentiment.ablations.variants import VARIANTS, grey_vector, varied
from floodmark.sentiment.clip import load_folder
from tests.sentiment.ablations.conftest import CLASSES

SPLITS = ("training", "validation", "test")


@pytest.fixture(scope="module")
def material(lent):
    return read_material(lent.world.sources, "0", judged_texts(lent.world.judged, CLASSES))[1]


@pytest.fixture(scope="module")
def grey(study):
    return grey_vector(study / "clip")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_has_the_same_rows_and_labels(material, grey, variant):
    other = varied(material, variant, grey, 1)
    for split in SPLITS:
        before, after = getattr(material, split), getattr(other, split)
        assert (before.labels == after.labels).all()
        assert before.groups == after.groups
        assert [part.shape for part in before.inputs] == [part.shape for part in after.inputs]
    whole = varied(material, "both", grey, 1)
    assert all((a == b).all() for a, b in zip(material.training.inputs, whole.training.inputs, strict=True))


def test_text_only_has_no_photo_and_image_only_no_text(material, grey):
    for split in SPLITS:
        text, image, present = getattr(material, split).inputs
        without = getattr(varied(material, "text_only", grey, 1), split).inputs
        assert (without[0] == text).all()
        assert not without[1].any()
        assert not without[2].any()
        alone = getattr(varied(material, "image_only", grey, 1), split).inputs
        assert not alone[0].any()
        assert (alone[1] == image).all()
        assert (alone[2] == present).all()


def test_shuffled_deals_the_same_photos_among_the_tweets_that_have_one(material, grey):
    for split in SPLITS:
        text, image, present = getattr(material, split).inputs
        dealt = getattr(varied(material, "shuffled", grey, 1), split).inputs
        assert (dealt[0] == text).all()
        assert (dealt[2] == present).all()
        assert not dealt[1][~present].any()
        one, other = (part[present].numpy() for part in (image, dealt[1]))
        assert (np.sort(one, 0) == np.sort(other, 0)).all()
        assert (one != other).any(1).mean() > 0.5
    again, differently = (varied(material, "shuffled", grey, seed).training.inputs[1] for seed in (1, 2))
    assert (again == varied(material, "shuffled", grey, 1).training.inputs[1]).all()
    assert (again != differently).any()


def test_grey_is_one_photo_for_everybody(material, grey, study):
    for inputs in (varied(material, "grey", grey, 1).test.inputs, varied(material, "grey", grey, 1).judged):
        assert inputs[2].all()
        assert (inputs[1] == grey).all()
    clip = load_folder(study / "clip")
    for size in (32, 500):  # whatever the size of the picture
        photo = clip.preprocess(Image.new("RGB", (size, size), (225, 225, 225)))
        with torch.inference_mode():
            vector = clip.model.encode_image(photo[None])[0]
        assert torch.allclose(vector / vector.norm(), grey, atol=1e-5)
