"""The demo's plans and inspections: one finished and concluded, one corrected, one whose record is
out for an opinion, one that nobody announced and that is under way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from accounts.models import User
from agencies.models import Agency
from config.demo.words import ANSWERS, OPINIONS, REMEDIES, SCOPES, WRITTEN
from deadlines.models import OverdueFlag, TimeLimit
from dossiers.models import Attachment, Dossier
from inspections import duty
from inspections.models import (
    ExplanationRequest,
    Inspection,
    Plan,
    PlanItem,
    Recommendation,
    Record,
    RemedyReport,
    Signature,
    TeamMember,
)
from inspections.transitions import (
    answering,
    beginning,
    finalising,
    planning,
    raising,
    records,
    visiting,
)
from inspections.transitions.answering import Signed
from inspections.transitions.checking import Visit
from inspections.transitions.planning import PlanFacts
from inspections.transitions.records import Written

if TYPE_CHECKING:
    from config.demo.affairs import Affairs, Chain

#: Agencies in which nobody is inspected: Home Affairs itself, and who numbers the City's letters.
_NOT_THESE = ("SNV", "VP")
_SAMPLE = 6
_PERIOD = 50
_PLANNED, _NEXT_PLAN = -115, (11, 10)


def chains(affairs: "Affairs") -> Iterator["Chain"]:
    """Every chain of this part."""
    yield _plan(affairs)
    yield _next_plan(affairs)
    yield _corrected(affairs)
    yield _concluded(affairs)
    yield _sent(affairs)
    yield _under_way(affairs)


# --- plans ----------------------------------------------------------------------------------------


def _plan(affairs: "Affairs") -> "Chain":
    """The plan of the year, once there is some history to choose by."""
    at = yield affairs.on(_PLANNED, 9)
    plan = _drafted(affairs, at.year + (at.month > 10), at)
    at = yield affairs.on(_PLANNED + 3, 15)
    planning.approve_plan(plan, version=None, by=affairs.director(at), now=at)


def _next_plan(affairs: "Affairs") -> "Chain":
    """The plan of the next year is drafted in November and approved in December."""
    month, day = _NEXT_PLAN
    begun = date(affairs.today.year, month, day)
    if begun > affairs.today:
        begun = begun.replace(year=begun.year - 1)
    at = yield affairs.on_date(begun, 9)
    if at < affairs.on(_PLANNED, 9) or Plan.objects.filter(year=at.year + 1).exists():
        return
    plan = _drafted(affairs, at.year + 1, at)
    at = yield affairs.on_date(begun + timedelta(days=30), 15)
    planning.approve_plan(plan, version=None, by=affairs.director(at), now=at)


def _drafted(affairs: "Affairs", year: int, at: datetime) -> Plan:
    facts = PlanFacts(
        kind=Plan.Kind.YEARLY,
        year=year,
        title=f"Kiểm tra công vụ năm {year}",
        by_risk=6,
        by_chance=4,
    )
    by = affairs.hoa(at)
    plan = planning.draft_plan(facts=facts, by=by, now=at, seed=affairs.seed())
    return planning.select_agencies(plan, version=None, by=by, now=at)


# --- inspections ----------------------------------------------------------------------------------


def _planned(affairs: "Affairs", start: int) -> "Chain":
    """An announced inspection of the plan, from its preparation to the sample and its records;
    gives the inspection back. ``start`` is the working day of the visit."""
    at = yield affairs.on(start - 6, 9, 20)
    period = affairs.day(start - 6 - _PERIOD), affairs.day(start - 7)
    visit = Visit(
        agency=(item := _item(period)).agency,
        trigger=Inspection.Trigger.PLAN,
        plan_item=item,
        announced=True,
        scope=affairs.rng.choice(SCOPES),
        period_from=period[0],
        period_to=period[1],
        planned_on=affairs.day(start),
        team=_team(affairs),
    )
    inspection = visiting.prepare(visit=visit, by=affairs.hoa(at), now=at, seed=affairs.seed())
    at = yield affairs.on(start - 5, 16)
    visiting.decide(inspection, days=2, version=None, by=affairs.director(at), now=at)
    at = yield affairs.on(start, 8, 15)
    visiting.open_visit(inspection, version=None, by=affairs.hoa(at), now=at)
    at = yield affairs.on(start, 9)
    _draw(affairs, inspection, period, at)
    at = yield affairs.on(start + 1, 15)
    _written(affairs, inspection, at)
    at = yield affairs.on(start + 1, 17)
    visiting.end_visit(inspection, version=None, by=affairs.hoa(at), now=at)
    return inspection


def _concluded(affairs: "Affairs") -> "Chain":
    """A finished inspection: final records, an explanation, a conclusion, and remedies of which one
    is accepted, one in part, and one is overdue."""
    inspection = yield from _planned(affairs, -24)
    at = yield affairs.on(-22, 9)
    for record in inspection.records.order_by("pk"):
        _send(affairs, record, at)
    at = yield affairs.on(-20, 14)
    for record in inspection.records.order_by("pk"):
        _answered(affairs, record, at)
    at = yield affairs.on(-18, 10)
    for record in inspection.records.order_by("pk"):
        finalising.finalise(record, version=None, by=affairs.hoa(at), now=at)
    record = inspection.records.order_by("pk").last()
    at = yield affairs.on(-17, 9)
    duty.ask_explanation(
        record,
        text="Đề nghị nêu rõ nguyên nhân của từng hồ sơ chậm và trách nhiệm của người phụ trách.",
        last_day=affairs.day(-12),
        version=None,
        by=affairs.hoa(at),
        now=at,
    )
    at = yield affairs.on(-14, 15)
    explained(affairs, record, at)
    at = yield affairs.on(-11, 10)
    conclusion = duty.conclude(
        record,
        text=WRITTEN["conclusion"],
        asked=[
            duty.Asked(inspection.agency, text, affairs.day(last))
            for text, last in zip(REMEDIES, (-5, 5, -3), strict=True)
        ],
        version=None,
        by=affairs.director(at),
        now=at,
    )
    first, second, _overdue = conclusion.recommendations.order_by("position")
    at = yield affairs.on(-7, 10)
    _report(affairs, first, WRITTEN["remedied"], at)
    at = yield affairs.on(-6, 9)
    _judge(affairs, first, RemedyReport.Verdict.ACCEPTED, "", at)
    at = yield affairs.on(-4, 10)
    _report(affairs, second, WRITTEN["partly"], at)
    at = yield affairs.on(-2, 9)
    _judge(affairs, second, RemedyReport.Verdict.PARTLY, WRITTEN["missing"], at)


def _corrected(affairs: "Affairs") -> "Chain":
    """A final record and the one that corrects it."""
    inspection = yield from _planned(affairs, -62)
    at = yield affairs.on(-59, 9)
    record = inspection.records.order_by("pk").last()
    _send(affairs, record, at)
    at = yield affairs.on(-57, 9)
    _answered(affairs, record, at)
    at = yield affairs.on(-55, 10)
    finalising.finalise(record, version=None, by=affairs.hoa(at), now=at)
    at = yield affairs.on(-50, 9)
    fresh = finalising.correct(
        record, reason=WRITTEN["correction"], version=None, by=affairs.hoa(at), now=at
    )
    at = yield affairs.on(-50, 14)
    _send(affairs, fresh, at)
    at = yield affairs.on(-48, 9)
    _answered(affairs, fresh, at)
    at = yield affairs.on(-47, 10)
    finalising.finalise(fresh, version=None, by=affairs.hoa(at), now=at)


def _sent(affairs: "Affairs") -> "Chain":
    """The visit is over, the record lies with the agency for its opinion."""
    inspection = yield from _planned(affairs, -6)
    at = yield affairs.on(-2, 9, 30)
    _send(affairs, inspection.records.order_by("pk").last(), at)


def _under_way(affairs: "Affairs") -> "Chain":
    """Raised from overdue limits, announced to nobody, opened yesterday; its records are drafts."""
    at = yield affairs.on(-3, 10)
    by = affairs.hoa(at)
    overdue = (
        TimeLimit.objects.overdue(at)
        .exclude(agency__code__in=(*_NOT_THESE, "P-00070"))
        .exclude(agency__in=Inspection.objects.values("agency"))
        .values("agency")
        .annotate(n=Count("pk"))
        .order_by("-n", "agency")
        .first()
    )
    if overdue is None:
        return
    agency = Agency.objects.get(pk=overdue["agency"])
    visit = raising.visit_of(agency, raising.overdue_of(agency, at), by=by, now=at)
    inspection = visiting.prepare(
        visit=replace(visit, team=_team(affairs)), by=by, now=at, seed=affairs.seed()
    )
    at = yield affairs.on(-3, 16)
    visiting.decide(inspection, days=2, version=None, by=affairs.director(at), now=at)
    at = yield affairs.on(-1, 8, 15)
    visiting.open_visit(inspection, version=None, by=affairs.hoa(at), now=at)
    at = yield affairs.on(-1, 9)
    inspection.refresh_from_db()
    _draw(affairs, inspection, (inspection.period_from, inspection.period_to), at)
    at = yield affairs.on(-1, 16)
    beginning.raise_records(inspection, version=None, by=affairs.hoa(at), now=at)


# --- steps ----------------------------------------------------------------------------------------


def _item(period: tuple[date, date]) -> PlanItem:
    """The agency of the plan with the most late limits in the period, of those not inspected yet,
    then the one with the most dossiers."""
    items = (
        PlanItem.objects.filter(plan__state=Plan.State.APPROVED)
        .exclude(agency__code__in=_NOT_THESE)
        .exclude(agency__in=Inspection.objects.values("agency"))
        .select_related("agency", "plan")
        .order_by("-score", "pk")
    )
    entered = dict(_dossiers(period).values_list("agency").annotate(n=Count("pk")))
    flags = OverdueFlag.objects.filter(due_at__date__range=period).order_by()
    late = dict(flags.values_list("agency").annotate(n=Count("pk")))
    return max(
        items, key=lambda item: (late.get(item.agency_id, 0), entered.get(item.agency_id, 0))
    )


def _dossiers(period: tuple[date, date]) -> QuerySet[Dossier]:
    return Dossier.objects.filter(submitted_at__date__range=period).order_by()


def _team(affairs: "Affairs") -> list[tuple[User, str]]:
    return [
        (affairs.inspector, TeamMember.Part.LEAD),
        (affairs.secretary, TeamMember.Part.SECRETARY),
    ]


def _draw(
    affairs: "Affairs", inspection: Inspection, period: tuple[date, date], at: datetime
) -> None:
    """The sample, where the agency entered anything in the period."""
    if _dossiers(period).filter(agency=inspection.agency_id).exists():
        visiting.draw_sample(inspection, size=_SAMPLE, version=None, by=affairs.hoa(at), now=at)


def _written(affairs: "Affairs", inspection: Inspection, at: datetime) -> None:
    """The records begin, each with what the team writes."""
    made = beginning.raise_records(inspection, version=None, by=affairs.hoa(at), now=at)
    for record in made:
        head = {"side": "inspected", "name": record.head_name, "post": record.head_post}
        written = Written(
            place=f"Trụ sở {record.agency_name}"[:200],
            started_at=at.replace(hour=8, minute=30),
            ended_at=at.replace(hour=11, minute=30),
            present=[head],
            scope=record.scope,
            method="Rút ngẫu nhiên theo nhóm hồ sơ, đối chiếu với sổ văn bản đi, đến.",
            papers_seen="Sổ theo dõi văn bản đi, đến; hồ sơ lưu của các vụ việc được rút.",
            shortcomings=WRITTEN["shortcomings"],
            causes=WRITTEN["causes"],
            requests=WRITTEN["requests"],
            recommendations=WRITTEN["recommendations"],
            pages=4,
            copies=3,
        )
        records.edit_record(record, written=written, version=None, by=affairs.hoa(at), now=at)


def _send(affairs: "Affairs", record: Record, at: datetime) -> None:
    answering.send(record, version=None, by=affairs.hoa(at), now=at)


def _answered(affairs: "Affairs", record: Record, at: datetime) -> None:
    """The agency's head gives an opinion; the three sides sign an hour later."""
    opinion, text = affairs.rng.choice(OPINIONS)
    answering.give_opinion(
        record,
        opinion=opinion,
        text=text,
        version=None,
        by=affairs.player.head(record.agency, at),
        now=at,
    )
    at += timedelta(hours=1)
    sides = (
        (Signature.Side.INSPECTED, record.head_name, record.head_post),
        (Signature.Side.SECRETARY, affairs.secretary.full_name, "Chuyên viên"),
        (Signature.Side.LEAD, affairs.inspector.full_name, "Chuyên viên"),
    )
    for side, name, post in sides:
        signed = Signed(side=side, name=name, post=post, signed_on=at.date())
        answering.sign(record, signed=signed, version=None, by=affairs.hoa(at), now=at)


def explained(affairs: "Affairs", record: Record, at: datetime) -> None:
    """The person whom the record names answers."""
    text, cause = affairs.rng.choice(ANSWERS)
    duty.answer_explanation(
        record,
        answer=duty.Answer(text, ExplanationRequest.Cause(cause)),
        version=None,
        by=affairs.player.actor(record.head, at),
        now=at,
    )


def _report(affairs: "Affairs", owed: Recommendation, text: str, at: datetime) -> None:
    by = affairs.player.head(owed.agency, at)
    evidence = affairs.player.paper(Attachment.Purpose.REPORT, "khac-phuc", by, at)
    duty.report_remedy(owed, text=text, files=[evidence], version=None, by=by, now=at)


def _judge(
    affairs: "Affairs", owed: Recommendation, verdict: RemedyReport.Verdict, text: str, at: datetime
) -> None:
    duty.judge_remedy(owed, verdict=verdict, text=text, version=None, by=affairs.hoa(at), now=at)
