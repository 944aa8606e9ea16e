"""`python -m tests.pipeline.forget` forgets everything a pipeline made, its cache included, and keeps the data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ruamel.yaml import YAML


def forget(project: Path) -> None:
    """Remove `outputs/`, the run cache, and every cached file that is not part of `data/`."""
    cache = project / ".dvc/cache/files/md5"
    keep = set()
    for entry in YAML(typ="safe").load((project / "data.dvc").read_text(encoding="utf-8"))["outs"]:
        listing = cache / entry["md5"][:2] / entry["md5"][2:]
        keep |= {entry["md5"], *(item["md5"] for item in json.loads(listing.read_text(encoding="utf-8")))}
    for path in cache.glob("*/*"):
        if path.parent.name + path.name not in keep:
            path.chmod(0o644)
            path.unlink()
    for name in ("outputs", ".dvc/cache/runs"):
        shutil.rmtree(project / name, ignore_errors=True)


if __name__ == "__main__":
    forget(Path.cwd())
