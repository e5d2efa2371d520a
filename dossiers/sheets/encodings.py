"""Letters as clerks' machines wrote them, made Unicode (NFC) again.

Two things differ. The *bytes* of a text file: UTF-8, UTF-16, Windows-1258, or one of the old
one-byte codes. And the *letters* themselves: in a cell typed with an old font (".VnTime",
"VNI-Times") they are Latin signs that only that font shows as Vietnamese, in a Unicode file too:
"Hµ Néi" is TCVN3 (ABC), "Haø Noäi" is VNI. Which it is, the words decide: see ``syllables``.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from dossiers.sheets.limits import SheetRefused
from dossiers.sheets.syllables import marked_words, odd_words


class Script(StrEnum):
    """How the letters of a text are to be understood."""

    UNICODE = "Unicode"
    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI"

    @property
    def is_old(self) -> bool:
        """Whether it is anything but Unicode."""
        return self is not Script.UNICODE


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, and the name of the encoding it was in, as people know it."""

    text: str
    encoding: str


#: TCVN 5712:1993, table VN3, which the fonts .Vn… show: 0xA1 to 0xFE.
_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
#: VNI for Windows: a letter and the sign after it, and letters that are one sign.
_VNI_MARKS = {
    "a": dict(zip("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
_VNI_SINGLE = dict(zip("ôöíìæóòîñ", "ơưíìỉĩịỵđ", strict=True))
_VNI_LETTER = re.compile(
    r"[AaEeOoUuYyÔôÖö][ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË]|[ôöíìæóòîñÔÖÍÌÆÓÒÎÑ]"
)
#: Signs that old fonts use for letters and Vietnamese in Unicode has no use for, also a capital
#: after a small letter.
_SUSPECT = re.compile(r"[¡-¿ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþÿ]|[a-zà-ÿ][À-Þ]")
#: Letters that only Unicode has: a text with one of them needs no help.
_UNICODE_ONLY = re.compile(r"[ĂăĐđĨĩŨũƠơƯư\u0300-\u0323Ạ-ỹ]")
_PHRASE = re.compile(r"[^\r\n\t;,|\"]+")
_SMALL, _CAPITAL = re.compile(r"[a-z]"), re.compile(r"[A-Z]")
_LOST = re.compile(r"[A-Za-z]\?[A-Za-z]|[A-Za-z]\?\?|\ufffd")
_SAMPLE = 200_000
_WORDS_MENDED = 2


def decode(data: bytes) -> Decoded:
    """The text of a file in NFC. Raises ``SheetRefused`` when its letters cannot be known.

    Order of trust: byte order mark; UTF-16 by its zero bytes; UTF-8 if every byte agrees; else the
    one of Windows-1258, TCVN3 and VNI under which the words are Vietnamese.
    """
    text, encoding = _by_mark(data) or _by_zeros(data) or _by_utf8(data) or _by_words(data)
    text = unicodedata.normalize("NFC", text)
    if (place := text.find("\x00")) >= 0:
        raise SheetRefused(
            _(
                "Line %(line)s holds a NUL sign: the file is damaged or is no list. Open it in "
                "Excel and save it as “Excel Workbook (*.xlsx)”."
            )
            % {"line": _line_of(text, place)}
        )
    _refuse_lost_letters(text)
    return Decoded(text, encoding)


def script_of(texts: Iterable[str]) -> Script:
    """How the letters of these texts are to be understood; together they decide.

    An old script must mend two words at least and leave at most half of the odd ones: one strange
    word is a foreign name, not a font.
    """
    joined = "\n".join(texts)
    if not _SUSPECT.search(joined):
        return Script.UNICODE
    odd = {script: odd_words(_CONVERT[script](joined)) for script in Script}
    best = min(Script, key=lambda script: odd[script])
    before, after = odd[Script.UNICODE], odd[best]
    return best if before - after >= _WORDS_MENDED and after * 2 <= before else Script.UNICODE


def to_unicode(text: str, script: Script = Script.UNICODE) -> str:
    """The text with its old letters made Unicode, in NFC.

    ``script`` is what the texts around it are in. A text that shows Unicode letters is left alone;
    one that is plainly in an old script is converted although its neighbours are not.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if _UNICODE_ONLY.search(text):
        return text
    if not script.is_old:
        script = script_of([text])
    return _CONVERT[script](text)


def readings(text: str) -> list[str]:
    """The text as every script would have it, as it stands first."""
    return [text] if text.isascii() else [_CONVERT[script](text) for script in Script]


def _by_mark(data: bytes) -> tuple[str, str] | None:
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 (BOM)"),
        (b"\xff\xfe", "utf-16", "UTF-16 (BOM)"),
        (b"\xfe\xff", "utf-16", "UTF-16 (BOM)"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(codec), name
            except UnicodeDecodeError as error:
                raise _unreadable(_line_of(data[: error.start], error.start)) from None
    return None


def _by_zeros(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without mark: of two neighbouring bytes the high one of an ASCII sign is zero."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) // 2 * 0.3 or min(even, odd) > max(even, odd) * 0.05:
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    try:
        return data.decode(codec), "UTF-16"
    except UnicodeDecodeError:
        return None


def _by_utf8(data: bytes) -> tuple[str, str] | None:
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return None


def _by_words(data: bytes) -> tuple[str, str]:
    sample = data[:_SAMPLE]
    readings: list[tuple[str, Callable[[bytes], str]]] = [
        ("Windows-1258", lambda raw: raw.decode("cp1258")),
        (Script.TCVN3, lambda raw: _from_tcvn3(_latin(raw))),
        (Script.VNI, lambda raw: _from_vni(_latin(raw))),
        ("Windows-1252", _latin),
    ]
    found: list[tuple[int, int, str, Callable[[bytes], str]]] = []
    for place, (name, reading) in enumerate(readings):
        try:
            text = unicodedata.normalize("NFC", reading(sample))
        except UnicodeDecodeError:
            continue
        found.append((odd_words(text), place, name, reading))
    odd, _place, name, reading = min(found)
    text = unicodedata.normalize("NFC", reading(data)) if b"\x00" not in data else ""
    if not text or odd > max(2, marked_words(reading(sample)) // 4):
        broken = next((at for at, byte in enumerate(data) if byte in b"\x00" or byte > 0x7F), 0)
        raise _unreadable(_line_of(data[:broken], broken))
    return text, str(name)


def _latin(raw: bytes) -> str:
    """Windows-1252, its five unused bytes as they are."""
    return codecs.charmap_decode(raw, "strict", _LATIN)[0]


def _from_tcvn3(text: str) -> str:
    """TCVN3 has no capital letters with tones: words in capitals are given them back.

    "Hµ" in the midst of capitals is such a word too, so cells and lines are looked at as a whole.
    """
    return _PHRASE.sub(_tcvn3_phrase, text)


def _tcvn3_phrase(phrase: re.Match[str]) -> str:
    old = phrase[0]
    if old.isascii():
        return old
    words = re.split(r"(\s+)", old)
    in_capitals = not _SMALL.search(old) and any(map(_is_capital, words))
    return "".join(_tcvn3_word(word, in_capitals) for word in words)


def _tcvn3_word(word: str, in_capitals: bool) -> str:
    if len(word) == 1 and not word.isalpha():
        return word  # a dot, a copyright sign: no letter stands alone behind them
    converted = word.translate(_TCVN3_TABLE)
    return converted.upper() if in_capitals or _is_capital(word) else converted


def _is_capital(word: str) -> bool:
    """Whether a word was typed in a font of capitals: capitals around a small letter with tone."""
    return (
        not _SMALL.search(word)
        and len(_CAPITAL.findall(word)) > 1
        and any(sign.islower() for sign in word.translate(_TCVN3_TABLE))
    )


def _from_vni(text: str) -> str:
    return _VNI_LETTER.sub(_vni_letter, text)


def _vni_letter(match: re.Match[str]) -> str:
    old = match[0]
    low = old.lower()
    if len(low) == 1:
        new = _VNI_SINGLE[low]
    elif low[1] in _VNI_MARKS[low[0]]:
        new = _VNI_MARKS[low[0]][low[1]]
    else:
        new = "".join(_VNI_SINGLE.get(sign, sign) for sign in low)
    return new.upper() if old[0].isupper() else new


def _refuse_lost_letters(text: str) -> None:
    """“Th?nh ph?”: the file was saved in an encoding without Vietnamese letters."""
    sample = text[:_SAMPLE]
    lost = len(_LOST.findall(sample))
    if lost > 2 and lost > marked_words(sample):
        raise SheetRefused(
            _(
                "Letters were lost when this file was saved: “?” stands in their place. Open the "
                "original in Excel and save it as “Excel Workbook (*.xlsx)” or “CSV UTF-8”."
            )
        )


def _unreadable(line: int) -> SheetRefused:
    return SheetRefused(
        _(
            "The letters of this file cannot be read, from line %(line)s on. Open it in Excel and "
            "save it as “Excel Workbook (*.xlsx)” or “CSV UTF-8”."
        )
        % {"line": line}
    )


def _line_of(text: str | bytes, end: int) -> int:
    part = text[:end] if isinstance(text, bytes) else text[:end].encode()
    return max(part.count(b"\n"), part.count(b"\r")) + 1


_TCVN3_TABLE = str.maketrans(_TCVN3)
_LATIN = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
_CONVERT: dict[Script, Callable[[str], str]] = {
    Script.UNICODE: lambda text: text,
    Script.TCVN3: _from_tcvn3,
    Script.VNI: _from_vni,
}
