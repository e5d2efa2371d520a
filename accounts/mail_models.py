"""Letters by e-mail: the outbox, what a person wants of it, and the link to a person's calendar.

None of these rows states a fact of the record: what happened stands in messages, limits and the
ledger. The outbox says how far the news about it has travelled.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One e-mail to one person, until it has been sent or given up. Instants are UTC.

    ``key`` names it for ever: whoever derives it again gets the same row, and whoever sends it
    again sends it under the same Message-ID. A worker claims it by moving ``next_try_at`` ahead,
    so what it leaves undone is tried again after that. ``address`` is set where another address
    than the person's present one is meant. ``batch`` is the pass that wrote it.
    """

    class Kind(models.TextChoices):
        NEWS = "news", _("News at once")
        MORNING = "morning", _("Morning letter")
        ACCOUNT = "account", _("Notice about the account")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")
        DROPPED = "dropped", _("No longer needed")

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    address = models.CharField(max_length=254, blank=True, default="")
    about = models.CharField(max_length=20, blank=True, default="")
    day = models.DateField()
    batch = models.UUIDField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["-created_at"], condition=Q(state="dead"), name="mail_dead"),
            models.Index(fields=["batch", "recipient"], name="mail_batch"),
        ]

    def __str__(self) -> str:
        return self.key


class MailItem(models.Model):
    """That a piece of news travels in an e-mail; in one, and no other."""

    message = models.OneToOneField(
        "accounts.Message", on_delete=models.PROTECT, related_name="mailed"
    )
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="items")

    def __str__(self) -> str:
        return f"{self.mail_id} {self.message_id}"


class MorningRound(models.Model):
    """That the morning letters of a working day have been written, for everybody at once."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)


class MailDesk(models.Model):
    """How the outbox stood when a worker last passed: one row, which the frame of pages reads.

    ``waits_since`` is when the oldest letter that could go became free to go; empty when none
    waits or the office is closed.
    """

    passed_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True, blank=True)
    waiting = models.PositiveIntegerField(default=0)
    dead = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=80, blank=True, default="")

    def __str__(self) -> str:
        return str(self.passed_at)


class MailChoice(models.Model):
    """What a person wants by e-mail; without a row the first choice holds.

    A breach, what names the person, and notices about the account come whatever was chosen.
    ``since``: news from before the address was given is not sent to it.
    """

    class News(models.TextChoices):
        MORNING = "morning", _("What is urgent at once, the rest every morning")
        AT_ONCE = "at_once", _("All news at once, and a letter every morning")
        NONE = "none", _("Only what must come")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="mail_choice",
    )
    news = models.CharField(max_length=10, choices=News.choices, default=News.MORNING)
    since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.news


class CalendarLink(models.Model):
    """The secret link by which a person's calendar reads the person's due dates.

    Only the digest of the secret is kept. A new link replaces the old one. ``window_at`` and
    ``window_reads`` count how often it was read lately.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_link"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    window_reads = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.made_at)
