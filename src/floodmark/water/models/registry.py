"""Water models by name, and how one is rebuilt from its configuration."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from floodmark.water.models.base import WaterNetwork

MODELS = ("temporal_cnn", "temporal_cnn_vae", "contrastive_decoder", "deeplabv3plus", "unet", "guided_unet")


def build(config: dict[str, Any]) -> WaterNetwork:
    """The untrained model of a configuration.

    Args:
        config: `model`, `channels` (names), `outputs` (maps), and the network's own params; what else a trained model
            keeps, such as its thresholds, is not looked at.

    Raises:
        UserError: if no model has that name, or the configuration lacks what the model is built by.
    """
    require_model(config["model"])
    network = _network(config["model"])
    needed = signature(network).parameters
    absent = [name for name in needed if name not in config]
    if absent:
        raise UserError(
            f"this {config['model']} is one of another version: its configuration lacks {', '.join(absent)}: train it "
            "again"
        )
    return network(**{name: config[name] for name in needed})


def _network(name: str) -> Callable[..., WaterNetwork]:
    """The class of a name; each model's code is imported only where it is built."""
    match name:
        case "temporal_cnn":
            from floodmark.water.models.temporal_cnn import TemporalCNN

            return TemporalCNN
        case "temporal_cnn_vae":
            from floodmark.water.models.temporal_cnn_vae import TemporalCNNVAE

            return TemporalCNNVAE
        case "contrastive_decoder":
            from floodmark.water.models.contrastive_decoder import ContrastiveDecoder

            return ContrastiveDecoder
        case "deeplabv3plus":
            from floodmark.water.models.deeplabv3plus import DeepLabV3Plus

            return DeepLabV3Plus
        case "unet":
            from floodmark.water.models.unet import UNet

            return UNet
        case _:
            from floodmark.water.models.guided_unet import GuidedUNet

            return GuidedUNet


def require_model(name: str) -> None:
    """Refuse a name that is no model's.

    Raises:
        UserError: naming it and the models that there are.
    """
    if name not in MODELS:
        raise UserError(f"no water model is called {name!r}: there are {', '.join(MODELS)}")


def parameters(model: nn.Module) -> int:
    """How many numbers a model has learnt."""
    return sum(parameter.numel() for parameter in model.parameters())
