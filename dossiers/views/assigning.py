"""The page on which an agency hands a dossier to its own people."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers import transitions as verbs
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.workflow_forms import AssignForm


@page("dossier_assign", BOTH)
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Name the unit and the person in charge, cooperating units and an internal last day."""
    dossier = dossier_of(request, code)
    latest = dossier.assignments.order_by("-pk").first()
    act = Act(
        verb="assign",
        title=gettext_lazy("Assign the dossier inside the agency"),
        button=gettext_lazy("Assign"),
        form=AssignForm,
        done=gettext_lazy("The dossier is assigned."),
        text=gettext_lazy(
            "What the agency still owes on this dossier is listed under these names. The head "
            "answers for it all the same."
        ),
        refused={verbs.NotOfThisAgency: None, verbs.NothingAssigned: None},
    )
    initial = {"unit": dossier.unit, "officer": dossier.officer}
    if latest:
        initial["cooperating"] = list(latest.cooperating.all())
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.assign(
            dossier,
            hands=form.hands(),
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        initial=initial,
        about=dossier,
    )
