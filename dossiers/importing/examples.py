"""The templates that people download: our titles, one example row, and a sheet that explains them.

The example row is known by its code or number: a file in which it was left is read without it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.sheets.headers import TITLES
from dossiers.sheets.reading import Row

_EXAMPLE_CODE, _EXAMPLE_REF = "VIDU-000", "000/TTr-VIDU"
_EXAMPLE_DAY = date(2026, 2, 5)

#: Column → what to write there.
EXPLAINED = {
    "dossier_code": gettext_lazy(
        "The code of the paper or of the other system: at least one digit, no slash, at most 60 "
        "characters. Each code once."
    ),
    "agency_name": gettext_lazy(
        "Full name or code as in the list of agencies, as it was called on the day of the "
        "direction. In a list of submissions it may be left out: then it is your own agency."
    ),
    "letter_ref": gettext_lazy("As on the paper, for example 123/TTr-SNV."),
    "letter_on": gettext_lazy("Day/month/year, for example 05/02/2026. Not after today."),
    "matter": gettext_lazy("The abstract of the letter (trích yếu), at most 500 characters."),
    "urgency": gettext_lazy("Normal, Urgent, Very urgent or Express; empty means normal."),
    "directed_at": gettext_lazy(
        "When the leadership directed: day/month/year, with the hour if known (14:30). The time "
        "limit is counted from it."
    ),
    "reported_at": gettext_lazy(
        "When the agency reported; empty while it has not. Not before the direction."
    ),
}


def is_example(row: Row) -> bool:
    """Whether this is the example row of a template."""
    for column, example in (("dossier_code", _EXAMPLE_CODE), ("letter_ref", _EXAMPLE_REF)):
        cell = row.cells.get(column)
        if cell is not None and cell.value == example:
            return True
    return False


def write_template(
    columns: Sequence[str], required: Sequence[str], agency: str, target: BinaryIO
) -> None:
    """A workbook to fill in: the titles with one example row, and a sheet about each column."""
    example: dict[str, Any] = {
        "dossier_code": _EXAMPLE_CODE,
        "agency_name": agency,
        "letter_ref": _EXAMPLE_REF,
        "letter_on": _EXAMPLE_DAY,
        "matter": _("Example, write over this row: approval of the plan for old quarter streets"),
        "urgency": _("Urgent"),
        "directed_at": _EXAMPLE_DAY,
        "reported_at": None,
    }
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_("List"))
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, str(TITLES[column]), head)
            is_day = column.endswith(("_on", "_at"))
            sheet.set_column(at, at, 45 if column == "matter" else 24, day if is_day else text)
            value = example[column]
            if isinstance(value, date):
                sheet.write_datetime(1, at, value, day)
            elif value:
                sheet.write_string(1, at, value, text)
        guide = book.add_worksheet(_("How to fill in"))
        guide.set_column(0, 0, 36)
        guide.set_column(1, 1, 14)
        guide.set_column(2, 2, 80)
        guide.write_row(0, 0, [_("Column"), _("Needed"), _("What to write")], head)
        for at, column in enumerate(columns, start=1):
            needed = _("yes") if column in required else _("no")
            guide.write_row(at, 0, [str(TITLES[column]), needed, str(EXPLAINED[column])], wrapped)
