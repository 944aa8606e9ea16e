from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.water.models.registry import MODELS, build, parameters
from tests.water.models.networks import CHANNELS, OTHERS, PARAMS, config, network
from tests.water.study import TRAINING, train_settings

SIZES = [*PARAMS.items(), *OTHERS]


def test_every_model_but_the_contrastive_one_is_tested_here():
    assert {*PARAMS, "contrastive_decoder"} == set(MODELS)


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (17, 30)])
@pytest.mark.parametrize(("name", "params"), SIZES)
def test_maps_keep_their_size(name, params, shape):
    net = network(name, **params)
    inputs = torch.randn(2, len(CHANNELS), *shape)
    with torch.inference_mode():
        assert net(inputs).shape == (2, 3, *shape)
        assert torch.isfinite(net(inputs)).all()
    maps, penalty = net.penalised(inputs)
    assert maps.shape == (2, 3, *shape)
    assert penalty.shape == ()


@pytest.mark.parametrize(("name", "params"), SIZES)
def test_nothing_beyond_its_reach_matters(name, params):
    """Everything farther than `reach` from a cell is changed, for cells at every place in a coarsest cell."""
    net = network(name, **params)
    side = 2 * net.reach + 3 * net.multiple
    side += -side % net.multiple
    inputs = torch.randn(1, len(CHANNELS), side, side)
    with torch.inference_mode():
        before = net(inputs)
        changed = False
        for row in {side // 2 + offset for offset in (0, net.multiple // 2, net.multiple - 1)}:
            far = inputs + 5 * torch.randn_like(inputs)
            near = slice(max(row - net.reach, 0), row + net.reach + 1)
            far[..., near, near] = inputs[..., near, near]
            after = net(far)
            torch.testing.assert_close(after[..., row, row], before[..., row, row], atol=1e-5, rtol=1e-5)
            changed |= bool((after - before).abs().max() > 1e-4)
    assert changed


@pytest.mark.parametrize(("name", "params"), SIZES)
def test_the_reach_is_no_idle_boast(name, params):
    """Some cell feels an input farther away than half the reach: more overlap of tiles than twice the need is waste."""
    net = network(name, **params).double()
    side = 2 * net.reach + 3 * net.multiple
    side += -side % net.multiple
    inputs = torch.randn(1, len(CHANNELS), side, side, dtype=torch.float64, requires_grad=True)
    row = side // 2
    net(inputs)[0, :, row, row].sum().backward()
    felt = inputs.grad.abs().sum((0, 1)).nonzero() - row
    assert net.reach / 2 <= felt.abs().max() <= net.reach


@pytest.mark.parametrize(("name", "params"), SIZES)
def test_tiles_join(name, params):
    net = network(name, **params)
    halo = -(-net.reach // net.multiple) * net.multiple
    cut, height, width = 2 * net.multiple, 4 * net.multiple + 3, 2 * net.multiple + 5
    inputs = torch.randn(1, len(CHANNELS), height + 2 * halo, width)
    cut += halo
    with torch.inference_mode():
        whole = net(inputs)
        north = net(inputs[..., : cut + halo, :])[..., :cut, :]
        south = net(inputs[..., cut - halo :, :])[..., halo:, :]
    torch.testing.assert_close(torch.cat([north, south], -2), whole, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", PARAMS)
def test_other_maps_of_the_batch_do_not_matter(name):
    net = network(name)
    inputs = torch.randn(3, len(CHANNELS), 12, 12)
    with torch.inference_mode():
        torch.testing.assert_close(net(inputs)[:1], net(inputs[:1]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", PARAMS)
def test_a_model_is_rebuilt_from_its_configuration_and_weights(name):
    """Whatever else the configuration of a trained model says."""
    net = network(name)
    other = build({**config(name), "inputs": ["rain"], "wet_depths": [0.1, 0.3], "thresholds": {}})
    other.load_state_dict(net.state_dict())
    assert parameters(other) == parameters(net)
    inputs = torch.randn(1, len(CHANNELS), 12, 12)
    with torch.inference_mode():
        assert torch.equal(other.eval()(inputs), net(inputs))


@pytest.mark.parametrize("name", PARAMS)
def test_both_memory_layouts_give_the_same(name):
    net = network(name)
    inputs = torch.randn(2, len(CHANNELS), 16, 16)
    with torch.inference_mode():
        before = net(inputs)
        after = net.to(memory_format=torch.channels_last)(inputs.to(memory_format=torch.channels_last))
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-4)


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(UserError, match=r"oracle.*temporal_cnn.*guided_unet"):
        build({**config("unet"), "model": "oracle"})


def two_pictures(seed):
    """A ground and two random pictures, of squares of 2 by 2 cells, for no network is to be asked for finer detail."""
    torch.manual_seed(seed)
    ground, pictures = torch.randn(1, 8, 8), torch.rand(2, 8, 8) < 0.3
    return tuple(maps.repeat_interleave(2, -1).repeat_interleave(2, -2) for maps in (ground, pictures))


def batch(ground, pictures, copied, count=8):
    sign = torch.arange(count) % 2
    inputs = torch.zeros(count, len(CHANNELS), 16, 16)
    inputs[:, :1] = ground
    inputs[:, 1:5] = (2.0 * sign - 1)[:, None, None, None] + 0.5 * torch.randn(count, 4, 16, 16)
    high = (ground > 0).expand(count, -1, -1)
    return inputs, (high if copied else pictures[sign]).float()


@pytest.mark.parametrize(
    ("name", "copied"), [*((name, False) for name in PARAMS), ("temporal_cnn", True), ("deeplabv3plus", True)]
)
def test_it_learns_what_the_ground_and_the_sign_of_rain_tell(name, copied):
    """Copies a thresholded ground; draws one of two fixed random pictures, by the sign of the rain."""
    ground, pictures = two_pictures(1)
    torch.manual_seed(2)
    net = build(config(name))
    optimiser = torch.optim.AdamW(net.parameters(), 0.02)
    for _ in range(35 if copied else 50):
        inputs, wet = batch(ground, pictures, copied)
        maps, penalty = net.train().penalised(inputs)
        value = F.binary_cross_entropy_with_logits(maps[:, 0], wet) + penalty
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    inputs, wet = batch(ground, pictures, copied)
    with torch.inference_mode():
        right = ((net.eval()(inputs)[:, 0] > 0) == (wet > 0)).float().mean()
    assert right > 0.9


@pytest.mark.parametrize("name", PARAMS)
def test_the_params_of_a_model_hold_what_its_network_is_built_from(name):
    own = getattr(train_settings(), name)
    net = build({"model": name, "channels": CHANNELS, "outputs": 3, **own.network})
    assert net.eval()(torch.randn(1, len(CHANNELS), 9, 9)).shape == (1, 3, 9, 9)
    assert not {"inputs", "loss", "epochs", "learning_rate"} & set(own.network)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("guided_unet", {"inputs": ["terrain"]}, "must have settled or simulated"),
        ("deeplabv3plus", {"blocks": [1]}, r"blocks \[1\] and widths \[8, 12\]"),
        ("contrastive_decoder", {"dims": [8, 16]}, r"depths \[1\], dims \[8, 16\] and widths \[8\]"),
        ("temporal_cnn", {"loss": "hinge"}, "cross_entropy_dice"),
    ],
)
def test_params_that_do_not_go_together_are_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        train_settings(**{name: {**TRAINING[name], **changes}})
