import base64
import codecs
import json
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.fold import fold
from floodmark.tweets.readings import SCHEMA, readings

FORMS = {
    "percent": lambda text: quote(text, safe=""),
    "percent, all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent, Windows": lambda text: "".join(f"%{byte:02x}" for byte in text.encode("cp1252", "ignore")),
    "json": lambda text: "".join(f"\\u{unit:04x}" for unit in units(text)),
    "json in json": lambda text: json.dumps("".join(f"\\u{unit:04x}" for unit in units(text))),
    "python": lambda text: "".join(f"\\U{ord(letter):08x}" for letter in text),
    "javascript": lambda text: "".join(f"\\u{{{ord(letter):x}}}" for letter in text),
    "bytes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "html": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64, bare": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64, utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64, utf-16-be": lambda text: base64.b64encode(text.encode("utf-16-be")).decode(),
    "base64, lines": lambda text: base64.encodebytes((text + " filler" * 20).encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex, colons": lambda text: text.encode().hex(":"),
    "hex, blanks": lambda text: text.encode().hex(" "),
    "hex, xxd": lambda text: text.encode().hex(" ", -2),
    "hex, words": lambda text: text.encode().hex(" ", -4),
    "hex, words of code": lambda text: "0x" + ", 0x".join(text.encode().hex(" ", -2).split()),
    "hex, threes": lambda text: text.encode().hex(",", -3),
    "hex, bars": lambda text: text.encode().hex("|"),
    "hex, bars and blanks": lambda text: " | ".join(text.encode().hex(" ").split()),
    "hex, quoted-printable": lambda text: "=" + text.encode().hex("=").upper(),
    "hex, backslashes": lambda text: "\\" + text.encode().hex("\\"),
    "hex, list of strings": lambda text: ", ".join(f'"{byte:02x}"' for byte in text.encode()),
    "hex, 0x": lambda text: "0x" + text.encode().hex(),
    "hex, list": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "hex, odd": lambda text: text.encode().hex() + "a",
    "hex, utf-16": lambda text: text.encode("utf-16-le").hex(),
}  # fmt: skip
WINDOWS = "abcdefghijklmnopqrstuvwxyzéñöABC_0123456789"
NAMES = (
    st.text(st.sampled_from(WINDOWS + " '-."), min_size=8, max_size=40)
    .map(fold)
    .filter(lambda text: len(text) >= 8 and sum(map(str.isalnum, text)) >= 6)
)


def units(text):
    wide = text.encode("utf-16-be")
    return [int.from_bytes(wide[at : at + 2], "big") for at in range(0, len(wide), 2)]


def said(*texts):
    table = readings(pl.Series([fold(text) for text in texts]))
    assert table.schema == SCHEMA
    return table


def held(text, name):
    """Whether a text or any of its readings holds a name."""
    return any(name in form for form in [fold(text), *said(text)["text"]])


@pytest.mark.parametrize("form", FORMS)
@given(name=NAMES)
def test_every_form_is_undone(form, name):
    assert held(f"see {FORMS[form](name)} there", name)


@pytest.mark.parametrize(
    "name", ["Zoë Ñandú", "Иван Петров", "東京の川の水位", "Ελένη Παππά", "فيضان كبير", "🌊 Orla Quillbeck"]
)
@pytest.mark.parametrize("form", [form for form in FORMS if "Windows" not in form])
def test_letters_of_any_script_are_read(form, name):
    assert held(FORMS[form](name), fold(name))


@given(
    name=NAMES,
    forms=st.lists(st.sampled_from(["percent, all", "json", "base64", "base64, url", "hex"]), min_size=2, max_size=3),
)
def test_forms_are_undone_inside_one_another(name, forms):
    text = name
    for form in forms:
        text = FORMS[form](text)
    assert held(text, name)


def test_a_reading_says_what_it_is_of():
    token = base64.b64encode(b"Orla%20Quillbeck").decode()
    table = said("nothing here", f"at {token}!")
    assert table.rows() == [
        (1, token, "Orla%20Quillbeck", "Orla%20Quillbeck", "base64"),
        (1, token, "Orla%20Quillbeck", "Orla Quillbeck", "percent in base64"),
    ]


def test_a_name_may_stand_partly_in_a_form():
    assert held("Orla Quill%62eck said", "Orla Quillbeck")
    assert held(r"Orla\nQuillbeck", "Orla Quillbeck")
    assert held(r"Quillb\u00e9ck, Orla", "Quillbéck, Orla")


def test_writing_out_what_a_token_says_takes_one_form_less():
    text = f"by {FORMS['hex'](FORMS['base64']('Orla Quillbeck'))}"
    for _ in range(2):
        first = said(text).row(0, named=True)
        text = text.replace(first["token"], first["instead"])
    assert text == "by Orla Quillbeck"


@pytest.mark.parametrize(
    "text", ["", "the river is flooding everywhere", "100% of it", "A63 at 14:30, 3.45 m", "id 345678901234567001",
             "C:/new", "<name> <url> antidisestablishmentarianism", "q7wn3bk2vhl5rxz6mtyd4cfaes"]
)  # fmt: skip
def test_ordinary_texts_hide_nothing(text):
    assert said(text).is_empty()


@pytest.mark.parametrize(
    "text", ["levels 1200 1250 1300 1250", "tides 0612 1230 1845", "0630/1230/1845", "05/12/2013 14:30",
             "05/12/2013 14:30, 06/12/2013 02:15", "2013-12-05 06:30:00", "12 15 18 21 24 | 10 11 12", "1,200 1,250",
             "30=10=20=15", "grid 0956 2873 1024"]
)  # fmt: skip
def test_levels_and_times_say_nothing_in_hexadecimal_digits(text):
    assert not any(letter.isascii() and letter.isalpha() for form in said(text)["text"] for letter in form)


@pytest.mark.parametrize("beside", ["20131205 06301845", "1200 1250 1300", "0612 1230 1845,", "12:30:45"])
def test_numbers_beside_hexadecimal_digits_hide_them_no_more_than_words_do(beside):
    assert held(f"at {beside} {b'Orla_Quill77'.hex()}", "Orla_Quill77")
    assert held(f"{b'Orla_Quill77'.hex()} at {beside}", "Orla_Quill77")


def test_a_line_of_a_dump_is_read():
    assert held("00000010: 4f72 6c61 5f51 7569 6c6c 3737            Orla_Qui", "Orla_Quill77")


def test_no_texts_and_absent_ones_have_no_readings():
    assert readings(pl.Series([], dtype=pl.String)).is_empty()
    assert readings(pl.Series([None, "%41%42"], dtype=pl.String))["row"].to_list() == [1]


@given(st.text())
def test_any_text_is_read(text):
    for row in said(text).iter_rows(named=True):
        assert row["row"] == 0
        assert row["token"] in fold(text)
        assert row["text"] == fold(row["text"])


def test_readings_do_not_depend_on_the_texts_beside():
    texts = ["%41%42 x", codecs.encode(b"Orla Quillbeck", "hex").decode(), "flooding"] * 3
    together = said(*texts)
    for row, text in enumerate(texts):
        assert together.filter(row=row)["text"].to_list() == said(text)["text"].to_list()
