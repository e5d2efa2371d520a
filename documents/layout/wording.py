"""A layout in the lines that a printer sets: capitals, number, date, marks and end marks in place.

Both printers read this, so PDF and DOCX say the same words in the same order.
"""

import unicodedata
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from documents.layout import glyphs
from documents.layout.layout import Layout, Signature

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
TO = "Kính gửi:"
COPIES = "Nơi nhận:"
DRAFT = "DỰ THẢO"
#: Room for what is written by hand; a hard space is not eaten at the end of a line.
BLANK = "\u00a0" * 8
#: How a legal basis begins.
BASIS_WORDS = ("Căn cứ", "Theo", "Thực hiện", "Xét", "Trên cơ sở")
#: The left column of the head, 65 mm.
LEFT_POINTS = 65 / 25.4 * 72
ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
    "XX",
]
#: Characters that turn the order of reading around: a name could be made to look like another.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


@dataclass(frozen=True, slots=True)
class Lines:
    """The head and foot of a paper as lines of text."""

    governing: str
    issuer: str
    number: str
    subject: str
    date: str
    type_name: str
    abstract: str
    authority: str
    bases: tuple[str, ...]
    to: tuple[str, ...]
    copies: tuple[str, ...]


def lines(layout: Layout) -> Lines:
    """The head and foot of a layout whose text is clean."""
    is_letter = not layout.type_name
    return Lines(
        governing=layout.governing.upper(),
        issuer=_in_column(layout.issuer.upper()),
        number=number_line(layout),
        subject=f"V/v {layout.abstract}" if is_letter else "",
        date=date_line(layout),
        type_name=layout.type_name.upper(),
        abstract="" if is_letter else layout.abstract,
        authority=layout.authority.upper(),
        bases=ended(tuple(_based(one) for one in layout.bases)),
        to=layout.to if len(layout.to) < 2 else tuple(f"- {one}" for one in ended(layout.to)),
        copies=tuple(f"- {one}" for one in ended(layout.copies)),
    )


def _in_column(name: str) -> str:
    """A committee's name that is too long for the left column breaks before the place."""
    for head in ("ỦY BAN NHÂN DÂN ", "UỶ BAN NHÂN DÂN "):
        if name.startswith(head) and glyphs.width(name, "Tinos-Bold", 12) > LEFT_POINTS:
            return f"{head.rstrip()}\n{name.removeprefix(head)}"
    return name


def _based(basis: str) -> str:
    """A legal basis as a sentence: a bare name of a text stands behind "Căn cứ"."""
    return basis if basis.startswith(BASIS_WORDS) else f"{BASIS_WORDS[0]} {basis.strip()}"


def number_line(layout: Layout) -> str:
    """ "Số: 05/TTr-SNV": 0 before numbers under 10; a blank while there is no number."""
    if not layout.symbol:
        return ""
    return f"Số: {layout.ref or f'{BLANK}/{layout.symbol}'}"


def date_line(layout: Layout) -> str:
    """ "Hà Nội, ngày 05 tháng 02 năm 2026": 0 before days under 10 and months 1, 2."""
    return f"{layout.place}, {_day(layout)}"


def _day(layout: Layout) -> str:
    day = layout.day
    if day is None:
        return f"ngày{BLANK}tháng{BLANK}năm{BLANK}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def annex_name(layout: Layout, position: int) -> str:
    """ "Phụ lục", with a Roman number when there are several."""
    return "Phụ lục" if len(layout.annexes) == 1 else f"Phụ lục {_roman(position)}"


def annex_note(layout: Layout) -> str:
    """ "(Kèm theo Tờ trình số 05/TTr-SNV ngày … của Sở Nội vụ)"."""
    number = f" số {layout.ref or f'{BLANK}/{layout.symbol}'}" if layout.symbol else ""
    name = layout.type_name or "Công văn"
    return f"(Kèm theo {name}{number} {_day(layout)} của {layout.issuer})"


def posts(one: Signature) -> tuple[str, ...]:
    """The lines over a signature: "TL. CHỦ TỊCH" and "CHÁNH VĂN PHÒNG"."""
    first = f"{one.capacity} {one.body}".strip()
    return tuple(line.upper() for line in (*first.splitlines(), *one.post.splitlines()) if line)


def refusal(one: Signature) -> tuple[str, ...]:
    """What stands in place of a signature that was refused."""
    said = [f"Không ký; lý do: {one.refused.rstrip('.')}."]
    if one.witness:
        said.append(f"Người chứng kiến: {one.witness.rstrip('.')}.")
    return tuple(said)


def ended(items: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of a list with their end marks: semicolons, and a full stop on the last."""
    bare = [item.strip() for item in items if item.strip()]
    last = len(bare) - 1
    return tuple(_end(item, "." if n == last else ";") for n, item in enumerate(bare))


def _end(text: str, mark: str) -> str:
    return text if text.endswith((".", ";", ",", ":")) else f"{text}{mark}"


def _roman(position: int) -> str:
    return ROMAN[position] if position < len(ROMAN) else str(position + 1)


# --- text from outside ----------------------------------------------------------------------------


def cleaned(layout: Layout) -> Layout:
    """The layout with every text composed (NFC) and without control characters."""
    return _map(layout)


def clean(text: str) -> str:
    """A text as it can be printed: no NUL or other control, no lone half of a pair, no characters
    that turn the order of reading; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in composed if _prints(letter))


def _prints(letter: str) -> bool:
    if letter == "\n":
        return True
    code = ord(letter)
    return not (
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        or code in _TURNING
        or code & 0xFFFE == 0xFFFE
    )


def _map(value: Any) -> Any:
    if type(value) is str:
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_map(item) for item in value)
    if is_dataclass(value):
        said = {field.name: _map(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **said)
    return value
