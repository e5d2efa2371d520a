"""Whose hands: one dossier's days by hands, what lies on which desk, what nobody touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.pages import page
from accounts.paging import Page, address
from accounts.rights import allows, reaches_city
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import stagnation as idle
from dossiers.holding import Division, Share, divide, pauses_of
from dossiers.models import Dossier, Holding, Urgency
from dossiers.paging import COUNT_UP_TO

PAGE_SIZE = 25
GROUPS_SHOWN = 50
SHOWN_AT_ONCE = 5
_DESKS = Holding.Desk

# --- the page of a dossier ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A pair of hands in the table: who, how often, how many days, where its bar lies."""

    name: str
    where: str
    times: int
    days: int
    start: str
    width: str
    is_open: bool = False
    tone: str = ""


def hands(dossier: Dossier, moment: Moment) -> dict[str, Any] | None:
    """The working days of a dossier by hands, with bars that follow each other up to the total.

    Two queries. ``bars`` is empty when the dossier is older than the published calendar.
    """
    rows = list(
        dossier.holdings.select_related("agency", "unit", "person").order_by("from_at", "pk")
    )
    if not rows:
        return None
    lasting = [row for row in rows if row.to_at != row.from_at] or rows[-1:]
    pauses = pauses_of(dossier, today=moment.today)
    found = {"since": rows[0].from_at, "until": rows[-1].to_at, "open": _open(rows)}
    try:
        division = divide(lasting, pauses, today=moment.today, calendar=moment.calendar)
    except CalendarNotPublished:
        return {**found, "bars": []}
    return {**found, "bars": _bars(division), "total_text": days_text(division.total)}


def holder(held: dict[str, Any] | None, moment: Moment) -> dict[str, Any] | None:
    """Who has it now, for the component; one query for the post when the person is known."""
    row: Holding | None = held["open"] if held else None
    if row is None:
        return None
    posts = Appointment.objects.held_on(moment.today).filter(user=row.person, agency=row.agency)
    post = posts.order_by("-started_on").first() if row.person else None
    return {
        "name": row.person.full_name if row.person else "",
        "post": post.post if post else "",
        "unit": row.unit.name if row.unit else "",
        "agency": row.agency.name if row.desk == _DESKS.AGENCY else row.get_desk_display(),
        "since": row.from_at,
        "held_text": days_text(moment.working_days_since(row.from_at)),
    }


def days_text(days: int | None) -> str:
    """Working days as people say them; nothing beyond the published calendar."""
    if days is None:
        return ""
    return ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days}


def _open(rows: list[Holding]) -> Holding | None:
    return rows[-1] if rows[-1].to_at is None else None


def _bars(division: Division) -> list[Bar]:
    found, gone = [], 0
    for share in division.shares:
        found.append(_bar(_who(share), share, gone, division.total))
        gone += share.days
    if division.suspended:
        name = _("Suspended by order of a City leader")
        pause = Share(division.shares[0].holding, days=division.suspended)
        found.append(_bar((name, ""), pause, gone, division.total, tone="suspended"))
    return found


def _bar(who: tuple[str, str], share: Share, gone: int, total: int, tone: str = "") -> Bar:
    """Lengths are texts with a point: they are attributes, whatever the language of the page."""
    scale = 100 / total if total else 0
    return Bar(
        name=who[0],
        where=who[1],
        times=share.times,
        days=share.days,
        start=f"{gone * scale:.2f}",
        width=f"{share.days * scale:.2f}",
        is_open=share.is_open,
        tone=tone,
    )


def _who(share: Share) -> tuple[str, str]:
    return _person_and_place(share.holding)


def _person_and_place(row: Holding) -> tuple[str, str]:
    """The person, and where they sit; the place alone when nobody is known."""
    place = row.agency.name if row.desk == _DESKS.AGENCY and row.agency else row.get_desk_display()
    where = " · ".join(filter(None, (row.unit.name if row.unit else "", place)))
    return (row.person.full_name, where) if row.person else (where, "")


# --- lists ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier on a desk: who has it, since when, how long untouched."""

    dossier: Dossier
    name: str
    where: str
    since: datetime
    held_text: str
    last_act_at: datetime
    idle_text: str


def numbered(rows: QuerySet | Sequence, asked: QueryDict) -> Page:
    """The page that ``asked`` names by its number; nobody counts further than a thousand rows."""
    counted = (
        rows.order_by()[: COUNT_UP_TO + 1].count() if isinstance(rows, QuerySet) else len(rows)
    )
    total = min(counted, COUNT_UP_TO)
    last = max(1, -(-total // PAGE_SIZE))
    number = asked.get("trang", "1")
    place = min(max(int(number), 1), last) if number.isdecimal() and len(number) < 9 else 1
    start = (place - 1) * PAGE_SIZE
    shown = list(rows[start : min(start + PAGE_SIZE, total)])
    return Page(
        rows=shown,
        total=total,
        capped=counted > COUNT_UP_TO,
        from_=start + 1 if shown else 0,
        to=start + len(shown),
        previous_url=address(asked, trang=place - 1) if place > 1 else "",
        next_url=address(asked, trang=place + 1) if place < last else "",
    )


def lines(rows: Iterable[Holding], moment: Moment) -> list[Line]:
    """Lines in the order given; no query when agency, unit, person and dossier came with them."""
    found = []
    for row in rows:
        name, where = _person_and_place(row)
        found.append(
            Line(
                dossier=row.dossier,
                name=name,
                where=where,
                since=row.from_at,
                held_text=days_text(moment.working_days_since(row.from_at)),
                last_act_at=row.last_act_at,
                idle_text=days_text(idle.working_days_idle(row, moment)),
            )
        )
    return found


@page("hands_view")
def held(request: HttpRequest) -> HttpResponse:
    """What lies on which desk now and for how long: by agency, then by unit and person."""
    asked = request.GET
    moment = Moment(request.now, published().calendar)
    rows = Holding.objects.lying(request.actor)
    filters = _filters(asked, rows)
    rows = rows.filter(**{name: value for name, value, _label in filters})
    whole_city = reaches_city(request.actor, "hands_view")
    by_agency = whole_city and not {"agency", "unit", "person"} & {name for name, *_ in filters}
    groups = _groups(rows, asked, moment, by_agency=by_agency)
    ordered = rows.select_related("dossier__agency", "agency", "unit", "person").order_by(
        "from_at", "pk"
    )
    paged = numbered(ordered, asked)
    context = {
        "page": paged,
        "lines": lines(paged.rows, moment),
        "groups": groups[:GROUPS_SHOWN],
        "hidden": len(groups) - len(groups[:GROUPS_SHOWN]),
        "total": {
            "count": sum(group["count"] for group in groups),
            "days": sum(group["days"] for group in groups),
        },
        "filters": [
            {"label": label, "remove_url": address(asked, **{_WORDS[name]: None})}
            for name, _value, label in filters
        ],
        "by_agency": by_agency,
        "city": whole_city,
        "as_of": request.now,
        "may_see_idle": allows(request.actor, "stagnation_view"),
    }
    return render(request, "dossiers/held.html", context)


#: Column of an interval → its word in addresses.
_WORDS = {"desk": "ban", "agency": "don-vi", "unit": "bo-phan", "person": "nguoi"}


def _filters(asked: QueryDict, rows: QuerySet[Holding]) -> list[tuple[str, Any, str]]:
    """Column, value and label of each filter in force; names are read from what the person sees."""
    found: list[tuple[str, Any, str]] = []
    if (desk := asked.get("ban")) in _DESKS.values:
        found.append(("desk", desk, _DESKS(desk).label))
    for column in ("agency", "unit", "person"):
        key = asked.get(_WORDS[column], "")
        if key.isdecimal() and len(key) < 19:
            row = rows.filter(**{column: int(key)}).select_related(column).first()
            found.append((column, int(key), str(getattr(row, column)) if row else key))
    return found


def _groups(
    rows: QuerySet[Holding], asked: QueryDict, moment: Moment, *, by_agency: bool
) -> list[dict[str, Any]]:
    """Hands with the number of dossiers, the working days in them and the longest; one query.

    The database counts dossiers by the local day on which they came; the calendar does the rest.
    """
    keys = ["desk", "agency", "agency__name"]
    if not by_agency:
        keys += ["unit", "unit__name", "person", "person__full_name"]
    counted = rows.values(*keys, day=TruncDate("from_at")).annotate(n=Count("pk")).order_by()
    groups: dict[tuple, dict[str, Any]] = {}
    since: dict[Any, int] = {}
    for row in counted:
        group = groups.setdefault(
            tuple(row[key] for key in keys), {**row, "count": 0, "days": 0, "longest": 0}
        )
        if (days := since.get(row["day"])) is None:
            days = since[row["day"]] = _days_since(row["day"], moment)
        group["count"] += row["n"]
        group["days"] += days * row["n"]
        group["longest"] = max(group["longest"], days)
    most_first = sorted(groups.values(), key=lambda group: (-group["days"], -group["count"]))
    top = max((group["days"] for group in most_first), default=0)
    return [_group(group, asked, top) for group in most_first]


def _group(group: dict[str, Any], asked: QueryDict, top: int) -> dict[str, Any]:
    desk = _DESKS(group["desk"])
    place = group["agency__name"] if desk == _DESKS.AGENCY else str(desk.label)
    person = group.get("person__full_name") or ""
    where = " · ".join(filter(None, (group.get("unit__name"), place)))
    changes = {"ban": desk, "don_vi": group["agency"]}
    changes |= {"bo_phan": group.get("unit"), "nguoi": group.get("person")}
    return {
        "name": person or where,
        "where": where if person else "",
        "count": group["count"],
        "days": group["days"],
        "longest_text": days_text(group["longest"]),
        "width": f"{100 * group['days'] / top:.2f}" if top else "0",
        "url": address(asked, **changes),
    }


def _days_since(day: Any, moment: Moment) -> int:
    try:
        return moment.calendar.working_days_between(day, moment.today)
    except CalendarNotPublished:
        return 0


# --- nobody touched it ----------------------------------------------------------------------------


@page("stagnation_view")
def stagnation(request: HttpRequest) -> HttpResponse:
    """Dossiers without an act for a while, the longest first: a prompt to look."""
    asked = request.GET
    moment = Moment(request.now, published().calendar)
    found, filters = idle.shown_to(request.actor, moment), []
    if (mark := asked.get("khan")) in Urgency.values:
        found = found.filter(dossier__urgency=mark)
        label = Urgency(mark).label
        filters.append({"label": label, "remove_url": address(asked, khan=None)})
    if words := asked.get("don-vi", "").strip():
        found = found.filter(dossier__agency__in=Agency.objects.search(words[:100]))
        filters.append({"label": words[:60], "remove_url": address(asked, don_vi=None)})
    paged = numbered(found, asked)
    context = {
        "page": paged,
        "lines": lines(paged.rows, moment),
        "filters": filters,
        "urgencies": Urgency.choices,
        "asked": {"urgency": mark, "agency": words},
        "city": reaches_city(request.actor, "stagnation_view"),
        "thresholds": idle.thresholds(),
    }
    return render(request, "dossiers/stagnation.html", context)


def stagnation_part(by: Actor, moment: Moment) -> dict[str, Any] | None:
    """The part of "My work": how many up to a thousand, the first of them; two queries."""
    if not allows(by, "stagnation_view"):
        return None
    found = idle.shown_to(by, moment)
    count = found.order_by()[:COUNT_UP_TO].count()
    return {
        "count": count,
        "lines": lines(found[:SHOWN_AT_ONCE], moment),
        "url": reverse("dossiers:stagnation"),
        "has_more": count > SHOWN_AT_ONCE,
        "city": reaches_city(by, "stagnation_view"),
    }
