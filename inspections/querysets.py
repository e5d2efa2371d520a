"""Questions about inspections and records: who may see which. A narrow view: what ends careers is
seen by Home Affairs, the person concerned, the deciding leadership and the auditor."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.rights import agencies_of, allows, reaches_city
from accounts.roles import Role
from agencies.models import Agency

_HOME_AFFAIRS = (Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR)


class InspectionQuerySet(models.QuerySet):
    """Inspections, as far as a person may know of them."""

    def visible_to(self, by: Actor) -> Self:
        """All for Home Affairs, leadership and auditor; for the inspected agency's head, or the
        head of the one that it went into, those that were announced to it or opened; an unannounced
        one not before."""
        if reaches_city(by, "inspection_list"):
            return self
        own = agencies_of(by, "inspection_list")
        known = Q(notified_at__isnull=False) | Q(opened_at__isnull=False)
        return self.filter(known, agency__in=Agency.objects.answered_for_by(own).values("pk"))


class RecordQuerySet(models.QuerySet):
    """Records, as far as a person may read them."""

    def visible_to(self, by: Actor) -> Self:
        """Drafts: their author, their team and the director. Later: Home Affairs and the auditor,
        the head named in it, the head of the inspected agency or of the one that it went
        into, and City leaders once a proposal about it was put to them. Whom it names reads it also
        without any post."""
        if by.user is None:
            return self.none()
        return self.filter(self._mine(by) | self._desk(by) | self._leadership(by)).distinct()

    def _mine(self, by: Actor) -> Q:
        served = Q(state__in=["sent", "finalised"])
        own = Agency.objects.answered_for_by(agencies_of(by, "violation_view")).values("pk")
        asked = Q(head=by.user, explanation__isnull=False)  # also when it was dropped after that
        return asked | served & (Q(head=by.user) | Q(kind="inspection", agency__in=own))

    def _desk(self, by: Actor) -> Q:
        nothing = Q(pk__in=[])
        if by.holds(Role.HOME_AFFAIRS_DIRECTOR):
            return Q(pk__isnull=False)
        if by.holds(Role.INSPECTOR):
            team = Q(inspection__team__user=by.user)
            return ~Q(state="drafting") | Q(author=by.user) | team
        if by.holds(Role.AUDITOR):
            return ~Q(state="drafting")
        return nothing

    def _leadership(self, by: Actor) -> Q:
        if not by.holds(Role.CITY_LEADER):
            return Q(pk__in=[])
        proposals = self.model._meta.get_field("proposals").related_model
        put = proposals.objects.filter(record=OuterRef("pk"), state__in=["endorsed", "decided"])
        return Q(Exists(put))

    def finalised(self) -> Self:
        """Those that have their number and can no longer change."""
        return self.filter(state="finalised")


class ProposalQuerySet(models.QuerySet):
    """Proposals on responsibility, as far as a person may read them."""

    def visible_to(self, by: Actor) -> Self:
        """Home Affairs and the auditor; City leaders once put to them; the person concerned once
        decided."""
        if by.user is None:
            return self.none()
        seen = Q(person=by.user, state="decided")
        if by.holds(*_HOME_AFFAIRS):
            seen |= Q(pk__isnull=False)
        if by.holds(Role.AUDITOR):
            seen |= ~Q(state="drafting")
        if by.holds(Role.CITY_LEADER):
            seen |= Q(state__in=["endorsed", "decided"])
        return self.filter(seen)


class RecommendationQuerySet(models.QuerySet):
    """Remedies after a conclusion."""

    def visible_to(self, by: Actor) -> Self:
        """Home Affairs, leadership and auditor; the agency that owes the remedy, after a
        reorganisation the successor to which its limit went."""
        if reaches_city(by, "remedy_view"):
            return self
        return self.filter(time_limit__agency_id__in=agencies_of(by, "remedy_view"))

    def waiting(self) -> Self:
        """Those whose remedy is not accepted yet: done in part or not done is still owed."""
        return self.exclude(state="done")

    def overdue(self, now: datetime) -> Self:
        """Those unsettled whose limit has passed."""
        return self.filter(time_limit__met_at__isnull=True, time_limit__due_at__lte=now)


def may_see_counts(by: Actor) -> bool:
    """Whether the person sees how many records there are, without reading them."""
    return allows(by, "violation_counts")
