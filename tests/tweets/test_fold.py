import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from floodmark.tweets import fold as fold_module
from floodmark.tweets.columns import fold_all
from floodmark.tweets.fold import bare, fold
from tests.tweets.knowing import column

EMOJI = ["👨‍👩‍👧", "❤️", "❤️‍🔥", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇬🇧", "1️⃣", "☔", "🤷🏾‍♂️", "☎️", "™️"]


@given(st.text())
@example("&" + 5 * "amp;" + "#64;")
@example("&am\x00p;lt;")
def test_folding_twice_changes_nothing_more(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@example("\x00")
@example("plain\x07text")
def test_folded_text_is_one_line_without_invisible_characters(text):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not set(folded) & set("\u200b\u200c\u200e\u202e\u2060\ufeff\u00ad\x00\x07")


def test_what_is_asked_before_the_dear_patterns_hides_nothing_from_them():
    letters = "".join(f"a{chr(code)}" for code in range(0x110000))
    assert set(fold_module._INVISIBLE.findall(letters)) <= set(fold_module._SUSPECT.findall(letters))
    twins = "".join(map(chr, fold_module._TWINS))
    assert fold_module._NOT_LATIN.sub("", twins) == ""


def test_nothing_that_fonts_ignore_stays_but_what_belongs_to_emoji():
    letters = regex.findall(r"\p{Default_Ignorable_Code_Point}", "".join(map(chr, range(0x110000))))
    assert set(fold_all(column(f"a{letter}b" for letter in letters))) == {"ab"}


def test_bare_letters_stand_where_the_accented_ones_did():
    assert bare("Ōta Łódź 김 Zoë") == "Ota Łodz 김 Zoe"


@pytest.mark.parametrize("emoji", EMOJI)
def test_emoji_pass_whole(emoji):
    assert fold(f"river {emoji}{emoji} up {emoji}") == f"river {emoji}{emoji} up {emoji}"


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("ｊａｎｅ＠ｍａｉｌ．ｏｒｇ", "jane@mail.org"),
        ("j\u200da\u200bn\u00ade@ma\u2060il.org", "jane@mail.org"),
        ("𝐣𝐚𝐧𝐞@mail.org", "jane@mail.org"),
        ("jane&#64;mail.org &amp; &lt;3", "jane@mail.org & <3"),
        ("jane&amp;#64;mail.org", "jane@mail.org"),
        ("jane&amp;amp;amp;amp;#64;mail.org", "jane@mail.org"),
        ("jane\x00@mail.org", "jane@mail.org"),
        ("﹫jane", "@jane"),
        ("jan\ufe0fe", "jane"),
        ("ja\u034fne\u3164, j\uffa0a\u115fn\u1160e", "jane, jane"),
        ("j\u17b4a\u17b5n\u180b\u180d\u180fe", "jane"),
        ("j\u2065a\ufff0n\ufff8\U000e0080e\U000e0100\U000e0fff", "jane"),
        ("07700 9\u034f00123, 9\ufe0f00", "07700 900123, 900"),
        ("HU5\u3164 2LT", "HU5 2LT"),
        ("ja\U000e0067\U000e0062ne 🏴\U000e0067\U000e007f", "jane 🏴\U000e0067\U000e007f"),
        ("@qui\u03f2k, \u03f9at, m\u037ami", "@quick, Cat, mimi"),
        ("٠٧٧ ０７７", "٠٧٧ 077"),
        ("@оrla_quill7", "@orla_quill7"),
        ("Ζеlda's", "Zelda's"),
        ("вода и flood", "вода и flood"),
        ("Потопfm", "Потопfm"),
        ("5 μm, Δt", "5 μm, Δt"),
        ("54º 7' 24\"", "54° 7' 24\""),
        ("1º piano", "1o piano"),
        ("two\n\nlines\t\u3000wide", "two lines wide"),
    ],
)
def test_disguises_come_off(disguised, plain):
    assert fold(disguised) == plain
