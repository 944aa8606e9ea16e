from __future__ import annotations

import pytest
import torch

from tests.water.models.networks import CHANNELS, network


@pytest.mark.parametrize(("upsample", "widths"), [(2, [8, 12]), (1, [8, 12]), (2, [8, 8, 8])])
def test_over_a_training_window_its_mean_is_the_global_mean_of_the_paper(upsample, widths):
    net = network("deeplabv3plus", upsample=upsample, widths=widths, blocks=[1] * len(widths), pooled_cells=48)
    seen = []
    net.mean.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    net.stages[-1].register_forward_hook(lambda *parts: seen.append(parts[-1]))
    net(torch.randn(2, len(CHANNELS), 48, 48))
    coarse, mean = seen
    assert coarse.shape[-1] == 48 // net.multiple
    torch.testing.assert_close(mean, coarse.mean((-2, -1), keepdim=True).expand_as(mean), atol=1e-5, rtol=1e-4)


def test_upsampled_ground_is_seen_twice_as_fine():
    assert network("deeplabv3plus", upsample=1).multiple == 2 * network("deeplabv3plus", upsample=2).multiple
