"""How a change is said: in one line, and day by day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from deadlines.calendar import is_weekend
from deadlines.keeping.proposed import Edit, read_edits
from deadlines.models import CalendarChange, CalendarDay
from deadlines.wording import day_text

_MOST = 4


@dataclass(frozen=True, slots=True)
class EditLine:
    """One day or year of a change: what it was, what it is to be."""

    what: str
    before: str
    after: str
    name: str
    source: str
    provisional: bool


def title_of(change: CalendarChange) -> str:
    """ "Nghỉ T2 04/01/2027, làm bù T7 09/01/2027": in the language of the record."""
    with translation.override(settings.LANGUAGE_CODE):
        return short(change)


def short(change: CalendarChange) -> str:
    """The change in one line; a long one names its first days and says how many more."""
    days, years = read_edits(change)
    parts = [
        (_("publish %(year)s") if edit.after else _("take back %(year)s")) % {"year": edit.key}
        for edit in years
    ]
    parts += [_part(edit) for edit in days]
    shown = parts[:_MOST]
    if len(parts) > len(shown):
        shown.append(_("%(n)d more") % {"n": len(parts) - len(shown)})
    line = ", ".join(shown)
    line = line[:1].upper() + line[1:]
    return _("Undo: %(change)s") % {"change": line} if change.undoes_id else line


def lines_of(days: list[Edit], years: list[Edit]) -> list[EditLine]:
    """Every year and day with its words."""
    found = [
        EditLine(
            what=_("Year %(year)s") % {"year": edit.key},
            before=_("published") if edit.before else _("not published"),
            after=_("published") if edit.after else _("not published"),
            name="",
            source=(edit.after or edit.before or {}).get("source", ""),
            provisional=bool(edit.after and edit.after["provisional"]),
        )
        for edit in years
    ]
    return found + [
        EditLine(
            what=day_text(edit.date),
            before=_state(edit, edit.before),
            after=_state(edit, edit.after),
            name=(edit.after or edit.before or {}).get("name", ""),
            source=(edit.after or edit.before or {}).get("legal_source", ""),
            provisional=bool(edit.after and edit.after["provisional"]),
        )
        for edit in days
    ]


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that a change in force altered: by which, and how it is said."""

    date: date
    day_text: str
    words: str
    document: str
    public_id: UUID


def changed_days(year: int) -> list[ChangedDay]:
    """The days of a year as changes in force left them, in order; one query.

    A change that was undone has altered nothing.
    """
    found: dict[date, ChangedDay] = {}
    applied = CalendarChange.objects.filter(state=CalendarChange.State.APPLIED)
    for change in applied.order_by("edition", "pk"):
        days, _years = read_edits(change)
        for edit in days:
            if edit.date.year != year:
                continue
            found.pop(edit.date, None)
            if not change.undoes_id:
                found[edit.date] = ChangedDay(
                    edit.date,
                    day_text(edit.date),
                    f"{_state(edit, edit.before)} → {_state(edit, edit.after)}",
                    change.document,
                    change.public_id,
                )
    return [found[day] for day in sorted(found)]


def _part(edit: Edit) -> str:
    day = {"day": day_text(edit.date)}
    if edit.after is None:
        return (
            _("%(day)s off again") if is_weekend(edit.date) else _("%(day)s worked again")
        ) % day
    if edit.before and edit.before["kind"] == edit.after["kind"]:
        return _("other words for %(day)s") % day
    is_off = edit.after["kind"] == CalendarDay.Kind.DAY_OFF
    return (_("%(day)s off") if is_off else _("%(day)s worked")) % day


def _state(edit: Edit, facts: Any) -> str:
    if facts is None:
        return _("weekend") if is_weekend(edit.date) else _("ordinary working day")
    return str(CalendarDay.Kind(facts["kind"]).label)
