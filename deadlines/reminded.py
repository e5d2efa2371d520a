"""Which open limits have been reminded how often, for their present due date."""

from django.db.models import Count, F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from deadlines import rungs
from deadlines.calendar import CalendarNotPublished
from deadlines.models import LimitRule, Reminder, TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import TimeLimitQuerySet
from deadlines.rungs import BadRungs

#: With more reminders than these unanswered, a limit is named at the briefing of the leadership.
MANY = 3
_BY_PEOPLE = (Reminder.Kind.PERSON, Reminder.Kind.LETTER)


def unanswered(limits: TimeLimitQuerySet, moment: Moment) -> TimeLimitQuerySet:
    """Of some limits those still open after more than ``MANY`` reminders, most reminded first; with
    how many (``reminder_count``) and the last (``last_at``). One query more, for the rules.

    Whatever reminds counts once: each rung of the ladder, the breach, a day of reminding by hand, a
    letter. Only limits that a rung can have reached, or that people reminded of, are counted out.
    """
    own = Reminder.objects.filter(time_limit=OuterRef("pk"), due_at=OuterRef("due_at")).order_by()
    said = own.values("time_limit").annotate(n=Count("pk"), last=Max("at"))
    near = TimeLimit.objects.filter(met_at__isnull=True, due_at__lte=_horizon(moment))
    by_people = Reminder.objects.filter(kind__in=_BY_PEOPLE)
    candidates = near.values("pk").union(by_people.values("time_limit"))
    return (
        limits.filter(met_at__isnull=True, started_at__lte=moment.now, pk__in=candidates)
        .annotate(
            reminder_count=Coalesce(Subquery(said.values("n")), 0),
            last_at=Subquery(said.values("last")),
        )
        .filter(reminder_count__gt=MANY)
        .order_by(F("reminder_count").desc(), "due_at", "pk")
    )


def _horizon(moment: Moment) -> object:
    """The latest end whose first rung has passed today, under any version of any rule."""
    lowest = 0
    for stored in LimitRule.objects.values_list("warning_rungs", flat=True):
        try:
            lowest = min(lowest, *(rung.days for rung in rungs.read(stored)), 0)
        except BadRungs:  # the sweep names it in the log
            continue
    try:
        last = rungs.reach(moment.calendar, moment.today, lowest)
    except CalendarNotPublished:
        last = moment.today
    return rungs.end_of(last)
