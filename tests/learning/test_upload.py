import pytest
import torch

from floodmark.learning.upload import uploaded


@pytest.mark.skipif(not torch.cuda.is_available(), reason="streams are a GPU's")
def test_batches_arrive_whole_and_in_order_while_the_one_before_is_computed_on():
    device = torch.device("cuda")
    lying = [torch.full((64, 1024, 256), float(number)).pin_memory() for number in range(8)]
    other = torch.rand(4096, 4096, device=device)

    def bring(tensor):
        return (tensor.to(device, non_blocking=True) * 2,)

    found = []
    for (batch,) in uploaded(bring, lying, device):
        busy = other @ other @ other
        found.append((batch.amin(), batch.amax(), busy[0, 0]))
    assert [(low.item(), high.item()) for low, high, _ in found] == [(2 * number, 2 * number) for number in range(8)]
