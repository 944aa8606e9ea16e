"""How params.yaml is read: one strict model per section, and errors that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from floodmark import yaml12
from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic.fields import FieldInfo


class Section(BaseModel):
    """A section of params.yaml: unknown keys are refused, nothing has a default, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


AnySection = TypeVar("AnySection", bound=Section)


def read_params(path: Path) -> dict[str, Any]:
    """The whole file as plain values.

    Raises:
        UserError: if the file is absent or no YAML mapping.
    """
    if not path.exists():
        raise UserError(f"{path} is missing: run from the root of a Floodmark project")
    try:
        content = yaml12.load(path.read_text(encoding="utf-8"))
    except yaml12.YAMLError as error:
        raise UserError(f"{path} is not valid YAML:\n{error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} must hold a mapping of sections")
    return content


def read_section(params: dict[str, Any], name: str, model: type[AnySection], source: str) -> AnySection:
    """Validate one section.

    Raises:
        UserError: naming each wrong key, its value and the allowed range.
    """
    if name not in params:
        raise UserError(f"{source}: the section '{name}' is missing")
    try:
        return model.model_validate(params[name])
    except ValidationError as error:
        raise UserError(f"{source}:\n" + "\n".join(_explain(name, model, error.errors()))) from None


@dataclass(frozen=True)
class _Place:
    """Where an error lies.

    Attributes:
        keys: From the section down to the wrong value.
        section: The innermost section on the way there.
        field: The innermost field on the way there, None where no section has it.
        union: How many of `keys` lead to the value that may be of several kinds, None where there is no such value.
    """

    keys: tuple[str, ...]
    section: type[Section]
    field: FieldInfo | None
    union: int | None


def _explain(name: str, model: type[Section], errors: list[Any]) -> Iterator[str]:
    """One line for each wrong value: key, value, what is allowed, and what the key means."""
    located = [(_locate(model, error["loc"]), error) for error in errors if not _follows_from_another(error, errors)]
    seen = set()
    for place, error in located:
        if place.union is None:
            yield _line(name, place, error, [error])
            continue
        value = place.keys[: place.union]
        if value not in seen:
            seen.add(value)
            kinds = [item for item in located if item[0].union is not None and item[0].keys[: item[0].union] == value]
            yield from _union_lines(name, kinds)


def _follows_from_another(error: Any, errors: list[Any]) -> bool:
    """Whether a list is only too short for a wrong item in it, or lacks an item after another that it lacks."""
    if error["type"] == "too_short":
        return bool(len(error["input"]) >= error["ctx"]["min_length"])
    if error["type"] == "missing" and isinstance(error["loc"][-1], int):
        before = (*error["loc"][:-1], error["loc"][-1] - 1)
        return any(other["type"] == "missing" and other["loc"] == before for other in errors)
    return False


def _union_lines(name: str, kinds: list[tuple[_Place, Any]]) -> Iterator[str]:
    """Of a value that may be of several kinds, only what keeps it from the kind that it is nearest to."""
    deepest = max(len(place.keys) for place, _ in kinds)
    if deepest > min(place.union or 0 for place, _ in kinds):
        for place, error in kinds:
            if len(place.keys) == deepest:
                yield _line(name, place, error, [error])
        return
    near = [item for item in kinds if not item[1]["type"].endswith(("_type", "_parsing"))] or kinds
    yield _line(name, *near[0], [error for _, error in near])


def _line(name: str, place: _Place, error: Any, reasons: list[Any]) -> str:
    where, field = ".".join([name, *place.keys]), place.field
    if error["type"] == "extra_forbidden":
        return f"  {where}: unknown key; this section has {', '.join(sorted(place.section.model_fields))}"
    meaning = f" ({field.description})" if field is not None and field.description else ""
    if error["type"] == "missing" and isinstance(error["loc"][-1], int):
        where = ".".join([name, *place.keys[:-1]])
        return f"  {where} = {error['input']!r}: item {error['loc'][-1] + 1} is missing{meaning}"
    if error["type"] == "missing":
        return f"  {where}: missing{meaning}"
    message = " or ".join(reason["msg"].removeprefix("Value error, ") for reason in reasons)
    if error["type"] == "value_error" and isinstance(error["input"], dict):
        # What is wrong between the keys of a section names them and their values itself.
        return f"  {where}: {message}"
    return f"  {where} = {error['input']!r}: {message}{meaning}"


def _locate(model: type[Section], location: tuple[int | str, ...]) -> _Place:
    """Follow pydantic's location, in which the kinds of a union and the word for a mapping's key are no keys."""
    keys: list[str] = []
    section, field, union = model, None, None
    inner: type[Section] | None = model
    entry: type[Section] | None = None
    for part in location:
        if part == "[key]":
            continue
        if inner is not None:
            section, field = inner, inner.model_fields.get(str(part))
            inner, entry = _sections_of(field)
        elif entry is not None:
            inner, entry = entry, None
        elif isinstance(part, str):
            union = len(keys) if union is None else union
            continue
        keys.append(str(part))
    return _Place(tuple(keys), section, field, union)


def _sections_of(field: FieldInfo | None) -> tuple[type[Section] | None, type[Section] | None]:
    """The section that a field is, and the section that each entry of it is."""
    kind = None if field is None else field.annotation
    if isinstance(kind, type) and issubclass(kind, Section):
        return kind, None
    named = (item for item in get_args(kind) if isinstance(item, type) and issubclass(item, Section))
    return None, next(named, None)
