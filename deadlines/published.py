"""The calendar in force, built from its rows once per edition and kept in the process."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext as _

from accounts.refusals import Conflict
from deadlines.calendar import Calendar, CalendarNotPublished, DayKind, SpecialDay
from deadlines.models import CalendarDay, CalendarEdition, CalendarYear


class UnnumberedChange(Conflict):
    """The calendar's rows are not those of its last edition: somebody changed them by hand."""


@dataclass(frozen=True, slots=True)
class Published:
    """A calendar together with the number of its edition, as limits record it."""

    edition: int
    calendar: Calendar


def published() -> Published:
    """The calendar in force. One small query; the table of days is built once per edition.

    Raises ``CalendarNotPublished`` when nothing has been entered and ``UnnumberedChange`` when the
    rows are not those of the last edition: a missing or doubtful calendar stops us instead of
    misleading us.

    Inside ``recording.recorded()`` the calendar also stays what it is until the transaction ends:
    nobody counts a due date on a calendar that is being replaced at this moment.
    """
    try:
        return _published()
    except UnnumberedChange:  # or an edition was made between the two queries: then it works now
        return _published()


def make_edition(now: datetime) -> bool:
    """Number the present rows as a new edition if they differ from the last; whether they did."""
    last = CalendarEdition.objects.order_by("-number").first()
    digest = digest_of(_rows())
    if last and last.digest == digest:
        return False
    number = last.number + 1 if last else 1
    CalendarEdition.objects.create(number=number, digest=digest, in_force_at=now)
    return True


def keep_from_all_others() -> CalendarEdition:
    """The edition in force, which nobody else reads for a count, or replaces, until the transaction
    ends; it waits for those who are counting. Raises ``CalendarNotPublished``.

    On SQLite there is one writer anyway.
    """
    held = None
    while (last := _last()) != held:  # whoever held it before may have made another
        held = CalendarEdition.objects.select_for_update().get(pk=last.pk)
    return last


#: Years in order, and days in order: date, kind, name, legal source, provisional.
Rows = tuple[list[int], list[tuple[date, str, str, str, bool]]]


def build(rows: Rows) -> Calendar:
    """The calendar of some rows. Raises ``CalendarNotPublished`` without a year, ``ValueError`` for
    days that contradict their weekday.

    The published range is the unbroken run of years that ends with the last one.
    """
    years, days = rows
    if not years:
        raise CalendarNotPublished(date.min, date.max, date.min)
    first = years[-1]
    while first - 1 in years:
        first -= 1
    return Calendar(
        (SpecialDay(day, DayKind(kind), *rest) for day, kind, *rest in days),
        first_day=date(first, 1, 1),
        last_day=date(years[-1], 12, 31),
    )


def _last() -> CalendarEdition:
    edition = CalendarEdition.objects.order_by("-number").first()
    if edition is None:
        raise CalendarNotPublished(date.min, date.max, date.min)
    return edition


def _published() -> Published:
    edition = _last()
    if connection.vendor == "postgresql" and getattr(connection, "ledger_notes", None) is not None:
        edition = _kept(edition)
    return Published(edition.number, _calendar(edition.digest))


def _kept(edition: CalendarEdition) -> CalendarEdition:
    """The last edition, shared with all who count, closed to whoever would replace it.

    The lock is the one that a limit's foreign key takes anyway when it is stored; taken before the
    count it makes the change of a calendar and the start of a limit follow each other.
    """
    held = None
    while edition != held:
        held = edition
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM deadlines_calendaredition WHERE number = %s FOR KEY SHARE",
                [held.number],
            )
        edition = _last()
    return edition


def digest_of(rows: Rows) -> str:
    """What names the content of some rows."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def present_rows() -> Rows:
    """The rows of the calendar as they are now; two queries."""
    return _rows()


def _rows() -> Rows:
    years = list(CalendarYear.objects.order_by("year").values_list("year", flat=True))
    days = CalendarDay.objects.order_by("date").values_list(
        "date", "kind", "name", "legal_source", "provisional"
    )
    return years, list(days)


@lru_cache(maxsize=4)
def _calendar(digest: str) -> Calendar:
    """Built from the rows in force; ``digest`` names them, so a new edition builds anew."""
    rows = _rows()
    if digest_of(rows) != digest:
        raise UnnumberedChange(
            _(
                "The working calendar was changed without a new edition. Ask the calendar keeper "
                "to check it; until then no time limit can be counted."
            )
        )
    return build(rows)
