"""Reads YAML 1.2 by libyaml, twenty times as fast as in Python: `dvc.lock` alone, read at every stage, took seconds.

PyYAML takes words by the rules of YAML 1.1, where `no` is false and `12:30` is 750. Here numbers and truth are those
of 1.2, which DVC writes, as ruamel.yaml reads them; a key that is there twice is an error, as it is there. Inside
brackets libyaml refuses a bare word that begins with a colon, which ruamel.yaml takes.
"""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

YAMLError = yaml.YAMLError
KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge", "tag:yaml.org,2002:timestamp")
"""What PyYAML knows by the rules of 1.2 too."""


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """libyaml's, with the words of YAML 1.2."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own way to say it)
        first: [(tag, pattern) for tag, pattern in known if tag in KEPT]
        for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping, of which every key is there once."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    "while constructing a mapping", node.start_mark, f"found the key {key!r} twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _whole(loader: _Loader, node: Any) -> int:
    digits = loader.construct_scalar(node).replace("_", "")
    return int(digits, 0 if re.match(r"[-+]?0[box]", digits) else 10)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"""^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
        |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
        |[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?
        |[-+]?\.(?:inf|Inf|INF)
        |\.(?:nan|NaN|NAN))$""",
        re.VERBOSE,
    ),
    list("-+0123456789."),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^[-+]?(?:0b[0-1_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole)


def load(text: str) -> Any:
    """The values of one document.

    Raises:
        YAMLError: if it is none, with line and column; or a key is there twice, or a tag is not plain YAML's.
    """
    return yaml.load(text, _Loader)  # noqa: S506  (it is a safe one)
