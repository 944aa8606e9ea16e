"""The state of a simulation on disk, from which it goes on to the same bits."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.hydraulics.forcing import Forcing, Rain
    from floodmark.hydraulics.site import Site
    from floodmark.hydraulics.water import Water


def fingerprint(site: Site, losses: Any, rain: Rain) -> dict[str, str]:
    """What a state belongs to, part by part."""
    parts: dict[str, bytes] = {
        "heightmap": np.ascontiguousarray(site.elevation, np.float64).tobytes() + repr(site.grid).encode(),
        "manning_n": np.ascontiguousarray(site.manning_n, np.float64).tobytes(),
        "edges": repr(site.edges).encode(),
        "physics": repr(site.physics).encode(),
        "losses": repr(losses).encode(),
        "inflows": repr(site.inflows).encode(),
        "rain": repr((rain.start, rain.step, rain.shape, rain.called)).encode(),
    }
    return {name: hashlib.blake2b(part, digest_size=16).hexdigest() for name, part in parts.items()}


def save_state(path: Path, water: Water, forcing: Forcing, belongs: dict[str, str]) -> None:
    """Write the state, whole or not at all."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        with partial.open("wb") as file:
            np.savez(
                file, allow_pickle=False, belongs=np.array(json.dumps(belongs)), **water.snapshot(), **forcing.state
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_state(path: Path, water: Water, forcing: Forcing, belongs: dict[str, str]) -> None:
    """Let water and forcing go on from a state.

    Raises:
        UserError: if the file is no state, or that of another ground, rain or physics.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            parts: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
        stored_for = json.loads(str(parts["belongs"]))
        differs = [name for name, digest in belongs.items() if stored_for.get(name) != digest]
        if differs:
            raise UserError(
                f"{path}: is the state of another simulation: {', '.join(differs)} must be as when it was saved"
            )
        water.restore(parts)
        forcing.restore(parts)
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: is no state that --save-state wrote, or is damaged ({error})") from error
