"""From words in an address to the rows they name: the number on a page, the list behind its link,
the file and the command's figures come from the same function, so they agree."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.dates import local_day
from agencies.models import Agency, Kind
from dashboards.asof import Past, rebuilt
from deadlines.adjusting import end_of
from deadlines.calendar import CalendarNotPublished
from deadlines.fields import read_date, read_instant
from deadlines.moments import Moment
from deadlines.querysets import IN_TIME, LATE, TimeLimitQuerySet
from dossiers.models import Dossier, Urgency

#: Slug → working days overdue, from and to; a limit past its end on a day off counts as the first.
AGES: dict[str, tuple[int, int | None]] = {
    "1": (0, 1),
    "2": (2, 2),
    "3-5": (3, 5),
    "6-10": (6, 10),
    "tren-10": (11, None),
}

#: Rule codes of the directive and the words for them.
RULES = {
    "agency_report": gettext_lazy("Explanation or supplement"),
    "office_draft": gettext_lazy("Drafting of the notice or document"),
    "consultation": gettext_lazy("Opinion of a consulted agency"),
    "task_by_date": gettext_lazy("Assigned task"),
    "responsibility_processing": gettext_lazy("Handling of responsibility"),
}

#: Words of an address that narrow; they go along from the page of figures to the list and back.
FILTERS = ("don-vi", "loai", "noi-giu", "linh-vuc", "khan", "quy-tac", "tu", "den")
#: The longest address part that is read as a key.
_KEY_DIGITS = 18
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)

State = Callable[[Moment, datetime], Q]


def _open(m: Moment) -> Q:
    """Not met as of the moment. At the present what is met is met: indexes of what is open answer
    to nothing but that."""
    unmet = Q(met_at__isnull=True)
    return unmet | Q(met_at__gt=m.now) if isinstance(m, Past) else unmet


def _met(m: Moment) -> Q:
    return Q(met_at__lte=m.now) if isinstance(m, Past) else Q(met_at__isnull=False)


def _running(m: Moment, _since: datetime) -> Q:
    return Q(_open(m), started_at__lte=m.now, due_then__gt=m.now)


def _overdue(m: Moment, _since: datetime) -> Q:
    return Q(_open(m), due_then__lte=m.now)  # it began before its end


def _today(m: Moment, since: datetime) -> Q:
    return _running(m, since) & Q(due_then__lte=end_of(m.today))


def _soon(m: Moment, since: datetime) -> Q:
    ahead = Q(due_then__gt=end_of(m.today), due_then__lte=end_of(m.soon()))
    return _running(m, since) & ahead


def _on_time(m: Moment, _since: datetime) -> Q:
    return Q(_met(m), IN_TIME, lifted=False)


def _late(m: Moment, _since: datetime) -> Q:
    return _met(m) & LATE


def _decided(m: Moment, since: datetime) -> Q:
    return _overdue(m, since) | _on_time(m, since) | _late(m, since)


def _newly_overdue(m: Moment, since: datetime) -> Q:
    """Whose end passed since then without an answer, whether or not one came afterwards, or another
    end was granted."""
    passed = Q(due_then__gt=since, due_then__lte=m.now)
    unanswered = _open(m) | Q(met_at__gte=F("due_at"))
    granted_since = Q(breached_at__gt=since, breached_at__lte=m.now)
    return ((passed & unanswered) | granted_since) & _by_month(m, local_day(since), None)


def _directed(m: Moment, since: datetime) -> Q:
    return Q(started_at__gt=since, started_at__lte=m.now, rule__code="agency_report")


def _by_month(m: Moment, first: date | None, last: date | None) -> Q:
    """What adds nothing but an index: the months of a period, where due dates are as they stand."""
    found = Q()
    if isinstance(m, Past) and m.revised:
        return found
    if first:
        found &= Q(due_month__gte=first.replace(day=1))
    if last:
        found &= Q(due_month__lte=last.replace(day=1))
    return found


STATES: dict[str, State] = {
    "qua-han": _overdue,
    "hom-nay": _today,
    "sap-den-han": _soon,
    "dang-chay": _running,
    "dung-han": _on_time,
    "xong-muon": _late,
    "co-ket-qua": _decided,
    "moi-qua-han": _newly_overdue,
    "moi-chi-dao": _directed,
}
#: States of what happened since an instant, and states that ``tu-luc`` narrows to it.
SINCE = frozenset({"moi-qua-han", "moi-chi-dao"})
ANSWERED = frozenset({"dung-han", "xong-muon"})


def state_label(slug: str) -> str:
    """The words for a state in an address."""
    return {
        "qua-han": _("Overdue"),
        "hom-nay": _("Due today"),
        "sap-den-han": _("Due in 2 working days"),
        "dang-chay": _("Running"),
        "dung-han": _("Done on time"),
        "xong-muon": _("Done late"),
        "co-ket-qua": _("Outcome known"),
        "moi-qua-han": _("Newly overdue"),
        "moi-chi-dao": _("Newly directed"),
    }[slug]


def age_label(slug: str) -> str:
    """The words for an age in an address."""
    return {
        "1": _("1 working day"),
        "2": _("2 working days"),
        "3-5": _("3 to 5 working days"),
        "6-10": _("6 to 10 working days"),
        "tren-10": _("More than 10 working days"),
    }[slug]


def select(
    limits: TimeLimitQuerySet, asked: Mapping[str, str], moment: Moment
) -> TimeLimitQuerySet:
    """The limits that an address names, as they were at the moment. Words it does not know narrow
    nothing."""
    limits = rebuilt(limits, moment)
    state, since = asked.get("tinh-trang"), since_of(asked, moment)
    if state in STATES:
        limits = limits.filter(STATES[state](moment, since))
        if state in ANSWERED and asked.get("tu-luc"):
            limits = limits.filter(met_at__gt=since)
    else:
        limits = limits.filter(started_at__lte=moment.now)
    if (age := asked.get("tuoi")) in AGES:
        limits = limits.filter(_overdue(moment, since), aged(age, moment))
    limits = _narrowed(limits, asked, moment)
    first, last = period(asked, moment.today)
    return _falling_due(limits, first, last, moment)


def since_of(asked: Mapping[str, str], moment: Moment) -> datetime:
    """The instant since which an address asks for news: ``tu-luc``, else the same hour of the last
    working day."""
    return read_moment(asked.get("tu-luc", "")) or last_working_hour(moment)


def last_working_hour(moment: Moment) -> datetime:
    """The same hour of the working day before; beyond the calendar, of the day before."""
    try:
        day = moment.calendar.add_working_days(moment.today, -1)
    except CalendarNotPublished:
        day = moment.today - timedelta(days=1)
    return moment.now - (moment.today - day)


def read_moment(text: str) -> datetime | None:
    """An instant of an address, local unless it says otherwise; nothing for anything else."""
    try:
        return read_instant(text) if text else None
    except ValueError:
        return None


def written(instant: datetime) -> str:
    """An instant as an address names it: local, to the second where it has seconds."""
    local = timezone.localtime(instant, timezone.get_default_timezone())
    if local.microsecond:
        return local.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def _narrowed(
    limits: TimeLimitQuerySet, asked: Mapping[str, str], moment: Moment
) -> TimeLimitQuerySet:
    if (agency := key_of(asked, "don-vi")) is not None:
        moved = isinstance(moment, Past) and moment.heirs
        limits = limits.filter(counted_then=agency) if moved else limits.counted_at(agency)
    if (owing := key_of(asked, "noi-giu")) is not None:
        limits = limits.filter(owed_then=owing)
    if (kind := asked.get("loai")) in Kind.values:
        limits = limits.filter(counted_then__in=Agency.objects.filter(kind=kind).values("pk"))
    if (rule := asked.get("quy-tac")) in RULES:
        limits = limits.filter(rule__code=rule)
    about = {}
    if field := asked.get("linh-vuc", "").replace("\0", ""):
        about["field"] = field
    if (urgency := asked.get("khan")) in Urgency.values:
        about["urgency"] = urgency
    if about:
        limits = limits.filter(
            Exists(Dossier.objects.filter(code=OuterRef("subject_code"), **about))
        )
    return limits


def aged(age: str, moment: Moment) -> Q:
    """Of what is overdue, what is late by so many working days at the moment."""
    least, most = AGES[age]
    found = Q()
    if least:
        found &= Q(due_then__lte=_start_of(moment.due_since(least - 1)))
    if most is not None:
        found &= Q(due_then__gt=_start_of(moment.due_since(most)))
    return found


def _start_of(day: date) -> datetime:
    """The midnight with which a day begins; a limit that ends with it has the day before as its
    last day."""
    return end_of(day - timedelta(days=1))


def _falling_due(
    limits: TimeLimitQuerySet, first: date | None, last: date | None, moment: Moment
) -> TimeLimitQuerySet:
    """Those whose last day lies in a period, both ends included."""
    if first:
        limits = limits.filter(due_then__gt=_start_of(first))
    if last:
        limits = limits.filter(due_then__lte=end_of(last))
    return limits.filter(_by_month(moment, first, last))


def period(asked: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """The first and last day on which limits of the period fall due, as people write days."""
    first, last = (read_date(asked.get(name, ""), today) for name in ("tu", "den"))
    return _within(first), _within(last)


def _within(day: date | None) -> date | None:
    """A day on which a limit can fall: nearer than the ends of the world of ``datetime``."""
    return day and min(max(day, _FIRST_DAY), _LAST_DAY)


def key_of(asked: Mapping[str, str], name: str) -> int | None:
    """The key under a name of an address, or nothing."""
    text = asked.get(name, "")
    return int(text[:_KEY_DIGITS]) if text.isdecimal() else None


def kept(asked: QueryDict, *, luc: bool = True) -> dict[str, str]:
    """What goes along from page to page: the filters, and the instant that is looked back to."""
    names = (*FILTERS, "luc") if luc else FILTERS
    return {name: asked[name] for name in names if asked.get(name)}


def address(along: Mapping[str, str] | None = None, **words: Any) -> str:
    """The list of exactly the limits that ``select`` finds for these words."""
    asked = {**(along or {})}
    asked |= {name.replace("_", "-"): value for name, value in words.items() if value}
    return f"{reverse('dashboards:limits')}?{urlencode(asked)}"


def agency_name(asked: Mapping[str, str], name: str = "don-vi") -> str:
    """The name of the agency in an address, or nothing."""
    key = key_of(asked, name)
    if key is None:
        return ""
    return Agency.objects.filter(pk=key).values_list("name", flat=True).first() or ""
