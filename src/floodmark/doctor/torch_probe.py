"""Prints as JSON what torch says of itself and of the GPUs, in a process of its own: a driver may hang or crash."""

from __future__ import annotations

import json
import warnings
from typing import Any


def facts() -> dict[str, Any]:
    """What torch was built for, what it sees, and what it says about that."""
    import torch

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
        seen = [
            {
                "name": torch.cuda.get_device_name(number),
                "capability": list(torch.cuda.get_device_capability(number)),
            }
            for number in range(torch.cuda.device_count() if available else 0)
        ]
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "hip": torch.version.hip,
        "available": available,
        "built": torch.cuda.get_arch_list(),
        "gpus": seen,
        "said": [str(item.message) for item in caught],
        **_device(),
    }


def _device() -> dict[str, str]:
    """What the stages would compute on."""
    from floodmark.errors import UserError
    from floodmark.learning.device import pick_device

    try:
        return {"device": str(pick_device()), "refused": ""}
    except UserError as error:
        return {"device": "", "refused": str(error)}


if __name__ == "__main__":
    print(json.dumps(facts()))
