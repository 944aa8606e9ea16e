"""Training in 16 bits where a GPU computes it faster, weights staying in 32 (Micikevicius et al. 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import torch


class Precision:
    """How numerous the bits of a loss are, and how its gradients are applied.

    In 32 bits, which is what a CPU always trains in, it adds nothing to the plain steps.

    Attributes:
        dtype: What products and convolutions are computed in, None for the type of the weights.
        scaler: Keeps gradients in the range of float16, which bfloat16 does not need.
    """

    def __init__(self, device: torch.device, dtype: torch.dtype | None) -> None:
        import torch

        self.device, self.dtype = device, dtype
        self.scaler = torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)

    @classmethod
    def of(cls, device: torch.device, mixed: bool) -> Precision:
        """The one for a device: bfloat16, or float16 where a GPU has no circuits for that."""
        import torch

        if not mixed or device.type != "cuda":
            return cls(device, None)
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return cls(device, torch.bfloat16 if native else torch.float16)

    def autocast(self) -> torch.autocast:
        """The context that a loss is computed in."""
        import torch

        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None)

    def step(
        self,
        loss: torch.Tensor,
        optimiser: torch.optim.Optimizer,
        parameters: Iterable[torch.Tensor],
        gradient_norm: float,
    ) -> None:
        """Step down the gradient, clipped to a norm; in float16 not at all where the gradient overflows."""
        import torch

        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.unscale_(optimiser)
        torch.nn.utils.clip_grad_norm_(parameters, gradient_norm)
        self.scaler.step(optimiser)
        self.scaler.update()
