"""Does it get better: the on-time rate by month, by kind of agency and by kind of time limit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agencies.models import Kind
from dashboards.analysis.asked import Asked
from dashboards.analysis.charts import Chart, Column, Part, columns
from dashboards.analysis.counting import Counts, counted, month_of, summed, total
from dashboards.analysis.wording import change_text, month_text, percent_of, whole_percent
from dashboards.numerals import number, percent
from dashboards.overview import Tile
from dashboards.selection import RULES
from deadlines.moments import Moment

#: So many months of a chart fit on a phone.
ON_A_PHONE = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table of rates: its words, its counts, where each count leads."""

    label: str
    href: str
    counts: Counts
    on_time_url: str
    late_url: str
    overdue_url: str
    decided_url: str

    @property
    def figures(self) -> Any:
        return self.counts.figures

    @property
    def rate(self) -> str:
        return percent(self.counts.figures.rate)

    @property
    def gross(self) -> str:
        return percent(self.counts.gross_rate)

    @property
    def share(self) -> int:
        """The rate as the length of a bar."""
        return round(self.counts.figures.rate or 0)


def line(asked: Asked, label: str, counts: Counts, *, href: str = "", **words: Any) -> Line:
    """A row whose numbers lead to the limits that they count."""
    return Line(
        label=label,
        href=href,
        counts=counts,
        on_time_url=asked.address("dung-han", **words),
        late_url=asked.address("xong-muon", **words),
        overdue_url=asked.address("qua-han", **words),
        decided_url=asked.address("co-ket-qua", **words),
    )


def context(asked: Asked, moment: Moment) -> dict[str, Any]:
    """What the page shows; one query."""
    cells = counted(asked, moment, ["month", "kind", "rule"])
    by_month = summed(cells, lambda key: month_of(key[0]))
    months = _since_there_are_any(
        [(month, by_month.get(month, Counts())) for month in asked.each_month()]
    )
    kinds = summed(cells, lambda key: key[1])
    rules = summed(cells, lambda key: key[2])
    whole = total(cells.values())
    return {
        "tiles": _tiles(asked, whole, months),
        "verdict": _verdict(asked, months),
        "chart": _chart(months),
        "chart_small": _chart(months[-ON_A_PHONE:], width=360),
        "key": [
            ("on_time", _("Done on time")),
            ("met_late", _("Done late")),
            ("overdue", _("Overdue")),
        ],
        "months": [
            line(asked, month_text(month), counts, month=month)
            for month, counts in reversed(months)
        ],
        "kinds": [
            line(asked, kind.label, kinds[kind], href=f"?{asked.query(loai=kind.value)}", loai=kind)
            for kind in Kind
            if kind in kinds
        ]
        if asked.agency is None
        else [],
        "rules": [
            line(
                asked,
                str(label),
                rules[code],
                href=f"?{asked.query(quy_tac=code)}",
                quy_tac=code,
            )
            for code, label in RULES.items()
            if code in rules
        ],
        "is_empty": not whole.figures.decided and not whole.figures.running,
    }


def _since_there_are_any(months: list[tuple[date, Counts]]) -> list[tuple[date, Counts]]:
    """The months from the first with an outcome on, two at least."""
    first = next(
        (place for place, (_m, counts) in enumerate(months) if counts.figures.decided), len(months)
    )
    return months[min(first, len(months) - 2) :]


def _tiles(asked: Asked, whole: Counts, months: list[tuple[date, Counts]]) -> list[Tile]:
    figures, (this, now) = whole.figures, months[-1]
    counted_by = _(
        "Met on time ÷ (met on time + met late + overdue and still open), for time limits that "
        "fall due in the period. Those not yet due are in no rate: %(running)s. What fell away "
        "before its end is in none either."
    ) % {"running": number(figures.running)}
    return [
        Tile(
            label=_("On time, %(n)d months") % {"n": asked.months},
            value=percent(figures.rate),
            unit="",
            href=asked.address("co-ket-qua"),
            tone="",
            definition=counted_by,
            change_text=percent_of(figures.on_time, figures.decided),
        ),
        Tile(
            label=_("On time by the first due dates"),
            value=percent(whole.gross_rate),
            unit="",
            href="",
            tone="",
            definition=_(
                "The same limits judged by the end that each was first given, as if nothing had "
                "been extended or suspended. Those that still run in a granted time, past their "
                "first end, count as late here."
            ),
            change_text=_("%(n)s were on time only because their end was moved")
            % {"n": number(whole.extended)},
        ),
        Tile(
            label=month_text(this),
            value=percent(now.figures.rate),
            unit="",
            href=asked.address("co-ket-qua", month=this),
            tone="",
            definition=counted_by,
            change_text=change_text(now.figures.rate, months[-2][1].figures.rate),
        ),
        Tile(
            label=_("Overdue, due in these months"),
            value=number_format(figures.overdue, force_grouping=True),
            unit=_("time limits"),
            href=asked.address("qua-han"),
            tone="overdue",
            definition=_(
                "Time limits of the period past their end and not met, as of this moment. Older "
                "ones stand on the page “How long overdue”."
            ),
        ),
    ]


def _verdict(asked: Asked, months: list[tuple[date, Counts]]) -> str:
    """The chart in a sentence: the last three whole months beside the three before."""
    if len(months) < 7:  # three and three and the present one
        return ""
    recent = total(counts for _month, counts in months[-4:-1]).figures
    before = total(counts for _month, counts in months[-7:-4]).figures
    if recent.rate is None or before.rate is None:
        return ""
    words = {"rate": percent(recent.rate), "before": percent(before.rate)}
    if recent.rate - before.rate >= 1:
        return (
            _(
                "It gets better: %(rate)s on time in the last three whole months, %(before)s in "
                "the three before."
            )
            % words
        )
    if recent.rate - before.rate <= -1:
        return (
            _(
                "It gets worse: %(rate)s on time in the last three whole months, %(before)s in "
                "the three before."
            )
            % words
        )
    return (
        _(
            "It stays as it was: %(rate)s on time in the last three whole months, %(before)s in "
            "the three before."
        )
        % words
    )


def _chart(months: list[tuple[date, Counts]], width: int = 900) -> Chart:
    given = []
    for place, (month, counts) in enumerate(months):
        figures = counts.figures
        with_year = not place or month.month == 1
        given.append(
            Column(
                label=f"{month.month}/{month:%y}" if with_year else str(month.month),
                parts=(
                    Part(figures.on_time, "on_time"),
                    Part(figures.late, "met_late"),
                    Part(figures.overdue, "overdue"),
                ),
                above=whole_percent(figures.rate),
                below=short(figures.decided),
            )
        )
    return columns(given, width=width, whole=True)


def short(value: int) -> str:
    """A number that fits under a column: 950, 1,2k, 12k."""
    if value < 1000:
        return str(value)
    places = 1 if value < 10_000 else 0
    return f"{number_format(round(value / 1000, places), places)}k"
