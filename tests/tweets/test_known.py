"""What is looked up as hashes against the same looked up as words."""

from pathlib import Path

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.tweets import known as module
from floodmark.tweets.canonical import WORD, words
from floodmark.tweets.confusables import plain
from floodmark.tweets.gathering import gather
from floodmark.tweets.hiding import sure
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.known import Kind, Known
from tests.tweets.knowing import FOLDER, NUMBERS, column, know, names, scrub_names

LETTERS = st.sampled_from(["ann", "bob", "carl_7x", "dora", "eve", "ann9bob", "river", "mill"])
PHRASE = st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)


def cut(text):
    return tuple(map(plain, regex.findall(WORD, text)))


@settings(max_examples=60)
@given(display=st.sets(PHRASE, max_size=5), texts=st.lists(st.lists(LETTERS, max_size=9).map(" ".join), max_size=4))
def test_names_are_found_where_their_words_stand(display, texts):
    known = names(display=display)
    hits = known.find(column(texts))
    found = {
        (int(row), int(word), int(length)) for row, word, length in zip(hits.row, hits.word, hits.length, strict=True)
    }
    wanted = set()
    for row, text in enumerate(texts):
        parts = cut(text)
        for name in map(cut, display):
            if len(name) == 1 and len(name[0]) < 4:
                continue
            wanted |= {(row, at, len(name)) for at in range(len(parts)) if parts[at : at + len(name)] == name}
    short = {(row, word, 1) for row, word, length in found if length == 1 and len(cut(texts[row])[word]) < 4}
    assert found - short == wanted
    assert not short


def test_an_archive_in_many_blocks_knows_what_one_block_knows(monkeypatch):
    monkeypatch.setattr(module, "PART", 50)
    ids = [str(7_000_000_000 + 97 * number) for number in range(600)]
    parts = [
        Identifiers(ids=set(ids[start : start + 60]), names={f"Jane Q{start}x Smith"}) for start in range(0, 600, 40)
    ]
    files = []
    for part in parts:
        files.append(Path(FOLDER.name, f"{next(NUMBERS)}.known"))
        gather(part, files[-1])
    known = Known(files, Path(FOLDER.name, f"whole-{next(NUMBERS)}"))
    assert known.count(Kind.ID) == 600
    assert len(known._bounds) > 5
    texts = column([f"see {item} and Jane Q40x Smith" for item in ids])
    hits = known.find(texts)
    assert np.array_equal(hits.row[hits.kind == Kind.ID], np.arange(600))
    assert (hits.kind == Kind.NAME).sum() == 600
    assert len(known.find(column(["7000000001 jane q41x smith"])).row) == 0


@pytest.mark.parametrize(
    ("found", "text", "clean"),
    [
        ({"ids": {"70012345"}}, "call 70012345 now", "call <number> now"),
        ({"ids": {"12"}}, "12 boats", "12 boats"),
        ({"ids": {"charlotte"}}, "ask charlotte", "ask <name>"),
        ({"urls": {"https://pbs.twimg.com/media/ZyXw98765.jpg"}}, "file zyxw98765.JPG", "file <url>"),
        ({"urls": {"https://news.example.org/flood/a-story"}}, "flood, a story", "flood, a story"),
        ({"urls": {"https://t.co/AbCdEf12"}}, "code abcdef12", "code <url>"),
        ({"urls": {"https://twitter.com/Orla_Quill/status/1"}}, "ask orla_quill", "ask <name>"),
        ({"urls": {"https://twitter.com/Orla_Quill"}}, "ask orla_quill", "ask <name>"),
        ({"urls": {"mobile.twitter.com/@Orla_Quill?lang=en"}}, "ask orla_quill", "ask <name>"),
        ({"urls": {"https://x.com/search?q=flood", "https://x.com/Orla/with/more"}}, "search orla", "search orla"),
        ({"coordinates": {"53.745712"}}, "at 53.745712 N", "at <coordinates> N"),
        ({"coordinates": {"53.7"}}, "53.7 m", "53.7 m"),
        ({"usernames": {"ines_larch"}}, "\u0456nes_l\u0430rch said", "<name> said"),
        ({"usernames": {"INES_LARCH"}}, "Ines_Larch said", "<name> said"),
        ({"names": {"Jörg Weiß"}}, "JÖRG WEISS und Jörg Weiß", "<name> und <name>"),
        ({"names": {"05.12.2013"}}, "since 05.12.2013", "since 05.12.2013"),
        ({"urls": {"https://pbs.twimg.com/media/ZyXw98765.jpg"}}, "file zyxw98765", "file <url>"),
    ],
)
def test_every_kind_of_identifier_goes_and_what_is_no_identifier_stays(found, text, clean):
    assert scrub_names(text, know(Identifiers(**found))) == clean


def test_ordinary_words_are_found_but_not_sure():
    known = names(["harbour"], texts=["the harbour", "harbour", "a harbour, too"])
    hits = known.find(column(["a harbour"]))
    assert hits.kind.tolist() == [Kind.WORD]
    assert len(sure(hits, known).row) == 0


# Of later letters, Python's tables and Rust's may know different ones.
ASSIGNED = st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_categories=("Cn", "Cs"))


@given(st.lists(st.text(ASSIGNED, max_size=12), max_size=5))
def test_words_are_those_of_each_text(texts):
    found = words(column(texts))
    for row, text in enumerate(texts):
        assert found.word[int(found.start[row]) : int(found.start[row + 1])].to_list() == list(cut(text))
