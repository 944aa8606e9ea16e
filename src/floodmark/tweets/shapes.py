"""Shapes that no scrubbed text may have: the scrubber's last step closes them, the audit proves that none is left."""

from __future__ import annotations

import regex

from floodmark.tweets.online import REST
from floodmark.tweets.signs import NO_TEXT_IN_HEX
from floodmark.tweets.squares import ALONE
from floodmark.tweets.telephones import telephone

KINDS = frozenset(
    [
        "address",
        "card",
        "coordinates",
        "email",
        "iban",
        "ip",
        "name",
        "nino",
        "number",
        "phone",
        "postcode",
        "url",
        "user",
    ]
)
"""What a placeholder may stand for."""
_PLACEHOLDER = rf"<(?:{'|'.join(sorted(KINDS))})>"
PLACEHOLDERS = regex.compile(_PLACEHOLDER)
_FORBIDDEN = {
    "mention": r"@[^\s\w]{0,2}\w",
    "link": r"https?:\S|://|\bwww\.\w|\bt\.co\b",
    # Before the `@` some letter or digit: `.@name.word` mentions somebody, and lacks a blank.
    "email": r"[^\W_][._+-]*@[\w-]+\.\w",
    "phone": telephone(r"\s"),
    "long_number": rf"(?<!\d){ALONE}{NO_TEXT_IN_HEX}\d{{9,}}",
}
FORBIDDEN = {kind: regex.compile(rf"(?i){pattern}") for kind, pattern in _FORBIDDEN.items()}
"""By kind, whatever the archive knew; searched for in texts whose placeholders are spaces."""
# Only the telephone may run across a placeholder, for the audit sees a blank there. `@(town hall)` and `@#flood` say
# where, `@"name"` and `@!name` say who.
_BLANK = rf"(?:\s|{_PLACEHOLDER})"
_LEFT = regex.compile(
    rf"(?i)(?P<url>[a-z][a-z0-9+.-]{{0,30}}://(?:<url>|{REST})|https?:{REST}|\bwww\.{REST}|\bt\.co\b{REST})|"
    r"(?P<email>[\w.+-]{0,63}[^\W_][._+-]*@[\w-]+\.[\w.-]*)|"
    rf"(?P<phone>{telephone(_BLANK)})|"
    rf"(?P<number>(?<!\d){ALONE}{NO_TEXT_IN_HEX}\d{{9,}})|"
    r"(?P<user>@[!\"'’“?:;,.~^&=+|*/\\-]{0,2}\p{L}\w*)|"
    r"(?P<at>@(?=[^\s\w]{0,2}\w))|"
    r"(?P<slashes>:/{2,})"
)


def close(text: str) -> str:
    """The text without any forbidden shape.

    What looks like a link, an address, a number or a user becomes a placeholder; an `@` that means "at" gets a space
    behind it, and the face `://` one stroke less.
    """
    while shapes(PLACEHOLDERS.sub(" ", text)):
        text = _LEFT.sub(_instead, text)
    return text


def shapes(text: str) -> list[str]:
    """Kinds of forbidden shapes in a text whose placeholders are spaces."""
    return [kind for kind, pattern in FORBIDDEN.items() if pattern.search(text)]


def _instead(match: regex.Match[str]) -> str:
    kind = str(match.lastgroup)
    if kind == "at":
        return "@ "
    if kind == "slashes":
        return ":/"
    return f"<{kind}>"
