"""From words in an address to the rows they name: the number on a page and the list behind its link
come from the same function, so they agree."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency, Kind
from deadlines.fields import read_date
from deadlines.moments import Moment
from deadlines.querysets import COUNTED_KIND, IN_TIME, LATE, TimeLimitQuerySet

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

STATES = {
    "qua-han": lambda limits, m: limits.overdue(m.now),
    "hom-nay": lambda limits, m: limits.due_on(m.today, m.now),
    "sap-den-han": lambda limits, m: limits.due_between(
        m.today + timedelta(days=1), m.soon(), m.now
    ),
    "dang-chay": lambda limits, m: limits.running(m.now),
    "dung-han": lambda limits, m: limits.met_on_time(m.now),
    "xong-muon": lambda limits, m: limits.met_late(m.now),
    "co-ket-qua": lambda limits, m: limits.filter(
        Q(met_at__isnull=True, due_at__lte=m.now)
        | Q(met_at__lte=m.now) & (LATE | Q(IN_TIME, lifted=False))
    ),
}


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
    """The limits that an address names. Words it does not know narrow nothing."""
    limits = limits.filter(started_at__lte=moment.now)
    if (state := asked.get("tinh-trang")) in STATES:
        limits = STATES[state](limits, moment)
    if (age := asked.get("tuoi")) in AGES:
        least, most = AGES[age]
        limits = limits.overdue(moment.now)
        if least:
            limits = limits.filter(due_on__lt=moment.due_since(least - 1))
        if most is not None:
            limits = limits.filter(due_on__gte=moment.due_since(most))
    if (agency := asked.get("don-vi", "")).isdecimal():
        limits = limits.counted_at(int(agency[:18]))
    if (kind := asked.get("loai")) in Kind.values:
        limits = limits.annotate(counted_kind=COUNTED_KIND).filter(counted_kind=kind)
    if (rule := asked.get("quy-tac")) in RULES:
        limits = limits.filter(rule__code=rule)
    first, last = period(asked, moment.today)
    return limits.falling_due(first, last)


def period(asked: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """The first and last day on which limits of the period fall due, as people write days."""
    return read_date(asked.get("tu", ""), today), read_date(asked.get("den", ""), today)


def address(**words: Any) -> str:
    """The list of exactly the limits that ``select`` finds for these words."""
    asked = {name.replace("_", "-"): value for name, value in words.items() if value}
    return f"{reverse('dashboards:limits')}?{urlencode(asked)}"


def agency_name(asked: Mapping[str, str]) -> str:
    """The name of the agency in an address, or nothing."""
    key = asked.get("don-vi", "")
    if not key.isdecimal():
        return ""
    return Agency.objects.filter(pk=int(key[:18])).values_list("name", flat=True).first() or ""
