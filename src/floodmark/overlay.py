"""Params laid over others, key by key, with the comments of the file they are laid on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from floodmark import yaml12
from floodmark.settings.every import check_params
from floodmark.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


NULL = "tag:yaml.org,2002:null"


def lay(path: Path, overlays: Sequence[dict[str, Any]], source: str) -> None:
    """Lay overlays over a file of params, one after the other, and check the result as a whole before it is written.

    Args:
        path: The file, which is changed.
        overlays: Sections with the keys to change; lists are replaced.
        source: What a mistake in them is blamed on.

    Raises:
        UserError: if the result is not valid; the file is then as it was.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 1000, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), lambda writer, _: writer.represent_scalar(NULL, "null"))
    params = yaml.load(path.read_text(encoding="utf-8"))
    for overlay in overlays:
        merge(params, overlay)
    text = io.StringIO()
    yaml.dump(params, text)
    check_params(yaml12.load(text.getvalue()), source)
    write_text(path, text.getvalue())


def merge(base: dict[str, Any], overlay: dict[str, Any]) -> None:
    """Lay one mapping over another in place, key by key."""
    for key, value in overlay.items():
        inner = base.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            merge(inner, value)
        else:
            base[key] = _in_a_row(value)


def _in_a_row(value: Any) -> Any:
    """Lists as the params write them, in one line."""
    from ruamel.yaml.comments import CommentedSeq

    if not isinstance(value, list):
        return value
    row = CommentedSeq(value)
    row.fa.set_flow_style()
    return row
