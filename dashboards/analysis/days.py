"""How many days answers take: the whole distribution, not a rate alone."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboards.analysis.asked import Asked, names
from dashboards.analysis.charts import Chart, Column, Part, columns, percentile
from dashboards.analysis.counting import days_taken
from dashboards.analysis.ranking import FEW
from dashboards.analysis.wording import agency_text
from dashboards.numerals import number

#: Longer answers share the last column.
MOST_DAYS = 15
MOST_DAYS_SMALL = 9


@dataclass(frozen=True, slots=True)
class Spread:
    """How long the answers of an agency took, in calendar days: half of them at most ``median``,
    nine of ten at most ``ninth``, none longer than ``worst``."""

    label: str
    href: str
    of: int
    median: int
    ninth: int
    worst: int
    worst_url: str
    is_few: bool


def context(asked: Asked) -> dict[str, Any]:
    """What the page shows; two queries."""
    by_agency = days_taken(asked, by_agency=True)
    whole: dict[int, int] = {}
    for counts in by_agency.values():
        for days, n in counts.items():
            whole[days] = whole.get(days, 0) + n
    agencies = names({key for key in by_agency if key is not None})
    rows = [
        _spread(asked, agency_text(agencies[key]), counts, key)
        for key, counts in by_agency.items()
        if key is not None
    ]
    rows.sort(key=lambda row: (row.is_few, -row.ninth, -row.worst, -row.of, row.label))
    city = _spread(asked, _("All"), whole) if whole else None
    return {
        "whole": city,
        "verdict": _verdict(city),
        "rows": rows,
        "few_than": FEW,
        "table": [(days, whole[days]) for days in sorted(whole)],
        "chart": _chart(whole, MOST_DAYS, 720, city),
        "chart_small": _chart(whole, MOST_DAYS_SMALL, 360, city),
    }


def _spread(asked: Asked, label: str, counts: dict[int, int], key: int | None = None) -> Spread:
    of = sum(counts.values())
    return Spread(
        label=label,
        href=f"../?{asked.query(don_vi=key, loai='')}" if key else "",
        of=of,
        median=percentile(counts, 0.5) or 0,
        ninth=percentile(counts, 0.9) or 0,
        worst=max(counts),
        worst_url=asked.address("xong-muon", **({"don_vi": key, "loai": ""} if key else {})),
        is_few=of < FEW,
    )


def _verdict(city: Spread | None) -> str:
    if city is None:
        return ""
    return _(
        "Half of the answers come within %(median)s days, nine of ten within %(ninth)s; "
        "the longest took %(worst)s."
    ) % {
        "median": number(city.median),
        "ninth": number(city.ninth),
        "worst": number(city.worst),
    }


def _chart(counts: dict[int, int], most: int, width: int, city: Spread | None) -> Chart:
    """A column for each day, the last one for all that took longer."""
    last = max(0, min(most, max(counts, default=0)))
    given = []
    for days in range(last + 1):
        longer = days == most and max(counts) > most
        n = sum(v for d, v in counts.items() if d >= days) if longer else counts.get(days, 0)
        marks = []
        if city and days == min(city.median, most):
            marks.append(_("half"))
        if city and days == min(city.ninth, most):
            marks.append(_("9 of 10"))
        given.append(
            Column(
                label=f"≥ {days}" if longer else str(days),
                parts=(Part(n, "days"),),
                above=number(n) if n else "",
                below=" · ".join(marks),
                marked=bool(marks),
            )
        )
    return columns(given, width=width)
