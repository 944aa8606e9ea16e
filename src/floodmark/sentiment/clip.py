"""CLIP on disk and in memory: open_clip's `local-dir:` layout, so that any tool that knows open_clip reads it.

open_clip given a bare weight file may pick the wrong preprocessing without a word; the folder holds the configuration,
the preprocessing and the weights together.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from floodmark.errors import UserError
from floodmark.learning.torchvision_shim import fit_torchvision
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    import torch
    from numpy.typing import NDArray
    from PIL.Image import Image

    from floodmark.settings.pretrain_clip import ClipModel

CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"
PREFIX = "local-dir:"
MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
"""Channel statistics of CLIP's own training photos (Radford et al. 2021), which its users expect."""


class Clip(NamedTuple):
    """A model with the preprocessing that belongs to it.

    Attributes:
        model: open_clip's model, in evaluation mode: `encode_image`, `encode_text`, `logit_scale`.
        preprocess: One photo to a tensor (3, size, size).
        tokenize: Texts to token ids (texts, context_length).
    """

    model: Any
    preprocess: Callable[[Image], torch.Tensor]
    tokenize: Callable[[Sequence[str]], torch.Tensor]


def small_config(model: ClipModel) -> dict[str, Any]:
    """open_clip's configuration of the small model.

    Raises:
        UserError: if the sizes do not go together.
    """
    blocks = model.image_layers if isinstance(model.image_layers, tuple) else None
    if (blocks is None) != (model.patch_size is not None):
        raise UserError(
            f"params.yaml: pretrain_clip.model.patch_size = {model.patch_size} does not go with image_layers = "
            f"{model.image_layers}: a vision transformer has a patch size and one "
            "number of layers, a ResNet has null and four"
        )
    unit = 32 if model.patch_size is None else model.patch_size
    if model.image_size % unit:
        raise UserError(
            f"params.yaml: pretrain_clip.model.image_size = {model.image_size} is no multiple of "
            f"{'32, by which a ResNet shrinks it' if blocks else f'patch_size = {unit}'}: choose sizes that divide"
        )
    vision = {
        "image_size": model.image_size,
        "layers": list(blocks) if blocks else model.image_layers,
        "width": model.image_width,
        "head_width": 32,
    }
    if model.patch_size is not None:
        vision["patch_size"] = model.patch_size
    text = {
        "context_length": model.context_length,
        "vocab_size": 49408,  # of the byte-pair encoding that open_clip ships
        "width": model.text_width,
        "heads": model.text_width // 32,
        "layers": model.text_layers,
    }
    return {"embed_dim": model.embed_dim, "vision_cfg": vision, "text_cfg": text}


def write_config(folder: Path, model_config: dict[str, Any], preprocess: dict[str, Any] | None = None) -> None:
    """Write `open_clip_config.json`; without `preprocess`, CLIP's own."""
    chosen = preprocess or {"mean": MEAN, "std": DEVIATION, "interpolation": "bicubic", "resize_mode": "shortest"}
    write_json(folder / CONFIG, {"model_cfg": model_config, "preprocess_cfg": chosen})


def write_weights(folder: Path, model: torch.nn.Module) -> None:
    """Write the weights, in the order of their names and without metadata: equal models are equal bytes."""
    from safetensors.torch import save_file

    state = {name: value.detach().cpu().contiguous().clone() for name, value in sorted(model.state_dict().items())}
    save_file(state, folder / WEIGHTS)


def load(name: str, pretrained: str | None = None, *, weights: bool = True) -> Clip:
    """Load a model, its preprocessing and its tokeniser.

    Args:
        name: `local-dir:FOLDER`, or an architecture that open_clip knows.
        pretrained: The tag of its weights, for an architecture.
        weights: False builds the configuration with random weights.

    Raises:
        UserError: if there is no such model here.
    """
    fit_torchvision()
    import open_clip

    if not weights:
        # open_clip warns that the weights are random, which is what was asked for.
        logging.disable(logging.WARNING)
    try:
        model, _, preprocess = open_clip.create_model_and_transforms(
            name, pretrained, load_weights=weights, require_pretrained=weights
        )
        tokenize = open_clip.get_tokenizer(name)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise UserError(
            f"CLIP weights '{name}{'/' + pretrained if pretrained else ''}' cannot be loaded: {error}\n"
            f"Put {CONFIG} and {WEIGHTS} in a folder and set pretrain_clip.pretrained to local-dir:FOLDER, or to null"
        ) from error
    finally:
        logging.disable(logging.NOTSET)
    return Clip(model.eval(), preprocess, tokenize)


def load_folder(folder: Path) -> Clip:
    """The model of a `local-dir:` folder."""
    return load(f"{PREFIX}{folder}")


def to_photo(pixels_CHW: NDArray[np.uint8]) -> Image:
    """Stored pixels as a photo that any preprocessing takes."""
    from PIL import Image

    return Image.fromarray(pixels_CHW.transpose(1, 2, 0))
