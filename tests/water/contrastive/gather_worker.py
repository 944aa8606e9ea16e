"""One of two processes that contrast half a batch each; writes its loss and the mean of both processes' gradients."""

import sys

import torch
from torch import distributed

from floodmark.water.contrastive.loss import contrastive_loss


def towers(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(6, 5), torch.nn.Linear(4, 5), torch.nn.Parameter(torch.tensor(2.0))


def step(rain, water, scale, x, y):
    """Loss and gradients of one batch."""
    one, two = (torch.nn.functional.normalize(side, dim=-1) for side in (rain(x), water(y)))
    loss = contrastive_loss(one, two, scale)
    loss.backward()
    return {
        "loss": loss.detach(),
        **{str(i): p.grad for i, p in enumerate([*rain.parameters(), *water.parameters(), scale])},
    }


def batch():
    rng = torch.Generator().manual_seed(5)
    return torch.randn(8, 6, generator=rng), torch.randn(8, 4, generator=rng)


def main(rank, store, out):
    distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
    x, y = (side[4 * rank : 4 * rank + 4] for side in batch())
    found = step(*towers(), x, y)
    for gradient in found.values():
        distributed.all_reduce(gradient)
        gradient /= 2
    if rank == 0:
        from safetensors.torch import save_file

        save_file(found, out)
    distributed.destroy_process_group()


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
