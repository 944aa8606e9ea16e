from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.water.models.registry import build
from floodmark.water.models.temporal_cnn import _InTime
from tests.water.models.networks import CHANNELS, config, network


@pytest.mark.parametrize(("steps", "cells"), [(3, 3), (1, 3), (4, 1)])
def test_steps_beside_each_other_are_a_convolution_in_three_dimensions(steps, cells):
    torch.manual_seed(0)
    layer = _InTime(2, 5, steps, cells).eval()
    rain_BTDHW = torch.randn(3, 4, 2, 6, 7)
    weight = layer.layers[0].weight.unflatten(1, (steps, 2)).movedim(1, 2)
    expected = F.conv3d(rain_BTDHW.transpose(1, 2), weight, padding=(0, cells // 2, cells // 2)).transpose(1, 2)
    # Untrained batch normalisation divides by the root of one and a little.
    torch.testing.assert_close(layer(rain_BTDHW), torch.relu(expected), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["temporal_cnn", "temporal_cnn_vae"])
@pytest.mark.parametrize("relief", [True, False])
def test_inverted_ground_is_ground_upside_down(name, relief):
    inputs = torch.randn(2, len(CHANNELS), 9, 9)
    turned = inputs.clone()
    turned[:, CHANNELS.index("elevation")] *= -1
    upright = network(name, relief=relief)
    inverted = build(config(name, relief=relief, heightmap="inverted")).eval()
    inverted.load_state_dict(upright.state_dict())
    torch.testing.assert_close(inverted(inputs), upright(turned))
    assert not torch.allclose(inverted(inputs), upright(inputs))


def test_relief_does_not_know_how_high_the_ground_lies():
    inputs = torch.randn(1, len(CHANNELS), 9, 9)
    higher = inputs.clone()
    higher[:, CHANNELS.index("elevation")] += 0.25
    relative, absolute = (network("temporal_cnn", relief=relief) for relief in (True, False))
    torch.testing.assert_close(relative(higher), relative(inputs), atol=1e-4, rtol=1e-3)
    assert not torch.allclose(absolute(higher), absolute(inputs), atol=1e-3)


def test_the_order_of_the_history_matters():
    """And not the place that its channels have among the others."""
    net = network("temporal_cnn")
    inputs = torch.randn(1, len(CHANNELS), 8, 8)
    swapped = inputs.clone()
    swapped[:, [1, 2]] = inputs[:, [2, 1]]
    assert not torch.allclose(net(swapped), net(inputs), atol=1e-4)
    moved = [CHANNELS.index(name) for name in (*CHANNELS[1:5], "elevation", *CHANNELS[5:])]
    other = build({**config("temporal_cnn"), "channels": [CHANNELS[place] for place in moved]}).eval()
    other.load_state_dict(net.state_dict())
    torch.testing.assert_close(other(inputs[:, moved]), net(inputs))


@pytest.mark.parametrize(
    ("channels", "params", "message"),
    [
        (["elevation"], {}, "add rain to inputs"),
        (["rain_0", "rain_missing"], {"heightmap": "inverted"}, "add heightmap to inputs"),
    ],
)
def test_what_it_cannot_do_without_is_said(channels, params, message):
    with pytest.raises(UserError, match=message):
        build({**config("temporal_cnn", **params), "channels": channels})


def test_rain_alone_will_do():
    net = build({**config("temporal_cnn"), "channels": ["rain_0", "rain_1"]}).eval()
    assert net(torch.randn(1, 2, 5, 5)).shape == (1, 3, 5, 5)
