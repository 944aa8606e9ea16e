"""The key behind every pseudonym: secret for a study, public for the embedded dataset.

`key.fingerprint` (committed) says which key a study's pseudonyms are made with, so that DVC reruns `anonymise` when the
key changes although it never sees the key. The fingerprint is an HMAC of a constant and tells nothing about the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from floodmark.errors import UserError

FINGERPRINT = "key.fingerprint"
PRIVATE = Path(".floodmark") / "key"
PUBLIC = Path("demo") / "public.key"
BYTES = 32


def fingerprint(key: bytes) -> str:
    """What is committed in place of the key: 64 hexadecimal digits."""
    return hmac.digest(key, b"floodmark key fingerprint 1", hashlib.sha256).hex()


def private_path(root: Path) -> Path:
    """Where the secret key lies: under `$DVC_ROOT`, so that experiments in copies of the workspace find it."""
    return Path(os.environ.get("DVC_ROOT") or root) / PRIVATE


def load_key(root: Path) -> bytes:
    """The key that `root`'s committed fingerprint names.

    Raises:
        UserError: if the fingerprint is missing, or no key at hand has it; the message says what to do.
    """
    committed = root / FINGERPRINT
    if not committed.exists():
        raise UserError(f"{committed} is missing: restore it with git, or make a new key with `floodmark keys new`")
    wanted = committed.read_text(encoding="ascii").strip()
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


def _parse(path: Path) -> bytes:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    text = "".join(line for line in lines if line and not line.startswith("#"))
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise UserError(f"{path} must hold {2 * BYTES} hexadecimal digits, found {len(text)} characters")
    return key
