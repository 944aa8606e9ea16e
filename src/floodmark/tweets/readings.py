"""Forms in which a text may say something else: percent signs, escapes of programs, base64, hexadecimal digits, nested.

Parts of words are a form, too: see `joined`.

Folding undoes entities of HTML and letters of other forms, and what compares words undoes most look-alikes; those that
would make one word of two are undone here.

Most texts hide nothing. Rust's `regex` finds the candidates of a whole column, and each is decoded once.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
import polars as pl
import regex

from floodmark.tweets.confusables import disguised, undisguised
from floodmark.tweets.fold import fold
from floodmark.tweets.joined import FORM, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    _Bytes = list[tuple[str, str, bytes]]
    """Of tokens: each, the part of it that says something, and what that says."""

LONGEST = 512
"""Letters of a token whose parts may be tokens of their own."""
DEEPEST = 3
"""Forms that are undone one inside another."""
SCHEMA = pl.Schema(
    {"row": pl.Int64(), "token": pl.String(), "instead": pl.String(), "text": pl.String(), "form": pl.String()}
)
_PERCENT = r"%[0-9A-Fa-f]{2}"
_ESCAPED = r"\\(?:[abfnrtv]|u\{?[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2})"
_ALPHABET = "[A-Za-z0-9+/_-]"
# Lines of mail and of keys are whole quartets, so that a token may be broken.
_BASE64 = (
    rf"(?:{_ALPHABET}{{60,76}}\s+)+{_ALPHABET}+={{0,2}}|"
    rf"{_ALPHABET}{{8,}}={{0,2}}|{_ALPHABET}{{7}}=|{_ALPHABET}{{6}}=="
)
# Bytes one by one, or in groups of two and more as `xxd` and debuggers print them.
_BYTE = "[0-9A-Fa-f]{2}"
_BETWEEN = r"(?:\\x|0x|[ ,;:._|=/\\'\"+-]{1,4}(?:\\x|0x)?)"
_HEX = (
    rf"(?:{_BYTE})+(?:{_BETWEEN}(?:{_BYTE})+){{3,}}|(?:{_BYTE}){{2,}}(?:{_BETWEEN}(?:{_BYTE}){{2,}})+(?:{_BETWEEN}{_BYTE})?|"
    "[0-9A-Fa-f]{8,}"
)
_PARTS = ("[A-Za-z0-9+/]+", "[A-Za-z0-9_-]+", "[A-Za-z0-9]+")
_NO_DIGIT = regex.compile(r"0x|\\x|[^0-9A-Fa-f]")
_LONG = regex.compile("[0-9A-Fa-f]{8,}")
_ODD = regex.compile(r"[\p{Cc}\p{Co}\p{Cn}\p{Cs}\uFFFD]")
_WORDS = regex.compile(r"(?:[^\p{L}\p{M}\p{N}_]*[\p{L}\p{M}\p{N}_]){4}")
_ESCAPES = regex.compile(
    r"(?P<wide>(?:\\+u[0-9A-Fa-f]{4})+)|(?P<bytes>(?:\\+x[0-9A-Fa-f]{2})+)|"
    r"\\+(?:U(?P<long>[0-9A-Fa-f]{8})|u\{(?P<code>[0-9A-Fa-f]{1,6})\})|(?P<blank>\\+[abfnrtv])"
)
_HAN = np.isin(np.arange(256), [0x30, *range(0x4E, 0xA0)])
"""High bytes of kana and ideographs in UTF-16; their blocks are many."""
_HANGUL = np.isin(np.arange(256), range(0xAC, 0xD8))
_DIGITS = regex.compile(r"\\+[ux]")


def readings(texts: pl.Series) -> pl.DataFrame:
    """All that folded texts say in other forms.

    Returns:
        Columns `row`, which text; `token`, the part of it that is encoded; `instead`, what that says with one form
        undone; `text`, with `form` undone, folded. The token of percent signs and escapes is the whole text, for a
        name may stand partly in them.
    """
    layers: list[pl.DataFrame] = []
    above = SCHEMA.to_frame()
    for depth in range(DEEPEST):
        found = _layer(above["text"] if depth else texts)
        if depth:
            found = _unlike(found, above, layers[0])
            outer = above[found["row"]]
            form = found["form"] + " in " + outer["form"]
            found = outer.with_columns(text=found["text"], form=form)
        if found.is_empty():
            break
        layers.append(found.select(*SCHEMA))
        # A part of a word hides nothing further: the whole word is read in every form.
        above = layers[-1].filter(~pl.col("form").str.starts_with(FORM))
    return pl.concat(layers) if layers else SCHEMA.to_frame()


def _unlike(found: pl.DataFrame, above: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """Without those parts of words that a text shows before a form is undone that leaves most of it as it was."""
    outer = found["row"]
    whole = ~above["form"].gather(outer).str.contains("base64|hex") & (found["form"] == FORM)
    parts = found.with_columns(of=above["row"].gather(outer)).filter(whole)
    plain = first.filter(form=FORM).select(of="row", text="text")
    parts = parts.join(plain, ["of", "text"], how="anti", maintain_order="left").drop("of")
    return pl.concat([found.filter(~whole), parts])


def _layer(texts: pl.Series) -> pl.DataFrame:
    """With one form undone."""
    return pl.concat(
        [
            _whole(texts, "percent", _PERCENT, _percent),
            _whole(texts, "escapes", _ESCAPED, _escapes),
            _whole(texts, "look-alikes", disguised(), undisguised),
            _tokens(texts, "base64", _BASE64, _base64),
            _tokens(texts, "hex", _HEX, _hex),
            _parts(texts),
        ]
    )


def _whole(texts: pl.Series, form: str, pattern: str, undo: Callable[[str], str]) -> pl.DataFrame:
    rows = texts.str.contains(pattern).fill_null(value=False).arg_true()
    tokens = texts.gather(rows)
    said = pl.Series([fold(undo(text)) for text in tokens], dtype=pl.String)
    return _table(rows.cast(pl.Int64), tokens, said, form).filter(
        pl.col("token") != pl.col("text"), pl.col("text") != ""
    )


def _tokens(texts: pl.Series, form: str, pattern: str, undo: Callable[[pl.Series], _Bytes]) -> pl.DataFrame:
    lists = texts.str.extract_all(pattern).fill_null([])
    rows = np.repeat(np.arange(len(texts)), lists.list.len().to_numpy())
    if not len(rows):
        return SCHEMA.to_frame()
    tokens = lists.explode(empty_as_null=False)
    unique = tokens.unique()
    number = {token: at for at, token in enumerate(unique)}
    hidden = undo(unique)
    plausible = _plausible([raw for *_, raw in hidden])
    near = [(*hidden[at], encoding) for encoding, rows in plausible.items() for at in np.flatnonzero(rows)]
    read = ((number[token], part, _readable(raw.decode(encoding, "replace"))) for token, part, raw, encoding in near)
    # A list of numbers is one token: with every part that says something it would be there a thousand times.
    shown = [(at, part if len(unique[at]) > LONGEST else unique[at], fold(text)) for at, part, text in read if text]
    said = pl.DataFrame(shown, schema={"of": pl.Int64, "token": pl.String, "text": pl.String}, orient="row")
    of = pl.Series([number[token] for token in tokens], dtype=pl.Int64)
    found = pl.DataFrame({"row": rows, "of": of}).join(said, "of", maintain_order="left")
    return _table(found["row"], found["token"], found["text"], form)


def _parts(texts: pl.Series) -> pl.DataFrame:
    found = joined(texts)
    return _table(found["row"], found["token"], found["piece"], FORM)


def _table(rows: pl.Series, tokens: pl.Series, said: pl.Series, form: str) -> pl.DataFrame:
    columns = {"row": rows, "token": tokens, "instead": said, "text": said}
    return pl.DataFrame(columns, schema_overrides=SCHEMA).with_columns(form=pl.lit(form)).select(*SCHEMA)


def _percent(text: str) -> str:
    said = unquote(text)
    return unquote(text, "cp1252") if "\ufffd" in said else said


def _escapes(text: str) -> str:
    return str(_ESCAPES.sub(_letters, text))


def _letters(match: regex.Match[str]) -> str:
    kind, written = match.lastgroup, match.group()
    if kind == "blank":
        return " "
    if kind in ("long", "code"):
        number = int(match.group(kind), 16)
        return chr(number) if number <= 0x10FFFF else " "
    raw = bytes.fromhex(_DIGITS.sub("", written))
    if kind == "wide":
        return raw.decode("utf-16-be", "replace")
    said = raw.decode("utf-8", "replace")
    return raw.decode("latin-1") if "\ufffd" in said else said


def _base64(tokens: pl.Series) -> _Bytes:
    """What tokens say, and their parts where they hold signs of one alphabet or none of either."""
    pairs = pl.DataFrame({"token": tokens, "part": tokens.str.replace_all(r"[\s=]", "")})
    # A picture of a page is one token, with a sign in every line: in pieces it would be there a thousand times.
    mixed = pairs.filter(pl.col("part").str.contains("[+/_-]"), pl.col("part").str.len_bytes() <= LONGEST)
    parts = [mixed.with_columns(pl.col("part").str.extract_all(alphabet)).explode("part") for alphabet in _PARTS]
    pairs = pl.concat([pairs, *parts]).unique().filter(pl.col("part").str.len_bytes() >= 6)
    plain = pairs["part"].str.replace_many(["-", "_"], ["+", "/"])
    # Of a quartet that has lost its end, one sign says nothing and two or three say a byte less each.
    raws = (binascii.a2b_base64(part[: len(part) - (len(part) % 4 == 1)] + "==") for part in plain)
    return [(token, token, raw) for token, raw in zip(pairs["token"], raws, strict=True)]


def _hex(tokens: pl.Series) -> _Bytes:
    """What digits say, and long groups of them, of an odd number all but the first and all but the last."""
    # Each once and in order: of two that say something, what the first says becomes the placeholder.
    cut: dict[tuple[str, str], str] = {}
    for token in tokens:
        for part in (token, *_LONG.findall(token)):
            all_ = _NO_DIGIT.sub("", part)
            for digits in (all_[len(all_) % 2 :], all_[: len(all_) // 2 * 2]):
                cut.setdefault((token, digits), part)
    return [(token, part, bytes.fromhex(digits)) for (token, digits), part in cut.items()]


def _plausible(raws: list[bytes]) -> dict[str, NDArray[np.bool_]]:
    """Which may be text: three bytes of four in their place in UTF-8, or UTF-16 of one block or of eastern Asia."""
    if not raws:
        return {}
    sizes = np.array([len(raw) for raw in raws])
    starts = np.cumsum(sizes) - sizes
    whole = np.frombuffer(b"".join(raws), np.uint8)
    before, behind = np.roll(whole, 1), np.roll(whole, -1)
    before[starts] = behind[starts - 1] = 0
    inner = whole & 0xC0 == 0x80
    wrong = (whole < 0x20) & (whole > 0) | (whole > 0xF4)
    wrong |= inner & (before < 0x80) | (whole >= 0xC0) & (behind & 0xC0 != 0x80)
    may = {"utf-8": 4 * _count(wrong, starts) <= sizes}
    odd = (np.arange(len(whole)) - np.repeat(starts, sizes)) % 2 == 1
    for encoding, high in (("utf-16-le", odd), ("utf-16-be", ~odd)):
        alike = np.zeros(len(raws), np.int64)
        # The high bytes of two letters of the middle, of which one may be a blank, say the block.
        for letter in (sizes // 4, sizes // 4 - 1):
            at = starts + (2 * letter + (encoding == "utf-16-le")).clip(0, sizes - 1)
            alike = np.maximum(alike, _count((whole == np.repeat(whole[at], sizes)) & high, starts))
        eastern = np.maximum(_count(_HAN[whole] & high, starts), _count(_HANGUL[whole] & high, starts))
        may[encoding] = (4 * alike >= sizes) | ((eastern == sizes // 2) & (sizes >= 8))
    return may


def _count(true: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many are true from each start to the next."""
    return np.add.reduceat(true, starts, dtype=np.int64)


def _readable(text: str) -> str:
    """The text without what cannot be read, or nothing where that is too much."""
    text = text.replace("\0", "")
    plain = _ODD.sub("", text)
    return plain if 4 * len(plain) >= 3 * len(text) and _WORDS.match(plain) else ""
