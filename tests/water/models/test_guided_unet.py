from __future__ import annotations

import pytest
import torch

from floodmark.errors import UserError
from floodmark.water.models.guided_unet import GUIDES
from floodmark.water.models.registry import build
from tests.water.models.networks import CHANNELS, config, network


def test_untrained_it_is_a_rising_line_of_the_simulated_depth():
    net = build(config("guided_unet")).eval()
    inputs = torch.randn(2, len(CHANNELS), 8, 8)
    guide = inputs[:, [CHANNELS.index(name) for name in GUIDES if name in CHANNELS]].mean(1)
    with torch.inference_mode():
        maps = net(inputs)
    for level in range(3):
        steepness = (maps[:, level] / guide).flatten()
        torch.testing.assert_close(steepness, steepness[:1].expand_as(steepness))
        assert steepness[0] > 0


def test_deeper_simulated_water_is_never_less_likely_where_the_correction_is_blind_to_it():
    net = network("guided_unet")
    net.steepness_KG.data.fill_(-3.0)
    place = CHANNELS.index("simulated_depth")
    net.correction.down[0][0].weight.data[:, place] = 0
    inputs = torch.randn(1, len(CHANNELS), 8, 8)
    deeper = inputs.clone()
    deeper[:, place] += 1
    assert (net(deeper) > net(inputs)).all()


def test_the_correction_learns_from_the_first_step():
    net = build(config("guided_unet"))
    net(torch.randn(2, len(CHANNELS), 8, 8)).square().mean().backward()
    assert net.correction.head.weight.grad.abs().max() > 0


def test_without_a_simulated_depth_it_is_refused():
    with pytest.raises(UserError, match="add settled or simulated"):
        build({**config("guided_unet"), "channels": ["rain_0"]})
