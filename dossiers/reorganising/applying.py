"""The verbs of the second person and of the day: approve, apply, gather what came late."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import actors
from accounts import transitions as posts_of_people
from accounts.actors import Actor
from accounts.models import Appointment
from accounts.refusals import Refused
from accounts.roles import Role
from agencies import transitions as organisations
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from deadlines import moving as limits
from dossiers.models import Reorganisation
from dossiers.reorganising import arranging, moving
from dossiers.reorganising.arranging import Arrangement
from dossiers.reorganising.checking import Changed, must_be_second
from dossiers.reorganising.lying import Lying
from dossiers.reorganising.moving import Handover
from dossiers.reorganising.planning import checked_fingerprint, enter, locked, step
from dossiers.reorganising.telling import tell_staff, tell_that_it_stopped
from ledger import recording

State = Reorganisation.State
SYSTEM = "reorganisation/1"


def approve(plan: Reorganisation, *, version: int, by: Actor, now: datetime) -> Reorganisation:
    """The second person applies the plan, or approves it for its day when that is still to come.

    Of two people at once one succeeds; the other raises ``Conflict`` and learns who and when.
    Raises ``Changed`` when units, posts or agencies are no longer as they were put forward,
    ``NotAllowed`` and ``Unfit``.
    """
    with recording.recorded():
        row = locked(plan, version, State.READY)
        must_be_second(by, row, arranging.posts_of(list(row.formers.all()), row.effective_on))
        _must_be_as_put_forward(row, now)
        if row.effective_on > local_day(now):
            step(row, State.APPROVED, decided_by=by.user, decided_at=now)
            enter(row, "reorganisation_approved", by, now, after={"from": row.effective_on})
        else:
            step(row, State.APPLIED, decided_by=by.user, decided_at=now, applied_at=now)
            _carry_out(row, by, now)
    return row


def apply_due(now: datetime) -> int:
    """Carry out what was approved for today or earlier, and gather what came late; how many plans.

    One that no longer fits is stopped with the reason in words, and hinders no other. Safe to
    repeat, and beside itself.
    """
    by, done = actors.job(SYSTEM), 0
    due = Reorganisation.objects.filter(
        state=State.APPROVED, effective_on__lte=local_day(now)
    ).order_by("effective_on", "pk")
    with translation.override(settings.LANGUAGE_CODE):  # what is kept speaks Vietnamese
        for plan in due:
            try:
                with recording.recorded():
                    row = locked(plan, None, State.APPROVED)
                    _must_be_as_put_forward(row, now)
                    step(row, State.APPLIED, applied_at=now)
                    _carry_out(row, by, now)
                done += 1
            except Refused as refusal:
                _stop(plan, refusal.sentence, by, now)
        _gather_all(by, now)
    return done


def _stop(plan: Reorganisation, why: str, by: Actor, now: datetime) -> None:
    with recording.recorded(may_be_idle=True):
        row = Reorganisation.objects.get(pk=plan.pk)
        if row.state == State.APPROVED:
            step(row, State.STOPPED, remark=why)
            enter(row, "reorganisation_stopped", by, now, reason=why)
            tell_that_it_stopped(row, now=now)


def _must_be_as_put_forward(row: Reorganisation, now: datetime) -> None:
    if checked_fingerprint(row, now) != row.fingerprint:
        raise Changed(
            _(
                "Units or posts of these agencies have changed since it was put forward. Take it "
                "back, look at who goes where, and put it forward again."
            )
        )


def _carry_out(row: Reorganisation, by: Actor, now: datetime) -> None:
    """Everything at one stroke. Statements grow with the people, not with the open matters."""
    formers = list(row.formers.select_for_update().order_by("pk"))
    arrangement = Arrangement(row)
    posts = arranging.posts_of(formers, row.effective_on)
    lying = Lying(formers, arrangement, lock=True)
    limits.flag_what_passed(lying.limits, day=row.effective_on, now=now)
    agencies = _establish(row, formers)
    units = _carry_units(row, formers, arrangement, agencies)
    _change_posts(row, arrangement, posts, agencies, units, by, now)
    people = arranging.people_by_heir(arrangement, posts)
    moved = _hand_over(row, formers, arrangement, lying, agencies, units, people, by, now)
    row.moved = {**moved, "posts": sum(map(len, people.values()))}
    Reorganisation.objects.filter(pk=row.pk).update(heirs=row.heirs, moved=row.moved)
    for key, agency in agencies.items():
        tell_staff(row, formers, agency, people[key], now)
    enter(
        row,
        "agencies_reorganised",
        by,
        now,
        before={"agencies": [former.code for former in formers]},
        after={
            "kind": row.kind,
            "from": row.effective_on,
            "agencies": [agency.code for agency in agencies.values()],
            "moved": row.moved,
        },
    )


def _establish(row: Reorganisation, formers: Sequence[Agency]) -> dict[str, Agency]:
    """End the former agencies and establish those that follow: key → agency."""
    organisations.end(formers, last_day=row.effective_on - timedelta(days=1))
    found: dict[str, Agency] = {}
    heirs = arranging.heirs_of(row)
    for heir in heirs:
        if heir.agency_id:
            found[heir.key] = Agency.objects.get(pk=heir.agency_id)
            continue
        found[heir.key] = organisations.establish(
            code=heir.code,
            name=heir.name,
            name_en=heir.name_en or heir.name,
            kind=heir.kind or formers[0].kind,
            valid_from=row.effective_on,
            source=row.document,
        )
        heir.agency_id = found[heir.key].pk
    row.heirs = [heir.stored() for heir in heirs]
    organisations.link(formers, list(found.values()))
    return found


def _carry_units(
    row: Reorganisation,
    formers: Sequence[Agency],
    arrangement: Arrangement,
    agencies: dict[str, Agency],
) -> dict[str, dict[int, int]]:
    """Key of each successor → its units by those that they come from."""
    units = arranging.units_of(formers)

    def going(key: str) -> list[InternalUnit]:
        return [unit for unit in units if arrangement.of_unit(unit.pk) == key]

    return {
        key: organisations.carry_over(going(key), to=agency) for key, agency in agencies.items()
    }


def _change_posts(
    row: Reorganisation,
    arrangement: Arrangement,
    posts: Sequence[Appointment],
    agencies: dict[str, Agency],
    units: dict[str, dict[int, int]],
    by: Actor,
    now: datetime,
) -> None:
    """Posts at the former agencies end on their last day; those who go on get theirs."""
    last_day = row.effective_on - timedelta(days=1)
    for post in posts:
        ended_on, unit_id = post.ended_on, post.unit_id
        goes = arrangement.of_post(post.pk)
        goes_on = goes.key in agencies and post.user.is_active
        posts_of_people.end_appointment(
            post, ended_on=last_day, reason=row.document, goes_on=goes_on, by=by, now=now
        )
        if not goes_on:
            continue
        unit = units[goes.key].get(unit_id) if unit_id else None
        posts_of_people.appoint(
            post.user,
            role=Role(goes.role),
            post=goes.title,
            agency=agencies[goes.key],
            started_on=row.effective_on,
            ended_on=ended_on,
            unit=InternalUnit(pk=unit) if unit else None,
            acting=post.acting,
            by=by,
            now=now,
        )


def _hand_over(
    row: Reorganisation,
    formers: Sequence[Agency],
    arrangement: Arrangement,
    lying: Lying,
    agencies: dict[str, Agency],
    units: dict[str, dict[int, int]],
    people: dict[str, set[int]],
    by: Actor,
    now: datetime,
) -> dict[str, int]:
    moved: Counter = Counter()
    for key in sorted(agencies, key=lambda key: key == arrangement.first):  # the first one last
        here = Appointment.objects.held_on(row.effective_on).filter(agency=agencies[key])
        staff = people[key] | set(here.values_list("user_id", flat=True))
        handover = Handover(row, formers, agencies[key], units[key], staff, by, now)
        moved.update(moving.hand_over(lying.for_heir(key), handover))
        moving.saved_filters(handover, all_others=key == arrangement.first)
    return dict(moved)


def _gather_all(by: Actor, now: datetime) -> None:
    """What a request that began before the handover left at a former agency follows the rest."""
    # half a year is longer than any request, and than paper history takes to be entered
    since = local_day(now) - timedelta(days=183)
    applied = Reorganisation.objects.filter(state=State.APPLIED, effective_on__gte=since)
    for plan in applied.order_by("effective_on", "pk"):
        formers = list(plan.formers.order_by("pk"))
        if not Lying(formers, Arrangement(plan), lock=False):
            continue
        with recording.recorded(may_be_idle=True):
            row = locked(plan, None, State.APPLIED)
            arrangement = Arrangement(row)
            lying = Lying(formers, arrangement, lock=True)
            limits.flag_what_passed(lying.limits, day=row.effective_on, now=now)
            found = Agency.objects.in_bulk([heir.agency_id for heir in arrangement.heirs])
            agencies = {heir.key: found[heir.agency_id] for heir in arrangement.heirs}
            units = _carry_units(row, formers, arrangement, agencies)
            nobody: dict[str, set[int]] = {key: set() for key in agencies}
            _hand_over(row, formers, arrangement, lying, agencies, units, nobody, by, now)
