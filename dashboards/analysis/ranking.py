"""Agencies beside each other: ranked with their denominators, and month by month."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agencies.models import Agency
from dashboards.analysis.asked import Asked, names
from dashboards.analysis.counting import Counts, counted, month_of
from dashboards.analysis.rates import Line, line
from dashboards.analysis.wording import agency_text, month_text, percent_of, whole_percent
from dashboards.numerals import percent
from deadlines.moments import Moment

#: With fewer outcomes than this a rate says more of chance than of an agency: it has no rank.
FEW = 10
#: Rate in per cent from which on a cell of the heat map has this class, the best first.
HEAT = ((95, "h1"), (85, "h2"), (70, "h3"), (50, "h4"), (0, "h5"))


@dataclass(frozen=True, slots=True)
class Ranked:
    """An agency in the ranking; ``rank`` is nothing for one with few outcomes. ``points`` is how
    much its rate has changed since the period before."""

    rank: int | None
    line: Line
    points: str
    tone: str


def context(asked: Asked, moment: Moment, *, best_first: bool) -> dict[str, Any]:
    """The ranking; three queries."""
    now = {key: counts for (key,), counts in counted(asked, moment, ["agency"]).items()}
    before = {key: counts for (key,), counts in counted(asked.before(), moment, ["agency"]).items()}
    agencies = names({key for key, counts in now.items() if counts.figures.decided})
    order = sorted(agencies, key=lambda key: _order(now[key], best_first) + (key,))
    known = [key for key in order if now[key].figures.decided >= FEW]
    few = [key for key in order if now[key].figures.decided < FEW]
    return {
        "ranked": [
            _ranked(asked, agencies[key], now[key], before.get(key), place)
            for place, key in _places(known, now)
        ],
        "few": [_ranked(asked, agencies[key], now[key], before.get(key), None) for key in few],
        "verdict": _verdict(agencies, now, known, best_first),
        "few_than": FEW,
        "best_first": best_first,
        "sort_url": f"?{asked.query(sap_xep='' if best_first else 'tot')}",
        "how": definition(),
    }


def _verdict(
    agencies: dict[int, Agency], counts: dict[int, Counts], known: list[int], best_first: bool
) -> str:
    """The two ends of the ranking in a sentence."""
    if len(known) < 2:
        return ""
    ends = known if not best_first else known[::-1]
    words = {}
    for name, key in (("worst", ends[0]), ("best", ends[-1])):
        words[name] = agency_text(agencies[key])
        words[f"{name}_rate"] = percent(counts[key].figures.rate)
    words["n"] = str(len(known))
    return (
        _("From %(worst_rate)s on time (%(worst)s) to %(best_rate)s (%(best)s), of %(n)s agencies.")
        % words
    )


def definition() -> str:
    """How the rate of an agency is counted."""
    return _(
        "Met on time ÷ (met on time + met late + overdue and still open), for time limits that "
        "fall due in the period. A limit counts at the agency that owed it on its last day, also "
        "after a reorganisation. Agencies with fewer than %(few)s outcomes have no rank. The "
        "change is against as many months before."
    ) % {"few": FEW}


def _order(counts: Counts, best_first: bool) -> tuple[float, int]:
    """Worst first; of equal rates the one with more outcomes."""
    figures = counts.figures
    rate = figures.rate or 0
    return (-rate if best_first else rate, -figures.decided)


def _places(keys: list[int], counts: dict[int, Counts]) -> list[tuple[int, int]]:
    """Ranks from the first row of the list; equal rates share one."""
    found: list[tuple[int, int]] = []
    rate_before, rank = None, 0
    for place, key in enumerate(keys, 1):
        rate = counts[key].figures.rate
        rank = rank if rate == rate_before else place
        rate_before = rate
        found.append((rank, key))
    return found


def _ranked(
    asked: Asked, agency: Agency, counts: Counts, before: Counts | None, rank: int | None
) -> Ranked:
    rate, was = counts.figures.rate, before.figures.rate if before else None
    points = ""
    if rate is not None and was is not None and before and before.figures.decided >= FEW:
        points = number_format(round(rate - was, 1), 1)
        points = f"+{points}" if rate > was else points.replace("-", "−")
    return Ranked(
        rank,
        line(
            asked,
            agency_text(agency),
            counts,
            href=f"../?{asked.query(don_vi=agency.pk, loai='')}",
            don_vi=agency.pk,
        ),
        points,
        heat_class(rate),
    )


def heat_class(rate: float | None) -> str:
    """The class of a cell by its rate; "" without one."""
    if rate is None:
        return ""
    return next(name for least, name in HEAT if rate >= least)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """An agency with a cell for each month, drawn already: hundreds of cells are no loop of a
    template."""

    label: str
    href: str
    cells: SafeString
    whole: str
    tone: str


def heat_rows(asked: Asked, moment: Moment) -> list[tuple[Agency, dict[date, Counts], Counts]]:
    """Agencies with their months, the worst of the whole period first, those with few outcomes
    last; two queries."""
    by_agency: dict[int, dict[date, Counts]] = {}
    for (agency, month), counts in counted(asked, moment, ["agency", "month"]).items():
        by_agency.setdefault(agency, {})[month_of(month)] = counts
    found = []
    agencies = names(set(by_agency))
    for key, months in by_agency.items():
        whole = Counts()
        for counts in months.values():
            whole.plus(counts)
        if whole.figures.decided:
            found.append((agencies[key], months, whole))

    def order(row: tuple[Agency, dict[date, Counts], Counts]) -> tuple:
        figures = row[2].figures
        return (figures.decided < FEW, figures.rate, -figures.decided, row[0].pk)

    return sorted(found, key=order)


def heat_row(asked: Asked, agency: Agency, months: dict[date, Counts], whole: Counts) -> HeatRow:
    """One agency drawn."""
    each = asked.each_month()
    cells = []
    for place, month in enumerate(each):
        figures = months[month].figures if month in months else None
        old = "" if place >= len(each) - 4 else " old"
        if figures is None or figures.rate is None:
            cells.append((f"heat{old}", "", "–", ""))
            continue
        few = " few" if figures.decided < FEW else ""
        href = asked.address("co-ket-qua", month=month, don_vi=agency.pk)
        cells.append(
            (
                f"heat {heat_class(figures.rate)}{few}{old}",
                href,
                whole_percent(figures.rate),
                percent_of(figures.on_time, figures.decided),
            )
        )
    drawn = format_html_join("", "{}", ((_cell(*cell),) for cell in cells))
    return HeatRow(
        agency_text(agency),
        f"../?{asked.query(don_vi=agency.pk, loai='')}",
        drawn,
        whole_percent(whole.figures.rate),
        heat_class(whole.figures.rate),
    )


def _cell(names_: str, href: str, text: str, title: str) -> SafeString:
    if not href:
        return format_html('<td class="{}">{}</td>', names_, text)
    return format_html(
        '<td class="{}"><a href="{}" title="{}">{}</a></td>', names_, href, title, text
    )


def heat_head(asked: Asked) -> list[tuple[str, str, str, str]]:
    """Of each month its number, its year, its words, and whether a phone leaves it out."""
    each = asked.each_month()
    return [
        (
            str(month.month),
            f"{month:%y}",
            month_text(month),
            "" if place >= len(each) - 4 else "old",
        )
        for place, month in enumerate(each)
    ]


def legend() -> list[tuple[str, str]]:
    """The classes of the heat map in words."""
    return [
        ("h1", _("95 % and more")),
        ("h2", _("85 to under 95 %")),
        ("h3", _("70 to under 85 %")),
        ("h4", _("50 to under 70 %")),
        ("h5", _("under 50 %")),
    ]
