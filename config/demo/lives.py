"""The lives of demo dossiers, planned before anything is written: which verb, when.

A life is a list of steps with their instants; the player does them in the order of time, whatever
dossier they belong to. Instants lie in office hours of working days, a few in the evening.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from agencies.dates import local_day
from agencies.models import Agency
from deadlines import rules
from deadlines.calendar import HANOI, Calendar
from deadlines.counting import last_day_before
from deadlines.models import LimitRule

_OFFICE_MINUTES = [*range(7 * 60 + 45, 11 * 60 + 45), *range(13 * 60 + 15, 17 * 60)]
_EARLY_MINUTES = range(7 * 60 + 30, 7 * 60 + 45)
_EVENING_MINUTES = range(18 * 60 + 30, 23 * 60 + 30)


@dataclass(frozen=True, slots=True)
class Step:
    """One verb at one instant."""

    at: datetime
    verb: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Life:
    """A dossier of an agency and its steps in the order of time."""

    agency: Agency
    steps: list[Step] = field(default_factory=list)

    @property
    def end(self) -> datetime:
        return self.steps[-1].at


class Planner:
    """Builds lives on a calendar. ``today`` is the local day of loading; the rest is chance."""

    def __init__(
        self,
        *,
        calendar: Calendar,
        report_rule: LimitRule,
        draft_rule: LimitRule,
        today: date,
        rng: random.Random,
    ):
        self.calendar, self.today, self.rng = calendar, today, rng
        self._rules = {"report": report_rule, "draft": draft_rule}

    # --- days and instants ---

    def working_day(self, day: date, n: int) -> date:
        """The n-th working day after (or before) a day; 0 is the day itself or the one before."""
        if n == 0:
            worked = self.calendar.is_working_day(day)
            return day if worked else self.calendar.add_working_days(day, -1)
        return self.calendar.add_working_days(day, n)

    def late_since(self, working_days: int) -> date:
        """The last day of a limit that is so many working days late today."""
        extra = 0 if self.calendar.is_working_day(self.today) else 1
        return self.calendar.add_working_days(self.today, -(working_days + extra))

    def due_on(self, rule: str, at: datetime) -> date:
        """The last local day of a limit that starts at an instant."""
        return last_day_before(rules.due_at(self.calendar, self._rules[rule], at))

    def event_day(self, rule: str, due_on: date) -> date | None:
        """The latest working day on which an event gives this last day, if there is one."""
        day = due_on
        for _ in range(12):
            day = self.calendar.add_working_days(day, -1)
            if self.due_on(rule, _instant(day, 10 * 60)) == due_on:
                return day
        return None

    def moment(self, day: date, *, after: datetime | None = None, evening: float = 0) -> datetime:
        """An instant of a day in office hours, perhaps in the evening; later than ``after``.

        Of today only the first quarter of an hour is used, so that it has passed when people come.
        """
        minutes: Sequence[int] = _EARLY_MINUTES if day == self.today else _OFFICE_MINUTES
        if evening and self.rng.random() < evening:
            minutes = _EVENING_MINUTES
        at = _instant(day, self.rng.choice(minutes), self.rng.randrange(60))
        if after is None or at > after:
            return at
        if after.date() == day and after.hour < 22:
            return after + timedelta(minutes=self.rng.randrange(7, 50))
        return self.moment(self.calendar.next_working_day(day), after=after)

    def moments(self, first: date, last: date, count: int) -> list[datetime]:
        """So many instants in office hours between two days, both included, in order."""
        span = max(self.calendar.working_days_between(first, last), 0)
        days = [self.working_day(first, self.rng.randint(0, span)) for _ in range(count)]
        found: list[datetime] = []
        for day in sorted(days):
            found.append(self.moment(day, after=found[-1] if found else None))
        return found

    # --- pieces of a life ---

    def entered(self, agency: Agency, until: date, *, verbs: int = 4) -> Life:
        """Logged, submitted, received, put to the leader (the first ``verbs`` of these), all before
        the day ``until``."""
        last = self.working_day(until, -1)
        first = self.working_day(last, -self.rng.randint(2, 8))
        names = ("log", "submit", "receive", "put")[:verbs]
        instants = self.moments(first, last, len(names))
        if verbs > 1 and self.rng.random() < 0.6:  # most are submitted within the hour
            soon = instants[0] + timedelta(minutes=self.rng.randrange(4, 45))
            instants[1] = min(soon, instants[1])
        return Life(agency, [Step(at, name) for at, name in zip(instants, names, strict=True)])

    def directed(self, life: Life, day: date, *, evening: float = 0.06) -> Life:
        """The leader asks on a day."""
        life.steps.append(Step(self.moment(day, after=life.end, evening=evening), "direct"))
        return life

    def reported(self, life: Life, *, late: int = 0) -> Life:
        """The agency answers, on time or so many working days late; often with a draft before."""
        due_on = self.due_on("report", life.end)
        if late:
            day = self.working_day(due_on, late)
        else:
            day = self.rng.choice((self.working_day(due_on, -1), due_on, due_on))
        answer = self.moment(day, after=life.end, evening=0.12)
        if not late and local_day(answer) > due_on:
            answer = life.end + timedelta(minutes=5)
        asked = life.end
        if self.rng.random() < 0.45:
            between = asked + (answer - asked) * self.rng.uniform(0.3, 0.9)
            drafted = _into_office_hours(between)
            if asked < drafted < answer and self.calendar.is_working_day(drafted.date()):
                life.steps.append(Step(drafted, "prepare"))
        life.steps.append(Step(answer, "report", {"late": bool(late)}))
        return life

    def concluded(self, life: Life, day: date) -> Life:
        """The leader concludes on a day."""
        life.steps.append(Step(self.moment(day, after=life.end), "conclude"))
        return life

    def issued(self, life: Life, *, late: int = 0) -> Life:
        """The City Office files the notice, on time or so many working days late."""
        due_on = self.due_on("draft", life.end)
        if late:
            day = self.working_day(due_on, late)
        else:
            first = self.working_day(local_day(life.end), 1)
            day = min(self.rng.choice((first, due_on)), due_on)
        at = self.moment(day, after=life.end, evening=0.04)
        if not late and local_day(at) > due_on:
            at = life.end + timedelta(minutes=5)
        life.steps.append(Step(at, "issue", {"late": bool(late)}))
        return life

    def then(self, life: Life, verb: str, day: date, **facts: Any) -> Life:
        """Another step on a day, after what was done last."""
        life.steps.append(Step(self.moment(day, after=life.end), verb, facts))
        return life

    def closed(self, life: Life) -> Life:
        """The result is filed within three working days."""
        day = self.working_day(local_day(life.end), self.rng.randint(0, 3))
        life.steps.append(Step(self.moment(day, after=life.end), "close"))
        return life


def _instant(day: date, minute: int, second: int = 0) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60, second), HANOI)


def _into_office_hours(moment: datetime) -> datetime:
    if 8 <= moment.hour < 17:
        return moment.replace(microsecond=0)
    return moment.replace(hour=15, microsecond=0)
