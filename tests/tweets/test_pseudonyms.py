import re

from hypothesis import given
from hypothesis import strategies as st

from floodmark.tweets.pseudonyms import LENGTH, Pseudonyms

ONE, OTHER = Pseudonyms(bytes(32)), Pseudonyms(bytes([1] * 32))
KINDS = ("tweet", "user", "place", "media", "photo", "text", "annotator")


@given(st.text(max_size=40))
def test_a_pseudonym_is_one_word_of_128_bits(value):
    name = ONE.of("tweet", value)
    assert re.fullmatch(rf"[a-z2-7]{{{LENGTH}}}", name)
    assert name == Pseudonyms(bytes(32)).of("tweet", value)


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_things_differ(one, other):
    names = {(key, kind): (ONE if key else OTHER).of(kind, one) for key in (0, 1) for kind in KINDS}
    assert len(set(names.values())) == len(names)
    assert (one == other) == (ONE.of("user", one) == ONE.of("user", other))


def test_kind_and_value_do_not_run_into_each_other():
    assert ONE.of("user", "tweet1") != ONE.of("tweet", "1")
    assert ONE.of("user", "\0a") != ONE.of("user", "a")


def test_a_text_is_recognised_through_escapes_case_blanks_and_a_leading_backslash():
    forms = ["Tea & floods", "Tea &amp; floods", "\\tea  & FLOODS\n", "Ｔｅａ & floods"]
    assert len({ONE.of_text(form) for form in forms}) == 1
    assert ONE.of_text("tea and floods") != ONE.of_text(forms[0])


def test_a_photo_is_recognised_in_another_case_and_format():
    assert len({ONE.of_file(name) for name in ("AbC.jpg", "abc.png", "ABC")}) == 1
