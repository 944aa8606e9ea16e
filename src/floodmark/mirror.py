"""What is mirrored into MLflow: the state of the code a run is of, and what the files of its stages say.

Like `floodmark.tracking`, which sends it, imported by nothing a stage imports.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark import yaml12
from floodmark.dag import PIPELINE, RESULTS, StageEntry, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

THROUGHPUT = ("samples_per_second", "step_seconds", "waiting_share")
"""What `timings/` says of a stage's trainings that becomes a metric."""
LARGE = 2**20
"""Bytes from which an untracked file is known by its size and time: they are looked at after every stage."""


def identity() -> dict[str, str]:
    """Name and tags of the parent run: the DVC experiment, or HEAD plus a hash of what is uncommitted."""
    head = _git("rev-parse", "--verify", "--quiet", "HEAD").decode().strip() or "no-commit"
    # The pipeline's own products change while it runs and must not split its parent in two.
    products = [
        f":(exclude){name}" for name in ("dvc.lock", "outputs", "results/dvc.lock", "results/sentiment", "timings")
    ]
    changed = _git("diff", "HEAD", "--", ".", *products)
    # -z: without it Git writes names that are not ASCII in quotes, with numbers for letters.
    untracked = _git("ls-files", "-z", "--others", "--exclude-standard", "--", ".", *products)
    for path in untracked.split(b"\0"):
        if path:
            changed += path + _state(Path(os.fsdecode(path)))
    digest = hashlib.blake2b(changed, digest_size=4).hexdigest() if changed else "clean"
    name = os.environ.get("DVC_EXP_NAME") or f"{head[:9]}-{digest}"
    return {"name": name, "git.revision": head, "git.uncommitted": digest, "dvc.experiment": name}


def _git(*arguments: str) -> bytes:
    result = subprocess.run(["git", *arguments], capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else b""


def _state(path: Path) -> bytes:
    """What tells an untracked file from its next version; nothing of what cannot be read, such as a nested project."""
    try:
        if path.is_symlink():
            return os.fsencode(os.readlink(path))
        status = path.stat()
        if not path.is_file():
            return b""
        if status.st_size >= LARGE:
            return f"{status.st_size} {status.st_mtime_ns}".encode()
        return hashlib.blake2b(path.read_bytes(), digest_size=16).digest()
    except OSError:
        return b""


def upstream(stages: dict[str, StageEntry], addresses: list[str]) -> list[StageEntry]:
    """The stages of these addresses, then all that they depend on, directly or through others."""
    found = [stages[address] for address in addresses]
    for later in found:  # grows while it is walked
        for earlier in stages.values():
            if earlier not in found and any(_meet(dep, out) for dep in later.deps for out in earlier.outs):
                found.append(earlier)
    return found


def _meet(dep: str, out: str) -> bool:
    """Whether one path is the other or lies below it."""
    return dep == out or dep.startswith(f"{out}/") or out.startswith(f"{dep}/")


@dataclass(frozen=True)
class StageFiles:
    """What the files of the current folder say of its stages; the large YAML files are read once.

    Attributes:
        settings: All of params.yaml.
        outs: The digest of every output in dvc.lock, by its path.
        dataset: The digest of `data/`.
    """

    settings: dict[str, Any]
    outs: dict[str, str]
    dataset: str

    @classmethod
    def read(cls) -> StageFiles:
        """Read params.yaml, both dvc.lock and data.dvc of the current folder."""
        from floodmark.settings.base import read_params

        locks = [_yaml(Path(pipeline).with_suffix(".lock")) for pipeline in (PIPELINE, RESULTS)]
        runs = [run for lock in locks for run in lock.get("stages", {}).values()]
        outs = {item["path"]: item.get("md5", "") for run in runs for item in run.get("outs", [])}
        data = _yaml(Path("data.dvc"))
        dataset = next((item.get("md5", "unknown") for item in data.get("outs", [])), "unknown")
        return cls(read_params(Path("params.yaml")), outs, dataset)

    def digest(self, stage: StageEntry) -> str:
        """What identifies a stage's run: its params, the data it read, and its metrics; no large file is read again."""
        total = hashlib.blake2b(digest_size=16)
        total.update(json.dumps([self.params(stage), self.data_digests(stage)], default=str).encode())
        for name in stage.metrics:
            total.update(Path(name).read_bytes())
        return total.hexdigest()

    def params(self, stage: StageEntry) -> list[tuple[str, Any]]:
        """Every leaf of the params that the stage reads."""
        return [leaf for key in stage.params for leaf in _leaves(key, lookup(self.settings, key))]

    def metrics(self, stage: StageEntry) -> Iterator[tuple[str, float, int]]:
        """(name, value, epoch) of its metrics and of its training curves."""
        for name in stage.metrics:
            yield from _numbers("", json.loads(Path(name).read_text(encoding="utf-8")))
        for path in (path for path in _files(stage, ".csv") if path.name.startswith("history")):
            yield from _curves(path)

    def throughput(self, stage: StageEntry) -> Iterator[tuple[str, float, int]]:
        """(name, value, 0) of how fast its trainings were when it last ran here."""
        path = Path("timings", f"{stage.address}.training.json")
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
            yield from ((name, float(found[name]), 0) for name in THROUGHPUT)

    def run_in(self, stage: StageEntry) -> dict[str, str]:
        """Tags of what it ran in when it last ran here: the engine, and the image where there was one."""
        path = Path("timings", f"{stage.address}.json")
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        names = {"engine": "floodmark.engine", "image_id": "floodmark.image_id"}
        return {tag: str(found[name]) for name, tag in names.items() if name in found}

    def data_digests(self, stage: StageEntry) -> list[tuple[str, str]]:
        """(dep, digest): of the dataset for `data/`, else of the outputs it is, or holds.

        A stage's own entry in dvc.lock is written after it ran, and its old deps may be stale; the outputs of the
        stages before it are not.
        """
        found = []
        for dep in stage.deps:
            if dep.startswith("data/"):
                found.append((dep, self.dataset))
            elif dep.startswith("outputs/"):
                inside = [md5 for path, md5 in sorted(self.outs.items()) if path.startswith(f"{dep}/")]
                joined = hashlib.blake2b("".join(inside).encode(), digest_size=16).hexdigest() if inside else "unknown"
                found.append((dep, self.outs.get(dep) or joined))
        return found

    def figures(self, stage: StageEntry) -> list[Path]:
        """Its pictures and pages."""
        return _files(stage, ".png") + _files(stage, ".html")


def _files(stage: StageEntry, suffix: str) -> list[Path]:
    found = [Path(out) for out in stage.outs if out.endswith(suffix)]
    for out in stage.outs:
        found += sorted(Path(out).rglob(f"*{suffix}")) if Path(out).is_dir() else []
    return found


def _leaves(key: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for name, item in value.items() for leaf in _leaves(f"{key}.{name}", item)]
    return [(key, value)]


def _numbers(prefix: str, value: Any) -> Iterator[tuple[str, float, int]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(f"{prefix}.{key}" if prefix else str(key), item)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        # MLflow takes letters, digits and _-./: and blanks in names.
        yield "".join(char if char.isalnum() or char in "_-./ " else "_" for char in prefix), float(value), 0


def _curves(path: Path) -> Iterator[tuple[str, float, int]]:
    # history.csv gives curve.loss, history_nowcast.csv curve.nowcast.loss.
    name = path.stem.replace("history", "curve").replace("_", ".")
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number = float(row.pop("epoch"))
            if not math.isfinite(number):  # an untrained model has no epoch
                continue
            epoch = int(number)
            yield from ((f"{name}.{key}", float(value), epoch) for key, value in row.items() if value)


def _yaml(path: Path) -> dict[str, Any]:
    return dict(yaml12.load(path.read_text(encoding="utf-8"))) if path.is_file() else {}
