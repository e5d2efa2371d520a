"""Returning a dossier for form, and submitting it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers import forms, news
from dossiers import transitions as verbs
from dossiers.models import Dossier, FormReturn
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.workflow_forms import ReturnForm


@page("dossier_return", BOTH)
def return_for_form(request: HttpRequest, code: str) -> HttpResponse:
    """Send a dossier back to its agency with the class of reason and all that is missing."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="return_for_form",
        title=gettext_lazy("Return the dossier for form or missing documents"),
        button=gettext_lazy("Return to the agency"),
        form=ReturnForm,
        done=gettext_lazy("The dossier is returned; the agency was told why."),
        text=gettext_lazy(
            "The agency mends the same dossier and submits it again. Its age goes on from the "
            "first submission."
        ),
        told=lambda: news.lines(news.agency_posts(dossier.agency_id, request.now)),
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.return_for_form(
            dossier,
            reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )


@page("dossier_submit", BOTH)
def resubmit(request: HttpRequest, code: str) -> HttpResponse:
    """Submit a mended dossier again; a closed gate leads back to the form with its sentences."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="resubmit",
        title=gettext_lazy("Submit the dossier again"),
        button=gettext_lazy("Submit again"),
        form=forms.PlainActForm,
        done=gettext_lazy("Submitted to the City again."),
        text=gettext_lazy(
            "The dossier goes back to the City Office under the same code. Check first that all "
            "that was missing is in it."
        ),
        template="dossiers/resubmit.html",
        extra={"returned": open_return(dossier)},
    )
    try:
        return perform(
            request,
            dossier,
            act,
            lambda form: verbs.resubmit(
                dossier,
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            ),
        )
    except verbs.GateClosed as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.sentence)
        return redirect("dossiers:edit", code=dossier.code)


def open_return(dossier: Dossier) -> FormReturn | None:
    """Why the dossier lies with its agency again, if it does; one query."""
    return dossier.form_returns.filter(resubmitted_at=None).select_related("by").first()
