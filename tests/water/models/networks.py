"""Small networks of every model, by name, and what tests ask of them all."""

from __future__ import annotations

import torch

from floodmark.water.models.registry import build

CHANNELS = ["elevation", "rain_0", "rain_1", "rain_2", "rain_3", "rain_missing", "simulated_depth"]
TEMPORAL = {"width": 8, "depth": 2, "heightmap": "upright", "relief": True}
DEEP = {
    "upsample": 2, "widths": [8, 12], "blocks": [1, 2], "dilations": [1, 2], "pyramid_width": 8, "skip_width": 4,
    "pooled_cells": 16,
}  # fmt: skip
PARAMS = {
    "temporal_cnn": TEMPORAL,
    "temporal_cnn_vae": {**TEMPORAL, "code": 6, "halvings": 2, "divergence_weight": 0.01, "ground_seen": False},
    "deeplabv3plus": DEEP,
    "unet": {"widths": [8, 12, 16]},
    "guided_unet": {"widths": [8, 12]},
}
OTHERS = [
    ("temporal_cnn", {**TEMPORAL, "depth": 1}),
    ("temporal_cnn", {**TEMPORAL, "depth": 4, "heightmap": "inverted", "relief": False}),
    ("temporal_cnn_vae", {**PARAMS["temporal_cnn_vae"], "halvings": 3, "ground_seen": True}),
    ("deeplabv3plus", {**DEEP, "upsample": 1}),
    ("deeplabv3plus", {**DEEP, "widths": [8, 8, 8], "blocks": [1, 1, 1], "dilations": [1], "pooled_cells": 48}),
    ("deeplabv3plus", {**DEEP, "widths": [8], "blocks": [2]}),
    ("unet", {"widths": [4]}),
]
"""Other sizes than those of PARAMS, which reach and resolution depend on."""


def config(name, **changes):
    return {"model": name, "channels": CHANNELS, "outputs": 3, **PARAMS[name], **changes}


def network(name, seed=0, **changes):
    """In evaluation mode, with statistics and offsets that are not those of the beginning."""
    torch.manual_seed(seed)
    made = build(config(name, **changes))
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    if name == "guided_unet":
        torch.nn.init.normal_(made.correction.head.weight)
    return made.eval()
