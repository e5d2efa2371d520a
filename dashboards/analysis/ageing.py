"""How long the overdue have been overdue, in all and by agency."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboards.analysis.asked import Asked, names
from dashboards.analysis.charts import Box, Column, Part, columns
from dashboards.analysis.counting import overdue_by_age
from dashboards.analysis.wording import agency_text
from dashboards.numerals import number
from dashboards.selection import AGES, age_label
from deadlines.moments import Moment

#: Ages from the youngest; each darker, and with a pattern of its own.
TONES = {"1": "age1", "2": "age2", "3-5": "age3", "6-10": "age4", "tren-10": "age5"}


@dataclass(frozen=True, slots=True)
class Aged:
    """An agency with its overdue limits by age, each with its link, and its bar."""

    label: str
    href: str
    all: int
    ages: list[tuple[str, int, str]]
    boxes: list[Box]


def context(asked: Asked, moment: Moment) -> dict[str, Any]:
    """What the page shows; two queries."""
    by_agency = overdue_by_age(asked, moment, AGES)
    by_agency = {key: ages for key, ages in by_agency.items() if sum(ages.values()) > 0}
    agencies = names(set(by_agency))
    sums = {slug: sum(ages.get(slug, 0) for ages in by_agency.values()) for slug in AGES}
    all_ = sum(sums.values())
    order = sorted(by_agency, key=lambda key: (-sum(by_agency[key].values()), key))
    longest = max((sum(ages.values()) for ages in by_agency.values()), default=1)
    given = [
        Column(age_label(slug), (Part(sums[slug], TONES[slug]),), above=number(sums[slug]))
        for slug in AGES
    ]
    labels = [
        (age_label(slug), sums[slug], asked.overdue_address(slug), TONES[slug]) for slug in AGES
    ]
    return {
        "all": all_,
        "all_url": asked.overdue_address(),
        "verdict": _verdict(all_, sums),
        "labels": labels,
        "chart": columns(given, width=720, wide=0.6),
        "chart_small": columns(
            [
                Column(slug.replace("tren-", "> "), column.parts, column.above)
                for slug, column in zip(AGES, given, strict=True)
            ],
            width=340,
            wide=0.6,
        ),
        "rows": [
            Aged(
                agency_text(agencies[key]),
                asked.overdue_address(don_vi=key, loai=""),
                sum(by_agency[key].values()),
                [
                    (
                        age_label(slug),
                        by_agency[key].get(slug, 0),
                        asked.overdue_address(slug, don_vi=key, loai=""),
                    )
                    for slug in AGES
                ],
                _boxes(by_agency[key], longest),
            )
            for key in order
        ],
    }


def _verdict(all_: int, sums: dict[str, int]) -> str:
    if not all_:
        return ""
    old = sums["tren-10"]
    return _("%(all)s overdue now; %(old)s of them for more than 10 working days.") % {
        "all": number(all_),
        "old": number(old),
    }


def _boxes(ages: dict[str, int], longest: int) -> list[Box]:
    """A bar of a hundred units for the agency with the most: ages side by side, oldest first."""
    found, x = [], 0.0
    for slug in reversed(AGES):
        width = 100 * ages.get(slug, 0) / longest
        if width:
            found.append(Box(f"{x:.1f}", "0", f"{width:.1f}", "8", TONES[slug]))
        x += width
    return found
