"""Faults of layout and wording in a paper before it is issued, each said in one sentence.

The rules are those of Nghị định 30/2020/NĐ-CP Phụ lục I and the common errors of domain.md §4.3.
What people said in their own words (``Words``, columns and lists marked ``words``) is theirs and is
not judged. Blocking faults are refused by ``documents.issuing.issue``; the others are advice.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.layout import Annex, Heading, Items, Layout, Paragraph, Table, Words
from documents.layout.wording import MOTTO


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: a stable code, a sentence for people, the words it is about, and whether the paper
    must not be issued with it."""

    code: str
    sentence: str
    found: str
    blocking: bool = False

    @property
    def text(self) -> str:
        """The sentence, with the words it is about where there are any."""
        return f"{self.sentence.rstrip('.')}: “{self.found}”." if self.found else self.sentence


#: Names of forms of discipline (Nghị định 112/2020, 172/2025): only a person may utter them.
DISCIPLINE = (
    "khiển trách",
    "cảnh cáo",
    "hạ bậc lương",
    "giáng chức",
    "cách chức",
    "bãi nhiệm",
    "buộc thôi việc",
)
FORBIDDEN = "biên bản vi phạm hành chính"
_NUMBER = re.compile(r"\b[Ss]ố:?\s+[1-9]/\S*")
_DAY = re.compile(r"\b[Nn]gày\s+[1-9](?=\s+tháng\b|/)|(?<![\d/.])[1-9]/\d{1,2}/\d{4}\b")
_MONTH = re.compile(
    r"\b[Tt]háng\s+[12](?=\s+năm\b|/\d{4}|\s*[,.;:)]|\s*$)"
    r"|\b[Nn]gày\s+\d{1,2}\s+tháng\s+[12](?!\d)"
    r"|(?<![\d/])\d{1,2}/[12]/\d{4}\b"
)
_PLACEHOLDER = re.compile(r"…|\.{3,}|\[\s*\]|\{\{.*?\}\}|\{\{|\}\}|\{%|_{3,}|<<|>>|\b[xX]{3,}\b")
_MOTTO = re.compile(r"độc lập\s*[-–—]\s*tự do\s*[-–—]\s*hạnh phúc", re.IGNORECASE)
_LETTER = r"(?=[A-ZÀ-ỸĐ])"
_TITLE = re.compile(
    rf"\b(?:GS|PGS|TSKH|TS|ThS|BS|BSCKI{{1,2}}|KS|CN|LS)\.\s*{_LETTER}"
    rf"|\b(?:[Tt]iến sĩ|[Tt]hạc sĩ|[Gg]iáo sư|[Kk]ỹ sư|[Bb]ác sĩ)\s+{_LETTER}"
)
_TWO_PLACES = re.compile(r"[,;/–—]|\s-\s|\svà\s")
_MARKED_UP_TO = re.compile(r"(?:\*\*|<b>|<strong>|__)\s*Kính gửi", re.IGNORECASE)


def faults(layout: Layout) -> list[Fault]:
    """What is to be mended before issue; empty when nothing is. Number and day may still be blank,
    in a draft also the places to sign.

    Blocking faults come first.
    """
    found = [*_parts(layout)]
    for text in _texts(layout):
        found += text_faults(text)
    unique = {(fault.code, fault.found): fault for fault in found}
    return sorted(unique.values(), key=lambda fault: not fault.blocking)


def text_faults(text: str) -> Iterator[Fault]:
    """The faults of wording in one text."""
    text = unicodedata.normalize("NFC", text)
    folded = text.casefold()
    if FORBIDDEN in folded:
        yield Fault(
            "violation_record",
            _("This is no record of an administrative violation: do not call it so."),
            FORBIDDEN,
            blocking=True,
        )
    for form in DISCIPLINE:
        if form in folded:
            yield Fault(
                "discipline",
                _("A form of discipline is named outside the words of the person who decides it."),
                form,
                blocking=True,
            )
    rules = (
        ("placeholder", _PLACEHOLDER, _("A place to be filled in was left empty."), True),
        ("number_zero", _NUMBER, _("A number under 10 needs a 0 before it."), True),
        ("day_zero", _DAY, _("A day under 10 needs a 0 before it."), True),
        ("month_zero", _MONTH, _("The months 1 and 2 need a 0 before them."), True),
        ("title", _TITLE, _("No academic title stands before a name."), False),
        ("bold_to", _MARKED_UP_TO, _("“Kính gửi” is not set bold."), False),
    )
    for code, rule, sentence, blocking in rules:
        for match in rule.finditer(text):
            yield Fault(code, sentence, _around(text, match), blocking)
    for match in _MOTTO.finditer(text):
        if match[0] != MOTTO:
            yield Fault("motto", _("The hyphens of the motto stand between spaces."), match[0])


def _around(text: str, match: re.Match) -> str:
    """The words of the match with a few whole words around them."""
    first, last = max(match.start() - 20, 0), match.end() + 10
    if first:
        first = text.find(" ", first, match.start()) + 1 or match.start()
    if last < len(text):
        last = max(text.rfind(" ", match.end(), last), match.end())
    return " ".join(text[first:last].split())


# --- parts of the paper ---------------------------------------------------------------------------


def _parts(layout: Layout) -> Iterator[Fault]:
    if not layout.abstract.strip():
        yield Fault("abstract", _("The paper does not say what it is about."), "", blocking=True)
    if not layout.issuer.strip():
        yield Fault("issuer", _("The paper does not name who issues it."), "", blocking=True)
    if not layout.body:
        yield Fault("body", _("The paper says nothing."), "", blocking=True)
    if _TWO_PLACES.search(layout.place.strip()):
        yield Fault("places", _("Beside the date stands one place only."), layout.place)
    if not layout.type_name and not any(one.strip() for one in layout.to):
        yield Fault("to", _("The letter is addressed to nobody."), "", blocking=True)
    for one in layout.signatures:
        if not one.name.strip() and not one.refused and not layout.draft:
            yield Fault("signer", _("The name of a signer is missing."), one.post, blocking=True)
        if one.refused and not one.witness.strip():
            sentence = _("A side did not sign and no witness is named.")
            yield Fault("witness", sentence, one.post, blocking=True)
    yield from _bases(layout.bases)


def _bases(bases: tuple[str, ...]) -> Iterator[Fault]:
    last = len(bases) - 1
    for position, basis in enumerate(bases):
        end = basis.strip()[-1:]
        wrong = end in ",:" or (end == ";" and position == last) or (end == "." and position < last)
        if end and wrong:
            yield Fault(
                "basis_mark",
                _("Legal bases end with a semicolon, the last one with a full stop."),
                basis[-40:],
            )


def _texts(layout: Layout) -> Iterator[str]:
    """Every text that the paper itself says."""
    yield from (layout.abstract, layout.authority, layout.governing, layout.issuer)
    yield from (*layout.bases, *layout.to, *layout.copies)
    for one in layout.signatures:
        yield from (one.post, one.body, one.name)
    yield from _of_blocks(layout.body)
    for annex in layout.annexes:
        yield from _of_annex(annex)


def _of_annex(annex: Annex) -> Iterator[str]:
    yield annex.title
    yield from _of_blocks(annex.blocks)


def _of_blocks(blocks) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading():
                yield block.text
            case Paragraph():
                yield f"{block.lead} {block.text}".strip()
            case Items():
                yield from () if block.words else block.items
            case Table():
                yield from (block.caption, block.note, *(one.title for one in block.columns))
                for row in (*block.rows, block.total):
                    own = zip(block.columns, row, strict=False)
                    yield from (cell for column, cell in own if not column.words)
            case Words():
                continue
