"""The images: were they built here from the inputs that their locks name, and are they what was built?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.doctor.engines import ENGINES, LOCAL, wanted_engine
from floodmark.doctor.finding import Finding, ok, problem

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.containers.record import Record


def images(root: Path) -> list[Finding]:
    """Each image of the engine that stages would use."""
    engine = wanted_engine()
    if engine not in ENGINES[1:]:
        return [ok("images", f"none is needed: stages run {LOCAL}")] if engine == LOCAL else []
    from floodmark.containers import verify
    from floodmark.containers.inputs import IMAGES
    from floodmark.containers.record import read_record

    found = []
    for image in IMAGES:
        wrong = verify.problem(root, image, engine)
        step = "floodmark image convert" if engine == "apptainer" else "make image"
        found.append(
            problem(f"image {image}", wrong, step) if wrong else _good(image, read_record(root, image, engine))
        )
    return found


def _good(image: str, record: Record | None) -> Finding:
    """As locked, with the build of torch, which is no input: one without CUDA is smaller, and slower where GPUs are."""
    torch = record.torch if record else ""
    return ok(f"image {image}", f"as locked, with torch {torch}" if torch else "as locked")
