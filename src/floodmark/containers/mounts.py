"""What of the disk a stage's container sees: the same paths as outside, written only where the stage writes.

Links of DVC's cache are absolute, and in an experiment's sandbox they lead to the project's cache: whatever the links
among a stage's deps lead to is mounted where they say it lies, and nothing else is.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.storage import work_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from floodmark.dag import StageEntry

WRITTEN = ("outputs", "results", "timings", ".floodmark")
"""What stages write to in a project; on one mount, for what is built in one of them is moved into another."""
HIDDEN = ("studies", ".dvc/config.local")
"""What holds other data with their keys, and passwords of remotes."""
KEYED = ("anonymise", "ingest_media")
"""The stages that are given the key behind the pseudonyms."""
KEY, IMAGES = Path(".floodmark") / "key", Path(".floodmark") / "images"
MOST_FILES = 32
"""Single files of one folder that links lead to; of more the folder is mounted, for command lines are finite."""


@dataclass(frozen=True, order=True)
class Mount:
    """A place in the container.

    Attributes:
        path: Absolute.
        source: What lies there: the same path outside, mostly.
        writable: Whether the stage may write there.
    """

    path: Path
    source: Path
    writable: bool = False


def mounts(stage: StageEntry, here: Path, root: Path) -> list[Mount]:
    """What one stage's container sees, outer folders before those inside them.

    Args:
        stage: With its deps.
        here: Where the stage runs: the project, or an experiment's sandbox.
        root: The project that owns cache, key and work in progress, `$DVC_ROOT`.
    """
    # By their real paths: in a clone of a sweep both are links into the project, and lead there inside too.
    work, key = work_folder().resolve(), (root / KEY).resolve()
    (work / "empty").mkdir(parents=True, exist_ok=True)
    found = {here: Mount(here, here, writable=True)}
    for place in _only_read(here, stage):
        found[place] = Mount(place, place)
    for place, source in targets(here / dep for dep in stage.deps).items():
        if not place.is_relative_to(here):
            found[place] = Mount(place, source)
    for name in HIDDEN:
        if (here / name).exists():
            found[here / name] = Mount(here / name, work / "empty" if (here / name).is_dir() else Path(os.devnull))
    found[work] = Mount(work, work, writable=True)
    if key.is_file() and stage.name in KEYED:
        found[key] = Mount(key, key)
    elif key.is_file() and any(key.is_relative_to(mount.source) for mount in found.values()):
        found[key] = Mount(key, Path(os.devnull))
    return sorted(found.values())


def targets(paths: Iterable[Path]) -> dict[Path, Path]:
    """Where symbolic links at or below these paths lead to, link by link, and what lies there in the end.

    Of a DVC cache it is the whole tree of digests, of another folder the folder, else the file.
    """
    waiting, seen, files = list(paths), set[Path](), dict[Path, Path]()
    for path in waiting:  # grows while it is walked
        for link in _links(path):
            target = Path(os.path.normpath(link.parent / os.readlink(link)))
            if target not in seen:
                seen.add(target)
                files[_place(target)] = Path(os.path.realpath(_place(target)))
                waiting.append(target)
    crowded = {folder for folder, count in Counter(place.parent for place in files).items() if count > MOST_FILES}
    found = {place: source for place, source in files.items() if place.parent not in crowded}
    found |= {folder: Path(os.path.realpath(folder)) for folder in crowded}
    there = {place: found[place] for place in sorted(found) if found[place].exists()}
    return {place: source for place, source in there.items() if not any(outer in place.parents for outer in there)}


def _only_read(here: Path, stage: StageEntry) -> Iterator[Path]:
    """All in the project that no stage writes to, and what others have written that this one reads."""
    for place in here.iterdir():
        if place.name not in WRITTEN and not place.is_symlink() and (place.is_dir() or place.is_file()):
            yield place
    for name in (*stage.deps, str(IMAGES), "results/dvc.yaml", "results/dvc.lock"):
        place = here / name
        if place.relative_to(here).parts[0] in WRITTEN and place.exists() and not place.is_symlink():
            yield place


def _links(path: Path) -> Iterator[Path]:
    if path.is_symlink():
        yield path
    elif path.is_dir():
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield Path(entry.path)
                elif entry.is_dir():
                    yield from _links(Path(entry.path))


def _place(target: Path) -> Path:
    """What to mount for a link's target: the tree of digests for a cached file, else the target itself."""
    digests = target.parent.parent
    return digests if digests.name == "md5" and len(target.parent.name) == 2 else target
