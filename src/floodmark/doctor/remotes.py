"""DVC's remotes: can each be reached, and does a plain `dvc push` go where data may go?"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from floodmark.doctor.ask import SECONDS, ask
from floodmark.doctor.configuration import EMBEDDED, configuration
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from pathlib import Path


def remotes(root: Path) -> list[Finding]:
    """The default remote, and each remote after it was listed."""
    config = configuration(root)
    named: dict[str, Any] = config["remote"]
    with ThreadPoolExecutor(max(1, len(named))) as pool:
        listed = list(pool.map(lambda name: _listed(root, name, str(named[name].get("url", ""))), named))
    return [_default(config["core"].get("remote"), named), *listed]


def _default(name: str | None, named: dict[str, Any]) -> Finding:
    if name == EMBEDDED:
        said = "embedded is the default: a plain `dvc push` would put data into the repository, for Git to publish"
        return problem("default remote", said, "dvc remote default --unset, or dvc remote default OTHER")
    if name is None:
        return ok("default remote", "none: `dvc push` takes data nowhere until dvc remote add --default NAME URL")
    if name not in named:
        step = f"dvc remote add --default {name} URL, or dvc remote default --unset"
        return problem("default remote", f"{name} is the default, but no remote has that name", step)
    return ok("default remote", name)


def _listed(root: Path, name: str, url: str) -> Finding:
    label = f"remote {name}"
    answer = ask(sys.executable, "-m", "floodmark.doctor.listing", str(root), name, seconds=SECONDS)
    step = f"see that {url} is there and that you may read it; dvc remote modify {name} changes it"
    if answer.status is None:
        return problem(label, f"{url} gave no answer within {SECONDS:g} s", step)
    if answer.status:
        return problem(label, f"{url}: {answer.reason}", step)
    told = json.loads(answer.out.splitlines()[-1])
    if not told["reached"]:
        return problem(label, f"{url} cannot be listed: {told['said']}", step)
    if told["empty"]:
        said = f"{url} answers, but nothing lies there{': ' * bool(told['said'])}{told['said']}"
        return warning(label, said, f"dvc push --remote {name}, if nothing was pushed yet; else look at its path")
    return ok(label, f"{url} can be listed")
