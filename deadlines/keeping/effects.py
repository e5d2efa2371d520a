"""What a change would do, before anybody decides: how many limits of whom, each old and new end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deadlines.counting import last_day_before
from deadlines.keeping.proposed import Proposed
from deadlines.keeping.recounting import (
    MOVES,
    NEW_DUE,
    PASSED,
    WOULD_HAVE_PASSED,
    Recount,
    as_instant,
    recount,
)
from deadlines.models import CalendarAnnotation
from deadlines.sql import as_date
from deadlines.wording import day_text


@dataclass(frozen=True, slots=True)
class AgencyEffect:
    """How many limits of an agency move, and by how many days: the least and the most."""

    agency: str
    count: int
    least: int
    most: int

    @property
    def days_text(self) -> str:
        """ "1 day later", or "1 day earlier to 2 days later"."""
        if self.least == self.most:
            return shift_text(self.most)
        return _("%(least)s to %(most)s") % {
            "least": shift_text(self.least),
            "most": shift_text(self.most),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One limit with its old and its new last day."""

    code: str
    subject: str
    title: str
    agency: str
    old_on: date
    new_on: date
    why: str = ""

    @property
    def days(self) -> int:
        """By how many days of the year it would move; negative when it would end earlier."""
        return (self.new_on - self.old_on).days

    @property
    def old_text(self) -> str:
        return day_text(self.old_on)

    @property
    def new_text(self) -> str:
        return day_text(self.new_on)

    @property
    def days_text(self) -> str:
        return shift_text(self.days)

    @property
    def why_text(self) -> str:
        return str(CalendarAnnotation.Why(self.why).label) if self.why else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole of it. ``digest`` names the calendar it was made on."""

    plan: Proposed
    recounted: Recount
    base: str
    agencies: list[AgencyEffect]
    moved: int
    annotated: int

    def moving(self, first: int = 0, most: int = 50) -> list[Line]:
        """The limits that move, the earliest new end first, from a place in the list on."""
        return self._lines(MOVES, "''", first, most)

    def noted(self, first: int = 0, most: int = 50) -> list[Line]:
        """The limits that may not be touched and get an annotation, the oldest first."""
        found = self._lines(f"({PASSED} OR {WOULD_HAVE_PASSED})", _WHY, first, most)
        others = self.annotated - len(self.recounted.earlier)
        return found + self._earlier(max(0, first - others), most - len(found))

    def _lines(self, condition: str, why: str, first: int, most: int) -> list[Line]:
        sql = f"""
            SELECT n.code, n.subject_code, n.subject_title, g.name, n.due_on, n.due, n.why
            FROM (SELECT l.code, l.subject_code, l.subject_title, l.agency_id, l.due_on,
                         {NEW_DUE} AS due, {why} AS why
                  {self.recounted.from_sql} AND {condition}) n
            JOIN agencies_agency g ON g.id = n.agency_id
            ORDER BY n.due, n.code LIMIT %(most)s OFFSET %(start)s"""  # noqa: S608
        return self._read(sql, first, most)

    def _earlier(self, first: int, most: int) -> list[Line]:
        if most <= 0 or not self.recounted.earlier:
            return []
        sql = f"""
            SELECT l.code, l.subject_code, l.subject_title, g.name, l.breached_at, e.due,
                   '{CalendarAnnotation.Why.PASSED}' {self.recounted.earlier_sql}
            JOIN agencies_agency g ON g.id = l.agency_id
            ORDER BY e.due, l.code LIMIT %(most)s OFFSET %(start)s"""  # noqa: S608
        return self._read(sql, first, most)

    def _read(self, sql: str, first: int, most: int) -> list[Line]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.recounted.params(), "most": most, "start": first})
            return [
                Line(code, subject, title, agency, _last_day(old), _last_day(due), why)
                for code, subject, title, agency, old, due, why in cursor.fetchall()
            ]


_WHY = (
    f"CASE WHEN {WOULD_HAVE_PASSED} THEN '{CalendarAnnotation.Why.WOULD_HAVE_PASSED}' "
    f"ELSE '{CalendarAnnotation.Why.PASSED}' END"
)


def effect_of(plan: Proposed, *, base: str, now: datetime) -> Effect:
    """Count what a proposed calendar would do at an instant; few statements, nothing is written."""
    counted = recount(plan, now)
    groups: dict[str, list[tuple[int, int]]] = {}
    if counted.by_day or counted.single:
        sql = f"""
            SELECT g.name, n.due_on, n.due, COUNT(*)
            FROM (SELECT l.agency_id, l.due_on, {NEW_DUE} AS due {counted.from_sql} AND {MOVES}) n
            JOIN agencies_agency g ON g.id = n.agency_id
            GROUP BY g.name, n.due_on, n.due"""  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, counted.params())
            for agency, old, due, count in cursor.fetchall():
                days = (_last_day(due) - as_date(old)).days
                groups.setdefault(agency, []).append((days, count))
    agencies = [
        AgencyEffect(
            agency,
            sum(count for _days, count in found),
            min(days for days, _count in found),
            max(days for days, _count in found),
        )
        for agency, found in groups.items()
    ]
    return Effect(
        plan=plan,
        recounted=counted,
        base=base,
        agencies=sorted(agencies, key=lambda one: (-one.count, one.agency)),
        moved=sum(one.count for one in agencies),
        annotated=_annotated(counted) + len(counted.earlier),
    )


def shift_text(days: int) -> str:
    """By how many days of the year, and which way."""
    if days < 0:
        return ngettext("%(n)d day earlier", "%(n)d days earlier", -days) % {"n": -days}
    return ngettext("%(n)d day later", "%(n)d days later", days) % {"n": days}


def _annotated(counted: Recount) -> int:
    if not (counted.by_day or counted.single):
        return 0
    sql = f"SELECT COUNT(*) {counted.from_sql} AND ({PASSED} OR {WOULD_HAVE_PASSED})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, counted.params())
        return int(cursor.fetchone()[0])


def _last_day(value: Any) -> date:
    """The last local day of an end as a bare cursor gives it: an instant, or a date already."""
    if isinstance(value, str) and len(value) == 10:
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return last_day_before(as_instant(value))
