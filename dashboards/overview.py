"""The leadership's page: what is late, whose, since when, and whether it gets better."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from dashboards import figures, lateness
from dashboards.figures import Figures
from dashboards.selection import AGES, address, age_label, select
from deadlines.listing import Line, lines
from deadlines.moments import Moment
from deadlines.querysets import COUNTED_AT, TimeLimitQuerySet
from deadlines.wording import day_text
from inspections.duty import counts

#: Ages shown in the darker red, as the chip of such a limit is.
OLD_AGES = frozenset({"6-10", "tren-10"})


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its definition, its link to exactly its rows, and what it was before."""

    label: str
    value: str
    unit: str
    href: str
    tone: str
    definition: str
    change_text: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a ranking; ``share`` is its length in per cent of the longest. ``act`` is what the
    reader may do about it, and ``act_href`` where."""

    label: str
    href: str
    value: int
    share: int
    sub: str = ""
    tone: str = "overdue"
    act: str = ""
    act_href: str = ""


def tiles(limits: TimeLimitQuerySet, moment: Moment) -> list[Tile]:
    """Overdue now, due today, due in two working days, and the on-time rate of the month."""
    counted = [
        (
            "qua-han",
            _("Overdue now"),
            "overdue",
            _("Time limits past their end and not met, as of this moment."),
        ),
        (
            "hom-nay",
            _("Due today"),
            "due_today",
            _("Time limits not yet met that end today at 24:00."),
        ),
        (
            "sap-den-han",
            _("Due in 2 working days"),
            "due_soon",
            _("Time limits not yet met that end after today, within the next 2 working days."),
        ),
    ]
    changes = {"qua-han": _change_since_yesterday(limits, moment)}
    found = [
        Tile(
            label=label,
            value=number_format(
                select(limits, {"tinh-trang": slug}, moment).count(), force_grouping=True
            ),
            unit=_("time limits"),
            href=address(tinh_trang=slug),
            tone=tone,
            definition=definition,
            change_text=changes.get(slug, ""),
        )
        for slug, label, tone, definition in counted
    ]
    return [*found, _rate_tile(limits, moment)]


def _change_since_yesterday(limits: TimeLimitQuerySet, moment: Moment) -> str:
    """How many were overdue at this hour yesterday, by the same definition."""
    before = Moment(moment.now - timedelta(days=1), moment.calendar)
    count = select(limits, {"tinh-trang": "qua-han"}, before).count()
    return _("At this hour yesterday: %(n)s") % {"n": number_format(count, force_grouping=True)}


def by_agency(limits: TimeLimitQuerySet, moment: Moment, by: Actor, most: int = 8) -> list[Bar]:
    """Agencies with overdue limits, what hurts most first."""
    rows = list(
        select(limits, {"tinh-trang": "qua-han"}, moment)
        .annotate(counted=COUNTED_AT, named=Coalesce("charged_to__name", "agency__name"))
        .values("counted", "named", "charged_to__valid_to")
        .annotate(count=Count("pk"), oldest=Min("due_on"))
        .order_by("-count", "oldest", "counted")
    )
    longest = rows[0]["count"] if rows else 1
    draw_urls = lateness.draw_urls([row["counted"] for row in rows[:most]], by)
    return [
        Bar(
            label=_until(row["named"], row["charged_to__valid_to"]),
            href=address(tinh_trang="qua-han", don_vi=row["counted"]),
            value=row["count"],
            share=round(100 * row["count"] / longest),
            sub=_("oldest: due %(day)s") % {"day": day_text(row["oldest"])},
            act=_("Draw up a record") if row["counted"] in draw_urls else "",
            act_href=draw_urls.get(row["counted"], ""),
        )
        for row in rows[:most]
    ]


def _until(name: str, last_day: date | None) -> str:
    """The name of an agency; of one that has ended, with its last day."""
    if last_day is None:
        return name
    return _("%(agency)s (until %(day)s)") % {"agency": name, "day": f"{last_day:%d/%m/%Y}"}


def by_age(limits: TimeLimitQuerySet, moment: Moment) -> list[Bar]:
    """Overdue limits by how many working days they are late."""
    counts = {slug: select(limits, {"tuoi": slug}, moment).count() for slug in AGES}
    longest = max(counts.values()) or 1
    return [
        Bar(
            label=age_label(slug),
            href=address(tinh_trang="qua-han", tuoi=slug),
            value=count,
            share=round(100 * count / longest),
            tone="overdue_old" if slug in OLD_AGES else "overdue",
        )
        for slug, count in counts.items()
    ]


def worst(limits: TimeLimitQuerySet, moment: Moment, by: Actor, most: int = 10) -> list[Line]:
    """The limits longest overdue: who holds each, and in how many records it is."""
    rows = counts.with_counts(select(limits, {"tinh-trang": "qua-han"}, moment).for_list(), by)
    return lines(rows.order_by("due_at", "pk")[:most], moment)


def _rate_tile(limits: TimeLimitQuerySet, moment: Moment) -> Tile:
    first = moment.today.replace(day=1)
    last_month = (first - timedelta(days=1)).replace(day=1)
    this = _figures(limits, moment, first)
    before = _figures(limits, moment, last_month)
    return Tile(
        label=_("On time this month"),
        value=_percent(this),
        unit="",
        href=address(tu=first.isoformat(), den=_month_end(first).isoformat()),
        tone="",
        definition=_(
            "Met on time ÷ (met on time + met late + overdue and still open), for time limits that "
            "fall due in the month. Those not yet due are not counted: %(running)s."
        )
        % {"running": this.running},
        change_text=_("%(n)s of %(of)s. Last month: %(rate)s")
        % {"rate": _percent(before), "n": this.on_time, "of": this.decided},
    )


def _figures(limits: TimeLimitQuerySet, moment: Moment, first: date) -> Figures:
    asked = {"tu": first.isoformat(), "den": _month_end(first).isoformat()}
    return figures.total(select(limits, asked, moment), moment.now)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _percent(counts: Figures) -> str:
    if counts.rate is None:
        return "–"
    return number_format(counts.rate, decimal_pos=1) + " %"
