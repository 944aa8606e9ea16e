"""Pseudonyms: keyed, different for every kind of thing, equal for equal things.

HMAC-SHA-256 (RFC 2104) of kind and value, cut to 128 bits, in lower-case base32: 26 characters of `a-z2-7` that no
tokeniser splits. Without the key a low-entropy id cannot be found by trying all of them, and a tweet's id never meets a
user's id of the same digits.
"""

from __future__ import annotations

import hashlib
import html
import unicodedata
from typing import Literal

import polars as pl

Kind = Literal["tweet", "user", "place", "media", "photo", "text", "annotator"]
LENGTH = 26
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
"""In the order of their characters."""
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
_SHIFTS = range(120, -1, -10)


class Pseudonyms:
    """All pseudonyms of one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        # RFC 2104: the two hashes of every HMAC begin alike, and going on from there takes half the time.
        padded = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def __reduce__(self) -> tuple[type[Pseudonyms], tuple[bytes]]:
        """Into another process goes the key alone."""
        return Pseudonyms, (self._key,)

    def of(self, kind: Kind, value: str | bytes) -> str:
        """The pseudonym of one thing."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(
            kind.encode() + b"\0" + (value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value)
        )
        outer.update(inner.digest())
        number = int.from_bytes(outer.digest()[:16], "big") << 2
        return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

    def of_all(self, kind: Kind, values: pl.Series) -> pl.Series:
        """The pseudonyms of a column, null where it is."""
        different = values.drop_nulls().unique()
        known = pl.DataFrame(
            {"value": different, "pseudonym": pl.Series([self.of(kind, v) for v in different], dtype=pl.String)}
        )
        return values.to_frame("value").join(known, on="value", how="left", maintain_order="left")["pseudonym"]

    def of_text(self, text: str) -> str:
        """The pseudonym of a raw text, equal however it was escaped, spaced or cased on its way here."""
        plain = unicodedata.normalize("NFKC", html.unescape(text)).lstrip("\\")
        return self.of("text", " ".join(plain.casefold().split()))

    def of_file(self, name: str) -> str:
        """The pseudonym of a photo's file name, whatever its case or extension: photos are often converted."""
        return self.of("media", name.rsplit(".", 1)[0].lower())
