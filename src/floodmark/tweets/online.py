"""How links, e-mail addresses, users and Internet addresses are written, plainly or so that no robot reads them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

import regex

from floodmark.tweets.rule import rule

HANDLE = r"(?:[A-Za-z0-9_]+(?=[^\P{L}\p{Latin}])|\w+)"
"""A user name, which is of ASCII alone: a letter of another script behind it belongs to the next word."""
_EMOJI = r"\p{Extended_Pictographic}"
REST = rf"[^\s<>\"{_EMOJI}]*(?:(?:{_EMOJI}+|\"[\w.~%-]+)/[^\s<>\"{_EMOJI}]*)*"
"""The rest of a link, behind its scheme or host; an emoji or a quotation mark is part of it if a stroke follows."""
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
_LABEL = r"[\p{L}\p{N}-]{1,63}"
_LABELS = rf"(?:{_LABEL}\.){{1,9}}"
_HERE = r"(?<![\w@#.-])"
_THERE = r"\b(?!\.\w)"
_CUE = r"(?:web\s?(?:site|page)?|home\s?page|url|site|page|blog|portfolio|map|link)"
_BRACKETED = r"[(\[{<]\s?(?:at|@)\s?[)\]}>]"
_AT = rf"(?:{_BRACKETED}|\sat\s|_at_|\s[-*]at[-*]\s)"
_AT_MAIL = rf"(?i)[t@][\s)\]}}>_*-]{{1,3}}(?:{_MAIL})"
_DOTTED = r"[(\[{]\s?(?:(?i:dot)|\.)\s?[)\]}]"
"""A dot in brackets, so that no program makes a link of a host."""
_DOT = rf"(?:{_DOTTED}|\sdot\s|_dot_|[-*]dot[-*])"
_USER = r"(?=[.+_-]*[^\W_])[\w.+-]{1,64}"
"""What stands before the `@` of an address: no dots and strokes alone, for `.@name.word` mentions somebody."""
_LOCAL = rf"(?<![\w.+-]){_USER}(?:\s?{_DOT}\s?[\w+-]{{1,32}}){{0,3}}"
_TITLE = "|".join(end.title() for end in _ENDS.split("|"))
_SURE = (
    rf"(?:(?:[A-Za-z0-9-]{{1,63}}\.){{1,5}}(?:{_ENDS})|(?:[A-Z0-9-]{{1,63}}\.){{1,5}}(?:{_ENDS.upper()}))\b(?!-|\.\w)"
)
"""A host that no sentence can be, which would go on with a capital letter."""
# What stands before an `@` that mentions somebody, though it might be part of an address: signs with which none ends, a
# hashtag, another mention.
_ENDED = r"(?:[!#$%&*/=?^`{|}~][.'+_-]{0,8}|(?<!\w)#\w{1,80}|@\w{1,40}\.)"
_TELLING = r"(?!(?i:e\.g|i\.e|[ap]\.m|u\.[ks])\b)(?!\p{L}{1,2}\d{1,4}\b)(?=\p{L}[\w+-]*(?:\d|_|\.\w))[\w.+-]{0,62}\w"
"""A local part that is no word: with a digit, a stroke or a dot inside, and neither a road nor `e.g`."""
_LETTER = r"[(\[{]a[)\]}]"
"""In place of the sign; a list of points has it too: `(a) example.org`."""


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
    return all(int(part) <= 255 for part in regex.findall(r"\d+", match.group()))


# Whole links first, before anything inside one is taken for something else.
WHOLE_LINKS = [
    rule(
        "url",
        rf"(?i)h(?:tt|xx)ps?:[/\\]*{REST}|\bh(?:tt|xx)ps?\b{REST}|\bwww(?:\.|{_DOTTED}){REST}|\bpic\.twitter\.com{REST}",
    )
]
EMAIL = [
    rule(
        "email",
        rf"(?:(?<![\w.+-])[\w+-]{{1,32}}{_DOTTED}){{0,2}}"
        r"(?:['.+_-]*(?:[^\W_]|[!#$%&*/=?^`{|}~])[\w.!#$%&'*+/=?^`{|}~-]*|\"[^\"]{1,64}\")"
        rf"(?:(?<!{_ENDED})(?!@\w*_\w*\.\p{{Lu}})|(?=@{_SURE}))"
        rf"@(?:[\w-]+(?:(?:\.|\s?{_DOTTED}\s?)[\w-]+)+|\[[\d.:a-fA-F]+\])",
        hint=rf"@(?:[\w-]+(?:\.[\w-]|\s?{_DOTTED})|\[)",
    ),
    # Strokes alone are a name where a host is certain: `-@example.org`, but `-@name.word`.
    rule("email", rf"[.'+_-]*['+_-]+@{_SURE}"),
    # With a blank before the sign a word is a name only where it is none of a language, or at hosts of mail:
    # `great work @bbc.co.uk` mentions somebody.
    rule(
        "email",
        rf"(?<![\w@.+-])(?:{_TELLING}\s@{_SURE}|(?i:{_USER}\s@(?:{_MAIL})\.(?:[\w-]{{1,63}}\.)?(?:{_ENDS})\b(?!\.\w)))",
        hint=r"\s@[\w-]+\.[A-Za-z]",
    ),
    rule(
        "email",
        rf"(?i)(?:{_LOCAL}{_LETTER}|(?<![\w@.+-]){_TELLING}\s{_LETTER}\s)(?:[\w-]{{1,63}}(?:\.|{_DOTTED})){{1,5}}\p{{L}}{{2,}}|"
        rf"{_LOCAL}\s?{_LETTER}\s?(?:{_MAIL})\.\p{{L}}{{2,3}}\b",
        hint=r"[(\[{][aA][)\]}]",
    ),
    # `jane@ mail.org`, and with a blank on both sides only at hosts of mail: `lunch @ bbc.co.uk` says where.
    rule("email", rf"(?i)(?<![\w@.+-]){_USER}@\s(?:[\w-]{{1,63}}\.){{1,5}}(?:{_ENDS})\b", hint=r"@\s"),
    rule(
        "email",
        rf"(?i)(?<![\w@.+-]){_USER}\s@\s(?:{_MAIL})\.(?:[\w-]{{1,63}}\.)?(?:{_ENDS})\b",
        hint=rf"(?i)@\s(?:{_MAIL})",
    ),
    # With blanks around the dot, too, behind what is no word.
    rule(
        "email",
        rf"(?<![\w@.+-]){_TELLING}\s?@\s?(?:[\w-]{{1,63}}\s?\.\s?){{0,3}}[\w-]{{1,63}}\s\.\s(?i:{_ENDS})\b(?!\.\w)",
        hint=r"@\s?[\w\s.-]+\s\.\s",
    ),
    rule("email", rf"(?i)(?<![\w@.+-]){_USER}@(?:{_MAIL})\b(?!\.\w)", hint=rf"(?i)@(?:{_MAIL})"),
    rule(
        "email",
        rf"(?i){_LOCAL}\s?{_AT}\s?[\w-]+(?:\s?(?:{_DOT}|\.)\s?[\w-]+)*\s?{_DOT}\s?\w+",
        hint=rf"(?i){_DOT}",
    ),
    # With an ordinary dot only in brackets or at hosts of mail: `flooding at bbc.co.uk` says where to read.
    rule("email", rf"(?i){_LOCAL}\s?{_BRACKETED}\s?(?:[\w-]{{1,63}}\.){{1,5}}\p{{L}}{{2,}}", hint=rf"(?i){_BRACKETED}"),
    rule(
        "email",
        rf"(?i){_LOCAL}\s?{_AT}\s?(?:{_MAIL})\.\p{{L}}{{2,3}}(?:\.\p{{L}}{{2}})?\b",
        hint=_AT_MAIL,
    ),
    rule(
        "email",
        rf"(?i)({_LOCAL})\s?{_AT}\s?({_MAIL})\b(?!\.\w)",
        _is_written,
        hint=_AT_MAIL,
    ),
]
HOSTS = [
    rule(
        "url",
        rf"(?<![\w@.-])(?:{_LABELS}(?i:{_ENDS})|(?!(?i:st)\.\p{{L}}+/){_LABELS}(?:[\p{{Ll}}\p{{Lo}}]{{2,}}|\p{{Lu}}{{2,}}))/{REST}",
        hint=r"[\p{L}\p{N}-]\.\p{L}{2,}/",
    ),
    # With a capital letter a sentence begins whose blank is missing, `agua.De ahora`, unless the whole host has
    # capitals, or a word with a number stands before it, or the end is no word.
    rule(
        "url",
        rf"(?<![\w@.-])(?:{_LABELS}(?:{_ENDS})|(?:[\p{{Lu}}\p{{N}}-]{{1,63}}\.){{1,9}}(?:{_ENDS.upper()})){_THERE}|"
        rf"{_HERE}(?:{_LABELS})?(?:\p{{L}}{{3,60}}\d{{1,8}}\.(?:{_TITLE})|"
        rf"\p{{Lu}}[\p{{L}}\p{{N}}-]{{0,62}}\.(?:(?:Co|Org|Gov)\.Uk|Com|Org|Gov|Edu)){_THERE}",
        hint=rf"(?i)[\p{{L}}\p{{N}}-]\.(?:{_ENDS})",
    ),
    # A dot in brackets, and with blanks around it only before an end that is known.
    rule(
        "url",
        rf"(?<![\w@.-])(?:{_LABEL}\.){{0,4}}{_LABEL}(?:{_DOTTED}(?:{_LABEL}(?:\.|{_DOTTED})){{0,4}}\p{{L}}{{2,}}\b|"
        rf"\s?{_DOTTED}\s?(?:{_LABEL}(?:\.|\s?{_DOTTED}\s?)){{0,4}}(?i:{_ENDS})\b)(?:/{REST})?",
        hint=rf"[\p{{L}}\p{{N}}-]\s?{_DOTTED}",
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
    rule("ip", rf"(?<![\d.])(?:\d{{1,3}}(?:\.|{_DOTTED})){{3}}\d{{1,3}}(?!\.?\d)", _is_address_v4, digits=4),
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
