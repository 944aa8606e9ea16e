"""`floodmark audit`: whether anything of a raw archive is in a folder that is to be given away."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.settings.anonymise import Anonymise
from floodmark.settings.base import read_params, read_section
from floodmark.storage import write_json
from floodmark.tweets.anonymise import know
from floodmark.tweets.audit import counted, search

if TYPE_CHECKING:
    from floodmark.tweets.audit import Report

SHOWN = 100
"""Leaks that are printed; the file holds more."""
KINDS = {"ids": "ids", "names": "names", "urls": "links", "coordinates": "coordinates"}


def run_audit(root: Path, place: Path, against: Path, labels: Path | None, report: Path | None) -> int:
    """Search, and say what was found.

    Args:
        root: The project, whose params say which words are ordinary.
        place: The folder or file to search.
        against: Folder of the raw archive.
        labels: Folder of the raw human labels.
        report: Where to write the report as JSON.

    Returns:
        0 if all was read and nothing found, else 1.

    Raises:
        UserError: if the archive names nobody, or lies in the folder that is searched.
    """
    _check(place, against, labels)
    settings = read_section(read_params(root / "params.yaml"), "anonymise", Anonymise, "params.yaml")
    with tempfile.TemporaryDirectory(prefix="floodmark-") as folder:
        work, nothing = Path(folder, "known"), Path(folder, "nothing")
        work.mkdir()
        nothing.mkdir()
        known = know(against, labels or nothing, work, settings, secrets.token_bytes(32))
        if not any(counted(known)[kind] for kind in KINDS):
            raise UserError(
                f"{against}: nothing in it names anybody, so there is nothing to look for; an archive is a folder of "
                "JSON Lines, *.jsonl or *.jsonl.gz. Name the folder of the raw archive, such as data/tweets"
            )
        found = search(place, known)
    if report is not None:
        write_json(report, as_json(found))
    _tell(found, place)
    return 0 if found.clean else 1


def as_json(report: Report) -> dict[str, object]:
    """The report as it is written."""
    return {
        "searched": report.searched,
        "texts": report.texts,
        "leaks": [asdict(leak) for leak in report.leaks],
        "leaks_by_kind": dict(report.found),
        "unread": [{"place": place, "why": why} for place, why in report.unread],
        "unread_places": report.problems,
    }


def _check(place: Path, against: Path, labels: Path | None) -> None:
    if not against.is_dir():
        raise UserError(f"--against {against}: no folder; name the one that holds the raw archive, such as data/tweets")
    for raw in (against, labels):
        if raw is not None and (raw.resolve() == place.resolve() or place.resolve() in raw.resolve().parents):
            raise UserError(
                f"{raw} lies in {place}, so it would be found in itself: name what is to be given away, such as outputs"
            )


def _tell(report: Report, place: Path) -> None:
    wanted = ", ".join(f"{report.searched[kind]} {name}" for kind, name in KINDS.items())
    for leak in report.leaks[:SHOWN]:
        click.echo(f"{leak.place}: {leak.kind} of {leak.length} characters, {leak.form} ({leak.digest})")
    for where, why in report.unread[:SHOWN]:
        click.echo(f"{where}: {why}")
    more = max(sum(report.found.values()) - SHOWN, 0) + max(report.problems - SHOWN, 0)
    if more:
        click.echo(f"... and {more} more: --json lists up to 10,000")
    say(
        f"looked for {wanted} in {report.texts} texts; {report.searched['ordinary_names']} names are too short or too "
        "ordinary to be told from words"
    )
    found = ", ".join(f"{number} {kind}" for kind, number in sorted(report.found.items()))
    if report.clean:
        say(f"{place}: nothing of the archive was found")
    else:
        say(f"{place}: found {found or 'nothing'}; {report.problems} places could not be read")
