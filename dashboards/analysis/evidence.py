"""Figures for others: progress for the monthly rating of people, evidence for the PAR index.

The monthly rating of officials counts quantity, quality and progress of results (Nghị định
335/2025/NĐ-CP): this gives the progress, by person and unit; the rating itself is not ours. The
yearly index of administrative reform of an agency needs proof for every score (Quyết định
5666/QĐ-UBND, Kế hoạch 307/KH-UBND, both of 17/11/2025): one row for each agency.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from dashboards.analysis.asked import Asked, month_end, months_before, names
from dashboards.analysis.charts import percentile
from dashboards.analysis.counting import counted, days_taken, ended
from dashboards.analysis.wording import month_text
from dashboards.figures import Figures
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import COUNTED_AT

RATING, INDEX = "danh-gia", "cchc"
#: So many months and years back can be taken.
MONTHS_BACK, YEARS_BACK = 24, 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table for others: its words in the file's name and in the ledger, what its columns mean,
    and its rows."""

    slug: str
    period: str
    title: str
    columns: list[str]
    rows: list[list[Any]]
    definitions: list[str]


def periods(slug: str, today: date) -> list[tuple[str, str]]:
    """The periods that can be taken, the latest first: as an address names them, and in words."""
    if slug == INDEX:
        years = range(today.year, today.year - YEARS_BACK, -1)
        return [(str(year), _("Year %(year)s") % {"year": year}) for year in years]
    first = today.replace(day=1)
    months = [months_before(first, n) for n in range(MONTHS_BACK)]
    return [(f"{month:%Y-%m}", month_text(month)) for month in months]


def sheet(slug: str, period: str, asked: Asked, moment: Moment) -> Sheet:
    """The table of a period; of one not offered, of the present one."""
    offered = dict(periods(slug, moment.today))
    period = period if period in offered else next(iter(offered))
    make = _index if slug == INDEX else _rating
    return make(period, offered[period], asked, moment)


def _rating(period: str, words: str, asked: Asked, moment: Moment) -> Sheet:
    """Each person's limits of a month, with a row for the whole unit; two queries."""
    month = date.fromisoformat(f"{period}-01")
    found = (
        TimeLimit.objects.filter(asked.limits(), due_month=month, started_at__lte=moment.now)
        .annotate(counted=COUNTED_AT, unit_name=F("unit__name"), person=F("officer__full_name"))
        .values_list("counted", "unit_name", "person")
        .annotate(**ended(moment.now))
        .order_by()
    )
    people: dict[tuple[int, str, str], Figures] = {}
    for agency, unit, person, *counts in found:
        figures = Figures(**dict(zip(ended(moment.now), counts, strict=True)))
        people[agency, unit or _("No unit named"), person or _("No officer named")] = figures
    units: dict[tuple[int, str], Figures] = {}
    for (agency, unit, _person), figures in people.items():
        units[agency, unit] = _plus(units.get((agency, unit), Figures()), figures)
    agencies = names({agency for agency, _unit in units})
    rows = []
    for agency, unit in sorted(units, key=lambda key: (agencies[key[0]].name, key)):
        name = agencies[agency].name
        whole = _("The whole unit")
        rows.append([name, unit, whole, *_four(units[agency, unit])])
        rows += [
            [name, unit, person, *_four(figures)]
            for (of, in_unit, person), figures in sorted(people.items())
            if (of, in_unit) == (agency, unit)
        ]
    return Sheet(
        slug=RATING,
        period=period,
        title=_("Progress, %(period)s") % {"period": words},
        columns=[_("Agency"), _("Unit"), _("Officer"), *_heads()],
        rows=rows,
        definitions=[
            *_definitions(),
            _("Unit and officer: who is named on the time limit today."),
            _(
                "For the criterion of progress under Nghị định 335/2025/NĐ-CP: late are “done "
                "late” and “overdue”. The software rates nobody."
            ),
        ],
    )


def _index(period: str, words: str, asked: Asked, moment: Moment) -> Sheet:
    """Each agency's limits of a year; three queries."""
    first = date(int(period), 1, 1)
    last = min(date(int(period), 12, 1), moment.today.replace(day=1))
    year = replace(asked, first=first, last=last, months=last.month, rule="")
    counts = {key: found for (key,), found in counted(year, moment, ["agency"]).items()}
    days = days_taken(year, by_agency=True)
    agencies = names(set(counts))
    rows = []
    for key in sorted(agencies, key=lambda key: (agencies[key].sort_key, key)):
        agency, of = agencies[key], counts[key]
        taken = days.get(key, {})
        rows.append(
            [
                agency.code,
                agency.name,
                agency.get_kind_display(),
                *_four(of.figures),
                _rate(of.gross_rate),
                of.extended,
                percentile(taken, 0.5),
                percentile(taken, 0.9),
                max(taken, default=None),
            ]
        )
    return Sheet(
        slug=INDEX,
        period=period,
        title=_("Time limits, %(period)s") % {"period": words},
        columns=[
            _("Code"),
            _("Agency"),
            _("Kind of agency"),
            *_heads(),
            _("On-time rate by first due dates, %"),
            _("On time only after an extension"),
            _("Half answered within, days"),
            _("9 of 10 answered within, days"),
            _("Longest, days"),
        ],
        rows=rows,
        definitions=[
            _("Time limits that fall due from %(first)s to %(last)s.")
            % {"first": f"{first:%d/%m/%Y}", "last": f"{month_end(last):%d/%m/%Y}"},
            *_definitions(),
            _(
                "By first due dates: the same limits judged by the end that each was first given, "
                "as if nothing had been extended or suspended."
            ),
            _("Days are days of the calendar, from the start to the answer."),
        ],
    )


def _heads() -> list[str]:
    return [
        _("Outcomes"),
        _("On time"),
        _("Done late"),
        _("Overdue"),
        _("Not yet due"),
        _("On-time rate, %"),
    ]


def _four(figures: Figures) -> list[Any]:
    return [
        figures.decided,
        figures.on_time,
        figures.late,
        figures.overdue,
        figures.running,
        _rate(figures.rate),
    ]


def _definitions() -> list[str]:
    return [
        _("Outcomes = on time + done late + overdue. Those not yet due are not among them."),
        _("On-time rate = on time ÷ outcomes. A limit counts in the period in which it falls due."),
        _("On time: met before its end, and before every earlier end that had passed."),
    ]


def _rate(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 1)


def _plus(one: Figures, other: Figures) -> Figures:
    return Figures(**{name: n + getattr(other, name) for name, n in one.as_dict().items()})
