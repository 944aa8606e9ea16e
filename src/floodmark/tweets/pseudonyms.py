"""Pseudonyms: keyed, different for every kind of thing, equal for equal things.

HMAC-SHA-256 (RFC 2104) of kind and value, cut to 128 bits, in lower-case base32: 26 characters of `a-z2-7` that no
tokeniser splits. Without the key a low-entropy id cannot be found by trying all of them, and a tweet's id never meets a
user's id of the same digits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import unicodedata
from typing import Literal

Kind = Literal["tweet", "user", "place", "media", "photo", "text", "annotator"]
LENGTH = 26
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
"""In the order of their characters."""


class Pseudonyms:
    """All pseudonyms of one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: Kind, value: str | bytes) -> str:
        """The pseudonym of one thing."""
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        digest = hmac.digest(self._key, kind.encode() + b"\0" + data, hashlib.sha256)[:16]
        return base64.b32encode(digest).decode().rstrip("=").lower()

    def of_text(self, text: str) -> str:
        """The pseudonym of a raw text, equal however it was escaped, spaced or cased on its way here."""
        plain = unicodedata.normalize("NFKC", html.unescape(text)).lstrip("\\")
        return self.of("text", " ".join(plain.casefold().split()))

    def of_file(self, name: str) -> str:
        """The pseudonym of a photo's file name, whatever its case or extension: photos are often converted."""
        return self.of("media", name.rsplit(".", 1)[0].lower())
