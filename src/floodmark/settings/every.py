"""All sections of params.yaml together: the schema, and the check of a whole file."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import create_model

from floodmark.errors import UserError
from floodmark.settings.base import Section, read_params, read_section

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECIAL = {"base", "every", "__init__"}


def sections() -> dict[str, type[Section]]:
    """Every section by name: a file of this folder holds the section it is named after."""
    found: dict[str, type[Section]] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem in SPECIAL:
            continue
        module = importlib.import_module(f"floodmark.settings.{path.stem}")
        wanted = path.stem.replace("_", "")
        models = [
            item
            for item in vars(module).values()
            if isinstance(item, type) and issubclass(item, Section) and item.__module__ == module.__name__
        ]
        (found[path.stem],) = [
            model
            for model in models
            if model.__name__.lower().removesuffix("settings") in (wanted, wanted + "settings")
        ]
    return found


def schema() -> str:
    """The JSON schema of params.yaml, as the text of params.schema.json."""
    fields: dict[str, Any] = {name: (model, ...) for name, model in sections().items()}
    document = create_model("Params", __base__=Section, **fields).model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_file(path: Path) -> dict[str, Any]:
    """A file of params that a person wrote, as plain values.

    Raises:
        UserError: if the file is absent, no YAML mapping or no UTF-8.
    """
    try:
        return read_params(path)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError(f"{path}, line {line}, is not UTF-8: save the file in that encoding") from None


def check_params(params: dict[str, Any], source: str) -> None:
    """Validate a whole file.

    Raises:
        UserError: naming every section that is unknown, missing or wrong.
    """
    known = sections()
    problems = [f"{source}: unknown section '{name}'" for name in params if name not in known]
    for name, model in known.items():
        try:
            read = read_section(params, name, model, source)
        except UserError as error:
            problems.append(str(error))
        else:
            problems += [f"{source}: {problem}" for problem in _truths(params[name], read.model_dump(), name)]
    if problems:
        raise UserError("\n".join(problems))


def _truths(written: Any, read: Any, where: str) -> Iterator[str]:
    """Where `true` or `false` stands for a number, which pydantic takes for 1 or 0: `k: true` would hide nobody."""
    if isinstance(written, bool) and not isinstance(read, bool):
        yield f"{where} = {str(written).lower()}: must be a number, not a truth"
    elif isinstance(written, dict) and isinstance(read, dict):
        for key, value in written.items():
            yield from _truths(value, read.get(key), f"{where}.{key}")
    elif isinstance(written, list) and isinstance(read, (list, tuple)):
        for place, (one, other) in enumerate(zip(written, read, strict=False)):
            yield from _truths(one, other, f"{where}.{place}")
