"""What an address asks of the figures and lists of time limits: when, which, and in which words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.paging import address
from accounts.rights import reaches_city
from agencies.models import Agency, Kind
from dashboards import asof
from dashboards.parts import moment_text, until
from dashboards.selection import (
    AGES,
    ANSWERED,
    FILTERS,
    RULES,
    SINCE,
    STATES,
    age_label,
    agency_name,
    key_of,
    period,
    read_moment,
    since_of,
    state_label,
)
from deadlines.moments import Moment
from deadlines.querysets import TimeLimitQuerySet
from dossiers import fields_of_work
from dossiers.models import Urgency

SELECTED = mark_safe(" selected")  # no word of anybody's
#: Nothing was counted before; an address that asks for it is a slip.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def moment_of(request: HttpRequest, *, to_the_minute: bool = False) -> Moment:
    """The instant that the address looks back to (``luc``, local), else the request's own. What
    lies ahead, or cannot be read, is no instant to look back to.

    ``to_the_minute``: the minute that the request's own instant lies in begins it, for papers that
    name the minute and shall be found again by it.
    """
    luc = read_moment(request.GET.get("luc", ""))
    if luc is None or not _FIRST <= luc < request.now:
        luc = request.now.replace(second=0, microsecond=0) if to_the_minute else request.now
    return asof.at(luc, present=request.now)


def words_of(asked: QueryDict) -> dict[str, str]:
    """The words of an address as the boxes of its form show them."""
    names = {
        "state": "tinh-trang", "age": "tuoi", "rule": "quy-tac", "agency": "don-vi",
        "kind": "loai", "field": "linh-vuc", "urgency": "khan", "from_": "tu", "to": "den",
    }  # fmt: skip
    return {box: asked.get(name, "") for box, name in names.items()}


def choices(
    limits: TimeLimitQuerySet, asked: QueryDict, by: Actor, moment: Moment
) -> dict[str, Any]:
    """What the boxes offer; two queries for readers of the whole city, one for others."""
    city = reaches_city(by, "window_view")
    return {
        "states": [(slug, state_label(slug)) for slug in STATES],
        "rules": list(RULES.items()),
        "urgencies": Urgency.choices,
        "fields": fields_of_work.named(by),
        "kinds": _tree(limits, asked.get("don-vi", ""), moment) if city else [],
    }


def _tree(limits: TimeLimitQuerySet, chosen: str, moment: Moment) -> list[dict[str, Any]]:
    """Kinds of agency, each with those that have limits to show, in Vietnamese order."""
    owed = limits.filter(agency=OuterRef("pk")).order_by()
    agencies = list(Agency.objects.filter(Exists(owed)).in_order())
    order = list(Kind)
    agencies.sort(key=lambda agency: order.index(Kind(agency.kind)))
    return [
        {
            "value": kind,
            "label": Kind(kind).label,
            "options": format_html_join(  # two hundred of them take a template ten times as long
                "",
                '<option value="{}"{}>{}</option>',
                (
                    (
                        agency.pk,
                        SELECTED if str(agency.pk) == chosen else "",
                        until(agency, moment.today),
                    )
                    for agency in found
                ),
            ),
        }
        for kind, found in groupby(agencies, key=lambda agency: agency.kind)
    ]


def chips(asked: QueryDict, moment: Moment) -> list[dict[str, str]]:
    """The filters in force in words, each with the address without it."""
    found: list[tuple[str, Any]] = []
    state = asked.get("tinh-trang")
    if state in STATES:
        found.append(("tinh-trang", state_label(state)))
    if state in SINCE or (state in ANSWERED and asked.get("tu-luc")):
        when = moment_text(since_of(asked, moment))
        found.append(("tu-luc", _("since %(when)s") % {"when": when}))
    if (age := asked.get("tuoi")) in AGES:
        found.append(("tuoi", _("late by %(age)s") % {"age": age_label(age)}))
    found += [(name, label) for name, label in _narrowing(asked) if label]
    first, last = period(asked, moment.today)
    if first:
        found.append(("tu", _("due from %(day)s") % {"day": f"{first:%d/%m/%Y}"}))
    if last:
        found.append(("den", _("due until %(day)s") % {"day": f"{last:%d/%m/%Y}"}))
    return [
        {"label": str(label), "remove_url": address(asked, **{name: None})} for name, label in found
    ]


def _narrowing(asked: Mapping[str, str]) -> list[tuple[str, Any]]:
    kind, urgency = asked.get("loai"), asked.get("khan")
    owing = agency_name(asked, "noi-giu") if key_of(asked, "noi-giu") is not None else ""
    return [
        ("loai", Kind(kind).label if kind in Kind.values else ""),
        ("don-vi", agency_name(asked)),
        ("noi-giu", _("to be done by %(agency)s") % {"agency": owing} if owing else ""),
        ("linh-vuc", asked.get("linh-vuc", "")),
        ("khan", Urgency(urgency).label if urgency in Urgency.values else ""),
        ("quy-tac", RULES.get(asked.get("quy-tac", ""), "")),
    ]


def narrows(asked: Mapping[str, str]) -> bool:
    """Whether an address narrows the figures at all."""
    return any(asked.get(name) for name in FILTERS)
