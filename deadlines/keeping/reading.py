"""A year of announced days from a CSV file, in the columns of the calendar that is shipped.

``date,kind,name,source``, UTF-8: a date as 2027-02-04, ``off`` or ``work``, what the day is called,
and the citation after the grade of its evidence in square brackets. Workbooks are not read here:
the reader of workbooks belongs to the dossiers.
"""

import csv

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.text import normalise
from deadlines.calendar import SpecialDay, read_special_days

MOST_BYTES = 256 * 1024
MOST_DAYS = 150
_COLUMNS = {"date", "kind", "name", "source"}


class UnreadableFile(Refused):
    """The file is not a calendar in CSV; the sentence says what it should look like."""


def read_days(content: bytes) -> list[SpecialDay]:
    """The days of the file in their order; all of them or ``UnreadableFile``."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(_("The file is too large for a calendar. Take the CSV of one year."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("The file is not CSV in UTF-8. Save it so and choose it again.")
        ) from error
    lines = normalise(text.replace("\t", " ")).splitlines()
    try:
        # read_special_days takes an unbalanced quote for text; here it is an error
        rows = [row for row in csv.reader(lines, strict=True) if row]
        if not rows or not set(rows[0]) >= _COLUMNS or any(len(r) != len(rows[0]) for r in rows):
            raise ValueError
        days = list(read_special_days(line for line in lines if line.strip()))
    except (csv.Error, KeyError, ValueError) as error:
        raise UnreadableFile(
            _(
                "The file could not be read as a calendar. It needs the columns "
                "date,kind,name,source; a line looks like this: %(line)s"
            )
            % {"line": "2028-01-26,off,Tết Nguyên đán,[A] Công văn 1/VPCP-KGVX ngày 01/10/2027"}
        ) from error
    if not days:
        raise UnreadableFile(_("The file holds no day."))
    if len(days) > MOST_DAYS:
        raise UnreadableFile(
            _("The file holds %(n)d days; take one year at a time, at most %(most)d days.")
            % {"n": len(days), "most": MOST_DAYS}
        )
    return days
