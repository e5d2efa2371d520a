"""What must hold before agencies are reorganised, and the refusals that say why not."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from accounts.refusals import Conflict, NotAllowed
from accounts.rights import allows
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.adjusting import Unfit
from deadlines.models import OverdueFlag, TimeLimit
from deadlines.moving import handover_of
from deadlines.wording import day_text
from dossiers.holding import CITY_OFFICE
from dossiers.models import Holding, Reorganisation
from dossiers.reorganising.arranging import Arrangement, Heir

Kind, State = Reorganisation.Kind, Reorganisation.State

#: States in which a plan still may be carried out; an agency is in one such plan at a time.
PENDING = (State.PREPARING, State.READY, State.APPROVED, State.STOPPED)
#: How far the day may lie from today: decisions are entered late, and prepared ahead.
DAYS_BACK, DAYS_AHEAD = 31, 366
CODE = re.compile(r"^[A-ZĐ][A-Za-zĐđ0-9&.\-]{0,28}[A-Za-z0-9đĐ]$")


class Changed(Conflict):
    """Units, posts or agencies are no longer as they were when the plan was put forward."""


def may_approve(by: Actor, plan: Reorganisation) -> bool:
    """Whether this person may be the second one: the chief of the City Office or an administrator,
    never whoever prepared it."""
    if not allows(by, "reorganisation_apply") or plan.prepared_by_id == by.author.id:
        return False
    return by.holds(Role.OFFICE_CHIEF, Role.SYSTEM_ADMINISTRATOR)


def must_be_administrator(by: Actor) -> None:
    """A post held today carries the right to reorganise agencies."""
    if not allows(by, "agency_edit"):
        raise NotAllowed(_("Your post does not carry this right."))


def must_be_second(by: Actor, plan: Reorganisation, posts: Sequence[Appointment]) -> None:
    """Another person than who prepared it, with the right, and without a post in it to gain."""
    if plan.prepared_by_id == by.author.id:
        raise NotAllowed(_("Whoever prepared it cannot apply it. A second person does."))
    if not may_approve(by, plan):
        raise NotAllowed(_("Your post does not carry this right."))
    arrangement = Arrangement(plan)
    if any(post.user_id == by.author.id and arrangement.of_post(post.pk).key for post in posts):
        raise NotAllowed(_("It gives you a post yourself. Another person must apply it."))


def must_be_in(plan: Reorganisation, *states: State) -> None:
    """The plan stands where this act starts; else who did what, and when."""
    if plan.state in states:
        return
    when = plan.applied_at or plan.decided_at
    facts = {
        "name": plan.decided_by.full_name if plan.decided_by else plan.prepared_by.full_name,
        "moment": f"{timezone.localtime(when):%H:%M %d/%m/%Y}" if when else "",
        "state": plan.get_state_display(),
    }
    if plan.state in {State.APPROVED, State.APPLIED}:
        raise Conflict(_("%(name)s already applied it at %(moment)s.") % facts)
    raise Conflict(_("Meanwhile it has moved on: %(state)s.") % facts)


def must_fit(
    kind: str,
    formers: Sequence[Agency],
    heirs: Sequence[Heir],
    day: date,
    now: datetime,
    plan: Reorganisation | None = None,
) -> None:
    """Agencies, successors and day fit each other. Raises ``Unfit`` with the field.

    ``plan`` is the one being checked: no other may hold these agencies.
    """
    _must_be_enough(kind, formers, heirs)
    today = local_day(now)
    if not today - timedelta(days=DAYS_BACK) <= day <= today + timedelta(days=DAYS_AHEAD):
        raise Unfit(
            "effective_on",
            _("Choose a day between %(first)s and %(last)s.")
            % {
                "first": day_text(today - timedelta(days=DAYS_BACK)),
                "last": day_text(today + timedelta(days=DAYS_AHEAD)),
            },
        )
    for former in formers:
        if former.code == CITY_OFFICE:
            raise Unfit(
                "formers", _("The City Office keeps its desks; it can only take over others.")
            )
        if former.valid_to or not former.is_valid_on(day - timedelta(days=1)):
            raise Unfit(
                "formers",
                _("%(agency)s does not exist on the day before %(day)s, or has ended already.")
                % {"agency": former.name, "day": day_text(day)},
            )
    for heir in heirs:
        _must_be_free(heir, formers, day)
    _must_be_in_no_other(formers, heirs, plan)
    _must_not_be_counted(formers, day, today)
    later = Appointment.objects.filter(agency__in=formers, started_on__gte=day)
    if post := later.select_related("user", "agency").order_by("pk").first():
        raise Unfit(
            "effective_on",
            _("%(name)s has a post at %(agency)s from %(day)s on. Choose a later day.")
            % {
                "name": post.user.full_name,
                "agency": post.agency.name,
                "day": day_text(post.started_on),
            },
        )


def must_have_one_head(plan: Reorganisation, posts: Sequence[Appointment]) -> None:
    """No successor gets two heads, one who is there already included. Raises ``Unfit``."""
    arrangement = Arrangement(plan)
    for heir in arrangement.heirs:
        going = [arrangement.of_post(post.pk) for post in posts]
        heads = sum(post.key == heir.key and post.role in HEAD_ROLES for post in going)
        if heads and heir.agency_id:
            there = Appointment.objects.head_on(heir.agency_id, plan.effective_on)
            heads += there is not None
        if heads > 1:
            raise Unfit(
                "posts",
                _("%(agency)s would have two heads. Let one of them be an officer, or stay behind.")
                % {"agency": heir.name},
            )


def _must_be_enough(kind: str, formers: Sequence[Agency], heirs: Sequence[Heir]) -> None:
    if len({former.pk for former in formers}) != len(formers):
        raise Unfit("formers", _("Name each agency once."))
    least = 2 if kind == Kind.MERGE else 1
    most = 1 if kind in {Kind.RENAME, Kind.SPLIT} else 30
    if not least <= len(formers) <= most:
        few = _("Name at least two agencies.") if least == 2 else _("Name one agency.")
        raise Unfit("formers", few)
    if kind == Kind.SPLIT and len(heirs) < 2:
        raise Unfit("heirs", _("Name at least two successors."))
    if len({heir.code for heir in heirs}) != len(heirs):
        raise Unfit("heirs", _("Each successor needs a code of its own."))
    if kind == Kind.CLOSE and not heirs[0].agency_id:
        raise Unfit("heirs", _("Choose an agency that exists as the successor."))
    if kind in {Kind.MERGE, Kind.RENAME} and heirs[0].agency_id:
        raise Unfit("heirs", _("%(code)s is in use. Choose another code.")
                    % {"code": heirs[0].code})  # fmt: skip


def _must_be_free(heir: Heir, formers: Sequence[Agency], day: date) -> None:
    ending = [former.pk for former in formers]
    if heir.agency_id:
        agency = Agency.objects.get(pk=heir.agency_id)
        if agency.pk in ending:
            raise Unfit("heirs", _("An agency cannot be its own successor."))
        if agency.valid_to or not agency.is_valid_on(day):
            raise Unfit("heirs", _("%(agency)s does not exist on that day.")
                        % {"agency": agency.name})  # fmt: skip
        return
    if not CODE.match(heir.code):
        raise Unfit("heirs", _("A code has letters, digits, dots and hyphens, for example SNV."))
    bearers = Agency.objects.filter(code=heir.code).exclude(pk__in=ending)
    later = Q(valid_to__isnull=True) | Q(valid_to__gte=day) | Q(valid_from__gte=day)
    if bearers.filter(later).exists() or _begins_that_day(heir.code, day):
        raise Unfit("heirs", _("%(code)s is in use. Choose another code.") % {"code": heir.code})


def _begins_that_day(code: str, day: date) -> bool:
    return Agency.objects.filter(code=code, valid_from__gte=day).exists()


def _must_be_in_no_other(
    formers: Sequence[Agency], heirs: Sequence[Heir], plan: Reorganisation | None
) -> None:
    others = Reorganisation.objects.filter(state__in=PENDING).order_by("pk")
    if plan:
        others = others.exclude(pk=plan.pk)
    ending = {former.pk for former in formers}
    following = {heir.agency_id for heir in heirs if heir.agency_id}
    codes = {heir.code for heir in heirs if not heir.agency_id}
    for other in others.prefetch_related("formers"):
        taken = {former.pk for former in other.formers.all()}
        heir_ids = {facts["agency_id"] for facts in other.heirs}
        new_codes = {facts["code"] for facts in other.heirs if not facts["agency_id"]}
        if taken & (ending | following) or heir_ids & ending or new_codes & codes:
            raise Unfit(
                "formers",
                _("One of these agencies is in another reorganisation (%(document)s).")
                % {"document": other.document},
            )


def _must_not_be_counted(formers: Sequence[Agency], day: date, today: date) -> None:
    """A past day is possible only while nothing since then was counted for the former agencies."""
    if day >= today:
        return
    begin, midnight = handover_of(day), handover_of(today)
    since = {"gte": begin, "lt": midnight}
    limits = TimeLimit.objects.filter(agency__in=formers)
    acts = Holding.objects.filter(agency__in=formers, desk=Holding.Desk.AGENCY)
    counted = (
        limits.filter(_within("started_at", **since) | _within("met_at", **since)).count()
        + acts.filter(_within("from_at", **since) | _within("last_act_at", **since)).count()
        + OverdueFlag.objects.filter(agency__in=formers, due_at__gt=begin).count()
    )
    if counted:
        raise Unfit(
            "effective_on",
            ngettext(
                "From %(day)s on, %(n)d act or breach already counts for the former agency and its "
                "head. Choose today or a later day.",
                "From %(day)s on, %(n)d acts and breaches already count for the former agencies "
                "and their heads. Choose today or a later day.",
                counted,
            )
            % {"day": day_text(day), "n": counted},
        )


def _within(field: str, *, gte: datetime, lt: datetime) -> Q:
    return Q(**{f"{field}__gte": gte, f"{field}__lt": lt})
