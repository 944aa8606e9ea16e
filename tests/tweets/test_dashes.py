"""Numbers whose groups lie between dashes and dots that no keyboard has, and digits of other alphabets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.columns import FEW, scrub_all
from floodmark.tweets.fold import fold
from floodmark.tweets.shapes import PLACEHOLDERS, shapes
from tests.tweets.knowing import column, scrub

DASHES = "-‐‑‒–—―−"
DOTS = ".·•∙⋅"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("07700–900123, 07700‑900123, 07700·900·123", "<phone>, <phone>, <phone>"),
        ("07700 – 900123 or 07700 - 900123", "<phone> or <phone>"),
        ("+44–7700–900123, 0044·7700·900123, 447700–900123", "<phone>, <phone>, <phone>"),
        ("(555) 010–9999, +1 555–010–9999, 555–010–9999", "<phone>, <phone>, <phone>"),
        ("0113·496·0123 and 01632–960–123 ext 5", "<phone> and <phone> ext 5"),
        ("call 555–0134. SSN 219–09–9999", "call <phone>. SSN <phone>"),
        ("07700 900123–960002", "<phone>–<phone>"),
        ("٠٧٧٠٠ ٩٠٠١٢٣, ۰۷۷۰۰-۹۰۰۱۲۳ or ०७७०० ९००१२३", "<phone>, <phone> or <phone>"),
        ("4111–1111–1111–1111, 4111/1111/1111/1111", "<card>, <card>"),
        ("4111_1111_1111_1111, 4111·1111·1111·1111", "<card>, <card>"),
        ("4111 – a word", "4111 – a word"),
        ("GB29–NWBK–6016–1331–9268–19", "<iban>"),
        ("IBAN: GB29-NWBK-6016-1331-9268-19", "IBAN: <iban>"),
        ("sort code 30–96–26, QQ–12–34–56–C, NHS 485–777–3456", "sort code <number>, <nino>, NHS <number>"),
        ("ZE5—5UU", "<postcode>"),
    ],
)
def test_a_typographic_sign_hides_no_number(text, clean):
    assert scrub(text) == clean
    assert set(scrub_all(column([fold(text)] * FEW))[0]) == {clean}


NUMBERS = ("07700 900 123", "+44 7700 900123", "0044 7700 900123", "+1 555 010 9999", "01632 960 123", "44 7700 900123")


@given(st.sampled_from(NUMBERS), st.sampled_from(DASHES + DOTS), st.sampled_from(("", "call ", "(", "is: ")))
def test_nor_does_any_between_all_groups(number, sign, lead):
    clean = scrub(f"{lead}{number.replace(' ', sign)} please")
    assert clean.endswith("<phone> please")
    assert not any(letter.isdigit() for letter in clean)


def test_a_number_left_between_such_signs_is_a_leak():
    assert shapes("07700–900123") == shapes("555·010·9999") == shapes("+44–7700–900123") == ["phone"]
    assert shapes(PLACEHOLDERS.sub(" ", "open 0800–1700–1900")) == []


@pytest.mark.parametrize(
    "text",
    [
        "levels 1.2–1.5 m", "levels 1.2–1.5–1.8 m by 0630–0845", "0800–1700", "2013–2014", "12–14 Dec 2013",
        "2012–2013–2014–2015", "01–05 Jan, 12–14 Dec 2013", "0630–0845 05–12–2013", "£100–200–300", "2013–12–05 06:30",
        "2013–12–05–0630", "12–15 16–18 19–22", "it was 3·45 m, then 3·50 m", "levels 3·050 2·100 4·200",
        "levels 1·234–1·567", "tides 0612·1230·1845", "0800 – 1700 – 1900", "open 0800–1700, 0900–1200",
        "open 0800–1700 0900–1200", "SE 12345–67890", "07:00–1.23, 08:00–1.34, 09:00–1.45", "05/12/2013–06/12/2013",
        "0712–1310 05–12–2013", "J38–J39", "A63–M62",
    ],
)  # fmt: skip
def test_what_lies_between_such_signs_in_a_flood_stays(text):
    assert scrub(text) == text
