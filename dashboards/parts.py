"""What the morning page is made of: figures, rows of rankings, and how they are said."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment
from agencies.models import Agency
from dashboards import heads
from dashboards.numerals import number
from deadlines.counting import last_day_before
from deadlines.wording import day_text

#: Open limits by when they end: state → tone of its tile.
OPEN_STATES = {"qua-han": "overdue", "hom-nay": "due_today", "sap-den-han": "due_soon"}


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


@dataclass(frozen=True, slots=True)
class Count:
    """One number of a row, with the list of exactly what it counts where there is any."""

    label: str
    value: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Owing:
    """What one agency owes and who answers for it now: counts by state with their addresses, since
    when the oldest is late, at whose desks it lies. ``note``: what the head found there."""

    agency: str
    head: str
    post: str
    counts: list[Count]
    oldest_text: str
    note: str
    desks: list[str]


@dataclass(slots=True)
class Sum:
    """Counts by state of one agency, and the earliest end among what is overdue."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OPEN_STATES, 0))
    oldest: datetime | None = None

    def add(self, state: str, count: int, oldest: datetime) -> None:
        self.counts[state] += count
        if state == "qua-han":
            self.oldest = min(self.oldest or oldest, oldest)

    def merge(self, other: "Sum") -> None:
        for state, count in other.counts.items():
            self.counts[state] += count
        ends = [end for end in (self.oldest, other.oldest) if end]
        self.oldest = min(ends, default=None)

    @property
    def rank(self) -> tuple[Any, ...]:
        """What hurts most first: how much is late, since when, how much is near."""
        oldest = self.oldest.timestamp() if self.oldest else 0
        return (-self.counts["qua-han"], oldest, *(-self.counts[s] for s in OPEN_STATES))


def until(agency: Agency, day: date) -> str:
    """The name of an agency; of one that has ended by a local date, with its last day."""
    if agency.valid_to is None or agency.valid_to >= day:
        return agency.name
    return _("%(agency)s (until %(day)s)") % {
        "agency": agency.name,
        "day": f"{agency.valid_to:%d/%m/%Y}",
    }


def post_text(post: Appointment) -> str:
    """The post without the agency, which stands beside it; an acting one is marked."""
    return _("acting %(post)s") % {"post": post.post} if post.acting else post.post


def inherited_text(count: int, post: Appointment | None) -> str:
    if not count or post is None:
        return ""
    return ngettext(
        "%(n)s passed before taking the post on %(day)s",
        "%(n)s passed before taking the post on %(day)s",
        count,
    ) % {"n": number(count), "day": f"{post.started_on:%d/%m/%Y}"}


def desk_text(desk: heads.Desk) -> str:
    name = desk.name or _("not yet assigned")
    return f"{name}: {number(desk.count)}"


def month(first: date) -> dict[str, str]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {"tu": first.isoformat(), "den": last.isoformat()}


def end_day(end: datetime | None) -> str:
    return day_text(last_day_before(end)) if end else ""


def hour_text(instant: datetime) -> str:
    """An instant of these days: "09:00 T2 23/11"."""
    local = timezone.localtime(instant, timezone.get_default_timezone())
    return f"{local:%H:%M} {day_text(local.date())[:-5]}"


def moment_text(instant: datetime) -> str:
    """An instant as people say it: "09:00 T2 23/11/2026"."""
    local = timezone.localtime(instant, timezone.get_default_timezone())
    return f"{local:%H:%M} {day_text(local.date())}"
