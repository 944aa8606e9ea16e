"""The installed packages against the pins of `make setup`: other versions may work, but not to the same bytes."""

from __future__ import annotations

from importlib.metadata import distributions
from typing import TYPE_CHECKING

from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PINS, CLUSTER, ALONE = "constraints.txt", "constraints-cluster.txt", "constraints-alone.txt"
SENTENCE = "constraints-sentence.txt"
SHOWN = 4
"""How many packages a line names."""
COMING_ALONG = ("nvidia-", "cuda-", "triton", "pip", "setuptools", "wheel", "floodmark")
"""What neither file pins: the libraries that torch pins itself, the tools of installing, and what `code` looks at."""


def pins(root: Path) -> list[Finding]:
    """What is missing, has another version, belongs to an extra, or is there beyond the pins."""
    have = installed()
    wanted = {name: pin for file in (PINS, CLUSTER, ALONE) for name, pin in read_pins(root / file).items()}
    extra = read_pins(root / SENTENCE) if (root / SENTENCE).is_file() else {}
    return [*_base(wanted, have), *_sentence(extra, have), *_beyond({**wanted, **extra}, have)]


def installed() -> dict[str, str]:
    """The version of every package of this environment, by its normal name."""
    from packaging.utils import canonicalize_name

    # Of two on the path the first is the one that is imported.
    found = [(item.metadata["Name"], item.version) for item in distributions()]
    return {canonicalize_name(name): version for name, version in reversed(found) if name}


def read_pins(path: Path) -> dict[str, str]:
    """The pinned version of every package that a file of constraints names, by its normal name."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    wanted = [Requirement(line) for line in lines if line]
    return {canonicalize_name(item.name): str(item.specifier).removeprefix("==") for item in wanted}


def differing(wanted: Mapping[str, str], have: Mapping[str, str]) -> list[str]:
    """Packages with another version than the pinned one; of a build such as 2.13.0+cpu the build does not count."""
    from packaging.specifiers import SpecifierSet

    pairs = ((name, version, have[name]) for name, version in wanted.items() if name in have)
    return [f"{name} {found} (pinned: {pin})" for name, pin, found in pairs if found not in SpecifierSet(f"=={pin}")]


def _base(wanted: Mapping[str, str], have: Mapping[str, str]) -> list[Finding]:
    missing, other = [name for name in wanted if name not in have], differing(wanted, have)
    findings = []
    if missing:
        said = f"{len(missing)} of {len(wanted)} packages are missing: {_first(missing)}"
        findings.append(problem("pins", said, "rm -f .venv/.installed && make setup"))
    if other:
        said = f"{len(other)} of {len(wanted)} packages have another version, so bytes may differ: {_first(other)}"
        findings.append(warning("pins", said, "rm -f .venv/.installed && make setup"))
    return findings or [ok("pins", f"all {len(wanted)} packages have the versions of {PINS}, {CLUSTER} and {ALONE}")]


def _sentence(wanted: Mapping[str, str], have: Mapping[str, str]) -> list[Finding]:
    """The extra is there as a whole, or it is not asked for."""
    there, other = [name for name in wanted if name in have], differing(wanted, have)
    if not wanted:
        return []
    install = f".venv/bin/pip install --constraint {PINS} --requirement {SENTENCE}"
    if not there:
        return [ok("extra sentence", f"not installed; only baselines on a sentence encoder need it ({install})")]
    missing = [name for name in wanted if name not in have]
    if missing or other:
        parts = [f"missing: {_first(missing)}"] * bool(missing) + [f"another version: {_first(other)}"] * bool(other)
        return [warning("extra sentence", f"in part: {'; '.join(parts)}", install)]
    return [ok("extra sentence", f"all {len(wanted)} packages as {SENTENCE} names them")]


def _beyond(wanted: Mapping[str, str], have: Mapping[str, str]) -> list[Finding]:
    more = sorted(name for name in have if name not in wanted and not name.startswith(COMING_ALONG))
    return [ok("beyond the pins", f"{len(more)} packages that nobody pinned: {_first(more)}")] if more else []


def _first(names: list[str]) -> str:
    left = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {left} more" if left > 0 else "")
