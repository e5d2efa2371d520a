"""Numbers and months as pages of analysis say them."""

from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agencies.models import Agency
from dashboards.numerals import number, percent


def whole_percent(rate: float | None) -> str:
    """A rate without decimals, as it stands above a column or in a cell."""
    return "–" if rate is None else str(round(rate))


def percent_of(part: int, of: int) -> str:
    """ "312 of 362"."""
    return _("%(n)s of %(of)s") % {"n": number(part), "of": number(of)}


def month_text(first: date) -> str:
    """A month in words."""
    return _("Month %(month)s") % {"month": f"{first.month}/{first.year}"}


def change_text(rate: float | None, before: float | None) -> str:
    """How a rate differs from the one before, in points."""
    if rate is None or before is None:
        return ""
    points = round(rate - before, 1)
    if not points:
        return _("As in the month before")
    words = {"points": number_format(abs(points), 1), "before": percent(before)}
    if points > 0:
        return _("%(points)s points more than in the month before (%(before)s)") % words
    return _("%(points)s points less than in the month before (%(before)s)") % words


def agency_text(agency: Agency) -> str:
    """The name of an agency; of one that has ended, with its last day."""
    if agency.valid_to is None:
        return agency.name
    day = f"{agency.valid_to:%d/%m/%Y}"
    return _("%(agency)s (until %(day)s)") % {"agency": agency.name, "day": day}
