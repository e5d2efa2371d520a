"""What happened: append-only events, and the chain of seals over them.

Rows of both tables can be neither updated nor deleted; ``ledger.guards`` puts triggers on them in
both databases. Events are written by ``ledger.recording`` alone, links by ``ledger.chain`` alone.
"""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act: who, in which post, did what to which object, when, with which values.

    ``at`` is the instant of the act as the server saw it (UTC); ``recorded_at`` is the database's
    own clock; ``stated_at`` is what a paper says, when it says something else. The row takes plain
    values, so that renaming or deleting an account changes nothing in it.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_code = models.CharField(max_length=120)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_post = models.CharField(max_length=300, blank=True, default="")
    on_behalf_of = models.CharField(max_length=300, blank=True, default="")
    stated_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True, default="")
    document = models.TextField(blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")
    address = models.CharField(max_length=64, blank=True, default="")
    session = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_code", "id"], name="event_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_code}"


class Link(models.Model):
    """One seal: the place of an event in the chain and the SHA-256 that binds it to the one before.

    ``seq`` runs 1..n without gaps; ``digest`` covers the previous digest and every column of the
    event in the canonical form of ``ledger.chain.canonical``.
    """

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class Gap(models.Model):
    """Numbers of events below the last sealed one that were not there when it was sealed.

    A transaction takes the numbers of its events before it commits, so a smaller number may appear
    after a larger one; the sealing looks for it here instead of in the whole history. What was
    rolled back never appears, and its gap is forgotten after a day.
    """

    first = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField()
    noticed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
