"""A file of dossiers as it came: which kind of list it is, its rows, what to send back of it."""

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from agencies.text import normalise
from dossiers.importing.examples import is_example
from dossiers.sheets import formulas, reading
from dossiers.sheets.headers import TITLES
from dossiers.sheets.limits import MIB, Limits
from dossiers.sheets.limits import SheetRefused as FileRefused
from dossiers.sheets.reading import Row
from dossiers.sheets.writing import rejected

__all__ = ["FileRefused", "Kind", "RowError", "Sheet", "read_mapping", "read_sheet"]

#: Columns of history, and of submissions to be drafted.
HISTORY = ("dossier_code", "agency_name", "directed_at", "reported_at")
SUBMISSIONS = ("agency_name", "letter_ref", "letter_on", "matter", "urgency")
_OF_HISTORY = frozenset({"dossier_code", "agency_name", "directed_at"})
#: A terminal takes more at once than a page does.
AT_A_TERMINAL = Limits(rows=200_000, file_bytes=100 * MIB)
IN_A_BROWSER = Limits(file_bytes=20 * MIB)


class Kind(StrEnum):
    """What a list is about: cases that were directed, or submissions that become drafts."""

    HISTORY = "history"
    SUBMISSIONS = "submissions"


#: By which columns a list is known; a row that lacks one of them may be a footer.
_ATTEMPTS = (
    (_OF_HISTORY, Kind.HISTORY),
    (frozenset({"agency_name", "matter"}), Kind.SUBMISSIONS),
    (frozenset({"letter_ref", "matter"}), Kind.SUBMISSIONS),
)
COLUMNS_OF = {Kind.HISTORY: HISTORY, Kind.SUBMISSIONS: SUBMISSIONS}
NEEDED_IN = {Kind.HISTORY: _OF_HISTORY, Kind.SUBMISSIONS: frozenset({"letter_ref", "matter"})}


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell: the row as a spreadsheet numbers it, our name of the column
    (empty for the row as a whole), and a sentence."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read whole. ``digest`` is the SHA-256 of its bytes."""

    source: reading.Sheet
    kind: Kind
    rows: list[Row]
    digest: str

    @property
    def width(self) -> int:
        """How many columns the header has."""
        return len(self.source.headers)


def read_sheet(
    data: bytes,
    mapping: Mapping[str, str] | None = None,
    *,
    name: str = "",
    limits: Limits = AT_A_TERMINAL,
) -> Sheet:
    """The rows of a workbook or a text file. Raises ``FileRefused``.

    ``mapping`` gives the file's own header for some of our columns. Without a ``name`` that says
    which kind of file it is, its content does. A list with a code and a date of direction is
    history; one with a matter holds submissions.
    """
    if name.rpartition(".")[2].lower() not in {"csv", "txt", "tsv", "xlsx", "xls"}:
        name = f"{name or 'list'}.{'xlsx' if data.startswith(b'PK') else 'csv'}"
    titles = {theirs: ours for ours, theirs in (mapping or {}).items()}
    source, kind = _of_a_kind(data, name, titles, limits)
    rows = [row for row in source.rows() if not is_example(row)]
    if not rows:
        raise FileRefused(_("The file has no rows under its header. Nothing was imported."))
    return Sheet(source, kind, rows, hashlib.sha256(data).hexdigest())


def _of_a_kind(
    data: bytes, name: str, titles: Mapping[str, str], limits: Limits
) -> tuple[reading.Sheet, Kind]:
    for required, kind in _ATTEMPTS:
        try:
            source = reading.read(
                io.BytesIO(data), name=name, limits=limits, required=required, mapping=titles
            )
        except FileRefused:
            continue
        return source, kind
    found = reading.read(io.BytesIO(data), name=name, limits=limits, required=(), mapping=titles)
    missing = [column for column in HISTORY if column not in found.columns]
    raise FileRefused(
        _(
            "The list lacks columns: %(missing)s. A list of history has %(history)s; a list of "
            "submissions has %(submissions)s. Name the columns as in the template, or say which "
            "is which."
        )
        % {
            "missing": ", ".join(missing),
            "history": _named(HISTORY),
            "submissions": _named(SUBMISSIONS),
        }
    )


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f"“{TITLES[column]}” ({column})" for column in columns)


def read_mapping(data: bytes) -> dict[str, str]:
    """Our column → the file's header: JSON object, or CSV of two columns without header.

    Raises ``FileRefused``.
    """
    try:
        text = data.decode("utf-8-sig")
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
    if unknown := [ours for ours, _theirs in pairs if ours not in TITLES]:
        raise FileRefused(
            _("The mapping names columns that do not exist: %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(TITLES)}
        )
    return dict(pairs)


def by_row(errors: Sequence[RowError]) -> dict[int, list[str]]:
    """The sentences of each row, each with the title of its column."""
    found: dict[int, list[str]] = {}
    for error in errors:
        title = TITLES.get(error.column)
        text = f"{title}: {error.reason}" if title else error.reason
        found.setdefault(error.row, []).append(text)
    return found


def rejected_rows(sheet: Sheet, errors: Sequence[RowError]) -> str:
    """The rows with errors as they came, as CSV, with the reasons in a last column."""
    titles, rows = rejected(sheet.source, by_row(errors))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sheet.source.separator or ",")
    writer.writerow([*titles[:-1], "reason"])
    for row in rows:
        writer.writerow([formulas.neutralise("" if cell is None else str(cell)) for cell in row])
    return out.getvalue()


def has_control_characters(text: str) -> bool:
    """Whether a cell holds what nobody types: control or direction characters, line breaks."""
    plain = unicodedata.normalize("NFC", text).strip()
    return normalise(text) != plain or any(unicodedata.category(char) == "Cc" for char in plain)
