"""People, the posts they held and when, their inbox, and what they were in the middle of."""

import uuid
from datetime import date

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

import accounts.mail_models  # noqa: F401 - the outbox belongs to this app
from accounts.querysets import AppointmentQuerySet, MessageQuerySet, ProposalQuerySet
from accounts.roles import Role
from agencies.models import Agency, InternalUnit


class UserManager(BaseUserManager):
    """Finds people by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username=username.strip().lower())


class User(AbstractBaseUser):
    """An account of one person. It carries no rights: appointments do."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=150)
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(username=models.functions.Lower("username")), name="username_lower"
            )
        ]

    def __str__(self) -> str:
        return self.full_name


def line_of(post: str, agency: Agency | None, *, acting: bool) -> str:
    """A post in one line, whoever holds it."""
    where = agency.name if agency else _("City leadership")
    title = _("acting %(post)s") % {"post": post} if acting else post
    return f"{title} · {where}"


class Appointment(models.Model):
    """A post that a person held from one local date to another, both inclusive.

    Responsibility attaches to whoever held the post on that day. City leaders belong to no agency;
    every other post does. ``withdrawn_at`` is the instant from which the post carries no rights on
    its last day: whoever is relieved at noon answers for the day, and acts no more.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True)
    unit = models.ForeignKey(InternalUnit, on_delete=models.PROTECT, null=True, blank=True)
    role = models.CharField(max_length=30, choices=Role.choices)
    post = models.CharField(max_length=150)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    acting = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="appointment_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | Q(role=Role.CITY_LEADER),
                name="appointment_has_agency",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "role", "started_on"], name="appointment_by_agency"),
        ]

    def __str__(self) -> str:
        return self.line()

    def line(self) -> str:
        """The post as shown beside a name: "Giám đốc · Sở Nội vụ", acting posts marked."""
        return line_of(self.post, self.agency, acting=self.acting)

    def in_force_on(self, day: date) -> bool:
        """Whether the post was held on a local date."""
        return self.started_on <= day <= (self.ended_on or date.max)


class AppointmentProposal(models.Model):
    """A post that one person proposes for another, and that a third confirms or refuses."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="proposals")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True)
    role = models.CharField(max_length=30, choices=Role.choices)
    post = models.CharField(max_length=150)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    acting = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True, default="")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "refused"])
                | Q(decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by"))
                & ~Q(decided_by=F("user")),
                name="post_proposal_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("user")), name="post_proposal_not_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed") ^ Q(appointment__isnull=True),
                name="post_proposal_appointment",
            ),
            models.UniqueConstraint(
                "user",
                "role",
                "agency",
                condition=Q(state="proposed", agency__isnull=False),
                name="post_proposal_once",
            ),
            models.UniqueConstraint(
                "user",
                "role",
                condition=Q(state="proposed", agency__isnull=True),
                name="post_proposal_once_city",
            ),
        ]
        indexes = [models.Index(fields=["state", "-proposed_at"], name="post_proposal_list")]

    def __str__(self) -> str:
        return self.line()

    def line(self) -> str:
        """The post as it will stand beside the name."""
        return line_of(self.post, self.agency, acting=self.acting)


class MessageKind(models.TextChoices):
    """What a message tells; its words are made when it is shown."""

    DIRECTED = "directed", _("Explanation requested")
    REPORTED = "reported", _("Report received")
    CONCLUDED = "concluded", _("Conclusion to draft")
    ASSIGNED = "assigned", _("Dossier assigned")
    FORM_RETURNED = "form_returned", _("Dossier returned for form")
    RESUBMITTED = "resubmitted", _("Dossier submitted again")
    CONSULTED = "consulted", _("Opinion requested")
    OPINION = "opinion", _("Opinion received")
    MEETING = "meeting", _("Meeting called")
    REJECTED = "rejected", _("Dossier not accepted")
    WITHDRAWAL_ASKED = "withdrawal_asked", _("Withdrawal asked for")
    WITHDRAWAL_DECIDED = "withdrawal_decided", _("Withdrawal decided")
    TASK_GIVEN = "task_given", _("Task given")
    TASK_ASSIGNED = "task_assigned", _("Task assigned to you")
    TASK_REPORTED = "task_reported", _("Report on a task")
    TASK_ACCEPTED = "task_accepted", _("Task completed")
    TASK_SENT_BACK = "task_sent_back", _("Report on a task sent back")
    REMINDED = "reminded", _("Reminder")
    EXTENSION_ASKED = "extension_asked", _("Extension asked for")
    CHANGE_PROPOSED = "change_proposed", _("Change of a time limit proposed")
    REQUEST_GRANTED = "request_granted", _("Due date changed")
    REQUEST_REFUSED = "request_refused", _("Request refused")
    LIFTED = "lifted", _("Obligation lifted")
    SUSPENDED = "suspended", _("Time limit suspended")
    RESUMED = "resumed", _("Suspended time limit runs on")
    CALENDAR_PROPOSED = "calendar_proposed", _("Change of the calendar proposed")
    CALENDAR_APPLIED = "calendar_applied", _("Change of the calendar applied")
    CALENDAR_REFUSED = "calendar_refused", _("Change of the calendar refused")
    CALENDAR_MOVED = "calendar_moved", _("Due date moved with the calendar")
    CALENDAR_MISSING = "calendar_missing", _("Calendar of a year missing")
    INSPECTION_PREPARED = "inspection_prepared", _("Inspection to decide")
    INSPECTION_DECIDED = "inspection_decided", _("Inspection decided")
    INSPECTION_ANNOUNCED = "inspection_announced", _("Inspection announced")
    INSPECTION_OPENED = "inspection_opened", _("Inspection opened")
    INSPECTION_CANCELLED = "inspection_cancelled", _("Inspection cancelled")
    RECORD_SENT = "record_sent", _("Record sent for opinion")
    RECORD_TAKEN_BACK = "record_taken_back", _("Record taken back")
    RECORD_ANSWERED = "record_answered", _("Opinion on a record")
    RECORD_SERVED = "record_served", _("Record of an inspection finalised")
    RECORD_ANNULLED = "record_annulled", _("Record of an inspection declared void")
    REORGANISATION_PUT = "reorganisation_put", _("Reorganisation to decide on")
    REORGANISATION_STOP = "reorganisation_stop", _("Reorganisation stopped")
    REORGANISED = "reorganised", _("Agencies reorganised")
    IMPORT_FINISHED = "import_finished", _("List entered")
    IMPORT_FAILED = "import_failed", _("List not entered")
    DUE_SOON = "due_soon", _("Time limit ends soon")
    OVERDUE = "overdue", _("Time limit passed")
    ESCALATED = "escalated", _("Still no answer after the time limit")
    EXPLANATION_ASKED = "explanation_asked", _("Explanation asked by Home Affairs")
    EXPLANATION_GIVEN = "explanation_given", _("Explanation received")
    RECORD_FINALISED = "record_finalised", _("Record finalised")
    RECORD_DROPPED = "record_dropped", _("Record dropped")
    RECORD_VOIDED = "record_voided", _("Record declared void")
    REMEDY_ASKED = "remedy_asked", _("Recommendation of Home Affairs")
    REMEDY_REPORTED = "remedy_reported", _("Remedy reported")
    REMEDY_JUDGED = "remedy_judged", _("Remedy judged")
    PROPOSAL_PUT = "proposal_put", _("Proposal put to the director")
    PROPOSAL_RETURNED = "proposal_returned", _("Proposal returned")
    PROPOSAL_ENDORSED = "proposal_endorsed", _("Proposal put to the City leadership")
    PROPOSAL_DECIDED = "proposal_decided", _("Proposal decided")
    RESULT_ENTERED = "result_entered", _("Result entered")
    POST_PROPOSED = "post_proposed", _("Post to confirm")
    POST_DECIDED = "post_decided", _("Proposed post decided")
    POST_GIVEN = "post_given", _("Post given")
    POST_ENDED = "post_ended", _("Post ended")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    ADDRESS_CHANGED = "address_changed", _("E-mail address changed")


class Message(models.Model):
    """One piece of news for one person; at most one per (person, kind, limit, due date, rung).

    ``about`` is the dossier's code, ``title`` its matter: plain values, so that the sweep writes
    messages with one statement and an inbox reads without joins. ``levels`` names the rungs of the
    warning ladder that the message tells of, lowest first: "-1,0,breach".
    """

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    rung = models.SmallIntegerField(default=0)
    limit_code = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    about = models.CharField(max_length=120)
    title = models.CharField(max_length=500)
    agency_name = models.CharField(max_length=200)
    levels = models.CharField(max_length=200, default="", db_default="", blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "limit_code", "due_at", "rung"], name="message_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at"],
                condition=Q(read_at__isnull=True),
                name="message_unread",
            ),
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_inbox"),
            models.Index(fields=["-created_at"], name="message_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class FormReceipt(models.Model):
    """That a filled form had its effect, and where the result is: the key came with the form."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    location = models.CharField(max_length=300)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.location


class StagedFile(models.Model):
    """A file that a person sent with a form that is not finished yet. Nothing refers to it."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(User, on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    staged_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def size_text(self) -> str:
        """The size as people say it."""
        return filesizeformat(self.size)


class SignInFailure(models.Model):
    """A wrong password, counted per account and address for a quarter of an hour."""

    username = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.username


class SavedFilter(models.Model):
    """A list with its filters under a name; a shared one serves everybody of the same agencies."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_filters")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=100)
    page = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("owner", "page", "name", name="saved_filter_name")]

    def __str__(self) -> str:
        return self.name


class AutosavedForm(models.Model):
    """What a person is typing on a page, kept until it is sent or thrown away; one a page."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="autosaved_forms")
    path = models.CharField(max_length=300)
    data = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("owner", "path", name="autosave_once_per_page")]

    def __str__(self) -> str:
        return self.path
