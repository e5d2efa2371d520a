"""What an inspection must fit before it is prepared, decided and opened."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Agency
from inspections import policies
from inspections.bases import HOME_AFFAIRS, HOME_AFFAIRS_INSPECTORATE, lead_bodies_on
from inspections.models import Inspection, Plan, PlanItem, TeamMember
from inspections.transitions.rows import HOME_AFFAIRS as CODE
from inspections.transitions.rows import (
    Unfit,
)

#: Bodies that Home Affairs decides for; an inspection led by another body is decided by that body.
OWN_BODIES = frozenset({HOME_AFFAIRS, HOME_AFFAIRS_INSPECTORATE})
_I = Inspection.State
_Part = TeamMember.Part


class OwnAgency(Unfit):
    """A member of the team belongs to the inspected agency, or did in the period inspected."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is entered of an inspection. ``team`` pairs a person with a part; local dates, both ends
    of the period inclusive."""

    agency: Agency
    trigger: str
    announced: bool
    scope: str
    period_from: date
    period_to: date
    planned_on: date
    team: Sequence[tuple[User, str]]
    kind: str = Inspection.Kind.CONTROL
    lead_body: str = HOME_AFFAIRS
    evidence: str = ""
    plan_item: PlanItem | None = None
    after: Inspection | None = None


def check(visit: Visit, row: Inspection, day: date) -> None:
    if visit.period_from > visit.period_to:
        raise Unfit(_("The period ends before it begins."))
    if visit.period_from > day:
        raise Unfit(_("The period inspected cannot lie ahead."))
    if visit.planned_on < day:
        raise Unfit(_("The day of the visit cannot be past."))
    if not row.agency.is_valid_on(day):
        raise Unfit(
            _("%(agency)s does not exist any more: inspect its successor.")
            % {"agency": row.agency.name}
        )
    if row.agency.code == CODE:
        raise Unfit(_("Home Affairs does not inspect itself."))
    unannounced = {Inspection.Trigger.SIGNAL, Inspection.Trigger.COMPLAINT}
    if visit.trigger in unannounced | {Inspection.Trigger.ORDER} and not visit.evidence.strip():
        raise Unfit(_("Say what it comes from: the order, the complaint or the time limits."))
    if visit.trigger == Inspection.Trigger.PLAN:
        check_plan(visit.plan_item, row.agency)
    if visit.after and visit.after.agency_id != row.agency.pk:
        raise Unfit(_("A follow-up goes to the agency that was inspected before."))
    check_kind(visit.kind, visit.lead_body, max(day, visit.planned_on))
    check_team(visit.team)
    check_belonging(row, [user.pk for user, _part in visit.team], day)


def check_plan(item: PlanItem | None, agency: Agency) -> None:
    if item is None or item.plan.state != Plan.State.APPROVED:
        raise Unfit(_("A planned inspection belongs to an approved plan."))
    if item.agency_id != agency.pk:
        raise Unfit(_("The plan names another agency."))


def check_kind(kind: str, lead_body: str, day: date) -> None:
    """Kiểm tra and thanh tra are led by those bodies alone that the law names on that date."""
    lawful = lead_bodies_on(kind, day)
    if lead_body not in lawful:
        raise Unfit(
            _("On %(day)s this kind of inspection is led by: %(bodies)s.")
            % {"day": f"{day:%d/%m/%Y}", "bodies": ", ".join(lawful)}
        )
    if lead_body not in OWN_BODIES:
        raise Unfit(
            _("%(body)s decides and records its inspections itself; Home Affairs cannot.")
            % {"body": lead_body}
        )


def check_team(team: Iterable[tuple[User, str]]) -> None:
    people = list(team)
    leads = sum(part == _Part.LEAD for _user, part in people)
    if leads != 1:
        raise Unfit(_("A team has exactly one head."))
    if len({user.pk for user, _part in people}) != len(people):
        raise Unfit(_("A person takes one part in a team."))
    if not all(user.is_active for user, _part in people):
        raise Unfit(_("The account of a member of the team is closed."))


def check_belonging(row: Inspection, user_ids: Collection[int], day: date) -> None:
    posts = policies.belonging(user_ids, row, day)
    if posts:
        who = ", ".join(sorted({f"{post.user.full_name} ({post.line()})" for post in posts}))
        raise OwnAgency(
            _("Nobody inspects their own agency, today's or that of the period: %(who)s.")
            % {"who": who}
        )
