"""The roles that an appointment can carry, and the columns of the permission matrix."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do follows from the posts held today, never from the account itself."""

    AGENCY_CLERK = "agency_clerk", _("Records clerk of an agency")
    AGENCY_OFFICER = "agency_officer", _("Desk officer of an agency")
    AGENCY_HEAD = "agency_head", _("Head of an agency")
    OFFICE_CLERK = "office_clerk", _("Records clerk of the City Office")
    OFFICE_OFFICER = "office_officer", _("Desk officer of the City Office")
    OFFICE_CHIEF = "office_chief", _("Chief of the City Office")
    CITY_LEADER = "city_leader", _("City leader")
    INSPECTOR = "inspector", _("Inspector of Home Affairs")
    HOME_AFFAIRS_DIRECTOR = "home_affairs_director", _("Director of Home Affairs")
    AUDITOR = "auditor", _("Auditor")
    CALENDAR_KEEPER = "calendar_keeper", _("Calendar keeper")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")


class Column(models.TextChoices):
    """Columns of the permission matrix: people who may do the same things."""

    CLERK = "clerk", _("Clerk, officer")
    HEAD = "head", _("Head")
    LEADER = "leader", _("City leader")
    OFFICE = "office", _("City Office")
    KEEPER = "keeper", _("Calendar keeper")
    INSPECTOR = "inspector", _("Inspector")
    DIRECTOR = "director", _("Director of Home Affairs")
    SYSADMIN = "sysadmin", _("System administrator")
    AUDITOR = "auditor", _("Auditor")


COLUMN_OF = {
    Role.AGENCY_CLERK: Column.CLERK,
    Role.AGENCY_OFFICER: Column.CLERK,
    Role.AGENCY_HEAD: Column.HEAD,
    Role.OFFICE_CLERK: Column.OFFICE,
    Role.OFFICE_OFFICER: Column.OFFICE,
    Role.OFFICE_CHIEF: Column.OFFICE,
    Role.CALENDAR_KEEPER: Column.KEEPER,
    Role.CITY_LEADER: Column.LEADER,
    Role.INSPECTOR: Column.INSPECTOR,
    Role.HOME_AFFAIRS_DIRECTOR: Column.DIRECTOR,
    Role.SYSTEM_ADMINISTRATOR: Column.SYSADMIN,
    Role.AUDITOR: Column.AUDITOR,
}
