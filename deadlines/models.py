"""The calendar as announced, the rules as written, and every obligation with an end."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.calendar import DayKind
from deadlines.change_models import CalendarAnnotation, CalendarChange
from deadlines.counting import Unit
from deadlines.querysets import TimeLimitQuerySet
from deadlines.tally_models import Tally

__all__ = [
    "Adjustment",
    "CalendarAnnotation",
    "CalendarChange",
    "CalendarDay",
    "CalendarEdition",
    "CalendarYear",
    "DueDateRevision",
    "LimitRule",
    "OverdueFlag",
    "Reminder",
    "Suspension",
    "SweepRun",
    "Tally",
    "TimeLimit",
]


class CalendarYear(models.Model):
    """A year whose working days have been announced; years without a row stop every count."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    provisional = models.BooleanField(default=False)
    source = models.TextField()

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A local date that differs from Monday to Friday, with the text that says so."""

    class Kind(models.TextChoices):
        DAY_OFF = DayKind.DAY_OFF, _("Day off")
        MAKE_UP_DAY = DayKind.MAKE_UP_DAY, _("Make-up working day")

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)
    legal_source = models.TextField()
    provisional = models.BooleanField(default=False)
    entered_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class CalendarEdition(models.Model):
    """The calendar at one moment: limits remember the edition that they were counted with."""

    number = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    in_force_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)


class LimitRule(models.Model):
    """One version of a rule. A change makes a new version; running limits keep theirs.

    ``closing_time`` is set when receipt at or after that hour, or on a day off, counts as received
    on the next working day; the City's default is that it does not. ``warning_rungs`` is its ladder
    of warnings, as ``deadlines.rungs`` reads it.
    """

    class UnitChoice(models.TextChoices):
        WORKING_DAY = Unit.WORKING_DAY, _("working days")
        CALENDAR_DAY = Unit.CALENDAR_DAY, _("days")

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    name = models.CharField(max_length=200)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=20, choices=UnitChoice.choices)
    closing_time = models.TimeField(null=True, blank=True)
    warning_rungs = models.JSONField(default=list)
    legal_source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint("code", "version", name="rule_version"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=366), name="rule_amount_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.version}"


class TimeLimit(models.Model):
    """An obligation with an end: who owes it, under which rule, since when, until when, met when.

    Instants are UTC. ``due_at`` is exclusive: met at ``due_at`` or later is late. ``due_on`` is the
    last local day on which it can be met, ``due_month`` the first day of that month. Whether it is
    overdue is never stored; ``OverdueFlag`` stores that we noticed.

    ``suspended_until`` is the last local day of its latest suspension. ``lifted``: the obligation
    fell away and ``met_at`` is the instant of it; before ``due_at`` it counts in no figure, at or
    after ``due_at`` the breach stays one. ``breached_at`` is the first due date that had passed
    when another was granted: met in time after that is still met late.

    ``agency`` owes it now: after a reorganisation the successor. ``charged_to`` is set when the
    limit had passed before: the former agency, in whose figures the breach stays.
    """

    code = models.CharField(max_length=120, unique=True)
    rule = models.ForeignKey(LimitRule, on_delete=models.PROTECT)
    calendar_edition = models.ForeignKey(CalendarEdition, on_delete=models.PROTECT)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    unit = models.ForeignKey(InternalUnit, on_delete=models.PROTECT, null=True, blank=True)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    head_at_start = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject_code = models.CharField(max_length=120, db_index=True)
    subject_title = models.CharField(max_length=500)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_on = models.DateField()
    due_month = models.DateField()
    first_due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    imported_batch = models.UUIDField(null=True, blank=True)
    suspended_until = models.DateField(null=True, blank=True)
    lifted = models.BooleanField(default=False)
    breached_at = models.DateTimeField(null=True, blank=True)
    charged_to = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TimeLimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gt=F("started_at")), name="limit_due_after_start"
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(met_at__gte=F("started_at")),
                name="limit_met_after_start",
            ),
            models.CheckConstraint(
                condition=Q(lifted=False) | Q(met_at__isnull=False), name="limit_lifted_since"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(met_at__isnull=True), name="limit_open"),
            models.Index(
                fields=["agency", "due_at"],
                condition=Q(met_at__isnull=True),
                name="limit_open_by_agency",
            ),
            models.Index(fields=["due_month", "agency", "due_at", "met_at"], name="limit_figures"),
            models.Index(
                fields=["agency", "charged_to", "due_at"],
                condition=Q(met_at__isnull=True),
                name="limit_open_by_charge",
            ),
            models.Index(
                fields=["met_at"], condition=Q(met_at__isnull=False), name="limit_met_since"
            ),
            models.Index(fields=["started_at"], name="limit_begun_since"),
        ]

    def __str__(self) -> str:
        return self.code

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is unmet at or after its end."""
        return self.met_at is None and now >= self.due_at

    def is_suspended_on(self, day: date) -> bool:
        """Whether it stands still on a local date."""
        is_open = self.met_at is None
        return is_open and self.suspended_until is not None and day <= self.suspended_until

    @property
    def met_late(self) -> bool:
        """Whether it was met or lifted, and too late: after its end or after an earlier one."""
        if self.met_at is None:
            return False
        return self.breached_at is not None or self.met_at >= self.due_at


class DueDateRevision(models.Model):
    """A due date that gave way to another: why, by whom, on which document. Never changed."""

    class Cause(models.TextChoices):
        EXTENSION = "extension", _("Extension")
        SUSPENSION = "suspension", _("Suspension")
        CALENDAR = "calendar", _("Calendar change")
        CORRECTION = "correction", _("Correction")

    time_limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="revisions")
    from_due_at = models.DateTimeField()
    to_due_at = models.DateTimeField()
    cause = models.CharField(max_length=20, choices=Cause.choices)
    reason = models.TextField()
    document = models.CharField(max_length=200, blank=True, default="")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    calendar_change = models.ForeignKey(
        CalendarChange, on_delete=models.PROTECT, null=True, blank=True, related_name="revisions"
    )

    class Meta:
        indexes = [models.Index(fields=["at"], name="revision_since")]

    def __str__(self) -> str:
        return f"{self.from_due_at} → {self.to_due_at}"


class SweepRun(models.Model):
    """One look for limits that have passed. ``swept_to`` is the instant it looked as of."""

    class Kind(models.TextChoices):
        SWEEP = "sweep", _("Sweep")
        MET_LATE = "met_late", _("Met late")
        IMPORT = "import", _("Import")
        REVISED = "revised", _("Due date changed after it had passed")
        MOVED = "moved", _("Passed before the agency was reorganised")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    swept_to = models.DateTimeField()
    flagged = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["kind", "-swept_to"], name="sweep_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.swept_to}"


class OverdueFlag(models.Model):
    """That a limit passed its due date, and that we noticed: one per (limit, due date), for ever.

    ``due_at`` is the true instant of the breach, ``flagged_at`` the instant of noticing. ``head``
    is who was head of the agency on the limit's last day.
    """

    time_limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="flags")
    due_at = models.DateTimeField()
    flagged_at = models.DateTimeField()
    run = models.ForeignKey(SweepRun, on_delete=models.PROTECT)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    head = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("time_limit", "due_at", name="flag_once_per_due_date"),
            models.CheckConstraint(
                condition=Q(flagged_at__gte=F("due_at")), name="flag_not_before_breach"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.time_limit_id} {self.due_at}"


class Reminder(models.Model):
    """That those who owe a limit, or those above them, were reminded of it: when, and by what.

    A rung of the ladder stands here once per (limit, due date), whoever was told, and so does the
    breach; ``rung`` counts working days from the last day. What people send, by hand or by letter,
    stands once a day: ``rung`` counts the days since 1/1/2020. ``at`` is the instant of the rung
    itself, ``written_at`` that of noticing it.
    """

    class Kind(models.TextChoices):
        RUNG = "rung", _("Warning")
        BREACH = "breach", _("Time limit passed")
        PERSON = "person", _("Reminder")
        LETTER = "letter", _("Reminder letter")

    time_limit = models.ForeignKey(
        TimeLimit, on_delete=models.PROTECT, related_name="reminders", db_index=False
    )
    due_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rung = models.SmallIntegerField(default=0)
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    run = models.ForeignKey(SweepRun, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["time_limit", "due_at", "kind", "rung"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(written_at__gte=F("at")), name="reminder_never_early"
            ),
        ]
        indexes = [
            models.Index(
                fields=["time_limit"],
                condition=Q(kind__in=["person", "letter"]),
                name="reminder_by_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.time_limit_id} {self.kind} {self.rung}"


class Adjustment(models.Model):
    """A request to change what a limit asks for: asked by one person, decided by another.

    An extension is asked by the head of the agency that owes it; a correction or a waiver is
    proposed by the City Office. ``wanted_on`` is the last local day asked for.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Extension")
        CORRECTION = "correction", _("Correction")
        WAIVER = "waiver", _("Waiver")

    class Reason(models.TextChoices):
        OPINIONS = "opinions", _("Waiting for opinions of other agencies")
        COMPLEX = "complex", _("Complex content")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")
        ERROR = "error", _("Entered in error")
        OTHER = "other", _("Another reason")

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    time_limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reason_class = models.CharField(max_length=20, choices=Reason.choices)
    reason = models.TextField()
    wanted_on = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_late = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    granted_on = models.DateField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    document = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "time_limit", condition=Q(state="asked"), name="adjustment_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="adjustment_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="adjustment_decided_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.time_limit_id} {self.kind} {self.state}"


class Suspension(models.Model):
    """An interval in which a limit stands still, by order of a City leader: document, reason, end.

    ``until_on`` is its last local day as ordered; ``given_back`` the working days that the limit
    got back, exactly those lost.
    """

    time_limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, related_name="suspensions")
    reason = models.TextField()
    document = models.CharField(max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_on = models.DateField()
    due_on_before = models.DateField()
    given_back = models.PositiveSmallIntegerField()
    resumed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resumed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.time_limit_id} {self.from_at}"
