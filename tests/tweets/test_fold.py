import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from floodmark.tweets import fold as fold_module
from floodmark.tweets.fold import bare, fold

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
