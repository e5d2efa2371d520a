"""Pages of people and their posts: who holds what, propose, confirm as the second person, end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import appointing, policies, step_up, unfinished
from accounts.actors import Actor
from accounts.models import Appointment, AppointmentProposal, User
from accounts.pages import page
from accounts.paging import address, numbered
from accounts.people_forms import DecideForm, EndForm, ProposeForm
from accounts.pressing import BOTH, earlier_result, press
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import agencies_of, allows, reaches_city
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import search_key

PAGE_SIZE = 50

State = AppointmentProposal.State


@page("user_list")
def people(request: HttpRequest) -> HttpResponse:
    """People with the posts they hold today; what waits for a second person stands on top."""
    by, asked = request.actor, request.GET
    words, role = asked.get("q", "")[:100], asked.get("vai-tro", "")
    found = _called(_visible(by), words)
    if role in Role.values:
        holders = Appointment.objects.in_force_on(local_day(request.now)).filter(role=role)
        found = found.filter(pk__in=holders.values("user_id"))
    paged = numbered(_with_posts(found.order_by("full_name", "pk"), request), asked, size=PAGE_SIZE)
    proposals = AppointmentProposal.objects.visible_to(by).filter(state=State.PROPOSED)
    context = {
        "page": paged,
        "rows": paged.rows,
        "asked": {"q": words, "role": role},
        "roles": Role.choices,
        "clear_url": address(asked, q=None, vai_tro=None) if words or role else "",
        "waiting": list(_of_proposals(proposals).order_by("proposed_at", "pk")),
        "sees_proposals": reaches_city(by, "user_list"),
    }
    return render(request, "accounts/people.html", context)


@page("user_list")
def person(request: HttpRequest, code: str) -> HttpResponse:
    """One person: posts held today, to come and past, and what is proposed."""
    by, today = request.actor, local_day(request.now)
    user = _person(by, code)
    posts = list(user.appointments.select_related("agency", "unit").order_by("-started_on", "-pk"))
    proposals = AppointmentProposal.objects.visible_to(by).filter(user=user, state=State.PROPOSED)
    may_end = allows(by, "user_role")
    context = {
        "person": user,
        "held": [
            (post, may_end and not post.withdrawn_at)
            for post in posts
            if (post.ended_on or today) >= today and not post.withdrawn_at
        ],
        "past": [post for post in posts if (post.ended_on or today) < today or post.withdrawn_at],
        "waiting": list(_of_proposals(proposals).order_by("proposed_at", "pk")),
        "may_propose": user.is_active and policies.may_propose_for(by, user),
        "is_own": allows(by, "user_role") and user.pk == by.author.id,
        "today": today,
    }
    return render(request, "accounts/person.html", context)


@page("user_role", BOTH)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose a post for another person."""
    user = _person(request.actor, code)
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    form = ProposeForm(
        request.POST if request.method == "POST" else kept, today=local_day(request.now)
    )

    def act() -> str:
        facts = {
            name: value
            for name, value in form.cleaned_data.items()
            if name not in {"form_key", "version"}
        }
        facts["role"] = Role(facts["role"])
        made = appointing.propose_appointment(user, **facts, by=request.actor, now=request.now)
        return reverse("accounts:proposal", args=[made.public_id])

    context = {
        "form": form,
        "person": user,
        "posts": _held(user, request),
        "refused": ""
        if policies.may_propose_for(request.actor, user)
        else _("Nobody proposes a post for themselves. Another administrator does."),
    }
    done = _("The proposal is sent. The post is given when a second person confirms it.")
    return _formed(request, "accounts/propose.html", form, act, done, context)


@page("user_role_view")
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposed posts: those that wait, then those that were decided, the newest first."""
    rows = _of_proposals(AppointmentProposal.objects.visible_to(request.actor))
    settled = rows.exclude(state=State.PROPOSED).order_by("-decided_at", "-pk")
    paged = numbered(settled, request.GET, size=PAGE_SIZE)
    context = {
        "waiting": list(rows.filter(state=State.PROPOSED).order_by("proposed_at", "pk")),
        "page": paged,
        "rows": paged.rows,
        "sees_people": allows(request.actor, "user_list"),
    }
    return render(request, "accounts/proposals.html", context)


@page("user_role_view", BOTH)
def proposal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One proposed post, and the decision of the second person."""
    by = request.actor
    row = _proposal(by, public_id)
    if earlier := earlier_result(request):
        return earlier
    form = DecideForm(request.POST or None)
    verb = request.POST.get("viec", "")
    may_decide = policies.may_decide(by, row)
    if row.state == State.PROPOSED and may_decide:
        step_up.ask(request, form)
    acts: dict[str, tuple[Callable[[], object], Any]] = {
        "xac-nhan": (
            lambda: appointing.confirm_appointment(row, by=by, now=request.now),
            _("The post is given."),
        ),
        "tu-choi": (
            lambda: appointing.refuse_appointment(
                row, answer=form.cleaned_data["answer"], by=by, now=request.now
            ),
            _("The refusal is recorded; the post is not given."),
        ),
        "rut": (
            lambda: appointing.withdraw_proposal(row, by=by, now=request.now),
            _("The proposal was withdrawn."),
        ),
    }
    if request.method == "POST" and form.is_valid() and verb not in acts:
        form.add_error(None, _("Choose to confirm or to refuse."))

    def act() -> str:
        acts[verb][0]()
        return reverse("accounts:proposal", args=[row.public_id])

    def context() -> dict[str, Any]:
        now_is = _proposal(by, public_id)
        open_ = now_is.state == State.PROPOSED
        return {
            "proposal": now_is,
            "form": form,
            "posts": _held(now_is.user, request),
            "may_decide": open_ and may_decide,
            "may_withdraw": open_ and now_is.proposed_by_id == by.author.id,
            "own": open_ and now_is.proposed_by_id == by.author.id,
            "sees_person": policies.sees_person(by, now_is.user),
        }

    done = acts[verb][1] if verb in acts else ""
    return _formed(request, "accounts/proposal.html", form, act, done, context)


@page("user_role", BOTH)
def end(request: HttpRequest, item: int) -> HttpResponse:
    """End a post with its last day and a reason; asks for the password again (S10)."""
    posts = Appointment.objects.select_related("user", "agency")
    post = get_object_or_404(posts, pk=item)
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    form = EndForm(
        request.POST if request.method == "POST" else kept,
        initial={"seen": post.ended_on, "ended_on": local_day(request.now)},
    )
    step_up.ask(request, form)

    def act() -> str:
        data = form.cleaned_data
        appointing.end_post(
            post,
            ended_on=data["ended_on"],
            reason=data["reason"],
            seen=data["seen"],
            by=request.actor,
            now=request.now,
        )
        return reverse("accounts:person", args=[post.user.username])

    over = post.withdrawn_at or (post.ended_on and post.ended_on < local_day(request.now))
    if over and request.method != "POST":
        context = {"post": post, "form": form, "conflict": _("This post has already ended.")}
        return render(request, "accounts/end_post.html", context, status=409)
    done = _("The end of the post is recorded.")
    return _formed(request, "accounts/end_post.html", form, act, done, {"post": post, "form": form})


def _formed(
    request: HttpRequest,
    template: str,
    form: Any,
    act: Callable[[], str],
    done: Any,
    context: dict[str, Any] | Callable[[], dict[str, Any]],
) -> HttpResponse:
    """The page of one form: act and go on, 409 with what happened meanwhile, 422 with the slip."""
    conflict, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return press(request, form, act, done)
            except NotAllowed:
                raise
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
    shown = context() if callable(context) else context
    return render(request, template, {**shown, "conflict": conflict}, status=status)


def _visible(by: Actor) -> QuerySet[User]:
    if reaches_city(by, "user_list"):
        return User.objects.all()
    own = Appointment.objects.filter(agency_id__in=agencies_of(by, "user_list"))
    return User.objects.filter(pk__in=own.values("user_id"))


def _called(users: QuerySet[User], words: str) -> QuerySet[User]:
    """Those whose name, sign-in name or present agency has all the words, marks ignored."""
    wanted = search_key(words).split()
    if not wanted:
        return users
    named = [
        pk
        for pk, *names in users.values_list("pk", "full_name", "username")
        if all(word in search_key(" ".join(names)) for word in wanted)
    ]
    there = Appointment.objects.filter(agency__in=Agency.objects.search(words))
    return users.filter(pk__in=named) | users.filter(pk__in=there.values("user_id"))


def _with_posts(users: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
    held = Appointment.objects.in_force_on(local_day(request.now)).select_related("agency")
    posts = Prefetch("appointments", held.order_by("started_on", "pk"), to_attr="posts")
    return users.prefetch_related(posts)


def _held(user: User, request: HttpRequest) -> list[Appointment]:
    held = user.appointments.in_force_on(local_day(request.now)).select_related("agency")
    return list(held.order_by("started_on", "pk"))


def _person(by: Actor, code: str) -> User:
    user = get_object_or_404(User, username=code)
    if not policies.sees_person(by, user):
        raise Http404
    return user


def _proposal(by: Actor, public_id: UUID) -> AppointmentProposal:
    return get_object_or_404(
        _of_proposals(AppointmentProposal.objects.visible_to(by)), public_id=public_id
    )


def _of_proposals(rows: QuerySet[AppointmentProposal]) -> QuerySet[AppointmentProposal]:
    return rows.select_related("user", "agency", "proposed_by", "decided_by")
