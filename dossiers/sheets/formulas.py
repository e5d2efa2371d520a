"""Text that a spreadsheet would take for a formula, made harmless and got back again.

Excel and its kin run a cell of a CSV file that begins with one of ``= + - @ |`` or a tab, also
after blanks and invisible signs, and in full-width forms. Where a program breaks the line inside a
cell, or splits it at another separator than ours, the part after the break begins a cell too. Each
such part gets an apostrophe in front; ``restore`` takes exactly that one off:
``restore(neutralise(x))`` is ``x`` for every text.
"""

import re

_BLANKS = (
    r"[ \x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\ufeff]*"
)
_SIGNS = r"[=+\-@|\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\uff5c]"
_FIRST = rf"'*{_BLANKS}(?:{_SIGNS}|[\t\r\n])"
_LATER = rf"'*{_BLANKS}{_SIGNS}"
#: The places before a dangerous part: the beginning, or after a line break or a separator.
_DANGER = re.compile(rf"\A(?={_FIRST})|(?<=[\r\n\t;,])(?={_LATER})")
_GUARD = re.compile(rf"\A'(?={_FIRST})|(?<=[\r\n\t;,])'(?={_LATER})")


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet could take the text, or a part of it, for a formula."""
    return bool(_DANGER.search(text))


def neutralise(text: str) -> str:
    """The text with an apostrophe before every part that could be taken for a formula."""
    return _DANGER.sub("'", text)


def restore(text: str) -> str:
    """The text without the apostrophes of ``neutralise``."""
    return _GUARD.sub("", text) if "'" in text else text
