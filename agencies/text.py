"""Vietnamese text: one normal form, one way to search it, one order to list it.

Databases disagree about accents and order, so both are decided here and stored: ``search_key`` for
finding ("Hoà" = "Hòa" = "hoa"), ``sort_key`` for the Vietnamese alphabet with its tones.
"""

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_END, _GAP, _OTHER = "00", "01", "99"
_PLACE = {sign: f"{place:02d}" for place, sign in enumerate("0123456789" + _ALPHABET, start=10)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_LETTER_MARKS = {"\u0302", "\u0306", "\u031b"}
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def normalise(text: str) -> str:
    """Text as it is stored: NFC, no control or direction characters, no spaces at the ends."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def search_key(*texts: str) -> str:
    """Lower case without marks, đ as d, other signs as single spaces: what searches compare."""
    joined = unicodedata.normalize("NFD", " ".join(texts).casefold()).replace("đ", "d")
    bare = "".join(c for c in joined if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


def sort_key(text: str) -> str:
    """A key in the order of the Vietnamese dictionary: letters, then tones; a shorter name first.

    It is made of digits alone, because databases that sort by a language ignore spaces and signs.
    """
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text.casefold()):
        decomposed = unicodedata.normalize("NFD", char)
        marks = [c for c in decomposed[1:] if c in _TONES]
        letter = unicodedata.normalize(
            "NFC", decomposed[0] + "".join(c for c in decomposed[1:] if c in _LETTER_MARKS)
        )
        if letter.isalnum():
            letters.append(_PLACE.get(letter, f"{_OTHER}{ord(letter[0]):07d}"))
            tones.append(str(_TONES[marks[0]] if marks else 0))
        elif letters and letters[-1] != _GAP:
            letters.append(_GAP)
    return "".join([*letters, _END, *tones])
