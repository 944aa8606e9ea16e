"""`floodmark audit`: whether anything of a raw archive is in a folder that is to be given away."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.settings.anonymise import Anonymise
from floodmark.settings.base import read_params, read_section
from floodmark.storage import write_json
from floodmark.tweets.anonymise import know
from floodmark.tweets.audit import PHOTO, counted, search
from floodmark.tweets.copies import Originals
from floodmark.tweets.json_files import ENDINGS, find, others
from floodmark.tweets.memory import return_freed_memory

if TYPE_CHECKING:
    from floodmark.tweets.audit import Report

SHOWN = 100
"""Leaks that are printed; the file holds more."""
NAMED = 5
"""Files of the archive that are not read and told by name."""
READ = ", ".join(f"*{ending}" for ending in ENDINGS)
KINDS = {
    "ids": "ids",
    "names": "names",
    "urls": "links",
    "coordinates": "coordinates",
    "emails": "e-mail addresses",
    "phones": "telephones",
    "photos": "photos",
}


class Unsought(NamedTuple):
    """What of an archive was not searched for.

    Attributes:
        lines: Broken ones.
        files: Those of other endings, and links to folders.
        rows: Of human labels, without a text or a label that is known.
    """

    lines: int
    files: list[Path]
    rows: int = 0

    def __str__(self) -> str:
        named = _some(self.files)
        parts = [
            f"{_number(self.rows, 'row')} of labels" if self.rows else "",
            _number(self.lines, "broken line") if self.lines else "",
            f"{_number(len(self.files), 'file')} ({named})" if named else "",
        ]
        return " and ".join(part for part in parts if part)

    @property
    def some(self) -> bool:
        """Whether there is any."""
        return bool(self.lines or self.files or self.rows)


def run_audit(
    root: Path, place: Path, against: Path, labels: Path | None, media: Path | None, report: Path | None
) -> int:
    """Search, and say what was found.

    Args:
        root: The project, whose params say which words are ordinary.
        place: The folder or file to search.
        against: Folder of the raw archive.
        labels: Folder of the raw human labels.
        media: Folder of the raw photos.
        report: Where to write the report as JSON.

    Returns:
        0 if all was read and nothing found, else 1.

    Raises:
        UserError: if the archive names nobody, or lies in the folder that is searched, or labels or photos are none,
            or the report cannot be written.
    """
    if report is not None and not report.absolute().parent.is_dir():
        raise UserError(f"--json {report}: the folder {report.absolute().parent} does not exist: make it first")
    originals = Originals(media)
    _check(place, against, labels, media)
    if media is not None and not originals:
        raise UserError(f"--media {media}: no file in it says anything; name the folder of the raw photos")
    settings = read_section(read_params(root / "params.yaml"), "anonymise", Anonymise, "params.yaml")
    with tempfile.TemporaryDirectory(prefix="floodmark-") as folder:
        work, nothing = Path(folder, "known"), Path(folder, "nothing")
        work.mkdir()
        nothing.mkdir()
        return_freed_memory()
        known, counts = know(against, labels or nothing, work, settings, secrets.token_bytes(32))
        unsought = Unsought(counts["broken lines"], others(against), counts["dropped human labels"])
        if labels is not None and not counts["human labels"]:
            raise UserError(
                f"--labels {labels}: no row of a *.csv file in it has a text and a known label; name the folder "
                "of the raw human labels, such as data/labels"
            )
        if not any(number for kind, number in counted(known).items() if kind in KINDS):
            raise UserError(
                f"{against}: nothing in it names anybody, so there is nothing to look for; an archive is a folder of "
                f"tweets as JSON, one a line or a file: {READ}. {unsought.lines} lines of it are broken. Name the "
                "folder of the raw archive, such as data/tweets"
            )
        found = search(place, known, originals)
    if media is not None:
        found.searched["photos"] = len(originals)
    if report is not None:
        write_json(report, as_json(found, unsought))
    _tell(found, place, unsought)
    return 0 if found.clean else 1


def as_json(report: Report, unsought: Unsought) -> dict[str, object]:
    """The report as it is written."""
    return {
        "archive_unread": unsought.lines,
        "archive_files_not_read": len(unsought.files),
        "label_rows_not_read": unsought.rows,
        "searched": report.searched,
        "texts": report.texts,
        "leaks": [asdict(leak) for leak in report.leaks],
        "leaks_by_kind": dict(report.found),
        "unread": [{"place": place, "why": why} for place, why in report.unread],
        "unread_places": report.problems,
    }


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _some(files: list[Path]) -> str:
    """The first names, and how many there are besides."""
    more = [f"{len(files) - NAMED} more"] if len(files) > NAMED else []
    return ", ".join([*(path.name for path in files[:NAMED]), *more])


def _check(place: Path, against: Path, labels: Path | None, media: Path | None) -> None:
    if not against.is_dir():
        raise UserError(f"--against {against}: no folder; name the one that holds the raw archive, such as data/tweets")
    for raw in (against, labels, media):
        if raw is not None and (raw.resolve() == place.resolve() or place.resolve() in raw.resolve().parents):
            raise UserError(
                f"{raw} lies in {place}, so it would be found in itself: name what is to be given away, such as outputs"
            )

    if not find(against):
        raise UserError(
            f"--against {against}: of its files ({_some(others(against)) or 'none'}) none is read; an archive is a "
            f"folder of {READ}. Unpack or convert them, or name the folder of the raw archive, such as data/tweets"
        )
    if place.is_dir() and not any(path.is_symlink() or not path.is_dir() for path in place.rglob("*")):
        raise UserError(f"{place}: no file in it, so there is nothing to search; name what is to be given away")


def _tell(report: Report, place: Path, unsought: Unsought) -> None:
    wanted = ", ".join(f"{number} {KINDS[kind]}" for kind, number in report.searched.items() if kind in KINDS)
    for leak in report.leaks[:SHOWN]:
        size = "bytes" if leak.kind == PHOTO else "characters"
        click.echo(f"{leak.place}: {leak.kind} of {leak.length} {size}, {leak.form} ({leak.digest})")
    for where, why in report.unread[:SHOWN]:
        click.echo(f"{where}: {why}")
    more = max(sum(report.found.values()) - SHOWN, 0) + max(report.problems - SHOWN, 0)
    if more:
        click.echo(f"... and {more} more: --json lists up to 10,000")
    say(
        f"looked for {wanted} in {report.texts} texts; {report.searched['ordinary_names']} names are too short or too "
        "ordinary to be told from words"
    )
    found = ", ".join(f"{kind} {number} times" for kind, number in sorted(report.found.items()))
    whole = not unsought.some
    if not whole:
        say(f"the archive was not read whole: what is in {unsought} was not searched for; read are lines of {READ}")
    if report.clean:
        what = "nothing of the archive" if whole else "nothing of what was read of the archive, which is not all of it,"
        say(f"{place}: {what} was found")
    else:
        say(f"{place}: found {found or 'nothing'}; {_number(report.problems, 'place')} could not be read")
