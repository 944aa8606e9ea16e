"""How links, e-mail addresses, users and Internet addresses are written, plainly or so that no robot reads them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

import regex

from floodmark.tweets.rule import rule

HANDLE = r"(?:[A-Za-z0-9_]+(?=[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}])|\w+)"
"""A user name; scripts that put no blanks between words may go on behind it."""
_EMOJI = r"\p{Extended_Pictographic}"
REST = rf"[^\s<>\"{_EMOJI}]*(?:{_EMOJI}+/[^\s<>\"{_EMOJI}]*)*"
"""The rest of a link, behind its scheme or host."""
_MAIL = (
    "gmail|googlemail|hotmail|outlook|yahoo|ymail|rocketmail|icloud|aol|live|msn|btinternet|btopenworld|virginmedia|"
    "blueyonder|ntlworld|talktalk|tiscali|protonmail|gmx"
)
_ENDS = (
    "com|org|net|gov|edu|info|biz|co|uk|ly|gl|eu|au|ca|nz|ph|de|fr|io|tv|ie|nl|ch|pl|se|dk|jp|br|scot|wales|"
    "app|blog|dev|tech|xyz"
)
"""Ends of host names that are no word with which a sentence begins behind a full stop that lacks its blank."""
# With these a sentence may well begin, but it goes on: `rain.cloud cover lifts`, `all safe.news at ten`.
_NOUNS = "cloud|link|live|news|online|page|shop|site|store|website"
# And with these it may end, too: `he saved me.us lot are safe`, `call.me`.
_PRONOUNS = "me|us"
_LABELS = r"(?:[\p{L}\p{N}-]{1,63}\.){1,9}"
_HERE = r"(?<![\w@#.-])"
_THERE = r"\b(?!\.\w)"
_CUE = r"(?:web\s?(?:site|page)?|home\s?page|url|site|page|blog|portfolio|map|link)"
_BRACKETED = r"[(\[{]\s?at\s?[)\]}]"
_AT = rf"(?:{_BRACKETED}|\sat\s|_at_)"
_DOT = r"(?:[(\[{]\s?dot\s?[)\]}]|\sdot\s|_dot_)"
_AT_MAIL = rf"at[\s)\]}}_]{{1,3}}(?:{_MAIL})"
_USER = r"(?=[.+_-]*[^\W_])[\w.+-]{1,64}"
"""What stands before the `@` of an address: no dots and strokes alone, for `.@name.word` mentions somebody."""
_LOCAL = rf"(?<![\w.+-]){_USER}(?:\s?{_DOT}\s?[\w+-]{{1,32}}){{0,3}}"


def _is_written(match: regex.Match[str]) -> bool:
    """Whether a host of mail without its end stands behind what is no word: `looking at outlook` is no address."""
    local, host = match.group(1), match.group(2).lower()
    return any(c in "._+0123456789" for c in local) or (" dot " in local.lower() and host not in ("live", "outlook"))


def _is_no_time(match: regex.Match[str]) -> bool:
    """Neither a span of times nor a ratio: `06:12::07:30`, `1:2:3:4`."""
    return regex.fullmatch(r"(?:\d{0,2}:){3,4}\d{1,2}", match.group()) is None


def _is_short_v6(match: regex.Match[str]) -> bool:
    """An address, neither a slip such as `2013::12` nor a name of code such as `feed::add`."""
    try:
        IPv6Address(match.group())
    except AddressValueError:
        return False
    groups = regex.findall(r"\w+", match.group())
    signs = "".join(groups)
    return not signs.isalpha() and (not signs.isdigit() or len(groups) > 2)


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
        r"(?:['.+_-]*(?:[^\W_]|[!#$%&*/=?^`{|}~])[\w.!#$%&'*+/=?^`{|}~-]*|\"[^\"]{1,64}\")@(?:[\w-]+(?:\.[\w-]+)+|\[[\d.:a-fA-F]+\])",
    ),
    # Strokes alone are a name where a host is certain: `-@example.org`, but `-@name.word`.
    rule("email", rf"(?i)[.'+_-]*['+_-]+@(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{_ENDS})\b(?!\.\w)"),
    # `jane@ mail.org`, and with a blank on both sides only at hosts of mail: `lunch @ bbc.co.uk` says where.
    rule("email", rf"(?i)(?<![\w@.+-]){_USER}@\s(?:[\w-]{{1,63}}\.){{1,5}}(?:{_ENDS})\b"),
    rule(
        "email",
        rf"(?i)(?<![\w@.+-]){_USER}\s@\s(?:{_MAIL})\.(?:[\w-]{{1,63}}\.)?(?:{_ENDS})\b",
    ),
    rule("email", rf"(?i)(?<![\w@.+-]){_USER}@(?:{_MAIL})\b(?!\.\w)"),
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
        rf"(?i)(?<![\w@.-]){_LABELS}\p{{L}}{{2,}}/{REST}",
    ),
    rule(
        "url",
        rf"(?i)(?<![\w@.-]){_LABELS}(?:{_ENDS}){_THERE}",
    ),
    # At the end of what is said; a new sentence would go on, or begin with a capital letter.
    rule("url", rf"{_HERE}(?!(?:\d+\.)+\p{{L}}){_LABELS}(?:{_NOUNS}){_THERE}(?=[.,;!?)\]\"'’”]|\s#|\s?$)"),
    # As good as unmistakable wherever they stand: in brackets, behind what says that a host comes, behind a word that
    # ends in a number, and the ends of America's schools, cities and states.
    rule(
        "url",
        rf"(?i)(?<=[(\[]){_LABELS}(?:{_NOUNS}|{_PRONOUNS})(?=[)\]])|"
        rf"\b{_CUE}(?:\sat\s|:\s?)\K(?=[\p{{L}}\p{{N}}-]{{4}}){_LABELS}(?:{_NOUNS}|{_PRONOUNS}){_THERE}|"
        rf"\bvisit\s\K(?=[\p{{L}}\p{{N}}-]{{4}}){_LABELS}(?:{_NOUNS}){_THERE}|"
        rf"{_HERE}(?:{_LABELS})?\p{{L}}{{3,60}}\d{{1,8}}\.(?:{_NOUNS}|{_PRONOUNS}){_THERE}|"
        rf"{_HERE}(?:{_LABELS})?(?:k12|state|(?:ci|co)\.[\p{{L}}-]{{1,63}})\.\p{{L}}{{2}}\.us{_THERE}",
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
        r"(?i)(?<!\w)(?<!(?:\b[0-9a-f]{1,4}|:):)(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])",
        _is_no_time,
        digits=1,
    ),
    # The longest run of noughts left out, of an address that is routed or of a network at hand: `12::30` is a slip.
    rule(
        "ip",
        r"(?i)(?<!\w)(?:[23][0-9a-f]{3}|f[c-f][0-9a-f]{2})(?::[0-9a-f]{1,4}){0,6}::"
        r"(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?(?!\w|:\w|::)",
        _is_short_v6,
        digits=1,
    ),
]
