"""The leadership's acts: ask for an explanation, conclude."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers import forms, news
from dossiers import transitions as verbs
from dossiers.models import Direction
from dossiers.views.acting import Act, dossier_of, perform


@page("directive_create", BOTH)
def direct_explanation(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the agency to explain or supplement; the due date is shown before it is sent."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="direct_explanation",
        title=gettext_lazy("Ask for an explanation or supplement"),
        button=gettext_lazy("Send the request"),
        form=forms.DirectionForm,
        done=gettext_lazy("The request is sent; the agency's time limit is running."),
        rule="agency_report",
        told=lambda: news.lines(news.agency_posts(dossier.agency_id, request.now)),
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.direct_explanation(
            dossier,
            kind=form.cleaned_data["kind"],
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        initial={"kind": Direction.Kind.EXPLAIN},
    )


@page("conclusion_create", BOTH)
def conclude(request: HttpRequest, code: str) -> HttpResponse:
    """Conclude; the City Office's limit to draft the document begins."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="conclude",
        title=gettext_lazy("Conclude"),
        button=gettext_lazy("Send the conclusion"),
        form=forms.ConclusionForm,
        done=gettext_lazy("The conclusion is sent; the City Office's time limit is running."),
        rule="office_draft",
        told=lambda: news.lines(news.office_posts(request.now)),
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.conclude(
            dossier,
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )
