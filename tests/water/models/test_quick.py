from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from floodmark.water.models.quick import doubled, quick
from tests.water.models.networks import CHANNELS, OTHERS, PARAMS, network


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (32, 30)])
@pytest.mark.parametrize(("name", "params"), [*PARAMS.items(), *OTHERS])
def test_maps_are_the_same(name, params, shape):
    net = network(name, **params)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    inputs = torch.randn(2, len(CHANNELS), *shape)
    with torch.inference_mode():
        made = quick(net)
        expected = net(inputs)
        torch.testing.assert_close(made(inputs), expected, atol=2e-6 * float(expected.abs().max() + 1), rtol=0)
    assert (made.multiple, made.reach) == (net.multiple, net.reach)
    assert not any(part.requires_grad for part in made.parameters())
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


@pytest.mark.parametrize("name", ["unet", "guided_unet"])
def test_no_normalisation_is_left_of_a_unet(name):
    assert not any(isinstance(part, nn.BatchNorm2d) for part in quick(network(name)).modules())


def test_what_a_transposed_convolution_weighs_by():
    weight, coarse = torch.randn(5, 4, 3, 3), torch.randn(2, 4, 6, 3)
    expected = F.conv2d(F.interpolate(coarse, scale_factor=2.0, mode="nearest"), weight, padding=1)
    found = F.conv_transpose2d(coarse, doubled(weight), stride=2, padding=1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["unet", "guided_unet", "temporal_cnn"])
def test_half_precision_is_near_and_not_the_same(name):
    net = network(name)
    inputs = torch.randn(1, len(CHANNELS), 24, 24)
    with torch.inference_mode():
        expected, found = net(inputs), quick(net, half=True)(inputs)
    assert found.dtype == torch.float32
    error = (found - expected).abs().max() / expected.abs().max()
    assert 0 < error < 0.05
