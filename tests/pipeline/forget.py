"""`python -m tests.pipeline.forget` forgets everything a pipeline made, its cache included, and keeps the data.

With `results` it removes what the second pipeline committed, which a clone brings and DVC would find unchanged.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from ruamel.yaml import YAML

from floodmark.dag import RESULTS, read_stages
from floodmark.storage import remove


def forget(project: Path) -> None:
    """Remove `outputs/`, the run cache, work in progress, and every cached file that is not part of `data/`."""
    cache = project / ".dvc/cache/files/md5"
    keep = set()
    for entry in YAML(typ="safe").load((project / "data.dvc").read_text(encoding="utf-8"))["outs"]:
        listing = cache / entry["md5"][:2] / entry["md5"][2:]
        keep |= {entry["md5"], *(item["md5"] for item in json.loads(listing.read_text(encoding="utf-8")))}
    for path in cache.glob("*/*"):
        if path.parent.name + path.name not in keep:
            path.chmod(0o644)
            path.unlink()
    for name in ("outputs", ".dvc/cache/runs", ".dvc/tmp/floodmark"):
        shutil.rmtree(project / name, ignore_errors=True)


def forget_results(project: Path) -> None:
    """Remove every output of the second pipeline."""
    for stage in read_stages(project, RESULTS).values():
        for out in stage.outs:
            remove(project / out)


if __name__ == "__main__":
    forget_results(Path.cwd()) if "results" in sys.argv else forget(Path.cwd())
