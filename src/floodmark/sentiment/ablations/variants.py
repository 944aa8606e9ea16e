"""One classifier's inputs in other versions: with another's photo, with a grey one, without the photo or the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.learning.seeds import generator
from floodmark.sentiment.ablations.material import Material
from floodmark.sentiment.clip import load_folder
from floodmark.sentiment.models.dense import without_photos
from floodmark.sentiment.training import Examples

if TYPE_CHECKING:
    from pathlib import Path

BOTH, TEXT, IMAGE, GREY, SHUFFLED = "both", "text_only", "image_only", "grey", "shuffled"
VARIANTS = (BOTH, TEXT, IMAGE, GREY, SHUFFLED)
GREY_PIXEL = (225, 225, 225)
"""The constant image of the original's own ablation."""


def grey_vector(clip_folder: Path) -> torch.Tensor:
    """CLIP's unit vector of a photo of one grey, as the model's own preprocessing has it."""
    from PIL import Image

    clip = load_folder(clip_folder)
    with torch.inference_mode():
        vector = clip.model.encode_image(clip.preprocess(Image.new("RGB", (224, 224), GREY_PIXEL))[None])[0].float()
        unit: torch.Tensor = vector / vector.norm()
    return unit


def varied(material: Material, variant: str, grey_E: torch.Tensor, seed: int) -> Material:
    """The same tweets with other inputs; judged texts come without photos, which only `grey` has a vector for.

    Args:
        material: As it is learnt from.
        variant: One of `VARIANTS`.
        grey_E: Of `grey_vector`.
        seed: Of the dealing of `shuffled`, within each split.
    """

    def changed(split: str, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        text_BE, image_BE, present_B = inputs
        if variant == TEXT:
            return without_photos(text_BE)
        if variant == IMAGE:
            return torch.zeros_like(text_BE), image_BE, present_B
        if variant == GREY:
            return text_BE, grey_E.expand_as(text_BE).clone(), torch.ones_like(present_B)
        if variant == SHUFFLED:
            at = torch.from_numpy(np.flatnonzero(present_B.numpy()))
            dealt = torch.from_numpy(generator(seed, "shuffled", split).permutation(len(at)))
            image_BE = image_BE.clone()
            image_BE[at] = image_BE[at[dealt]]
            return text_BE, image_BE, present_B
        return inputs

    def examples(split: str, part: Examples) -> Examples:
        return Examples(changed(split, part.inputs), part.labels, part.groups)

    training, validation, test = (
        examples(split, getattr(material, split)) for split in ("training", "validation", "test")
    )
    return Material(training, validation, test, changed("judged", material.judged))
