"""The state of a simulation on disk, from which it goes on to the same bits."""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.hydraulics.forcing import Forcing
    from floodmark.hydraulics.site import Site
    from floodmark.hydraulics.water import Water


def fingerprint(site: Site, losses: Any, rain: Any) -> str:
    """What a state belongs to: ground, roughness, edges, physics, losses, and the rain's beginning and cells."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(np.ascontiguousarray(site.elevation, np.float64).tobytes())
    digest.update(np.ascontiguousarray(site.manning_n, np.float64).tobytes())
    for part in (site.grid, site.edges, site.physics, losses, rain.start, rain.step, rain.shape):
        digest.update(repr(part).encode())
    return digest.hexdigest()


def save_state(path: Path, water: Water, forcing: Forcing, belongs: str) -> None:
    """Write the state, whole or not at all."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, belongs=np.array(belongs), **water.snapshot(), **forcing.state)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_state(path: Path, water: Water, forcing: Forcing, belongs: str) -> None:
    """Let water and forcing go on from a state.

    Raises:
        UserError: if the file is no state, or that of another ground, rain or physics.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            parts: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
        if str(parts["belongs"]) != belongs:
            raise UserError(
                f"{path}: is the state of another simulation: heightmap, rain, roughness, edges, losses and physics "
                "must be those it was saved with"
            )
        water.restore(parts)
        forcing.restore(parts)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: is no state that --save-state wrote, or is damaged ({error})") from error
