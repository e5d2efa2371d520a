"""The morning page: what is late, whose, since when, what came of it, and whether it gets better.

Every number is a count of ``selection.select``, and its link names the same words: the list behind
it holds exactly the rows that were counted.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from accounts.actors import Actor
from agencies.models import Agency, Kind
from dashboards import asof, figures, heads, lateness, parts
from dashboards.figures import Figures
from dashboards.numerals import number, percent
from dashboards.parts import (
    OPEN_STATES,
    Bar,
    Owing,
    Sum,
    Tile,
    desk_text,
    end_day,
    hour_text,
    inherited_text,
    moment_text,
    month,
    post_text,
    until,
)
from dashboards.selection import (
    AGES,
    address,
    age_label,
    aged,
    last_working_hour,
    select,
    state_label,
    written,
)
from deadlines.listing import Line
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import TimeLimitQuerySet
from inspections.duty import counts

#: Ages shown in the darker red, as the chip of such a limit is.
OLD_AGES = frozenset({"6-10", "tren-10"})
#: So many holders are named beside a head.
MOST_DESKS = 3


class Morning:
    """The parts of the page at one moment, of the limits that the reader may see.

    ``asked`` are the filters, and ``luc`` when the moment is a past one: they go along in every
    link. ``present`` is the instant of the request; ``since`` is what it is compared with, the same
    hour of the last working day unless told otherwise. Queries do not grow with the rows.
    """

    def __init__(
        self,
        limits: TimeLimitQuerySet,
        asked: Mapping[str, str],
        moment: Moment,
        by: Actor,
        *,
        present: datetime,
        since: datetime | None = None,
    ):
        self.limits, self.asked, self.moment, self.by = limits, asked, moment, by
        self.since = since or last_working_hour(moment)
        self.present = present

    def found(self, moment: Moment | None = None, **words: str) -> TimeLimitQuerySet:
        """The limits behind a number of this page."""
        words = {name.replace("_", "-"): value for name, value in words.items()}
        return select(self.limits, {**self.asked, **words}, moment or self.moment)

    def _parts(self, state: str) -> list[TimeLimitQuerySet]:
        return asof.parts(lambda moment: self.found(moment, tinh_trang=state), self.moment)

    def link(self, **words: Any) -> str:
        """The list of exactly those limits."""
        return address(self.asked, **words)

    # --- figures ----------------------------------------------------------------------------------

    def tiles(self) -> list[Tile]:
        """Overdue now, due today, due in two working days, and the on-time rate of the month."""
        words = {
            "qua-han": (
                _("Overdue now"),
                _("Time limits past their end and not met, as of this moment."),
            ),
            "hom-nay": (_("Due today"), _("Time limits not yet met that end today at 24:00.")),
            "sap-den-han": (
                _("Due in 2 working days"),
                _("Time limits not yet met that end after today, within the next 2 working days."),
            ),
        }
        now = self.open_counts
        found = [
            Tile(
                label=words[state][0],
                value=number(now[state]),
                unit=_("time limits"),
                href=self.link(tinh_trang=state),
                tone=tone if now[state] else "",
                definition=words[state][1],
                change_text=self._change(now[state], self.counts_before[state]),
            )
            for state, tone in OPEN_STATES.items()
        ]
        return [*found, self._rate_tile()]

    def news(self) -> list[Tile]:
        """What happened since the same hour of the last working day."""
        when = written(self.since)
        kinds = [
            (
                {"tinh_trang": "moi-qua-han"},
                _("Newly overdue"),
                "overdue",
                _(
                    "Time limits whose end passed since then without an answer; also those that "
                    "were answered or given another end afterwards."
                ),
            ),
            (
                {"tinh_trang": "xong-muon"},
                _("Answered late"),
                "met_late",
                _("Time limits met, or lifted, since then at or after their end."),
            ),
            (
                {"tinh_trang": "dung-han"},
                _("Answered on time"),
                "on_time",
                _("Time limits met since then before their end."),
            ),
            (
                {"tinh_trang": "moi-chi-dao"},
                _("Directions sent"),
                "",
                _("Directions to explain or supplement that the City sent since then."),
            ),
        ]
        found = []
        for words, label, tone, definition in kinds:
            words |= {"tu_luc": when}
            count = self.found(**words).count()
            found.append(
                Tile(
                    label=label,
                    value=number(count),
                    unit="",
                    href=self.link(**words),
                    tone=tone if count else "",
                    definition=definition,
                )
            )
        return found

    @property
    def since_text(self) -> str:
        """The instant since which there is news: "09:00 T2 23/11/2026"."""
        return moment_text(self.since)

    @cached_property
    def open_counts(self) -> dict[str, int]:
        """How many are overdue, due today and due soon."""
        return {
            state: sum(row.counts[state] for row in self._sums.values()) for state in OPEN_STATES
        }

    @cached_property
    def counts_before(self) -> dict[str, int]:
        """The same as of the same hour of the last working day, as it was known then."""
        before = asof.at(self.since, present=self.present)
        still_open = {"qua-han": self._late_before_and_now(before)}
        return {
            state: asof.count_open(
                lambda moment, state=state: self.found(moment, tinh_trang=state),
                before,
                still_open=still_open.get(state),
            )
            for state in OPEN_STATES
        }

    def _late_before_and_now(self, before: Moment) -> int | None:
        """Of those overdue now, how many were at an earlier instant, as they stand: all but the few
        that ended since. Not known where one looks back from a past moment, or agencies changed."""
        if isinstance(self.moment, asof.Past) or not isinstance(before, asof.Past) or before.heirs:
            return None
        ended_since = self.found(tinh_trang="qua-han").filter(due_then__gt=before.now)
        return self.open_counts["qua-han"] - ended_since.count()

    def _change(self, now: int, before: int) -> str:
        when = hour_text(self.since)
        if now == before:
            return _("As many as at %(when)s") % {"when": when}
        words = {"n": number(abs(now - before)), "when": when}
        if now > before:
            return _("%(n)s more than at %(when)s") % words
        return _("%(n)s fewer than at %(when)s") % words

    def _rate_tile(self) -> Tile:
        first = self.moment.today.replace(day=1)
        last_month = (first - timedelta(days=1)).replace(day=1)
        this, before = self.month_figures(first), self.month_figures(last_month)
        return Tile(
            label=_("On time this month"),
            value=percent(this.rate),
            unit="",
            href=self.link(**month(first)),
            tone="",
            definition=_(
                "Met on time ÷ (met on time + met late + overdue and still open), for time limits "
                "that fall due in the month. Those not yet due are not counted: %(running)s."
            )
            % {"running": this.running},
            change_text=_("%(n)s of %(of)s. Last month: %(rate)s")
            % {"rate": percent(before.rate), "n": this.on_time, "of": this.decided},
        )

    def month_figures(self, first: date) -> Figures:
        """The four counts of the month that begins on a day."""
        return figures.total(self.found(**month(first)), self.moment.now)

    # --- whose ------------------------------------------------------------------------------------

    @cached_property
    def _sums(self) -> dict[tuple[int, int], Sum]:
        """(agency that owes, agency in whose figures it counts) → counts; one query a state."""
        found: dict[tuple[int, int], Sum] = defaultdict(Sum)
        for state in OPEN_STATES:
            for part in self._parts(state):
                groups = part.order_by().values("owed_then", "counted_then")
                for row in groups.annotate(count=Count("*"), oldest=Min("due_then")):
                    key = row["owed_then"], row["counted_then"]
                    found[key].add(state, row["count"], row["oldest"])
        return found

    def agencies(self, most: int = 8) -> list[Bar]:
        """Agencies in whose figures overdue limits count, what hurts most first; the City Office
        too, by the same rule."""
        sums = self._by(counted=True)
        late = [key for key in self._shown(sums, most) if sums[key].counts["qua-han"]]
        names = Agency.objects.in_bulk(late)
        longest = max((sums[key].counts["qua-han"] for key in late), default=1)
        draw_urls = lateness.draw_urls(late, self.by)
        return [
            Bar(
                label=until(names[key], self.moment.today),
                href=self.link(tinh_trang="qua-han", don_vi=key),
                value=sums[key].counts["qua-han"],
                share=round(100 * sums[key].counts["qua-han"] / longest),
                sub=_("oldest: due %(day)s") % {"day": end_day(sums[key].oldest)},
                act=_("Draw up a record") if key in draw_urls else "",
                act_href=draw_urls.get(key, ""),
            )
            for key in late
        ]

    def heads(self, most: int = 8) -> list[Owing]:
        """Who answers for it now: the head in post of each agency that owes, with whoever holds
        what is overdue; the City Office's chief too, by the same rule."""
        sums = self._by(counted=False)
        shown = self._shown(sums, most)
        names = Agency.objects.in_bulk(shown)
        late = self.found(tinh_trang="qua-han")
        posts = heads.heads_on(self.moment.today, shown)
        desks = heads.desks(late, shown, self.moment)
        before = heads.inherited(late, posts.values())
        return [
            Owing(
                agency=names[key].name,
                head=posts[key].user.full_name if key in posts else "",
                post=post_text(posts[key]) if key in posts else "",
                counts=[
                    self._count(state, count, key) for state, count in sums[key].counts.items()
                ],
                oldest_text=end_day(sums[key].oldest),
                note=inherited_text(before.get(key, 0), posts.get(key)),
                desks=[desk_text(desk) for desk in desks.get(key, [])[:MOST_DESKS]],
            )
            for key in shown
        ]

    def _count(self, state: str, count: int, owing: int) -> parts.Count:
        href = self.link(tinh_trang=state, noi_giu=owing) if count else ""
        tone = OPEN_STATES[state] if count else ""
        return parts.Count(state_label(state), number(count), href, tone)

    def _by(self, *, counted: bool) -> dict[int, Sum]:
        sums: dict[int, Sum] = defaultdict(Sum)
        for key, row in self._sums.items():
            sums[key[counted]].merge(row)
        return sums

    def _shown(self, sums: Mapping[int, Sum], most: int) -> list[int]:
        ranked = sorted(sums, key=lambda key: (sums[key].rank, key))
        return [*ranked[:most], *(key for key in ranked[most:] if key in self._office)]

    @cached_property
    def _office(self) -> set[int]:
        return set(Agency.objects.filter(kind=Kind.CITY_OFFICE).values_list("pk", flat=True))

    # --- how long ---------------------------------------------------------------------------------

    def ages(self) -> list[Bar]:
        """Overdue limits by how many working days they are late; the oldest are what remains."""
        *younger, oldest = AGES
        each = {slug: aged(slug, self.moment) for slug in younger}
        recent = self.found(tinh_trang="qua-han").filter(reduce(or_, each.values()))
        found = recent.aggregate(**{slug: Count("pk", filter=age) for slug, age in each.items()})
        found[oldest] = self.open_counts["qua-han"] - sum(found.values())
        longest = max(found.values()) or 1
        return [
            Bar(
                label=age_label(slug),
                href=self.link(tinh_trang="qua-han", tuoi=slug),
                value=count,
                share=round(100 * count / longest),
                tone="overdue_old" if slug in OLD_AGES else "overdue",
            )
            for slug, count in found.items()
        ]

    def worst(self, most: int = 10) -> list[Line]:
        """The limits longest overdue: who holds each, and in how many records it is."""
        found: list[TimeLimit] = []
        for part in self._parts("qua-han"):
            rows = counts.with_counts(part.for_list(), self.by).order_by("due_then", "pk")
            found += rows[:most]
        found.sort(key=lambda limit: (limit.due_then, limit.pk))
        return heads.held_lines(found[:most], self.moment)
