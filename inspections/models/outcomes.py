"""What follows a record: conclusion, remedies, the proposal on responsibility and its decision."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency
from deadlines.models import TimeLimit
from documents.models import Paper
from inspections.models.records import Record
from inspections.querysets import ProposalQuerySet, RecommendationQuerySet


class Conclusion(models.Model):
    """The notice of conclusions (thông báo kết luận kiểm tra) on a finalised record."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="conclusion")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.record_id}"


class Recommendation(models.Model):
    """One remedy that an agency owes after a conclusion, with its own limit."""

    class State(models.TextChoices):
        OPEN = "open", _("Remedy awaited")
        REPORTED = "reported", _("Remedy reported")
        DONE = "done", _("Remedy accepted")
        PARTLY = "partly", _("Remedied in part")
        NOT_DONE = "not_done", _("Not remedied")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    conclusion = models.ForeignKey(
        Conclusion, on_delete=models.PROTECT, related_name="recommendations"
    )
    position = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, related_name="recommendation"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("conclusion", "position", name="recommendation_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.conclusion_id}/{self.position}"


class RemedyReport(models.Model):
    """What the agency reports on a remedy, and what Home Affairs found: accepted, partly, not."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        PARTLY = "partly", _("Accepted in part")
        NOT = "not", _("Not accepted")

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="reports"
    )
    text = models.TextField()
    ref = models.CharField(max_length=60, blank=True, default="")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True, default="")
    verdict_text = models.TextField(blank=True, default="")
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recommendation", condition=Q(verdict=""), name="remedy_report_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recommendation_id} {self.sent_at}"


class RemedyFile(models.Model):
    """Evidence of a remedy, kept byte for byte under its SHA-256."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    report = models.ForeignKey(RemedyReport, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class PersonClass(models.TextChoices):
    """Which law on discipline applies to the person, by the post held."""

    OFFICIAL = "official", _("Civil servant without a leading post")
    LEADING_OFFICIAL = "leading_official", _("Civil servant in a leading post")
    ELECTED = "elected", _("Elected or approved cadre")
    PUBLIC_EMPLOYEE = "public_employee", _("Public employee")


class Proposal(models.Model):
    """A proposal on a head's responsibility: drafted by an inspector, put to the City leadership by
    the director of Home Affairs, decided by a City leader; three different persons.

    ``asked`` is what the people of Home Affairs ask for, in their own words. The software proposes
    nothing itself.
    """

    class State(models.TextChoices):
        DRAFTING = "drafting", _("Proposal being drafted")
        PROPOSED = "proposed", _("Waiting for the director")
        RETURNED = "returned", _("Returned by the director")
        ENDORSED = "endorsed", _("Put to the City leadership")
        DECIDED = "decided", _("Proposal decided")
        WITHDRAWN = "withdrawn", _("Proposal withdrawn")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="proposals")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=150)
    person_post = models.CharField(max_length=200)
    person_class = models.CharField(max_length=20, choices=PersonClass.choices)
    assessment = models.TextField()
    circumstances = models.TextField(blank=True, default="")
    asked = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    version = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    endorsed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True)
    returned_text = models.TextField(blank=True, default="")
    paper = models.OneToOneField(
        Paper, on_delete=models.PROTECT, null=True, related_name="proposal"
    )
    after = models.OneToOneField(
        "Decision", on_delete=models.PROTECT, null=True, related_name="fresh_proposal"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "record",
                condition=Q(state__in=["drafting", "proposed", "returned", "endorsed"]),
                name="proposal_open_once",
            ),
            models.CheckConstraint(
                condition=Q(endorsed_by__isnull=True) | ~Q(endorsed_by=F("drafted_by")),
                name="proposal_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.person_name}"


class ProposalHand(models.Model):
    """Everybody who drafted or edited a proposal, with the post held then: none of them decides."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="hands")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    post = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("proposal", "user", name="proposal_hand_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.user_id}"


class Decision(models.Model):
    """A City leader's decision on a proposal. ``outcome`` is of the list valid on that date
    (``inspections.ladder``). ``result_*`` is the document by which it was carried out."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved as proposed")
        AMEND = "amend", _("Approved with changes")
        REFUSE = "refuse", _("Not approved")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    outcome = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    paper = models.OneToOneField(
        Paper, on_delete=models.PROTECT, null=True, related_name="decision"
    )
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, null=True, related_name="decision"
    )
    result_ref = models.CharField(max_length=60, blank=True, default="")
    result_on = models.DateField(null=True)
    result_text = models.TextField(blank=True, default="")
    result_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="refuse", outcome="") | (~Q(kind="refuse") & ~Q(outcome="")),
                name="decision_has_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.kind}"
