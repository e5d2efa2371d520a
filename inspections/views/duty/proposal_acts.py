"""What is done with one proposal: a page for each act."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH, Stored
from accounts.roles import Role
from agencies.dates import local_day
from deadlines import adjusting
from deadlines.models import Adjustment
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import day_text
from inspections import duty, duty_forms, news
from inspections import duty_policies as policies
from inspections.duty import telling
from inspections.duty.acting import home_of
from inspections.models import Proposal
from inspections.papers import submission
from inspections.papers.people import late_lines
from inspections.views.acting import Act, PlainForm, perform
from inspections.views.duty.common import home_crumbs, proposal_of, proposal_url
from inspections.views.duty.proposals import groups_today, title_of
from inspections.views.duty.records import explanation_shown

FIELDS = ("person_class", "assessment", "circumstances", "asked")


@page("acc_propose", BOTH)
def edit_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector changes it, and is kept as one who did."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "edit_proposal",
        title=gettext_lazy("Change the proposal"),
        button=gettext_lazy("Save the proposal"),
        form=duty_forms.ProposalForm,
        done=gettext_lazy("The proposal is saved."),
        effects=[_("You are kept as one who edited it: you can neither endorse nor decide it.")],
        values=True,
    )

    def do(form: Any) -> None:
        duty.edit_proposal(row, draft=form.draft(), **_facts(request, form))

    return perform(request, act, do, initial={name: getattr(row, name) for name in FIELDS})


@page("acc_propose", BOTH)
def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector puts it to the director."""
    row = proposal_of(request, public_id)
    day = local_day(request.now)
    act = _act(
        request,
        row,
        "propose",
        title=gettext_lazy("Put to the director"),
        button=gettext_lazy("Put it to the director"),
        form=PlainForm,
        done=gettext_lazy("The proposal waits for the director."),
        told=lambda: news.lines(telling.holders(request.now, Role.HOME_AFFAIRS_DIRECTOR), day),
    )
    return perform(request, act, lambda form: _done(duty.propose(row, **_facts(request, form))))


@page("acc_withdraw", BOTH)
def withdraw_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Whoever drafted it withdraws it."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "withdraw",
        title=gettext_lazy("Withdraw the proposal"),
        button=gettext_lazy("Withdraw it"),
        form=duty_forms.ReasonForm,
        done=gettext_lazy("The proposal is withdrawn."),
        danger=True,
    )

    def do(form: Any) -> None:
        duty.withdraw(row, reason=form.cleaned_data["reason"], **_facts(request, form))

    return perform(request, act, do)


@page("acc_endorse", BOTH)
def return_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director sends it back."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "return_proposal",
        title=gettext_lazy("Return to the drafter"),
        button=gettext_lazy("Return it"),
        form=duty_forms.MissingForm,
        done=gettext_lazy("The proposal is returned; whoever drafted it is told."),
    )

    def do(form: Any) -> None:
        duty.return_proposal(row, text=form.cleaned_data["text"], **_facts(request, form))

    return perform(request, act, do)


@page("acc_endorse", BOTH)
def endorse(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director puts it to the City leadership."""
    row = proposal_of(request, public_id)
    day = local_day(request.now)
    act = _act(
        request,
        row,
        "endorse",
        title=gettext_lazy("Put to the City leadership"),
        button=gettext_lazy("Put it to the City leadership"),
        form=PlainForm,
        done=gettext_lazy("The proposal lies with the City leadership under its own number."),
        effects=[
            _("The submission letter gets its number, with the table of late time limits."),
            _("You sign in person. After this you cannot decide it, whatever post you hold."),
        ],
        told=lambda: news.lines(telling.holders(request.now, Role.CITY_LEADER), day),
        decides=True,
        paper=lambda: submission.paper_of(
            row, home=home_of(request.actor), by=request.actor, now=request.now
        ),
    )
    return perform(request, act, lambda form: _done(duty.endorse(row, **_facts(request, form))))


@page("acc_approve", BOTH)
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """A City leader approves, amends or refuses."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "decide",
        title=gettext_lazy("Decide on the proposal"),
        button=gettext_lazy("Record the decision"),
        form=duty_forms.DecideForm,
        done=gettext_lazy("The decision is recorded under its number."),
        effects=[
            _("The decision gets its number and can no longer change; a new proposal is needed to "
              "replace it."),
            _("Where something is to be carried out, a time limit of 90 days begins; in complex "
              "cases it may be extended to 150 days at most."),
            _("The director, whoever drafted it and the person concerned are told."),
        ],
        template="inspections/duty/decide.html",
        decides=True,
    )  # fmt: skip
    act.extra["groups"] = groups_today(row.person_class, request)

    def do(form: Any) -> None:
        duty.decide(row, verdict=form.verdict(), **_facts(request, form))

    return perform(request, act, do, person_class=row.person_class)


@page("result_enter", BOTH)
def enter_result(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector enters by which document the decision was carried out."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "enter_result",
        title=gettext_lazy("Enter the result"),
        button=gettext_lazy("Record the result"),
        form=duty_forms.ResultForm,
        done=gettext_lazy("The result is recorded; the time limit is met."),
    )

    def do(form: Any) -> None:
        data = form.cleaned_data
        duty.enter_result(
            row.decision,
            ref=data["ref"],
            on=data["on"],
            text=data["text"],
            by=request.actor,
            now=request.now,
        )

    return perform(request, act, do)


@page("acc_endorse", BOTH)
def ask_more_time(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director asks for more time in a complex case."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "ask_more_time",
        title=gettext_lazy("Ask for more time"),
        button=gettext_lazy("Ask the City leadership"),
        form=duty_forms.MoreTimeForm,
        done=gettext_lazy("The request waits for the City leadership."),
        text=gettext_lazy("In complex cases the law allows 150 days from the start at most."),
        refused={adjusting.AlreadyAsked: None},
    )

    def do(form: Any) -> None:
        duty.ask_more_time(
            row.decision,
            wanted_on=form.cleaned_data["wanted_on"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )

    return perform(request, act, do)


@page("window_extend", BOTH)
def decide_more_time(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader grants or refuses more time; ``code`` is the subject of the limit."""
    visible = Proposal.objects.visible_to(request.actor).filter(state="decided")
    if not code.startswith("TT-") or len(code) != 35:
        raise Http404
    public_id = code[3:]
    row = proposal_of(request, get_object_or_404(visible, public_id=_uuid(public_id)).public_id)
    asked = (
        Adjustment.objects.filter(time_limit=row.decision.time_limit_id, time_limit__isnull=False)
        .select_related("asked_by")
        .order_by("-asked_at", "-pk")
        .first()
    )
    if asked is None:
        raise Http404
    act = _act(
        request,
        row,
        "decide_more_time",
        title=gettext_lazy("Decide on more time"),
        button=gettext_lazy("Record the decision"),
        form=duty_forms.DecideMoreTimeForm,
        done=gettext_lazy("The decision on the time limit is recorded."),
        text=_("%(name)s asks for time until the end of %(day)s: %(reason)s")
        % {
            "name": asked.asked_by.full_name,
            "day": day_text(asked.wanted_on),
            "reason": asked.reason,
        },
        decides=True,
    )

    def do(form: Any) -> None:
        data, grant = form.cleaned_data, form.cleaned_data["grant"] == "yes"
        duty.decide_more_time(
            asked,
            grant=grant,
            granted_on=data["granted_on"] if grant else None,
            answer=data["answer"],
            document=data["document"],
            by=request.actor,
            now=request.now,
        )

    return perform(request, act, do, initial={"granted_on": asked.wanted_on})


@page("acc_propose", BOTH)
def draft_fresh(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new proposal that is to supersede the decision on this one."""
    row = proposal_of(request, public_id)
    act = _act(
        request,
        row,
        "draft_fresh",
        title=gettext_lazy("A new proposal instead of a decision"),
        button=gettext_lazy("Save the draft of the proposal"),
        form=duty_forms.ProposalForm,
        done=gettext_lazy("The draft of the proposal is saved."),
        text=gettext_lazy(
            "A decision is never edited. A new one takes its place, after a proposal and an "
            "endorsement of its own."
        ),
    )

    def do(form: Any) -> str:
        fresh = duty.draft_fresh(
            row.decision, draft=form.draft(), version=None, by=request.actor, now=request.now
        )
        return proposal_url(fresh)

    return perform(request, act, do)


def _act(
    request: HttpRequest, row: Proposal, verb: str, *, values: bool = False, **words: Any
) -> Act:
    def stored() -> Stored:
        now = Proposal.objects.get(pk=row.pk)
        return Stored(now.version, {n: getattr(now, n) for n in FIELDS} if values else {})

    moment = Moment(request.now, published().calendar)
    findings = row.record.findings.order_by("position")
    return Act(
        **{
            "may": lambda: policies.may_on_proposal(request.actor, verb, row),
            "fits": lambda: policies.fits_proposal(verb, Proposal.objects.get(pk=row.pk)),
            "back": proposal_url(row),
            "about": ("proposal", str(row.public_id)),
            "crumbs": [*home_crumbs(request.actor), (title_of(row), proposal_url(row))],
            "template": "inspections/duty/proposal_act.html",
            "stored": stored,
            "extra": {
                "proposal": row,
                "record": row.record,
                "findings": late_lines(findings),
                "asked": explanation_shown(row.record, moment),
            },
            **words,
        }
    )


def _facts(request: HttpRequest, form: Any) -> dict[str, Any]:
    return {"version": form.cleaned_data["version"], "by": request.actor, "now": request.now}


def _done(_result: object) -> None:
    """The act leads back to the proposal."""


def _uuid(digits: str) -> str:
    if not all(sign in "0123456789abcdef" for sign in digits):
        raise Http404
    return digits
