"""DVC's remotes: can each be reached, and does a plain `dvc push` go where data may go?"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from floodmark.doctor.ask import ask
from floodmark.doctor.configuration import EMBEDDED, configuration
from floodmark.doctor.finding import Finding, ok, problem, warning
from floodmark.doctor.listing import EMPTY, LISTED, PLUGIN, UNLISTED

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 7.0
"""That all remotes together may take to answer: the libraries of object stores take two of them to start."""


def remotes(root: Path) -> list[Finding]:
    """The default remote, and each remote after it was listed."""
    config = configuration(root)
    named: dict[str, Any] = config["remote"]
    answer = ask(sys.executable, "-m", "floodmark.doctor.listing", str(root), seconds=SECONDS) if named else None
    lines = [json.loads(line) for line in answer.out.splitlines()] if answer else []
    told = {line["name"]: (line["state"], line["said"]) for line in lines}
    silent = ("", answer.reason if answer else "")
    found = [_remote(name, str(named[name].get("url", "")), *told.get(name, silent)) for name in named]
    return [_default(config["core"].get("remote"), named), *found]


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


def _remote(name: str, url: str, state: str, said: str) -> Finding:
    label = f"remote {name}"
    if state == LISTED:
        return ok(label, f"{url} answers")
    if state == EMPTY:
        step = f"dvc push --remote {name}, if nothing was pushed yet; else dvc remote modify {name} url URL"
        return warning(label, f"{url} answers, but nothing lies there" + (f" ({said})" if said else ""), step)
    if state == UNLISTED:
        step = f"dvc status --cloud --remote {name} tells; web servers that list no folders may be well all the same"
        return warning(label, f"{url} answers with {said} for the folder itself", step)
    if state == PLUGIN:
        step = ".venv/bin/pip install --constraint constraints.txt with the name of that package"
        return problem(label, f"{url}: {said}", step)
    step = f"see that it is there and that you may read it; dvc remote modify {name} changes where it is"
    return problem(label, f"{url} cannot be reached: {said}", step)
