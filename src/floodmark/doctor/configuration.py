"""DVC's configuration, merged from all the places that DVC reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

EMBEDDED = "embedded"
"""The remote inside the repository, of the demonstration's dataset."""


def configuration(root: Path) -> dict[str, Any]:
    """Sections and their keys; paths in it are absolute."""
    from dvc.config import Config

    return dict(Config(str(root / ".dvc")))


def cache_folder(root: Path, config: dict[str, Any]) -> Path:
    """Where DVC keeps every version of every output."""
    return Path(config["cache"].get("dir") or root / ".dvc/cache")


def site_folder(config: dict[str, Any]) -> Path:
    """Where DVC keeps what it knows of files, in databases."""
    from dvc.dirs import site_cache_dir

    return Path(os.fspath(site_cache_dir(config["core"].get("site_cache_dir"))))


def is_demonstration(root: Path) -> bool:
    """Whether data.dvc names the embedded dataset, as the demonstration's does and a study's does not."""
    pointer = root / "data.dvc"
    return pointer.is_file() and f"remote: {EMBEDDED}" in pointer.read_text(encoding="utf-8")
