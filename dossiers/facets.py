"""How many dossiers each further filter would leave, as quick in a million rows as in a hundred."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.paging import address
from agencies.models import Agency, Kind
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from dossiers.listing import LIMIT_STATES, Listing, limits_in, midnight_after
from dossiers.models import Urgency
from dossiers.states import State

COUNT_UP_TO = 100


@dataclass(frozen=True, slots=True)
class Facet:
    """One kind of further filter with its choices."""

    title: str
    choices: list["Choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that can be added: its words, the address with it, how many it leaves."""

    label: str
    url: str
    count: int | None
    capped: bool


def facets(
    listing: Listing, asked: QueryDict, moment: Moment, *, total: int, capped: bool, city: bool
) -> list[Facet]:
    """The filters that can still be added, without those that leave nothing; at most one query.

    Of a list of up to a thousand every count is exact. Of the whole city's list each count stops at
    a hundred. Of other long lists nobody counts: the choices stand without numbers.
    """
    kinds = [
        (_("Time limit"), "han", LIMIT_STATES),
        (_("State"), "trang-thai", dict(State.choices)),
        (_("Urgency"), "khan", dict(Urgency.choices)),
    ]
    if city:
        kinds.append((_("Kind of agency"), "loai", dict(Kind.choices)))
    open_ = [kind for kind in kinds if asked.get(kind[1]) not in kind[2]]
    if not capped:
        counts = _exactly(listing, moment) if total else {}
    elif city and listing.is_whole:
        counts = _up_to(listing, moment, open_)
    else:
        counts = None
    result = []
    for title, name, values in open_:
        choices = [
            Choice(
                label=str(label),
                url=address(asked, **{name: value}),
                count=None if counts is None else counts.get((name, value), 0),
                capped=capped and counts is not None and counts.get((name, value)) == COUNT_UP_TO,
            )
            for value, label in values.items()
            if counts is None or counts.get((name, value))
        ]
        if choices:
            result.append(Facet(title, choices))
    return result


def _exactly(listing: Listing, moment: Moment) -> dict[tuple[str, str], int]:
    """Every count of a list that is not long: its rows are found once, in one statement."""
    found = listing.found.order_by().values("pk", "code", "state", "urgency", "agency_id")
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return {}
    today, soon = midnight_after(moment.today), midnight_after(moment.soon())
    adapt = connection.ops.adapt_datetimefield_value
    now, today, soon = adapt(moment.now), adapt(today), adapt(soon)
    limit = TimeLimit._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found(pk, code, state, urgency, agency_id) AS MATERIALIZED ({sql}), "  # noqa: S608
            f"first(due_at) AS MATERIALIZED (SELECT MIN({limit}.due_at) FROM found "
            f"JOIN {limit} ON {limit}.subject_code = found.code AND {limit}.met_at IS NULL "
            "GROUP BY found.pk) "
            "SELECT 'trang-thai', state, COUNT(*) FROM found GROUP BY state "
            "UNION ALL SELECT 'khan', urgency, COUNT(*) FROM found GROUP BY urgency "
            "UNION ALL SELECT 'loai', kind, COUNT(*) FROM found "
            f"JOIN {Agency._meta.db_table} AS agency ON agency.id = found.agency_id GROUP BY kind "
            "UNION ALL SELECT 'han', 'qua-han', COUNT(*) FROM first WHERE due_at <= %s "
            "UNION ALL SELECT 'han', 'hom-nay', COUNT(*) FROM first "
            "WHERE due_at > %s AND due_at <= %s "
            "UNION ALL SELECT 'han', 'sap-den-han', COUNT(*) FROM first "
            "WHERE due_at > %s AND due_at <= %s "
            "UNION ALL SELECT 'han', 'dang-chay', COUNT(*) FROM first WHERE due_at > %s",
            [*params, now, now, today, today, soon, now],
        )
        return {(name, value): count for name, value, count in cursor.fetchall()}


def _up_to(listing: Listing, moment: Moment, open_: list[Any]) -> dict[tuple[str, str], int]:
    """Counts of the whole list, each from its own index and not beyond a hundred."""
    rows = listing.rows
    found = {
        "han": lambda slug: rows.filter(
            Exists(limits_in(slug, moment).filter(subject_code=OuterRef("code")))
        ),
        "trang-thai": lambda value: rows.filter(state=value),
        "khan": lambda value: rows.filter(urgency=value),
        "loai": lambda value: rows.filter(agency__kind=value),
    }
    wanted = [(name, value) for _title, name, values in open_ for value in values]
    counts = counts_up_to([found[name](value) for name, value in wanted], COUNT_UP_TO)
    return dict(zip(wanted, counts, strict=True))


def counts_up_to(lists: list[QuerySet], most: int) -> list[int]:
    """How many rows each list has, at most so many: all of them in one statement."""
    parts, params = [], []
    for at, rows in enumerate(lists):
        try:
            sql, values = rows.order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:  # it is known beforehand that no row fits
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS part_{at})")  # noqa: S608
        params += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
