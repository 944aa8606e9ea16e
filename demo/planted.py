"""The planted personal data: what is where in the raw archive, so that nothing of it may be found behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from demo import private
from demo.chance import stream

if TYPE_CHECKING:
    from pathlib import Path

FIELD_KINDS = (
    "username", "display_name", "user_location", "user_description", "user_url", "profile_image_url",
    "source", "coordinates", "expanded_url", "short_url", "media_url", "media_key", "poll_id",
    "person_annotation", "context_annotation", "unknown_field", "tweet_id", "user_id",
    "exif_gps", "exif_serial", "exif_artist", "png_text", "file_name",
)  # fmt: skip
"""Kinds that stand in fields, file names and photos; noted where they are made."""


class Planted:
    """Planted values by kind, each once, in the order they were planted."""

    def __init__(self, count: int) -> None:
        """Draw the values that go into texts.

        Args:
            count: Values of each kind.
        """
        self.values: dict[str, dict[str, None]] = {kind: {} for kind in (*private.TEXT_KINDS, *FIELD_KINDS)}
        for kind, (draw, _) in private.TEXT_KINDS.items():
            rng = stream("planted", kind)
            while len(self.values[kind]) < count:
                self.note(kind, draw(rng))

    def note(self, kind: str, value: str) -> str:
        """Enter a value that is being planted, and hand it back."""
        self.values[kind][value] = None
        return value

    def listing(self) -> dict[str, list[str]]:
        """Values by kind, as `planted.json` holds them."""
        return {kind: list(found) for kind, found in self.values.items()}

    def write(self, path: Path) -> None:
        """Write the listing as JSON, a line a kind."""
        lines = [
            f"  {json.dumps(kind)}: {json.dumps(found, ensure_ascii=False)}" for kind, found in self.listing().items()
        ]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
