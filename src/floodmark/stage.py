"""The frame of every stage: a click command that reads its params, runs one function, and speaks to people."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from floodmark import ranks
from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from floodmark.settings.base import Section

PARAMS = Path("params.yaml")


def stage(
    *, argument: str | None = None, shared: bool = False, **sections: type[Section]
) -> Callable[[Callable[..., None]], click.Command]:
    """Turn a function into the command of the stage it is named after (its file's name).

    The function is called with one validated settings object per named section of params.yaml, and with the value of
    the positional argument where the stage has one. It is given deterministic flags before it imports anything heavy.

    Args:
        argument: Name of one positional argument, for the stages that DVC runs as a matrix.
        shared: Whether torchrun's processes work on it together; else the first one does it alone.
        **sections: Section name in params.yaml to its model.
    """

    def wrap(function: Callable[..., None]) -> click.Command:
        name = Path(sys.modules[function.__module__].__file__ or function.__module__).stem
        address = _pipeline(name) + (name if argument is None else f"{name}@{argument.upper()}")

        def run(**arguments: str) -> None:
            _prepare()
            started = time.monotonic()
            try:
                if not shared and ranks.announced()[0]:
                    return
                with ranks.together() if shared else nullcontext():
                    function(**_settings(sections), **arguments)
            except UserError as error:
                click.echo(f"{name}: {error}", err=True)
                sys.exit(2)
            except FileNotFoundError as error:
                absent = re.search(r"(?<![\w/])(?:data|outputs)/[^\s']+", str(error))
                if absent is None:
                    raise
                click.echo(f"{name}: {absent[0]} is missing: run `dvc repro {address}`, which makes it", err=True)
                sys.exit(2)
            if not ranks.announced()[0]:
                click.echo(f"{name}: done in {time.monotonic() - started:.1f} s", err=True)

        params: list[click.Parameter] = [click.Argument([argument])] if argument else []
        epilog = f"\b\nReads the sections {', '.join(sections)} of params.yaml.\nExamples:\n"
        epilog += f"  dvc repro {address}\n  dvc repro --single-item --force {address}"
        return click.Command(name, callback=run, params=params, help=function.__doc__, epilog=epilog)

    return wrap


def _pipeline(name: str) -> str:
    """What stands before the name of a stage of the second pipeline."""
    second = Path("results/dvc.yaml")
    named = second.is_file() and f"\n  {name}:\n" in second.read_text(encoding="utf-8")
    return f"{second}:" if named else ""


def _settings(sections: dict[str, type[Section]]) -> dict[str, Any]:
    from floodmark.settings.base import read_params, read_section

    params = read_params(PARAMS)
    return {name: read_section(params, name, model, str(PARAMS)) for name, model in sections.items()}


def _prepare() -> None:
    """Flags that must stand before heavy imports, and a SIGTERM that lets partial outputs be removed."""
    # cuBLAS repeats its sums only with a fixed workspace, read once at import.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("MPLBACKEND", "Agg")
    signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
