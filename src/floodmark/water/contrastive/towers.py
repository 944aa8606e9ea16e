"""Two encoders that are trained against one another: rain with terrain, and water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.water.contrastive.loss import FIRST_LOG_SCALE, contrastive_loss
from floodmark.water.losses import encode_depth
from floodmark.water.models.convnext_encoder import ConvNextEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tower(nn.Module):
    """An encoder whose features of all stages are averaged over parts of the window and projected, part by part.

    The parts' projections together are one point of the unit sphere, so that a cosine is the mean agreement of the
    parts. Averages over the whole window say how much water there is, but hardly where; with parts, the ground is
    recognised by it.
    """

    def __init__(
        self,
        channels: int,
        depths: Sequence[int],
        dims: Sequence[int],
        layer_scale: float,
        pooled_cells: int,
        embedding: int,
    ) -> None:
        super().__init__()
        self.encoder = ConvNextEncoder(channels, depths, dims, layer_scale)
        self.norm = nn.LayerNorm(sum(dims))
        self.project = nn.Linear(sum(dims), embedding, bias=False)
        self.pooled_cells = pooled_cells

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to embeddings of length 1, shape (batch, parts times embedding)."""
        below, right = (-side % self.encoder.strides[-1] for side in x_BCHW.shape[-2:])
        features = self.encoder(F.pad(x_BCHW, (0, right, 0, below)))
        pooled_BCNN = torch.cat([_parts(x, self.pooled_cells) for x in features], dim=1)
        projected_BNNE = self.project(self.norm(pooled_BCNN.permute(0, 2, 3, 1)))
        return F.normalize(projected_BNNE.flatten(1), dim=-1)


class Towers(nn.Module):
    """Both encoders and the temperature of their contrast."""

    def __init__(
        self,
        channels: Sequence[str],
        depths: Sequence[int],
        dims: Sequence[int],
        layer_scale: float,
        pooled_cells: int,
        embedding: int,
    ) -> None:
        """Build them.

        Args:
            channels: Names of the channels of rain and terrain.
            depths: Blocks of each stage, of both encoders.
            dims: Channels of each stage.
            layer_scale: What the blocks' layer scale begins with.
            pooled_cells: Parts of a window in each direction.
            embedding: Length of a part's embedding.
        """
        super().__init__()
        size = (depths, dims, layer_scale, pooled_cells, embedding)
        self.rain, self.water = Tower(len(channels), *size), Tower(1, *size)
        self.log_scale = nn.Parameter(torch.tensor(FIRST_LOG_SCALE))

    def embed_water(self, depth_BHW: torch.Tensor) -> torch.Tensor:
        """Embeddings of depth in m, which enters as log(1 + decimetres)."""
        embedded: torch.Tensor = self.water(encode_depth(depth_BHW)[:, None])
        return embedded

    def forward(self, x_BCHW: torch.Tensor, depth_BHW: torch.Tensor) -> torch.Tensor:
        """The contrast of a batch of windows of rain and terrain with the water that belongs to them."""
        return contrastive_loss(self.rain(x_BCHW), self.embed_water(depth_BHW), self.log_scale)


def _parts(x_BCHW: torch.Tensor, count: int) -> torch.Tensor:
    """Means over `count` by `count` parts of a map, equal ones where its sides allow it."""
    sides = x_BCHW.shape[-2:]
    if all(side % count == 0 for side in sides):  # the other's gradient is not repeatable on a GPU
        return F.avg_pool2d(x_BCHW, [side // count for side in sides])
    return F.adaptive_avg_pool2d(x_BCHW, count)
