"""The key of the pseudonyms: does it fit the committed fingerprint, and is it secret where people are real?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.doctor.configuration import is_demonstration
from floodmark.doctor.finding import Finding, ok, problem, warning
from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path


def key(root: Path) -> list[Finding]:
    """What `floodmark keys check` says."""
    from floodmark.tweets.key import check_key, private_path

    try:
        said = check_key(root)
    except UserError as error:
        return [problem("key", str(error), "do what the line says, and see that floodmark keys check is content")]
    if not private_path(root).exists() and not is_demonstration(root):
        return [warning("key", said, "floodmark keys new, and commit key.fingerprint")]
    return [ok("key", said)]
