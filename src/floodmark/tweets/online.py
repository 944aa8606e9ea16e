"""How links, e-mail addresses, users and Internet addresses are written, plainly or so that no robot reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.tweets.rule import rule

if TYPE_CHECKING:
    import regex

HANDLE = r"(?:[A-Za-z0-9_]+(?=[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}])|\w+)"
"""A user name; scripts that put no blanks between words may go on behind it."""
_EMOJI = r"\p{Extended_Pictographic}"
REST = rf"[^\s<>\"{_EMOJI}]*(?:{_EMOJI}+/[^\s<>\"{_EMOJI}]*)*"
"""The rest of a link, behind its scheme or host."""
_MAIL = (
    "gmail|googlemail|hotmail|outlook|yahoo|ymail|rocketmail|icloud|aol|live|msn|btinternet|btopenworld|virginmedia|"
    "blueyonder|ntlworld|talktalk|tiscali|protonmail|gmx"
)
_ENDS = "com|org|net|gov|edu|info|biz|co|uk|ly|gl|eu|au|ca|nz|ph|de|fr|io|tv|ie|nl|ch|pl|se|dk|jp|br|scot|wales"
"""Ends of host names that are no word with which a sentence begins behind a full stop that lacks its blank."""
_BRACKETED = r"[(\[{]\s?at\s?[)\]}]"
_AT = rf"(?:{_BRACKETED}|\sat\s|_at_)"
_DOT = r"(?:[(\[{]\s?dot\s?[)\]}]|\sdot\s|_dot_)"
_AT_MAIL = rf"at[\s)\]}}_]{{1,3}}(?:{_MAIL})"
_LOCAL = rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:\s?{_DOT}\s?[\w+-]{{1,32}}){{0,3}}"


def _is_written(match: regex.Match[str]) -> bool:
    """Whether a host of mail without its end stands behind what is no word: `looking at outlook` is no address."""
    local, host = match.group(1), match.group(2).lower()
    return any(c in "._+0123456789" for c in local) or (" dot " in local.lower() and host not in ("live", "outlook"))


def _is_address_v4(match: regex.Match[str]) -> bool:
    return all(int(part) <= 255 for part in match.group().split("."))


# Whole links first, before anything inside one is taken for something else.
WHOLE_LINKS = [
    rule(
        "url",
        rf"(?i)https?:[/\\]*{REST}|\bhttps?\b{REST}|\bwww\.{REST}|\bpic\.twitter\.com{REST}",
    )
]
EMAIL = [
    rule(
        "email",
        r"(?:[\w.!#$%&'*+/=?^`{|}~-]+|\"[^\"]{1,64}\")@(?:[\w-]+(?:\.[\w-]+)+|\[[\d.:a-fA-F]+\])",
    ),
    # `jane@ mail.org`, and with a blank on both sides only at hosts of mail: `lunch @ bbc.co.uk` says where.
    rule("email", rf"(?i)(?<![\w@.+-])[\w.+-]{{1,64}}@\s(?:[\w-]{{1,63}}\.){{1,5}}(?:{_ENDS})\b"),
    rule(
        "email",
        rf"(?i)(?<![\w@.+-])[\w.+-]{{1,64}}\s@\s(?:{_MAIL})\.(?:[\w-]{{1,63}}\.)?(?:{_ENDS})\b",
    ),
    rule("email", rf"(?i)(?<![\w@.+-])[\w.+-]{{1,64}}@(?:{_MAIL})\b(?!\.\w)"),
    rule(
        "email",
        rf"(?i){_LOCAL}\s?{_AT}\s?[\w-]+(?:\s?(?:{_DOT}|\.)\s?[\w-]+)*\s?{_DOT}\s?\w+",
    ),
    # With an ordinary dot only in brackets or at hosts of mail: `flooding at bbc.co.uk` says where to read.
    rule("email", rf"(?i){_LOCAL}\s?{_BRACKETED}\s?(?:[\w-]{{1,63}}\.){{1,5}}\p{{L}}{{2,}}"),
    rule(
        "email",
        rf"(?i){_LOCAL}\s?{_AT}\s?(?:{_MAIL})\.\p{{L}}{{2,3}}(?:\.\p{{L}}{{2}})?\b",
    ),
    rule(
        "email",
        rf"(?i)({_LOCAL})\s?{_AT}\s?({_MAIL})\b(?!\.\w)",
        _is_written,
    ),
]
HOSTS = [
    rule(
        "url",
        rf"(?i)(?<![\w@.-])(?:[\p{{L}}\p{{N}}-]{{1,63}}\.){{1,9}}\p{{L}}{{2,}}/{REST}",
    ),
    rule(
        "url",
        rf"(?i)(?<![\w@.-])(?:[\p{{L}}\p{{N}}-]{{1,63}}\.){{1,9}}(?:{_ENDS})\b(?!\.\w)",
    ),
]
USERS = [
    # Some fans write @/name, so that nobody is notified, and some thumbs put a blank; `@ the_end` does not hurt.
    rule("user", rf"@[/.|*\\-]{{0,2}}{HANDLE}|@\s(?=\p{{L}}\w*_)\w{{4,15}}\b"),
]
INTERNET = [
    rule("ip", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)", _is_address_v4, digits=4),
    rule(
        "ip",
        r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])",
        digits=1,
    ),
]
