from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.nn import functional as F

from floodmark.water.models.registry import build
from floodmark.water.models.vae import VAE, bounded, divergence, elbo, sample
from tests.water.models.networks import CHANNELS, config, network


def autoencoder(seed=0, channels=1, outputs=1, height=12, width=10):
    torch.manual_seed(seed)
    return VAE(channels, outputs, height, width, features=6, code=3)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-9, 9)), min_size=1, max_size=5))
def test_divergence_is_that_of_two_normal_distributions(numbers):
    mean, log_variance = torch.tensor(numbers).T
    expected = kl_divergence(Normal(mean, torch.exp(0.5 * log_variance)), Normal(0.0, 1.0))
    torch.testing.assert_close(divergence(mean, log_variance), expected, rtol=1e-4, atol=1e-5)
    assert (divergence(mean, log_variance) >= -1e-5).all()


def test_log_variances_keep_their_bounds_and_small_ones_stay():
    values = torch.tensor([-1e6, -0.01, 0.0, 0.01, 1e6])
    torch.testing.assert_close(bounded(values), torch.tensor([-10, -0.01, 0.0, 0.01, 10]))


def test_samples_have_the_mean_and_variance_asked_for_and_repeat_under_a_seed():
    mean, log_variance = torch.tensor([-1.0, 2.0]).expand(20000, 2), torch.tensor([0.0, 1.0]).expand(20000, 2)
    torch.manual_seed(3)
    first = sample(mean, log_variance)
    torch.manual_seed(3)
    assert torch.equal(first, sample(mean, log_variance))
    torch.testing.assert_close(first.mean(0), mean[0], atol=0.05, rtol=0)
    torch.testing.assert_close(first.var(0), log_variance[0].exp(), atol=0.1, rtol=0)


def test_elbo_is_likelihood_less_divergence():
    torch.manual_seed(0)
    logits, target = torch.randn(2, 1, 3, 4), (torch.rand(2, 1, 3, 4) < 0.5).float()
    mean, log_variance = torch.randn(2, 3), torch.randn(2, 3)
    expected = Bernoulli(logits=logits).log_prob(target).sum((1, 2, 3))
    expected = expected - kl_divergence(Normal(mean, torch.exp(0.5 * log_variance)), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(elbo(logits, target, mean, log_variance), expected)


def test_elbo_bounds_the_likelihood_of_every_image():
    """The likelihood of all 16 images of 2 by 2 points by brute force over the prior; its shares make up one."""
    torch.manual_seed(1)
    net = autoencoder(height=2, width=2).eval()
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 4).reshape(16, 1, 2, 2)
    with torch.inference_mode():
        mean, log_variance = net.encode(images)
        logits = net.decode(torch.randn(4000, 3))
        points = Bernoulli(logits=logits[:, None]).log_prob(images[None]).sum((-1, -2, -3))
        likelihood = points.logsumexp(0) - torch.tensor(4000.0).log()
        codes = [sample(mean, log_variance) for _ in range(300)]
        bounds = torch.stack([elbo(net.decode(code), images, mean, log_variance) for code in codes])
    assert likelihood.exp().sum() == pytest.approx(1, abs=1e-4)
    assert (bounds.mean(0) < likelihood + 0.02).all()


@pytest.mark.parametrize("shape", [(28, 28), (5, 7), (1, 1)])
def test_images_of_any_size_and_channels_come_back_as_such(shape):
    net = autoencoder(channels=2, outputs=3, height=shape[0], width=shape[1])
    logits, mean, log_variance = net(torch.rand(4, 2, *shape))
    assert logits.shape == (4, 3, *shape)
    assert mean.shape == log_variance.shape == (4, 3)
    images = net.eval().draw(5)
    assert images.shape == (5, 3, *shape)
    assert ((images >= 0) & (images <= 1)).all()


def test_training_samples_and_evaluation_does_not():
    net, image = autoencoder(), torch.rand(2, 1, 12, 10)
    torch.manual_seed(5)
    first = net(image)[0]
    assert not torch.equal(net(image)[0], first)
    torch.manual_seed(5)
    assert torch.equal(net(image)[0], first)
    net.eval()
    assert torch.equal(net(image)[0], net(image)[0])


def bars(count, seed):
    """Images of a bright bar of four rows, and their outlines: the rows beside it."""
    row = torch.randint(0, 9, (count,), generator=torch.Generator().manual_seed(seed))
    lit = (torch.arange(12) - row[:, None]).sub(1.5).abs() < 2
    image = lit.float()[:, None, :, None].repeat(1, 1, 1, 12)
    return image, F.max_pool2d(image, 3, 1, 1) - image


@pytest.mark.parametrize("translated", [False, True])
def test_it_reconstructs_and_translates_images(translated):
    torch.manual_seed(0)
    net = VAE(1, 1, 12, 12, features=8, code=4)
    optimiser = torch.optim.AdamW(net.parameters(), 0.02)
    for step in range(100):
        image, outline = bars(36, step)
        logits, mean, log_variance = net(image)
        optimiser.zero_grad()
        (-elbo(logits, outline if translated else image, mean, log_variance).mean()).backward()
        optimiser.step()
    image, outline = bars(64, 10**6)
    target = outline if translated else image
    with torch.inference_mode():
        wrong = ((net.eval()(image)[0] > 0) != (target > 0)).float().mean()
    of_the_mean_image = ((target.mean(0) > 0.5) != (target > 0)).float().mean()
    assert wrong < 0.3 * of_the_mean_image


def test_the_code_of_water_is_sampled_in_training_alone():
    inputs = torch.randn(2, len(CHANNELS), 9, 11)
    net = network("temporal_cnn_vae")
    assert torch.equal(net(inputs), net(inputs))
    torch.manual_seed(4)
    first, penalty = net.penalised(inputs)
    assert not torch.equal(first, net.penalised(inputs)[0])
    torch.manual_seed(4)
    assert torch.equal(first, net.penalised(inputs)[0])
    assert penalty > 0


def test_the_penalty_is_the_weight_times_nats_a_cell():
    inputs = torch.randn(2, len(CHANNELS), 8, 12)
    net = network("temporal_cnn_vae", divergence_weight=0.5)
    mean, log_variance = net.encode(inputs)
    assert mean.shape == (2, 6, 2, 3)
    nats = kl_divergence(Normal(mean, torch.exp(0.5 * log_variance)), Normal(0.0, 1.0)).sum()
    torch.testing.assert_close(net.penalised(inputs)[1], 0.5 * nats / inputs[:, 0].numel())


@pytest.mark.parametrize("seen", [True, False])
def test_nothing_but_the_code_reaches_the_decoder_unless_the_ground_may(seen):
    net = network("temporal_cnn_vae", ground_seen=seen)
    first, second = torch.randn(2, 1, len(CHANNELS), 8, 8)
    code = net.encode(first)[0]
    torch.testing.assert_close(net.decode(code, first), net(first))
    assert torch.equal(net.decode(code, first), net.decode(code, second)) is not seen


def test_a_heavy_penalty_leaves_the_code_nothing_to_say():
    """With the divergence far dearer than any error the posterior becomes the prior."""
    torch.manual_seed(0)
    net = build(config("temporal_cnn_vae", divergence_weight=100.0))
    optimiser = torch.optim.AdamW(net.parameters(), 0.02)
    inputs = torch.randn(4, len(CHANNELS), 8, 8)
    for _ in range(40):
        maps, penalty = net.train().penalised(inputs)
        optimiser.zero_grad()
        (F.binary_cross_entropy_with_logits(maps[:, 0], (inputs[:, 0] > 0).float()) + penalty).backward()
        optimiser.step()
    assert penalty < 1
    assert divergence(*net.encode(inputs)).mean() < 0.05
