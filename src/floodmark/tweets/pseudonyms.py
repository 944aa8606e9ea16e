"""Pseudonyms: keyed, different for every kind of thing, equal for equal things.

HMAC-SHA-256 (RFC 2104) of kind and value, cut to 128 bits, in lower-case base32: 26 characters of `a-z2-7` that no
tokeniser splits. Without the key a low-entropy id cannot be found by trying all of them, and a tweet's id never meets a
user's id of the same digits.
"""

from __future__ import annotations

import base64
import hashlib
import html
import unicodedata
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["tweet", "user", "place", "media", "photo", "text", "annotator"]
LENGTH = 26
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
"""In the order of their characters."""
_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_BYTES = 16


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
        return base64.b32encode(self._digest(kind, value)).decode().lower()[:LENGTH]

    def _digest(self, kind: Kind, value: str | bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(
            kind.encode() + b"\0" + (value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value)
        )
        outer.update(inner.digest())
        return outer.digest()[:_BYTES]

    def of_each(self, kind: Kind, values: Iterable[str]) -> list[str]:
        """The pseudonyms of many things, in a third of the time."""
        return _base32([self._digest(kind, value) for value in values])

    def of_all(self, kind: Kind, values: pl.Series) -> pl.Series:
        """The pseudonyms of a column, null where it is."""
        different = values.drop_nulls().unique()
        known = pl.DataFrame(
            {"value": different, "pseudonym": pl.Series(self.of_each(kind, different), dtype=pl.String)}
        )
        return values.to_frame("value").join(known, on="value", how="left", maintain_order="left")["pseudonym"]

    def of_texts(self, texts: Sequence[str]) -> list[str]:
        """The pseudonyms of raw texts, equal however they were escaped, spaced or cased on their way here."""
        plain = (unicodedata.normalize("NFKC", html.unescape(text)).lstrip("\\").casefold() for text in texts)
        return self.of_each("text", (" ".join(text.split()) for text in plain))

    def of_text(self, text: str) -> str:
        """The pseudonym of one raw text."""
        return self.of_texts([text])[0]

    def of_file(self, name: str) -> str:
        """The pseudonym of a photo's file name, whatever its case or extension: photos are often converted."""
        return self.of("media", name.rsplit(".", 1)[0].lower())


def _base32(digests: list[bytes]) -> list[str]:
    """Five bits a letter, as RFC 4648 reads 128 bits; of all digests at once."""
    high, low = np.frombuffer(b"".join(digests), ">u8").astype(np.uint64).reshape(-1, 2).T
    letters = np.empty((len(digests), LENGTH), np.uint8)
    for place in range(LENGTH):
        right = 8 * _BYTES - 5 * (place + 1)
        if right >= 64:
            bits = high >> np.uint64(right - 64)
        elif right < 0:
            bits = low << np.uint64(-right)
        else:  # Of five bits across the middle, or all below it.
            bits = low >> np.uint64(right) | high << np.uint64(64 - right)
        letters[:, place] = _BASE32[(bits & np.uint64(31)).astype(np.intp)]
    text = letters.tobytes().decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]
