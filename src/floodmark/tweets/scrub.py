"""Personal data out of a text: every find becomes a placeholder that says what stood there, `<url>`, `<user>`, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from floodmark.tweets.online import HANDLE

if TYPE_CHECKING:
    from floodmark.tweets.rule import Rule

MENTION = regex.compile(rf"@[/.|*\\-]{{0,2}}({HANDLE})")


def apply(rule: Rule, text: str) -> str:
    """Replace what one rule recognises in a folded text."""

    def replace(match: regex.Match[str]) -> str:
        if rule.check is not None and not rule.check(match):
            return str(match.group())
        return f"<{rule.kind}>"

    if rule.hint is not None and not rule.hint.search(text):
        return text
    return str(rule.pattern.sub(replace, text))
