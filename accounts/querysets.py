"""Questions about posts and messages."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.rights import allows, reaches_city
from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.models import Appointment


#: Whoever holds one of these is the head of the agency: the City Office's is its chief.
HEAD_ROLES = (Role.AGENCY_HEAD, Role.OFFICE_CHIEF)


class AppointmentQuerySet(models.QuerySet):
    """Posts as of a date."""

    def in_force_on(self, day: date) -> Self:
        """Those that carry their rights on a local date: the account is open, and nobody was
        relieved in the course of that day."""
        relieved = Q(ended_on=day, withdrawn_at__isnull=False)
        return self.held_on(day).filter(~relieved, user__is_active=True)

    def held_on(self, day: date) -> Self:
        """Those held on a local date, whatever became of the account since."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day), started_on__lte=day)

    def head_on(self, agency_id: int, day: date) -> "Appointment | None":
        """Who was head of an agency on a local date: the latest appointment, acting ones too."""
        return (
            self.held_on(day)
            .filter(agency_id=agency_id, role__in=HEAD_ROLES)
            .select_related("user")
            .order_by("-started_on", "-pk")
            .first()
        )


class ProposalQuerySet(models.QuerySet):
    """Posts that are proposed."""

    def visible_to(self, by: Actor) -> Self:
        """All for administrators, auditors and the chief of the City Office; nothing for others."""
        chief = allows(by, "user_role_view") and by.holds(Role.OFFICE_CHIEF)
        return self.all() if chief or reaches_city(by, "user_list") else self.none()


class MessageQuerySet(models.QuerySet):
    """Messages of a person."""

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)
