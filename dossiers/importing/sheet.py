"""A CSV file of cases as it came: read strictly, whole or not at all, each row with its cells."""

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.text import normalise

COLUMNS = ("dossier_code", "agency_name", "directed_at", "reported_at")
MOST_ROWS = 200_000
MOST_BYTES = 100 * 1024 * 1024


class FileRefused(Refused):
    """The file cannot be read as a whole; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell: the row as a spreadsheet numbers it (the header is row 1), our
    name of the column (empty for the row as a whole), and a sentence."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number, its cells as they came, and those of our columns by name."""

    row: int
    raw: list[str]
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read. ``digest`` is the SHA-256 of its bytes."""

    header: list[str]
    lines: list[Line]
    digest: str


def read_sheet(data: bytes, mapping: Mapping[str, str] | None = None) -> Sheet:
    """The rows of a file in UTF-8 with ``,`` or ``;`` between cells. Raises ``FileRefused``.

    ``mapping`` gives the file's own header for some of our columns. Blank lines are passed over.
    """
    text = _text(data)
    reader = _reader(text, mapping or {})
    try:
        header = [normalise(name) for name in next(reader, [])]
        places = _places(header, mapping or {})
        lines = [
            Line(row, cells, {name: _cell(cells, place) for name, place in places.items()})
            for row, cells in enumerate(reader, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise FileRefused(
            _(
                "Near line %(line)d the file is damaged: a quotation mark is not closed, or a cell "
                "is far too long. Correct it there and import the file again."
            )
            % {"line": reader.line_num}
        ) from error
    if not lines:
        raise FileRefused(_("The file has no rows under its header. Nothing was imported."))
    if len(lines) > MOST_ROWS:
        raise FileRefused(
            _("The file has more than %(most)d rows. Split it and import the parts one by one.")
            % {"most": MOST_ROWS}
        )
    return Sheet(header, lines, hashlib.sha256(data).hexdigest())


def read_mapping(data: bytes) -> dict[str, str]:
    """Our column → the file's header: JSON object, or CSV of two columns without header.

    Raises ``FileRefused``.
    """
    text = _text(data)
    try:
        if text.lstrip().startswith("{"):
            pairs = [(str(ours), str(theirs)) for ours, theirs in json.loads(text).items()]
        else:
            rows = csv.reader(io.StringIO(text, newline=""), strict=True)
            pairs = [(ours.strip(), theirs.strip()) for ours, theirs in filter(None, rows)]
    except (ValueError, csv.Error) as error:
        raise FileRefused(
            _(
                "The mapping file cannot be read. Write one line for each column: our name, a "
                "comma, the name in the header of the file."
            )
        ) from error
    if unknown := [ours for ours, _theirs in pairs if ours not in COLUMNS]:
        raise FileRefused(
            _("The mapping names columns that do not exist: %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(COLUMNS)}
        )
    return dict(pairs)


def rejected_rows(sheet: Sheet, errors: Sequence[RowError]) -> str:
    """The rows with errors as they came, as CSV, with the reasons in a last column."""
    reasons: dict[int, list[str]] = {}
    for error in errors:
        text = f"{error.column}: {error.reason}" if error.column else error.reason
        reasons.setdefault(error.row, []).append(text)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*sheet.header, "reason"])
    for line in sheet.lines:
        if line.row in reasons:
            width = max(len(sheet.header) - len(line.raw), 0)
            writer.writerow([*line.raw, *[""] * width, " | ".join(reasons[line.row])])
    return out.getvalue()


def has_control_characters(text: str) -> bool:
    """Whether a cell holds what nobody types: control or direction characters, line breaks."""
    plain = unicodedata.normalize("NFC", text).strip()
    return normalise(text) != plain or any(unicodedata.category(char) == "Cc" for char in plain)


def _text(data: bytes) -> str:
    if not data.strip():
        raise FileRefused(_("The file is empty. Export it again and import the new file."))
    if len(data) > MOST_BYTES:
        raise FileRefused(
            _("The file is larger than %(most)d MB. Split it and import the parts one by one.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    if data.startswith(b"PK\x03\x04"):
        raise FileRefused(
            _("This is an Excel workbook. Save it as “CSV UTF-8” and import that file.")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text, problem = "\0", error
    else:
        problem = None
    if "\0" in text[:1000]:  # UTF-16 without a mark decodes, with every second character a NUL
        raise FileRefused(
            _("The file is not text in UTF-8. Save it as “CSV UTF-8” and import it again.")
        ) from problem
    return text


def _reader(text: str, mapping: Mapping[str, str]) -> Any:
    """With the delimiter under which the header shows more of our columns."""
    wanted = {_key(mapping.get(name, name)) for name in COLUMNS}
    first = text.lstrip("\r\n").splitlines()[0]

    def found(delimiter: str) -> int:
        return len(wanted & {_key(name.strip('" ')) for name in first.split(delimiter)})

    delimiter = max((",", ";"), key=found)
    return csv.reader(
        io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter, strict=True
    )


def _places(header: list[str], mapping: Mapping[str, str]) -> dict[str, int]:
    keys = [_key(name) for name in header]
    wanted = {name: mapping.get(name, name) for name in COLUMNS}
    missing = [theirs for theirs in wanted.values() if _key(theirs) not in keys]
    if missing:
        raise FileRefused(
            _(
                "The file lacks the columns %(missing)s; its header is: %(header)s. Rename the "
                "columns, or name them in a mapping file."
            )
            % {"missing": ", ".join(missing), "header": ", ".join(header)[:300]}
        )
    if twice := [theirs for theirs in wanted.values() if keys.count(_key(theirs)) > 1]:
        raise FileRefused(
            _("The column “%(name)s” occurs twice in the header. Keep one of them.")
            % {"name": twice[0]}
        )
    return {name: keys.index(_key(theirs)) for name, theirs in wanted.items()}


def _cell(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _key(name: str) -> str:
    return normalise(name).casefold()
