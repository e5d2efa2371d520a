"""Posts with two people: one proposes, another confirms; and posts that end.

quality.md §4 rule S7: nobody raises oneself, whoever proposes does not confirm, and the last system
administrator or auditor stays. Every post asks for a second person, deciding or not: the rows
``user_create`` and ``user_role`` want one for all business roles.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import policies, transitions
from accounts.actors import Actor
from accounts.messages import deliver
from accounts.models import Appointment, AppointmentProposal, Message, MessageKind, User
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from accounts.roles import Role
from accounts.transitions import AppointmentRefused
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import normalise
from ledger import recording

State = AppointmentProposal.State


def propose_appointment(
    user: User,
    *,
    role: Role,
    post: str,
    agency: Agency | None,
    started_on: date,
    ended_on: date | None = None,
    acting: bool = False,
    reason: str,
    by: Actor,
    now: datetime,
) -> AppointmentProposal:
    """Propose a post for another person; it carries nothing until a second person confirms it.

    Raises ``NotAllowed``, ``AppointmentRefused``, and ``Conflict`` when it is already proposed.
    """
    if not allows(by, "user_role"):
        raise NotAllowed(_("Your post does not carry this right."))
    if by.author.id == user.pk:
        raise NotAllowed(_("Nobody proposes a post for themselves. Another administrator does."))
    _must_be_open_to(user, role, agency, started_on, ended_on)
    with recording.recorded():
        try:
            with transaction.atomic():
                proposal = AppointmentProposal.objects.create(
                    user=user,
                    role=role,
                    post=normalise(post),
                    agency=agency,
                    started_on=started_on,
                    ended_on=ended_on,
                    acting=acting,
                    reason=normalise(reason),
                    proposed_by=by.user,
                    proposed_at=now,
                )
        except IntegrityError:
            raise Conflict(
                _("This post is already proposed for %(name)s and waits for confirmation.")
                % {"name": user.full_name}
            ) from None
        _enter("appointment_proposed", proposal, by, now, reason=proposal.reason)
        seconds = Appointment.objects.in_force_on(local_day(now)).filter(role__in=policies.SECOND)
        people = set(seconds.values_list("user_id", flat=True)) - {by.author.id, user.pk}
        _tell(MessageKind.POST_PROPOSED, proposal, people, now)
    return proposal


def confirm_appointment(proposal: AppointmentProposal, *, by: Actor, now: datetime) -> Appointment:
    """The second person gives the post, with the rights of its role from its first day on.

    Raises ``NotAllowed``, ``Conflict`` when somebody decided meanwhile, and ``AppointmentRefused``
    when it no longer fits the agency, the dates or the person's other posts.
    """
    _must_be_second(by, proposal)
    with recording.recorded():
        # two posts that exclude each other may be confirmed at once: the person is locked
        user = User.objects.select_for_update().get(pk=proposal.user_id)
        _must_wait(proposal)
        _must_be_open_to(
            user, Role(proposal.role), proposal.agency, proposal.started_on, proposal.ended_on
        )
        appointment = transitions.appoint(
            user,
            role=Role(proposal.role),
            post=proposal.post,
            agency=proposal.agency,
            started_on=proposal.started_on,
            ended_on=proposal.ended_on,
            acting=proposal.acting,
            by=by,
            now=now,
        )
        _decide(proposal, State.CONFIRMED, by, now, appointment=appointment)
        _enter("appointment_confirmed", proposal, by, now)
        _tell(MessageKind.POST_DECIDED, proposal, {proposal.proposed_by_id}, now)
        _tell(MessageKind.POST_GIVEN, proposal, {user.pk}, now)
    return appointment


def refuse_appointment(
    proposal: AppointmentProposal, *, answer: str, by: Actor, now: datetime
) -> None:
    """The second person does not give the post, and says why. Raises ``NotAllowed``, ``Conflict``
    and ``Refused`` without a reason."""
    _must_be_second(by, proposal)
    if not answer.strip():
        raise Refused(_("Say why the post is not given."))
    with recording.recorded():
        _decide(proposal, State.REFUSED, by, now, answer=normalise(answer))
        _enter("appointment_refused", proposal, by, now, reason=answer)
        _tell(MessageKind.POST_DECIDED, proposal, {proposal.proposed_by_id}, now)


def withdraw_proposal(proposal: AppointmentProposal, *, by: Actor, now: datetime) -> None:
    """Whoever proposed a post takes the proposal back. Raises ``NotAllowed`` and ``Conflict``."""
    if proposal.proposed_by_id != by.author.id:
        raise NotAllowed(_("Only whoever proposed it can take it back."))
    with recording.recorded():
        _decide(proposal, State.WITHDRAWN, by, now)
        _enter("appointment_withdrawn", proposal, by, now)


def end_post(
    appointment: Appointment,
    *,
    ended_on: date,
    reason: str,
    seen: date | None,
    by: Actor,
    now: datetime,
) -> None:
    """An administrator ends a post with a local date; today means at once.

    ``seen`` is the end that the person saw. Raises ``NotAllowed``, ``Conflict`` when it is another
    one by now, ``AppointmentRefused`` and ``transitions.LastOne``.
    """
    if not allows(by, "user_role"):
        raise NotAllowed(_("Your post does not carry this right."))
    with recording.recorded():
        row = transitions.locked(appointment)
        if row.ended_on != seen or row.withdrawn_at:
            raise Conflict(_("Somebody else has changed the end of this post meanwhile."))
        transitions.end_appointment(row, ended_on=ended_on, reason=reason, by=by, now=now)
        news = Message(
            recipient_id=row.user_id,
            kind=MessageKind.POST_ENDED,
            limit_code=f"chuc-vu-{row.pk}",
            due_at=_midnight_after(ended_on),
            about=row.user.username,
            title=row.line(),
            agency_name=row.agency.name if row.agency else "",
            created_at=now,
        )
        deliver([news])


def two_can_give(day: date) -> bool:
    """Whether somebody could propose a post on this day and another confirm it."""
    posts = Appointment.objects.in_force_on(day).filter(role__in=policies.SECOND)
    held = set(posts.values_list("user_id", "role"))
    administrators = {user for user, role in held if role == Role.SYSTEM_ADMINISTRATOR}
    return bool(administrators) and len({user for user, _role in held}) > 1


def _must_be_second(by: Actor, proposal: AppointmentProposal) -> None:
    if by.author.id == proposal.proposed_by_id:
        raise NotAllowed(_("Whoever proposed a post does not confirm it. A second person does."))
    if by.author.id == proposal.user_id:
        raise NotAllowed(_("Nobody decides on a post of their own."))
    if not policies.may_decide(by, proposal):
        raise NotAllowed(_("Your post does not carry this right."))


def _must_be_open_to(
    user: User, role: Role, agency: Agency | None, started_on: date, ended_on: date | None
) -> None:
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise AppointmentRefused(_("This account is closed."))
    transitions.must_fit(user, role, agency, started_on, ended_on)
    held = user.appointments.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=started_on), role=role, agency=agency
    )
    if ended_on:
        held = held.filter(started_on__lte=ended_on)
    if held.exists():
        raise AppointmentRefused(
            _("%(name)s holds this role there already.") % {"name": user.full_name}
        )


def _must_wait(proposal: AppointmentProposal) -> None:
    now_is = AppointmentProposal.objects.select_related("decided_by").get(pk=proposal.pk)
    if now_is.state != State.PROPOSED:
        raise Conflict(
            _("Decided meanwhile: %(state)s, %(name)s.")
            % {
                "state": now_is.get_state_display(),
                "name": (now_is.decided_by or now_is.proposed_by).full_name,
            }
        )


def _decide(
    proposal: AppointmentProposal, state: State, by: Actor, now: datetime, **facts: object
) -> None:
    """One decision: whoever comes second finds the row decided, on both databases."""
    waiting = AppointmentProposal.objects.filter(pk=proposal.pk, state=State.PROPOSED)
    if not waiting.update(state=state, decided_by=by.user, decided_at=now, **facts):
        _must_wait(proposal)


def _enter(
    action: str, proposal: AppointmentProposal, by: Actor, now: datetime, *, reason: str = ""
) -> None:
    recording.append(
        by=by.author,
        action=action,
        kind="account",
        code=proposal.user.username,
        now=now,
        after={
            "proposal": str(proposal.public_id),
            "role": proposal.role,
            "post": proposal.post,
            "agency": proposal.agency.code if proposal.agency else None,
            "acting": proposal.acting,
            "started_on": proposal.started_on,
            "ended_on": proposal.ended_on,
        },
        reason=reason,
    )


def _tell(
    kind: MessageKind, proposal: AppointmentProposal, people: Iterable[int], now: datetime
) -> None:
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=f"chuc-vu-{proposal.public_id}",
            due_at=now,
            about=str(proposal.public_id),
            title=f"{proposal.user.full_name}: {proposal.line()}"[:500],
            agency_name=proposal.agency.name if proposal.agency else "",
            created_at=now,
        )
        for person in sorted(people)
    )


def _midnight_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
