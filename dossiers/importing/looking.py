"""What a person is shown of a file before anything of it is saved."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import filestore
from accounts.actors import Actor
from dossiers import importing
from dossiers.importing.checking import Checked
from dossiers.importing.lists import COLUMNS_OF, IN_A_BROWSER, RowError, Sheet, by_row
from dossiers.importing.naming import Unknown
from dossiers.sheets.cells import CellError, as_line
from dossiers.sheets.headers import TITLES
from dossiers.sheets.reading import Row
from dossiers.sheets.writing import reject_file
from ledger import recording

SHOWN_ROWS = 50
SHOWN_ERRORS = 300
_SHOWN_PASSED = 20
_SHOWN_NAMES = 100
_LONGEST_CELL = 160


@dataclass(slots=True)
class Look:
    """What became of every row on paper: ``errors`` are of rows, ``found`` is for the page."""

    accepted: int
    unchanged: int
    errors: list[RowError]
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """How many rows have an error."""
        return len({error.row for error in self.errors})


def look(
    sheet: Sheet, *, by: Actor, now: datetime, choices: Mapping[str, int] | None = None
) -> Look:
    """Check every row and compare it with what is here; nothing is written.

    Raises ``FileRefused`` when the person may not enter such a list at all.
    """
    checked = importing.check(sheet, by=by, now=now, choices=choices)
    with recording.recorded(may_be_idle=True):
        plan = importing.compare(sheet.kind, checked.good, now=now)
    errors = importing.in_order([*checked.errors, *plan.errors])
    return Look(
        accepted=plan.accepted,
        unchanged=len(plan.unchanged),
        errors=errors,
        found=_found(sheet, checked, errors, frozenset(plan.unchanged)),
    )


def shown_errors(sheet: Sheet, errors: Iterable[RowError]) -> list[dict[str, Any]]:
    """The first errors, each with the name of its cell in Excel where it has one."""
    rows = {row.number: row for row in sheet.rows}
    return [
        {
            "row": error.row,
            "column": error.column,
            "place": _place(rows[error.row], error.column),
            "reason": error.reason,
        }
        for _at, error in zip(range(SHOWN_ERRORS), errors, strict=False)
    ]


def store_errors(sheet: Sheet, errors: list[RowError]) -> tuple[str, int]:
    """Keep the rows to mend as a workbook; its path in the store and its size, "" when there are
    none."""
    if not errors:
        return "", 0
    target = io.BytesIO()
    reject_file(sheet.source, by_row(errors), target)
    stored = filestore.store([target.getvalue()])
    return stored.path, stored.size


def stored_sheet(path: str, size: int, sha256: str, name: str) -> Sheet:
    """The list in a file of the store. Raises ``FileRefused``, also when the store damaged it."""
    try:
        with filestore.open_stored(path, size=size) as file:
            data = file.read()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise importing.FileRefused(_("The file is damaged on the server. Send it again."))
    return importing.read_sheet(data, name=name, limits=IN_A_BROWSER)


def _found(
    sheet: Sheet, checked: Checked, errors: list[RowError], unchanged: frozenset[int]
) -> dict[str, Any]:
    source = sheet.source
    columns = [name for name in TITLES if name in source.columns]
    bad = {error.row for error in errors}
    titles = {header.column: header for header in source.headers if header.column}
    return {
        "kind": str(sheet.kind),
        "sheet_name": source.sheet_name,
        "header_row": source.header_row,
        "encoding": source.encoding,
        "understood": [[titles[c].letters, titles[c].title, c] for c in columns],
        "left_out": [
            [header.letters, header.title]
            for header in source.headers
            if header.title and not header.column
        ][:40],
        "absent": [name for name in COLUMNS_OF[sheet.kind] if name not in source.columns],
        "notes": source.notes,
        "passed": [[p.number, str(p.why), p.text] for p in source.passed[:_SHOWN_PASSED]],
        "passed_count": len(source.passed) + source.more_passed,
        "unknown": _names(checked.unknown),
        "head": [
            {
                "number": row.number,
                "cells": [_text(row, column) for column in columns],
                "state": "bad"
                if row.number in bad
                else "unchanged"
                if row.number in unchanged
                else "good",
            }
            for row in sheet.rows[:SHOWN_ROWS]
        ],
    }


def _names(unknown: Mapping[str, Unknown]) -> list[dict[str, Any]]:
    """Names that no agency has, those in most rows first."""
    names = sorted(unknown.items(), key=lambda item: -item[1].rows)[:_SHOWN_NAMES]
    return [
        {
            "key": key,
            "field": f"don-vi-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
            "name": one.name[:200],
            "rows": one.rows,
            "near": [[a.pk, f"{a.name} ({a.code})"] for a in one.near[:8]],
        }
        for key, one in names
    ]


def _text(row: Row, column: str) -> str:
    try:
        text = as_line(row.cells[column])
    except CellError:  # a number that Excel has rounded
        text = str(row.cells[column].value)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _place(row: Row, column: str) -> str:
    return row.cells[column].place if column in row.cells else ""
