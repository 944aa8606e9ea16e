"""What `floodmark simulate` assumes where nobody says otherwise: the section `make_water` of a lone simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark import yaml12
from floodmark.errors import UserError
from floodmark.settings.base import read_section
from floodmark.settings.every import read_file
from floodmark.settings.make_water import MakeWater

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "0.1.0"
"""Of the package; a test holds it to pyproject.toml."""

PIPELINE_ONLY = {"source", "imports", "min_frames", "max_missing_share"}
"""Params of make_water that a lone simulation has no use for."""

_FREE = {"kind": "free", "slope": 0.01, "level": None}

DEFAULTS: dict[str, Any] = {
    "source": "simulate",
    "manning_n": 0.05,
    "losses": {
        "kind": "none", "runoff_coefficient": 0.7, "infiltration_rate": 5, "conductivity": 10, "suction_head": 110,
        "moisture_deficit": 0.3, "curve_number": 75, "initial_abstraction": 0.2, "topmodel_m": 0.005,
        "topmodel_start": 0.01,
    },
    "edges": {side: dict(_FREE) for side in ("west", "east", "north", "south")},
    "initial_water": "dry",
    "spin_up": 120,
    "inflows": False,
    "precision": "float32",
    "advection": False,
    "courant": 0.7,
    "froude": 1.0,
    "theta": 1.0,
    "longest_step": 60,
    "snapshot_interval": 15,
    "velocity": True,
    "recession": 60,
    "min_frames": 2,
    "max_missing_share": 1,
    "wet_depth": 0.1,
    "imports": {
        "times": "names", "start": None, "first": 0, "interval": 15, "units": "m", "crs": None, "max_depth": 200,
    },
}  # fmt: skip


def lone_settings(params: Path | None, changes: tuple[str, ...]) -> MakeWater:
    """The defaults, or the section make_water of a params.yaml, with changes laid over.

    Args:
        params: A file with a section `make_water`.
        changes: Such as `losses.kind=green_ampt`; values are YAML.

    Raises:
        UserError: naming the key, its value and the allowed range.
    """
    section = _copy(DEFAULTS)
    if params is not None:
        section = read_section(read_file(params), "make_water", MakeWater, str(params)).model_dump()
    for change in changes:
        key, equals, text = change.partition("=")
        try:
            value = yaml12.load(text)
        except yaml12.YAMLError as error:
            raise UserError(f"--set {change}: the value is not YAML ({error})") from error
        if key.removeprefix("make_water.").split(".")[0] in PIPELINE_ONLY:
            raise UserError(f"--set {change}: {key} belongs to the pipeline and means nothing here")
        if not equals or not key:
            raise UserError(f"--set {change}: must be key=value, such as manning_n=0.03 or losses.kind=green_ampt")
        _assign(section, key.removeprefix("make_water.").split("."), value, change)
    return read_section({"make_water": section}, "make_water", MakeWater, "--set")


def _assign(section: dict[str, Any], keys: list[str], value: Any, change: str) -> None:
    """Put a value at a path of keys that must be there."""
    first, *rest = keys
    if first not in section or (rest and not isinstance(section[first], dict)):
        known = ", ".join(sorted(set(section) - PIPELINE_ONLY))
        raise UserError(f"--set {change}: there is no {first} here; there are {known}")
    if rest:
        _assign(section[first], rest, value, change)
    else:
        section[first] = value


def _copy(section: dict[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, dict) else value for key, value in section.items()}
