"""All sections of params.yaml together: the schema, and the check of a whole file."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from pydantic import create_model

from floodmark.errors import UserError
from floodmark.settings.base import Section, read_section

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


def check_params(params: dict[str, Any], source: str) -> None:
    """Validate a whole file.

    Raises:
        UserError: naming every section that is unknown, missing or wrong.
    """
    known = sections()
    problems = [f"{source}: unknown section '{name}'" for name in params if name not in known]
    for name, model in known.items():
        try:
            read_section(params, name, model, source)
        except UserError as error:
            problems.append(str(error))
    if problems:
        raise UserError("\n".join(problems))
