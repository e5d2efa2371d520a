"""Questions about posts and messages."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.models import Appointment


#: Whoever holds one of these is the head of the agency: the City Office's is its chief.
HEAD_ROLES = (Role.AGENCY_HEAD, Role.OFFICE_CHIEF)


class AppointmentQuerySet(models.QuerySet):
    """Posts as of a date."""

    def in_force_on(self, day: date) -> Self:
        """Those held on a local date by people whose account is open."""
        return self.held_on(day).filter(user__is_active=True)

    def held_on(self, day: date) -> Self:
        """Those held on a local date, whatever became of the account since."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day), started_on__lte=day)

    def head_on(self, agency_id: int, day: date) -> "Appointment | None":
        """Who was head of an agency on a local date: the latest appointment, acting ones too."""
        return (
            self.held_on(day)
            .filter(agency_id=agency_id, role__in=HEAD_ROLES)
            .select_related("user", "agency")
            .order_by("-started_on", "-pk")
            .first()
        )


class MessageQuerySet(models.QuerySet):
    """Messages of a person."""

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)
