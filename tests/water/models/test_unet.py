from __future__ import annotations

import pytest
import torch

from floodmark.errors import UserError
from floodmark.water.models.registry import build, parameters
from floodmark.water.models.unet import UNet


def network(widths=(4, 6, 8)):
    torch.manual_seed(0)
    return UNet(["a", "b", "c"], 2, widths).eval()


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (16, 16), (17, 30)])
def test_maps_keep_their_size(shape):
    with torch.inference_mode():
        assert network()(torch.randn(2, 3, *shape)).shape == (2, 2, *shape)


@pytest.mark.parametrize("widths", [(4,), (4, 6), (4, 6, 8), (4, 4, 4, 4)])
def test_nothing_beyond_its_reach_matters(widths):
    net = network(widths)
    size = 8 * (net.reach // 8 + 2) * 2
    inputs = torch.randn(1, 3, size, size)
    far = inputs.clone()
    middle = size // 2
    far[..., : middle - net.reach, :] += 5
    far[..., middle + net.reach + 1 :] -= 5
    with torch.inference_mode():
        before, after = net(inputs), net(far)
    assert torch.allclose(before[..., middle, middle], after[..., middle, middle], atol=1e-6)
    assert not torch.allclose(before[..., 0, 0], after[..., 0, 0], atol=1e-3)


def test_a_model_is_rebuilt_from_its_configuration():
    config = {"model": "unet", "channels": ["a", "b", "c"], "outputs": 2, "widths": [4, 6, 8]}
    other = build(config)
    other.load_state_dict(network().state_dict())
    assert parameters(other) == parameters(network())
    inputs = torch.randn(1, 3, 12, 12)
    with torch.inference_mode():
        assert torch.equal(other.eval()(inputs), network()(inputs))
    with pytest.raises(UserError, match=r"oracle.*unet"):
        build({**config, "model": "oracle"})
