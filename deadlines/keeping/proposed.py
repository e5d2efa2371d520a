"""What a change says about days and years, and the calendar that it would make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.refusals import Conflict, Refused
from deadlines.calendar import Calendar, CalendarNotPublished, DayKind, is_weekend
from deadlines.models import CalendarChange, CalendarDay, CalendarYear
from deadlines.published import Rows, build, digest_of, present_rows
from deadlines.wording import day_text


class NoLongerFits(Conflict):
    """The days of the proposal were changed by somebody else since; it would overwrite that."""


class Unfit(Refused):
    """What was proposed does not fit the calendar; ``row`` is its place in the list, if one."""

    def __init__(self, sentence: str, row: int | None = None):
        super().__init__(sentence)
        self.row = row


@dataclass(frozen=True, slots=True)
class DayWish:
    """One day as somebody wants it: off, worked, or as its weekday says (``kind`` is ``None``)."""

    date: date
    kind: DayKind | None
    name: str = ""
    legal_source: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One day or year with its facts before and after; ``None`` where there is no row."""

    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def date(self) -> date:
        return date.fromisoformat(self.key)

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Proposed:
    """The calendar that a change would make, beside the days that it touches.

    ``first`` and ``last`` bound the days that may work otherwise than before: a limit that ended
    before the first, or starts after the last, counts as it did.
    """

    rows: Rows
    calendar: Calendar
    digest: str
    first: date
    last: date


def edits_of(
    wishes: Iterable[DayWish], *, year: int | None = None, provisional: bool = False, source: str
) -> tuple[list[Edit], list[Edit]]:
    """The days and years that would differ from the calendar in force. Raises ``Unfit``.

    ``year`` publishes another year, next to the published ones. ``source`` is the citation of days
    that bring none of their own.
    """
    years = _years()
    year_edits = []
    if year is not None:
        _must_adjoin(year, years)
        year_edits = [Edit(str(year), None, {"provisional": provisional, "source": source})]
    published, wishes = {*years, *({year} - {None})}, list(wishes)
    present = _days([wish.date for wish in wishes])
    seen: set[date] = set()
    edits = []
    for row, wish in enumerate(wishes):
        if wish.date in seen:
            raise Unfit(_("%(day)s stands here twice.") % _said(wish.date), row)
        seen.add(wish.date)
        before = present.get(wish.date)
        after = _facts(wish, source)
        _must_fit(wish, before, published, row)
        if before != after:
            edits.append(Edit(wish.date.isoformat(), before, after))
    if not edits and not year_edits:
        raise Unfit(_("This changes nothing: the calendar already says so."))
    return sorted(edits, key=lambda edit: edit.key), year_edits


def read_edits(change: CalendarChange) -> tuple[list[Edit], list[Edit]]:
    """The days and years of a stored change."""
    days, years = ([Edit(**one) for one in part] for part in (change.days, change.years))
    return days, years


def turned_round(edits: Iterable[Edit]) -> list[Edit]:
    """What restores the days or years."""
    return [Edit(edit.key, edit.after, edit.before) for edit in edits]


def proposed(days: Iterable[Edit], years: Iterable[Edit]) -> Proposed:
    """The calendar in force with the edits made. Raises ``NoLongerFits`` when a day or year is no
    longer as it was before them, and ``Unfit`` when no calendar would be left."""
    days, years = list(days), list(years)
    _must_still_fit(days, years)
    now_years, now_days = present_rows()
    edited = {edit.date: edit.after for edit in days}
    kept = [row for row in now_days if row[0] not in edited]
    added = [
        (day, after["kind"], after["name"], after["legal_source"], after["provisional"])
        for day, after in edited.items()
        if after
    ]
    gone = {int(edit.key) for edit in years if not edit.after}
    come = {int(edit.key) for edit in years if edit.after}
    rows = sorted(({*now_years} - gone) | come), sorted([*kept, *added])
    try:
        calendar = build(rows)
    except (CalendarNotPublished, ValueError) as error:
        raise Unfit(_("With this change no working calendar would be left.")) from error
    touched = [edit.date for edit in days]
    for edit in years:
        touched += [date(int(edit.key), 1, 1), date(int(edit.key), 12, 31)]
    return Proposed(rows, calendar, digest_of(rows), min(touched), max(touched))


def write(days: Iterable[Edit], years: Iterable[Edit], *, entered_by: str) -> None:
    """Make the edits in the rows of the calendar; few statements. Inside ``recorded()``."""
    days, years = list(days), list(years)
    CalendarYear.objects.filter(year__in=[int(edit.key) for edit in years]).delete()
    CalendarDay.objects.filter(date__in=[edit.date for edit in days]).delete()
    CalendarYear.objects.bulk_create(
        CalendarYear(year=int(edit.key), **edit.after) for edit in years if edit.after
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(date=edit.date, entered_by=entered_by, **edit.after)
        for edit in days
        if edit.after
    )


def _must_fit(wish: DayWish, before: Any, published: set[int], row: int) -> None:
    day = _said(wish.date)
    if wish.date.year not in published:
        raise Unfit(
            _("The calendar of %(year)d is not published; publish the whole year first.")
            % {"year": wish.date.year},
            row,
        )
    if wish.kind is None and before is None:
        raise Unfit(
            _("%(day)s is not announced as anything; nothing can be taken back.") % day, row
        )
    if wish.kind is DayKind.DAY_OFF and is_weekend(wish.date):
        raise Unfit(_("%(day)s is off anyway; enter the day off in lieu of it.") % day, row)
    if wish.kind is DayKind.MAKE_UP_DAY and not is_weekend(wish.date):
        raise Unfit(_("%(day)s is worked anyway; it cannot be a make-up day.") % day, row)
    if wish.kind is not None and not wish.name:
        raise Unfit(_("Say what %(day)s is called, for example “Tết Nguyên đán”.") % day, row)


def _must_adjoin(year: int, years: Iterable[int]) -> None:
    years = sorted(years)
    if year in years:
        raise Unfit(_("The calendar of %(year)d is already published.") % {"year": year})
    if years and year not in {years[0] - 1, years[-1] + 1}:
        raise Unfit(
            _("The years are published from %(first)d to %(last)d: the next one is %(next)d.")
            % {"first": years[0], "last": years[-1], "next": years[-1] + 1}
        )


def _must_still_fit(days: list[Edit], years: list[Edit]) -> None:
    present = _days([edit.date for edit in days])
    present_years = _years()
    changed = [day_text(edit.date) for edit in days if present.get(edit.date) != edit.before]
    changed += [edit.key for edit in years if present_years.get(int(edit.key)) != edit.before]
    if changed:
        raise NoLongerFits(
            _(
                "The calendar was changed meanwhile at %(days)s. This proposal no longer fits; "
                "propose the change anew."
            )
            % {"days": ", ".join(changed)}
        )


def _facts(wish: DayWish, source: str) -> dict[str, Any] | None:
    if wish.kind is None:
        return None
    return {
        "kind": wish.kind.value,
        "name": wish.name,
        "legal_source": wish.legal_source or source,
        "provisional": wish.provisional,
    }


def _days(dates: Iterable[date]) -> dict[date, dict[str, Any]]:
    rows = CalendarDay.objects.filter(date__in=list(dates))
    return {
        row["date"]: {key: value for key, value in row.items() if key != "date"}
        for row in rows.values("date", "kind", "name", "legal_source", "provisional")
    }


def _years() -> dict[int, dict[str, Any]]:
    rows = CalendarYear.objects.values("year", "provisional", "source")
    return {
        row["year"]: {"provisional": row["provisional"], "source": row["source"]} for row in rows
    }


def _said(day: date) -> dict[str, str]:
    return {"day": day_text(day)}
