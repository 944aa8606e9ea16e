"""What an archive knows of persons out of texts, wherever it stands there: names without an @, ids, codes of links."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import regex

from floodmark.tweets.canonical import cut
from floodmark.tweets.columns import close_all, scrub_all
from floodmark.tweets.confusables import plain
from floodmark.tweets.fold import bare, fold
from floodmark.tweets.known import PLACEHOLDER, Hits, Kind, Known, kept
from floodmark.tweets.lookup import among
from floodmark.tweets.names import UNSPACED
from floodmark.tweets.reached import regrouped
from floodmark.tweets.readings import readings
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def sure(hits: Hits, known: Known) -> Hits:
    """The hits that are no ordinary words of the archive."""
    doubtful = (hits.kind == Kind.WORD) | (hits.kind == Kind.RUN)
    return kept(hits, ~(doubtful & among(hits.hash, known.ordinary)))


def hide(texts: pl.Series, persons: pl.Series, known: Known) -> pl.Series:
    """Replace identifiers in folded and scrubbed texts.

    A placeholder between the words of a name hides it no more than a comma does. What is cut out may bring the words
    of another name or of a link together, so it goes on until nothing is found.

    Args:
        texts: The texts.
        persons: Lists of the people whom the API's annotations name in each.
        known: What the archive knows.
    """
    hidden = texts.to_list()
    for row in (persons.list.len() > 0).arg_true():
        hidden[row] = _without_persons(hidden[row], persons[row])
    left = np.arange(len(hidden))
    while len(left):
        before = [hidden[row] for row in left]
        after = close_all(_without_inside(_without_known(pl.Series(before, dtype=pl.String), known), known))
        after = _without_forms(_without_telephones(after, known), known)
        for row, text in zip(left, after, strict=True):
            hidden[row] = text
        left = left[(after != pl.Series(before, dtype=pl.String)).to_numpy()]
    return pl.Series(texts.name, hidden, dtype=pl.String)


def _without_persons(text: str, persons: Sequence[str]) -> str:
    for person in sorted({fold(person) for person in persons} - {""}, key=lambda name: (-len(name), name)):
        # Searched for without accents, which annotations and tweets set differently.
        wanted = regex.compile(rf"(?i)(?<!\w){regex.escape(bare(person))}(?!\w)")
        for match in reversed(list(wanted.finditer(bare(text)))):
            text = f"{text[: match.start()]}<name>{text[match.end() :]}"
    return text


def _without_known(texts: pl.Series, known: Known) -> pl.Series:
    """Once from left to right: of the identifiers that begin at a word, the longest goes, with all that it overlaps."""
    hits = sure(known.find(texts), known)
    rows, first = np.unique(hits.row, return_index=True)
    if not len(rows):
        return texts
    old = [texts[int(row)] for row in rows]
    # Placeholders are no words, but keep their places.
    blank = [PLACEHOLDERS.sub(lambda match: " " * len(match.group()), text) for text in old]
    counts, words = cut(pl.Series(blank, dtype=pl.String))
    new, behind = [], 0
    for number, (text, bare_) in enumerate(zip(old, blank, strict=True)):
        spans = _spans(bare_, words[behind : behind + int(counts[number])])
        behind += int(counts[number])
        part = slice(first[number], first[number + 1] if number + 1 < len(rows) else len(hits.row))
        new.append(_replaced(text, spans, hits.word[part], hits.length[part], hits.kind[part]))
    return texts.clone().scatter(rows, pl.Series(new, dtype=pl.String))


def _without_telephones(texts: pl.Series, known: Known) -> pl.Series:
    """Known telephones in other groups of digits, such as `44148 230030`, which no pattern tells from a number."""
    ways = regrouped(texts)
    hits = known.find(ways["text"])
    changed = texts.to_list()
    for at, kind in zip(hits.row.tolist(), hits.kind.tolist(), strict=True):
        row, token, _ = ways.row(at)
        changed[row] = changed[row].replace(token, f"<{PLACEHOLDER[Kind(kind)]}>")
    return pl.Series(changed, dtype=pl.String)


def _without_forms(texts: pl.Series, known: Known) -> pl.Series:
    """What holds an identifier in another form goes; where that is all of a text, it is read as it was meant."""
    forms = readings(texts)
    hits = sure(known.find(forms["text"]), known)
    instead = {
        row: f"<{PLACEHOLDER[Kind(kind)]}>" for row, kind in zip(hits.row.tolist(), hits.kind.tolist(), strict=True)
    }
    changed = texts.to_list()
    for at, kind in {**_personal(forms, texts), **instead}.items():
        row, token, once, said, _ = forms.row(at)
        if token == texts[row]:
            changed[row] = scrub_all(pl.Series([once]))[0][0] if once == said else once
        else:
            changed[row] = changed[row].replace(token, kind)
    return pl.Series(changed, dtype=pl.String)


def _personal(forms: pl.DataFrame, texts: pl.Series) -> dict[int, str]:
    """Which forms say what patterns recognise, and the first of it.

    Among the letters of an ordinary word an `@` comes about by chance, so that a user alone does not count there.
    """
    said = forms["text"]
    clean, _ = scrub_all(said)
    found = clean.str.extract_all(PLACEHOLDERS.pattern)
    more = found.list.len() > said.str.count_matches(PLACEHOLDERS.pattern)
    whole = forms["token"] == texts.gather(forms["row"])
    kinds = {}
    for at in more.arg_true():
        told = [kind for kind in found[at] if whole[at] or kind != "<user>"]
        if told:
            kinds[int(at)] = told[0]
    return kinds


def suspect(texts: pl.Series, hits: Hits, known: Known) -> NDArray[np.bool_]:
    """In which texts an identifier may stand, if it is none that many tweets use as a word.

    Args:
        texts: Folded and scrubbed by pattern.
        hits: What `known` finds in them.
        known: What the archive knows.
    """
    found = np.zeros(len(texts), np.bool_)
    found[hits.row] = True
    grouped = regrouped(texts)
    found[grouped["row"].to_numpy()[known.find(grouped["text"]).row]] = True
    forms = readings(texts)
    found[forms["row"].to_numpy()[[*known.find(forms["text"]).row, *_personal(forms, texts)]]] = True
    if known.inside:
        found |= texts.str.contains(UNSPACED).to_numpy()
    return found


def _spans(text: str, words: pl.Series) -> list[tuple[int, int]]:
    """Where each word begins and ends."""
    spans, end = [], 0
    for word in words:
        start = text.index(word, end)
        end = start + len(word)
        spans.append((start, end))
    return spans


def _replaced(
    text: str, spans: list[tuple[int, int]], words: NDArray[Any], lengths: NDArray[Any], kinds: NDArray[Any]
) -> str:
    pieces, behind = [], 0
    # Of hits that begin at one word the longest comes last.
    longest = {int(word): (int(length), Kind(kind)) for word, length, kind in zip(words, lengths, kinds, strict=True)}
    for (_, kind), taken in groupby(_taken(longest).items(), key=itemgetter(1)):
        first, *more = [word for word, _ in taken]
        pieces += [text[behind : spans[first][0]], f"<{PLACEHOLDER[kind]}>"]
        behind = spans[more[-1] if more else first][1]
    return "".join(pieces) + text[behind:]


def _taken(longest: dict[int, tuple[int, Kind]]) -> dict[int, tuple[int, Kind]]:
    """Words in order, each with the first word and the kind of the identifier that takes it.

    Args:
        longest: By the word with which each begins, its words and its kind.
    """
    taken: dict[int, tuple[int, Kind]] = {}
    for word, (length, kind) in longest.items():
        if word not in taken:
            taken |= dict.fromkeys(range(word, word + length), (word, kind))
    # Of one that begins within another nothing is left either: `thanks Smith, Jane Smith`.
    for word, (length, _) in longest.items():
        for at in range(word, word + length):
            if at not in taken:
                taken[at] = taken[at - 1]
    return dict(sorted(taken.items()))


def _without_inside(texts: pl.Series, known: Known) -> pl.Series:
    """Names that stand inside words of scripts without spaces."""
    if not known.inside:
        return texts
    longest = max(map(len, known.inside))
    at = texts.str.contains(UNSPACED).fill_null(value=False).arg_true()
    return texts.clone().scatter(
        at, pl.Series([_inside(text, known, longest) for text in texts.gather(at)], dtype=pl.String)
    )


def _inside(text: str, known: Known, longest: int) -> str:
    like = "".join(plain(letter)[0] for letter in text)
    pieces, behind, place = [], 0, 0
    while place < len(like):
        end = next(
            (end for end in range(min(place + longest, len(like)), place + 1, -1) if like[place:end] in known.inside), 0
        )
        if end:
            pieces += [text[behind:place], "<name>"]
            behind = end
        place = end or place + 1
    return "".join(pieces) + text[behind:]
