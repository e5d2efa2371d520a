"""The verbs of an inspection: prepare, decide, open, draw the sample, end, cancel.

    preparing ──decide──▶ decided ──open──▶ open ──end──▶ ended
        └──────cancel───────┘

An announced one is told to the agency's head with the decision. An unannounced one is unseen by the
agency until it is opened there: no page, list, count or message speaks of it before.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind, User
from accounts.refusals import NotAllowed
from accounts.rights import allows
from agencies.dates import local_day
from documents import issuing
from documents.models import Paper
from inspections import news, policies, sampling
from inspections.bases import bases_on
from inspections.facts import facts_of_all
from inspections.heads import answering
from inspections.models import Inspection, SampledDossier, TeamMember
from inspections.papers import decision as decision_paper
from inspections.transitions.checking import (
    Visit,
    check,
    check_belonging,
    check_kind,
    check_team,
)
from inspections.transitions.rows import (
    Unfit,
    acting,
    changes_between,
    enter,
    home_affairs,
    next_code,
    post_on,
    write,
)
from ledger import recording

MOST_SAMPLED = 500
_I = Inspection.State
_Part = TeamMember.Part


def prepare(*, visit: Visit, by: Actor, now: datetime, seed: str = "") -> Inspection:
    """A new inspection that waits for the director's decision. The seed of its sample is made here,
    once: nobody draws until the result pleases."""
    if not allows(by, "inspection_prepare"):
        raise NotAllowed(_("Your post does not carry this right."))
    day = local_day(now)
    with recording.recorded():
        inspection = Inspection(
            code=next_code(Inspection, f"KT{day.year}", 4),
            **_columns(visit),
            seed=seed or secrets.token_hex(6),
            created_by=by.user,
            created_at=now,
        )
        check(visit, inspection, day)
        inspection.save(force_insert=True)
        _set_team(inspection, visit.team, day)
        enter(inspection, "inspection_prepared", by, now, after=_said(visit))
        news.tell(MessageKind.INSPECTION_PREPARED, inspection, news.directors(day), now=now)
    return inspection


def edit(
    inspection: Inspection, *, visit: Visit, version: int | None, by: Actor, now: datetime
) -> Inspection:
    """Change what is still being prepared; its agency and what it comes from stay."""
    day = local_day(now)
    with acting(inspection, "edit_inspection", by, version) as row:
        new = _columns(visit) | {
            name: getattr(row, name) for name in ("agency", "plan_item", "after")
        }
        old = {name: getattr(row, name) for name in new}
        for name, value in new.items():
            setattr(row, name, value)
        check(visit, row, day)
        before, after = changes_between(_plain(old), _plain(new))
        write(row, "edit_inspection", **new)
        row.team.all().delete()
        _set_team(row, visit.team, day)
        enter(row, "inspection_edited", by, now, before=before, after=after | _team_said(visit))
    return row


def decide(
    inspection: Inspection, *, days: int, version: int | None, by: Actor, now: datetime
) -> Inspection:
    """The director decides what somebody else prepared: the team, ``days`` working days, and the
    legal bases valid today are fixed in the decision, which gets its number. An announced one is
    told to the agency's head at the same instant.

    Raises ``OwnAgency`` when a member has come to belong to the agency meanwhile.
    """
    day = local_day(now)
    with acting(inspection, "decide_inspection", by, version) as row:
        members = list(row.team.select_related("user").order_by("pk"))
        check_kind(row.kind, row.lead_body, day)
        check_team([(one.user, one.part) for one in members])
        check_belonging(row, [one.user_id for one in members], day)
        if row.planned_on < day:
            raise Unfit(_("The day of the visit is past. Change it before the decision."))
        if row.announced and row.planned_on <= day:
            raise Unfit(
                _("An announced visit begins after the day on which the agency is told of it.")
            )
        for member in members:
            member.post = post_on(member.user, day)[:200]
            member.save(update_fields=["post"])
        row.legal_bases = bases_on(row.kind, day)
        holder = home_affairs(day)
        paper = issuing.issue(
            kind=Paper.Kind.DECISION,
            holder=holder,
            symbol=f"QĐ-{holder.code}",
            about_kind="inspection",
            about_code=row.code,
            title=decision_paper.title(row),
            content=decision_paper.content(row, members, days=days, by=by, now=now),
            by=by,
            now=now,
        )
        write(
            row,
            "decide_inspection",
            state=_I.DECIDED,
            legal_bases=row.legal_bases,
            decided_by=by.user,
            decided_at=now,
            decision=paper,
            notified_at=now if row.announced else None,
        )
        enter(
            row,
            "inspection_decided",
            by,
            now,
            after={"ref": paper.ref, "days": days, "bases": row.legal_bases},
            document=paper.ref,
        )
        news.tell(MessageKind.INSPECTION_DECIDED, row, [one.user_id for one in members], now=now)
        if row.announced:
            _announce(row, paper, by, now)
    return row


def open_visit(
    inspection: Inspection, *, version: int | None, by: Actor, now: datetime
) -> Inspection:
    """The team is at the agency: from now on the agency sees the inspection. Who came to belong to
    the agency since the decision takes no part (``OwnAgency``)."""
    day = local_day(now)
    with acting(inspection, "open_inspection", by, version) as row:
        check_belonging(row, list(row.team.values_list("user_id", flat=True)), day)
        if row.announced and day < row.planned_on:
            raise Unfit(_("The agency was told of a later day. Open it on that day."))
        write(row, "open_inspection", state=_I.OPEN, opened_at=now)
        enter(row, "inspection_opened", by, now, document=row.decision.ref)
        news.tell(MessageKind.INSPECTION_OPENED, row, answering(row.agency_id, day), now=now)
    return row


def draw_sample(
    inspection: Inspection, *, size: int, version: int | None, by: Actor, now: datetime
) -> list[SampledDossier]:
    """Draw ``size`` dossiers of the agency and period with the stored seed, by strata; once. The
    facts of each are copied as they stand now."""
    with acting(inspection, "draw_sample", by, version) as row:
        population = sampling.population(row, now)
        if not population:
            raise Unfit(_("No dossier of this agency falls in the period."))
        if not 1 <= size <= MOST_SAMPLED:
            raise Unfit(_("Draw between 1 and %(most)d dossiers.") % {"most": MOST_SAMPLED})
        drawn = sampling.draw(row.seed, population, size)
        limits = sampling.limits_of(row, [one.name for one in drawn])
        facts = facts_of_all([limit for some in limits.values() for limit in some], now=now)
        rows = SampledDossier.objects.bulk_create(
            [
                SampledDossier(
                    inspection=row,
                    dossier_id=population[one.name].pk,
                    stratum=one.stratum,
                    position=one.position,
                    facts={
                        **sampling.dossier_facts(population[one.name], now),
                        "limits": [facts[limit.pk] for limit in limits.get(one.name, ())],
                    },
                )
                for one in drawn
            ]
        )
        write(row, "draw_sample", population=len(population), sample_size=len(rows))
        enter(
            row,
            "sample_drawn",
            by,
            now,
            after={
                "seed": row.seed,
                "population": len(population),
                "strata": sampling.sizes(population),
                "drawn": [one.name for one in drawn],
            },
        )
    return rows


def end_visit(
    inspection: Inspection, *, version: int | None, by: Actor, now: datetime
) -> Inspection:
    """The visit is over; its records may still be written."""
    with acting(inspection, "end_inspection", by, version) as row:
        write(row, "end_inspection", state=_I.ENDED, ended_at=now)
        enter(row, "inspection_ended", by, now)
    return row


def cancel(
    inspection: Inspection, *, reason: str, version: int | None, by: Actor, now: datetime
) -> Inspection:
    """The director cancels an inspection before it is opened; or who prepared it gives it up before
    the decision. The agency is told if it was told of it."""
    given_up = policies.may(by, "give_up_inspection", inspection)
    verb = "give_up_inspection" if given_up else "cancel_inspection"
    with acting(inspection, verb, by, version) as row:
        before = row.state
        write(row, verb, state=_I.CANCELLED)
        if row.decision_id:
            issuing.declare_void(row.decision, reason=reason, by=by, now=now)
        enter(
            row,
            "inspection_cancelled",
            by,
            now,
            before={"state": before},
            after={"state": row.state},
            reason=reason,
        )
        if row.notified_at:
            day = local_day(now)
            news.tell(MessageKind.INSPECTION_CANCELLED, row, answering(row.agency_id, day), now=now)
    return row


def _announce(row: Inspection, decision: Paper, by: Actor, now: datetime) -> None:
    """The letter to the agency, and the message to its head."""
    holder = home_affairs(local_day(now))
    letter = issuing.issue(
        kind=Paper.Kind.LETTER,
        holder=holder,
        symbol=decision_paper.notice_issuer(row, holder, now).letter_symbol,
        series=holder.code,
        about_kind="inspection_notice",
        about_code=row.code,
        title=decision_paper.title(row),
        content=decision_paper.notice_content(row, decision, by=by, now=now),
        by=by,
        now=now,
    )
    day = local_day(now)
    told = answering(row.agency_id, day)
    news.tell(MessageKind.INSPECTION_ANNOUNCED, row, told, now=now)
    enter(
        row,
        "inspection_announced",
        by,
        now,
        after={"ref": letter.ref, "planned_on": row.planned_on, "people": len(told)},
        document=letter.ref,
    )


def _set_team(row: Inspection, team: Sequence[tuple[User, str]], day: date) -> None:
    TeamMember.objects.bulk_create(
        [
            TeamMember(
                inspection=row,
                user=user,
                name=user.full_name,
                post=post_on(user, day)[:200],
                part=part,
            )
            for user, part in team
        ]
    )


# --- what is written ------------------------------------------------------------------------------


def _columns(visit: Visit) -> dict:
    return {name: getattr(visit, name) for name in Visit.__dataclass_fields__ if name != "team"}


def _plain(columns: dict) -> dict:
    rows = {"agency", "plan_item", "after"}
    return {name: str(value) if name in rows else value for name, value in columns.items()}


def _said(visit: Visit) -> dict:
    """The entry in the ledger; ``text`` tells the trigger, never more than the pages do."""
    columns = _plain(_columns(visit))
    return {
        **columns,
        "agency": visit.agency.name,
        "plan_item": visit.plan_item.pk if visit.plan_item else None,
        "after": visit.after.code if visit.after else None,
        **_team_said(visit),
    }


def _team_said(visit: Visit) -> dict:
    return {"team": [f"{user.full_name}: {part}" for user, part in visit.team]}
