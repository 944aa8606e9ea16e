"""Water models by name, and how one is rebuilt from its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError
from floodmark.water.models.unet import UNet

if TYPE_CHECKING:
    from torch import nn

    from floodmark.water.models.base import WaterNetwork

MODELS = ("unet",)


def build(config: dict[str, Any]) -> WaterNetwork:
    """The untrained model of a configuration: `model`, `channels`, `outputs`, and what the model itself needs.

    Raises:
        UserError: if no model has that name.
    """
    require_model(config["model"])
    return UNet(config["channels"], config["outputs"], config["widths"])


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
