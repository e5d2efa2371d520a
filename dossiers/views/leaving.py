"""Not accepting a dossier, asking for it back, and deciding on that."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers import news
from dossiers import transitions as verbs
from dossiers.transitions.leaving import open_withdrawal
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.workflow_forms import RejectForm, WithdrawalDecisionForm, WithdrawForm


@page("dossier_reject", BOTH)
def reject(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader does not accept the dossier."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="reject",
        title=gettext_lazy("Do not accept the dossier"),
        button=gettext_lazy("Do not accept"),
        form=RejectForm,
        step_up=True,
        done=gettext_lazy("The dossier is not accepted; the agency was told why."),
        text=gettext_lazy(
            "The dossier ends here. If the agency submits the matter anew, the new dossier names "
            "this one."
        ),
        told=lambda: [
            *news.lines(news.agency_posts(dossier.agency_id, request.now)),
            *news.lines(news.office_posts(request.now)),
        ],
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.reject(
            dossier,
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )


@page("dossier_withdraw", BOTH)
def ask_withdrawal(request: HttpRequest, code: str) -> HttpResponse:
    """The head asks the City Office for the dossier back."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="ask_withdrawal",
        title=gettext_lazy("Ask to withdraw the dossier"),
        button=gettext_lazy("Send the request"),
        form=WithdrawForm,
        done=gettext_lazy("The request is sent; the City Office decides."),
        text=gettext_lazy(
            "Until the City Office agrees, every time limit runs on. A breach that has happened "
            "stays on record."
        ),
        told=lambda: news.lines(news.office_posts(request.now)),
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.ask_withdrawal(
            dossier,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )


@page("withdrawal_decide", BOTH)
def decide_withdrawal(request: HttpRequest, code: str) -> HttpResponse:
    """The City Office agrees to a withdrawal or refuses it."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="decide_withdrawal",
        title=gettext_lazy("Decide on the withdrawal"),
        button=gettext_lazy("Send the decision"),
        form=WithdrawalDecisionForm,
        step_up=True,
        done=gettext_lazy("The decision is sent to the agency."),
        text=gettext_lazy(
            "If you agree, the dossier ends and the time limits that still run fall away. Whatever "
            "was late stays late."
        ),
        told=lambda: news.lines(news.agency_posts(dossier.agency_id, request.now)),
        template="dossiers/withdrawal.html",
        refused={verbs.AnswerNeeded: "answer"},
        extra={"withdrawal": open_withdrawal(dossier)},
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.decide_withdrawal(
            dossier,
            agree=form.agrees(),
            answer=form.cleaned_data["answer"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )
