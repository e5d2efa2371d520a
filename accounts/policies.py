"""Who may propose, confirm and end posts (quality.md §4, rules S1, S5 and S7)."""

from accounts.actors import Actor
from accounts.models import AppointmentProposal, User
from accounts.rights import agencies_of, allows, reaches_city
from accounts.roles import Role

#: Whoever may be the second person for a post: another administrator, or the office.
SECOND = (Role.SYSTEM_ADMINISTRATOR, Role.OFFICE_CHIEF)


def may_propose_for(by: Actor, user: User) -> bool:
    """Administrators, for anybody but themselves."""
    return allows(by, "user_role") and by.author.id != user.pk


def may_decide(by: Actor, proposal: AppointmentProposal) -> bool:
    """An administrator or the chief of the City Office who neither proposed it nor gains by it."""
    if by.author.id in {proposal.proposed_by_id, proposal.user_id}:
        return False
    return allows(by, "user_role_confirm") and by.holds(*SECOND)


def sees_person(by: Actor, user: User) -> bool:
    """Administrators and auditors everybody, a head the people of the own agency."""
    if reaches_city(by, "user_list"):
        return True
    own = agencies_of(by, "user_list")
    return bool(own) and user.appointments.filter(agency_id__in=own).exists()
