"""The key behind every pseudonym: secret for a study, public for the embedded dataset.

`key.fingerprint` (committed) says which key a study's pseudonyms are made with, so that DVC reruns `anonymise` when the
key changes although it never sees the key. The fingerprint is an HMAC of a constant and tells nothing about the key.

Pseudonyms under the public key can be undone by anybody. So it is given for the embedded dataset alone, whose tweets,
labels and photos `demo/public.files` lists by their digests: beside any other such file in `data/` it is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

FINGERPRINT = "key.fingerprint"
PRIVATE = Path(".floodmark") / "key"
PUBLIC = Path("demo") / "public.key"
PUBLIC_FILES = Path("demo") / "public.files"
PEOPLE = ("tweets", "labels", "media")
"""The folders of `data/` that hold what people wrote and sent."""
BYTES = 32
FORM = re.compile(r"[0-9a-f]{64}")
"""Of a fingerprint."""


def fingerprint(key: bytes) -> str:
    """What is committed in place of the key: 64 hexadecimal digits."""
    return hmac.digest(key, b"floodmark key fingerprint 1", hashlib.sha256).hex()


def private_path(root: Path) -> Path:
    """Where the secret key lies: under `$DVC_ROOT`, so that experiments in copies of the workspace find it."""
    return Path(os.environ.get("DVC_ROOT") or root) / PRIVATE


def load_key(root: Path) -> bytes:
    """The key that `root`'s committed fingerprint names.

    Raises:
        UserError: if the fingerprint is missing, no key at hand has it, or it is the public one and `data/` holds
            people's files that are not the embedded dataset's; the message says what to do.
    """
    committed = root / FINGERPRINT
    if not committed.exists():
        raise UserError(f"{committed} is missing: restore it with git, or make a new key with `floodmark keys new`")
    wanted = committed.read_text(encoding="ascii", errors="replace").strip()
    if not FORM.fullmatch(wanted):
        raise UserError(
            f"{committed} must hold 64 hexadecimal digits: restore it with git, or make a new key with "
            "`floodmark keys new`"
        )
    private, public = private_path(root), root / PUBLIC
    if private.exists():
        key = _parse(private)
        if not hmac.compare_digest(fingerprint(key), wanted):
            raise UserError(
                f"{private} is not the key that {committed} names: put the study's own key there, or move it away and "
                "make a new one with `floodmark keys new` (every pseudonym changes)"
            )
        return key
    if public.exists():
        key = _parse(public)
        if hmac.compare_digest(fingerprint(key), wanted):
            _refuse_strangers(root)
            return key
    raise UserError(
        f"{private} is missing, and {committed} names a secret key: copy the study's key there (mode 0600), or make a "
        "new one with `floodmark keys new` (every pseudonym changes)"
    )


def create_key(root: Path) -> Path:
    """Draw a new secret key and commit-ready fingerprint; an existing key is never overwritten.

    Returns:
        The path of the key, mode 0600.

    Raises:
        UserError: if there is a key already.
    """
    private = private_path(root)
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(BYTES)
    try:
        # O_EXCL decides between two processes; the mode is set before the first byte is written.
        handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(
            f"{private} exists already and is not overwritten: its pseudonyms could not be made again. "
            "Move it away first if that is meant"
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    (root / FINGERPRINT).write_text(fingerprint(key) + "\n", encoding="ascii", newline="\n")
    return private


def is_public(root: Path) -> bool:
    """Whether the committed fingerprint names the public key of the embedded dataset."""
    public, committed = root / PUBLIC, root / FINGERPRINT
    if not (public.exists() and committed.exists()):
        return False
    return committed.read_text(encoding="ascii", errors="replace").strip() == fingerprint(_parse(public))


def check_key(root: Path) -> str:
    """One line on the key in use.

    Raises:
        UserError: as `load_key`, and if others may read a secret key.
    """
    load_key(root)
    private = private_path(root)
    if not private.exists():
        return f"the public key of the embedded dataset ({PUBLIC}): right for the demonstration, wrong for real people"
    mode = private.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        raise UserError(f"{private} can be read by others (mode {mode:o}): run `chmod 600 {private}`")
    return f"{private} is the key that {FINGERPRINT} names"


def list_files(data: Path) -> str:
    """What `demo/public.files` is to hold for a dataset: a line a file, digest and name, as `sha256sum` writes them."""
    return "".join(f"{_digest(path)}  {name}\n" for name, path in sorted(_people_files(data)))


def _refuse_strangers(root: Path) -> None:
    """The public key is only for the files it was published with, in which nobody is real."""
    listing, listed = root / PUBLIC_FILES, dict[str, str]()
    if listing.is_file():
        lines = listing.read_text(encoding="utf-8").splitlines()
        listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, path in _people_files(root / "data"):
        if name in listed and _digest(path) == listed[name]:
            continue
        if not listed:
            raise UserError(
                f"{listing} is missing or empty, and {PUBLIC} is only for what it lists: restore it with git"
            )
        how = "not as" if name in listed else "no file"
        raise UserError(
            f"{path} is {how} in the embedded dataset, and the key in use is its public one ({PUBLIC}), with "
            "which anybody can undo pseudonyms. Take your files out into a folder laid out like data/, and that into a "
            "study, which has a key of its own: `floodmark study new STUDY --data FOLDER` (`floodmark keys new` here "
            "would change every pseudonym of the demonstration)"
        )


def _people_files(data: Path) -> Iterator[tuple[str, Path]]:
    """Every file below `data` that may hold something of people, with its name from there.

    Not what is empty, such as a `.keep`, nor what a desktop hides there, unless its name makes a stage read it.
    """
    for folder in PEOPLE:
        for path in (data / folder).rglob("*"):
            hidden = path.name.startswith(".") and ".json" not in path.name and path.suffix != ".csv"
            if not hidden and path.is_file() and path.stat().st_size:
                yield path.relative_to(data).as_posix(), path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse(path: Path) -> bytes:
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    text = "".join(line for line in lines if line and not line.startswith("#"))
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise UserError(f"{path} must hold {2 * BYTES} hexadecimal digits, found {len(text)} characters")
    return key
