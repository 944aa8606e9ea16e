"""Every single character of the table of look-alikes, put into names that are known."""

import importlib.resources
import json
import time

import confusable_homoglyphs
import polars as pl
import pytest

from floodmark.tweets.canonical import words
from floodmark.tweets.columns import fold_all, lists, scrub_all
from floodmark.tweets.confusables import LONGEST, disguised, plain, undisguised
from floodmark.tweets.fold import fold
from floodmark.tweets.hiding import hide
from floodmark.tweets.seeking import Seeker
from tests.tweets.knowing import column, names, scrub, scrub_names


def pairs():
    file = importlib.resources.files(confusable_homoglyphs).joinpath("confusables.json")
    table = json.loads(file.read_text(encoding="utf-8"))
    cut = [
        (a.strip("\u200e\u200f"), other["c"].strip("\u200e\u200f")) for a, others in table.items() for other in others
    ]
    return sorted({(a, b) for a, b in cut if len(a) == len(b) == 1 and a != b and b.isascii() and b.isalnum()})


@pytest.mark.parametrize(
    ("usernames", "display", "left"),
    [
        (["Orla_Quill77"], [], "˛"),
        (["orlaquill9"], [], "˛"),
        ([], ["Orla Quillfeather"], "˛ſӏ"),
        (["Jumpin_Quick_Brown_Foxes_Vzdgt_A2l0345b6789"], [], "|˛ſ"),
    ],
)
def test_of_the_whole_table_only_what_is_said_survives_gate_and_audit(usernames, display, left):
    assert len(pairs()) > 1300
    known = names(usernames, display)
    (name,) = [*usernames, *display]
    rows = [(a, form.replace(b, a)) for form in {name, name.upper(), name.lower()} for a, b in pairs() if b in form]
    assert len(rows) > 400
    clean = hide(
        scrub_all(fold_all(column(f"see {text} there" for _, text in rows)))[0], lists([[]] * len(rows)), known
    )
    told = {found.row for found in Seeker(known).strictly(clean, closed=False)}
    survive = {a for row, (a, _) in enumerate(rows) if "<name>" not in clean[row] and row not in told}
    assert survive == set(left)
    found = Seeker(known).strictly(column(text for _, text in rows), closed=False)
    assert {a for row, (a, _) in enumerate(rows) if row not in {one.row for one in found}} == set(left)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("ORLA_QUİLL77, orla_qui\u0307ll77", "<name>, <name>"),
        ("Or1a Qui11feather, 0r|a Quillfeather", "<name>, <name>"),
        ("OrIa QuiIlfeather, #OrIaQuillfeather", "<name>, #<name>"),
        ("ask Bi11 Larch, lnes Tarn, Iucy Fen, QU1NN B0X", "ask <name>, <name>, <name>, <name>"),
        ("Orla_Qui1l77 oria_quill77", "<name> <name>"),
        ("or١a_quill77", "<name>"),
        ("Or1a Quillfeather at 14:30, 10ft, M10, 1st", "<name> at 14:30, 10ft, M10, 1st"),
    ],
)
def test_strokes_and_rings_stand_for_one_another(text, clean):
    known = names(["Orla_Quill77"], ["Orla Quillfeather", "Bill Larch", "Ines Tarn", "Lucy Fen", "Quinn Box"])
    assert scrub_names(scrub(text), known) == clean


def test_words_that_differ_in_such_a_letter_are_different_words():
    known = names(["liverp00l", "f100d_x"], ["Wali", "Loft", "Nell", "Olli", "Alien", "Mali"])
    for text in (
        "wall, 10ft of water, Neil, 0111, Allen",
        "mail all the mall",
        "Liverpool flood",
        "level 1.11 at 0110",
    ):
        assert scrub_names(scrub(text), known) == text
    assert scrub_names("liverp00l, wali, LOFT", known) == "<name>, <name>, <name>"


def test_an_ordinary_word_hides_no_name_that_looks_like_it():
    known = names(display=["Wali"], texts=["the wall", "a wall", "wall"])
    assert scrub_names("Wali at the wall", known) == "<name> at the wall"


@pytest.mark.parametrize(
    "text",
    ["١٢٣ and ٥٥", "רחוב 12", "سيول في المدينة", "Ελληνικά σίγμα ς", "5 μm", "poſt", "ϲ", "2 × 4", "M10 10am A1"],
)
def test_folding_leaves_readable_texts(text):
    assert fold(text) == text.replace("ſ", "s").replace("ϲ", "ς")
    assert scrub_names(scrub(text), names(["Orla_Quill77"], ["Orla Quillfeather"])) == fold(text)


def test_numbers_of_other_scripts_stay_numbers():
    assert words(column(["١٢٣ a١"])).word.to_list() == ["١٢٣", "al"]
    assert plain("١٢٣ a١") == "١٢٣ al"


def test_ordinary_numbers_and_words_are_read_as_they_are():
    texts = [
        "10ft M10 HU10 A1079 10am 1st 11th 100mph 0630 Italy Ireland lake",
        "T3JsYSBRdWlsbGJlY2s= q7wn3bk2vhl5rxz6mtyd4cfaes",
        "level 1.01 | tide 0110 | M1 | A1(M)",
    ]
    assert [undisguised(text) for text in texts] == texts


def test_of_a_long_text_what_stands_near_a_disguise_is_read():
    filler = "river level falling " * (LONGEST // 10)
    text = f"{filler}Or1a Quillfeather {filler}"
    assert "Orla Quillfeather" in undisguised(text)
    assert len(undisguised(text)) < 400
    known = names(display=["Orla Quillfeather"])
    assert {found.form for found in Seeker(known).strictly(pl.Series([text]), closed=False)} == {"look-alikes"}


@pytest.mark.parametrize("unit", ["aI", "1", "I", "l", "|", "aIa ", "0", "A1", "Ia"])
def test_no_text_however_long_takes_long(unit):
    started = time.monotonic()
    undisguised(unit * 100_000)
    undisguised(unit * (20_000 // len(unit)))
    undisguised(unit * (20_000 // len(unit)) + "9")
    undisguised((unit + "9 ") * 10_000)
    assert time.monotonic() - started < 5


def test_the_pattern_is_one_that_rust_reads():
    assert pl.Series(["Or1a", "orla", "Ζ", "10ft"]).str.contains(disguised()).to_list() == [True, False, True, False]
