"""What dvc.yaml and results/dvc.yaml say, as plain values: each stage with its matrix resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floodmark import yaml12

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class StageEntry:
    """One runnable stage.

    Attributes:
        address: What `dvc repro` takes, such as ``train_text@lstm``.
        name: The stage's name without the matrix part.
        value: The matrix value, or None.
        deps: Paths it depends on.
        outs: Paths it writes, metrics included.
        metrics: Paths of its metrics files, those inside cached folders included.
        params: Keys of params.yaml it depends on.
    """

    address: str
    name: str
    value: str | None
    deps: tuple[str, ...]
    outs: tuple[str, ...]
    metrics: tuple[str, ...]
    params: tuple[str, ...]


PIPELINE, RESULTS = "dvc.yaml", "results/dvc.yaml"
"""What `dvc repro` runs, and what `make results` does; paths of both are those below the root."""


def every_stage(root: Path) -> dict[str, StageEntry]:
    """The stages of both pipelines, where there are two."""
    return {
        address: stage
        for pipeline in (PIPELINE, RESULTS)
        if (root / pipeline).is_file()
        for address, stage in read_stages(root, pipeline).items()
    }


def read_stages(root: Path, name: str = PIPELINE) -> dict[str, StageEntry]:
    """Every stage of one pipeline by its address, in the file's order."""
    pipeline = yaml12.load((root / name).read_text(encoding="utf-8"))
    inside = tuple(pipeline.get("metrics", []))
    params = yaml12.load((root / "params.yaml").read_text(encoding="utf-8"))
    entries: dict[str, StageEntry] = {}
    for name, body in pipeline["stages"].items():
        for value in _matrix_values(body, params):
            entry = _entry(name, value, body, inside)
            entries[entry.address] = entry
    return entries


def lookup(params: dict[str, Any], key: str) -> Any:
    """The value of a dotted key of params.yaml, or None."""
    value: Any = params
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _matrix_values(body: dict[str, Any], params: dict[str, Any]) -> list[str | None]:
    if "matrix" not in body:
        return [None]
    (values,) = body["matrix"].values()
    if isinstance(values, str):  # "${section.key}": a list in params.yaml
        values = lookup(params, values.removeprefix("${").removesuffix("}"))
    return [str(value) for value in values]


def _entry(name: str, value: str | None, body: dict[str, Any], inside: tuple[str, ...]) -> StageEntry:
    key = next(iter(body["matrix"])) if value is not None else ""

    def paths(kind: str) -> tuple[str, ...]:
        texts = [next(iter(item)) if isinstance(item, dict) else item for item in body.get(kind, [])]
        return tuple(text.replace(f"${{item.{key}}}", value or "") for text in texts)

    outs, metrics = paths("outs"), paths("metrics")
    return StageEntry(
        address=name if value is None else f"{name}@{value}",
        name=name,
        value=value,
        deps=paths("deps"),
        outs=outs + metrics,
        metrics=metrics + tuple(path for path in inside if path.startswith(tuple(f"{out}/" for out in outs))),
        params=paths("params"),
    )
