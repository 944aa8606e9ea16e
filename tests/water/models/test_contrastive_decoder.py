from __future__ import annotations

import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import save_weights
from floodmark.water.contrastive.towers import Towers
from floodmark.water.models.contrastive_decoder import ENCODERS, ContrastiveDecoder, load_encoder
from floodmark.water.models.convnext_encoder import ConvNextEncoder

CHANNELS = ["a", "b", "c"]
SIZE = {"depths": [1, 1], "dims": [8, 12], "layer_scale": 0.5}


def network(start="tuned", channels=CHANNELS, widths=(6, 8), **size):
    torch.manual_seed(1)
    return ContrastiveDecoder(channels, 2, start, widths=widths, **{**SIZE, **size})


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(2)
    towers = Towers(CHANNELS, **SIZE, pooled_cells=2, embedding=4)
    save_weights(tmp_path / ENCODERS, towers.state_dict(), {"channels": CHANNELS, **SIZE})
    return tmp_path, towers


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (16, 16), (17, 30)])
def test_maps_keep_their_size(shape):
    with torch.inference_mode():
        assert network().eval()(torch.randn(2, 3, *shape)).shape == (2, 2, *shape)


@pytest.mark.parametrize(("depths", "dims"), [([1, 1], [6, 8]), ([0, 1], [6, 8]), ([1, 0, 1], [6, 6, 8])])
def test_nothing_beyond_its_reach_matters(depths, dims):
    net = network(depths=depths, dims=dims, widths=dims).eval()
    for module in net.modules():  # as trained: statistics and scales that are no longer those of the beginning
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
    size = 8 * (net.reach // 8 + 2) * 2
    inputs = torch.randn(1, 3, size, size)
    middle = size // 2
    far = inputs.clone()
    far[..., : middle - net.reach, :] += 5
    far[..., middle + net.reach + 1 :] -= 5
    near = inputs.clone()
    near[..., middle + net.reach // 2, middle] += 50
    with torch.inference_mode():
        before, after, changed = net(inputs), net(far), net(near)
    assert torch.allclose(before[..., middle, middle], after[..., middle, middle], atol=1e-6)
    assert not torch.allclose(before[..., 0, 0], after[..., 0, 0], atol=1e-3)
    assert not torch.equal(before[..., middle, middle], changed[..., middle, middle])


def test_tiles_join_without_a_seam():
    net = network().eval()
    halo = -(-net.reach // net.multiple) * net.multiple
    inputs = torch.randn(1, 3, 64 + halo, 40)
    with torch.inference_mode():
        whole, tile = net(inputs), net(inputs[..., 32 - 32 % net.multiple :, :])
    torch.testing.assert_close(tile[..., halo:, :], whole[..., 32 + halo :, :], atol=1e-5, rtol=0)


def test_the_layer_scale_is_trained():
    torch.manual_seed(0)
    encoder = ConvNextEncoder(3, [1, 2], [8, 8], 1e-6)
    scales = {name: value for name, value in encoder.named_parameters() if name.endswith("gamma")}
    assert len(scales) == 3
    before = {name: value.detach().clone() for name, value in scales.items()}
    optimiser = torch.optim.AdamW(encoder.parameters(), 1e-3)
    for _ in range(3):
        optimiser.zero_grad()
        (encoder(torch.randn(2, 3, 8, 8))[-1] ** 2).mean().backward()
        assert all(value.grad.abs().max() > 0 for value in scales.values())
        optimiser.step()
    assert all((value - before[name]).abs().max() > 1e-4 for name, value in scales.items())


def test_features_lie_at_the_strides_that_are_told():
    encoder = ConvNextEncoder(3, [1, 1, 1], [8, 8, 8], 0.1)
    shapes = [tuple(feature.shape[-2:]) for feature in encoder(torch.zeros(1, 3, 32, 16))]
    assert shapes == [(32 // stride, 16 // stride) for stride in encoder.strides]


@pytest.mark.parametrize("start", ["frozen", "tuned", "scratch"])
def test_the_start_decides_which_weights_and_whether_they_learn(folder, start):
    path, towers = folder
    net = network(start)
    before = {name: value.clone() for name, value in net.encoder.state_dict().items()}
    load_encoder(net, path)
    own, given = net.encoder.state_dict(), towers.rain.encoder.state_dict()
    assert all(torch.equal(own[name], (before if start == "scratch" else given)[name]) for name in own)
    held = {name: value.clone() for name, value in own.items()}
    optimiser = torch.optim.AdamW(net.parameters(), 1e-2, weight_decay=0.1)
    (net(torch.randn(2, 3, 16, 16)) ** 2).mean().backward()
    optimiser.step()
    moved = any(not torch.equal(value, held[name]) for name, value in net.encoder.state_dict().items())
    assert moved == (start != "frozen")


def test_an_encoder_of_other_channels_or_size_is_refused(folder):
    path, _ = folder
    with pytest.raises(UserError, match=r"\['a', 'b', 'c'\].*\['a', 'b'\].*start: scratch"):
        load_encoder(network(channels=["a", "b"]), path)
    with pytest.raises(UserError, match=r"dims \[8, 12\].*\[8, 16\]"):
        load_encoder(network(dims=[8, 16]), path)
    load_encoder(network("scratch", channels=["a", "b"]), path)
    with pytest.raises(UserError, match="equally many"):
        network(widths=(4, 4, 4))


def test_a_missing_pretraining_is_said(tmp_path):
    with pytest.raises(UserError, match=r"encoders\.safetensors"):
        load_encoder(network(), tmp_path)
