"""Signs within numbers, to stand in a class of a pattern: typography has a dozen dashes and dots, and other digits.

Folding makes one letter of many forms, but a dash says what kind of dash it is, and folding leaves it.
"""

DASH = r"\-\u2010-\u2015\u2043\u2212\u30fc"
"""Hyphens, dashes and the sign of a minus."""
DOT = r".\u00b7\u2022\u2027\u2219\u22c5\u30fb"
"""Full stops, dots in the middle of a line and bullets."""
ZERO = r"0\u0660\u06f0\u0966"
"""The nought, also of Arabic, Persian and Hindi."""
DIGIT = r"1-9\u0661-\u0669\u06f1-\u06f9\u0967-\u096f"
"""The other digits of the same alphabets."""
BYTE = r"(?:[2-7][0-9a-fA-F]|[c-fC-F][0-9a-fA-F](?:[89abAB][0-9a-fA-F]){1,3})"
"""A letter that is written in hexadecimal digits, as UTF-8 has it."""
NO_TEXT_IN_HEX = (
    rf"(?!(?=\d{{9}})(?<=(?:(?<![^\W_])|(?<=\b0x))(?={BYTE}{{8,256}}(?![^\W_]))(?=\d*[a-fA-F])[0-9a-fA-F]{{0,512}}))"
)
"""Before digits: not within eight letters and more that are written in hexadecimal digits, which are read as a text.

A name that is written so would lose its middle, and what is left of it would be found by nobody.
"""
