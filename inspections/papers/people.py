"""Who issues, signs and takes part, as papers name them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date

from accounts.actors import Actor
from accounts.models import User
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from deadlines.calendar import HANOI
from documents.forms import parts
from documents.forms.parts import Issuer, Late, Person, Signer
from inspections.models import Finding, TeamMember

#: The parts of a team as papers write them: in Vietnamese, whatever the reader's language.
PARTS = {
    TeamMember.Part.LEAD: "Trưởng đoàn",
    TeamMember.Part.DEPUTY: "Phó Trưởng đoàn",
    TeamMember.Part.SECRETARY: "Thư ký",
    TeamMember.Part.MEMBER: "Thành viên",
}
_ORDER = list(PARTS)


def issuer(agency: Agency, unit: InternalUnit | None = None) -> Issuer:
    """Home Affairs, or another agency, as the head of a paper, with the unit that drafted it."""
    return Issuer(name=agency.name, code=agency.code, unit=unit.code if unit else "")


def unit_of(user: User, agency: Agency, day: date) -> InternalUnit | None:
    """The unit of an agency in which a person works on a local date; it drafts what they write."""
    posts = user.appointments.held_on(day).filter(agency=agency, unit__isnull=False)
    found = posts.select_related("unit").order_by("-started_on", "-pk").first()
    return found.unit if found else None


def signer(by: Actor) -> Signer:
    """The director who signs. A deputy or acting head signs with the mark of that."""
    post = next((p for p in by.posts if p.role == Role.HOME_AFFAIRS_DIRECTOR), None)
    name = by.user.full_name if by.user else ""
    if post is None:
        return Signer(name=name, post="Giám đốc")
    if post.acting:
        return Signer(name=name, post=post.post, capacity="Q.")
    return Signer(name=name, post=post.post)


def team(members: Iterable[TeamMember]) -> list[Person]:
    """The members with the posts kept with the decision, the head of the team first."""
    ordered = sorted(members, key=lambda one: (_ORDER.index(one.part), one.pk))
    return [Person(name=one.name, post=one.post, part=PARTS[one.part]) for one in ordered]


def late_line(facts: dict[str, Any], note: str = "") -> Late:
    """One limit of a finding as tables of papers show it, from the copy of its facts alone."""
    desk, direction, gate = facts.get("desk"), facts.get("direction"), facts.get("gate") or {}
    head = facts.get("head") or {}
    missing = [
        words
        for flag, words in (
            ("signature_missing", "Thiếu chữ ký của người đứng đầu trên tờ trình"),
            ("initials_missing", "Thiếu chữ ký tắt của người đứng đầu trên dự thảo"),
        )
        if gate.get(flag)
    ]
    if gate.get("exception"):
        missing.append(f"Trình theo trường hợp ngoại lệ: {gate['exception']}")
    said = [one for one in facts.get("explanations", ()) if one["text"] or one["late_reason"]]
    return Late(
        code=facts["dossier"],
        matter=facts["matter"],
        due_on=_day(facts["due_on"]),
        met_on=_day(facts["met_on"]) if facts.get("met_on") else None,
        net=facts.get("days_late") or 0,
        gross=facts.get("days_late_gross"),
        direction=_direction(direction),
        head=head.get("name", ""),
        desk=", ".join(filter(None, (desk["desk_text"], desk["unit"], desk["person"])))
        if desk
        else "",
        reminders=len(facts.get("reminders", ())),
        returns=len(facts.get("returns", ())),
        missing="\n".join(missing),
        explanation="\n".join(one["late_reason"] or one["text"] for one in said),
        note=note,
    )


def late_lines(findings: Iterable[Finding]) -> list[Late]:
    """The findings that are limits not kept, as tables show them. A sampled dossier that kept its
    limits, or had none, is no entry in a table of late ones."""
    return [
        late_line(one.facts, one.note)
        for one in findings
        if one.facts.get("late") or "flag_due_at" in one.facts
    ]


def _direction(said: dict[str, Any] | None) -> str:
    if not said:
        return ""
    day = local_day_of(said["at"])
    return f"{said['by']}, {parts.day_month_year(day)}: {said['text']}"


def local_day_of(instant: str) -> date:
    """The local date of an instant as facts keep it."""
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(HANOI).date()


def _day(text: str) -> date:
    found = parse_date(text)
    if found is None:
        raise ValueError(text)
    return found


def post_at(user: User, agency_id: int, at: datetime) -> str:
    """The post of a person in an agency at an instant, as papers name it; empty for none."""
    posts = user.appointments.held_on(local_day(at)).filter(agency_id=agency_id)
    found = posts.order_by("-started_on", "-pk").first()
    return found.post if found else ""
