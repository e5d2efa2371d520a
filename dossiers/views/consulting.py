"""Asking agencies for their opinion, giving it, and what an agency that was asked may see."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH, earlier_result
from accounts.rights import agencies_of
from deadlines import strips
from deadlines.published import published
from deadlines.rules import NotALastDay
from deadlines.wording import chip
from dossiers import policies
from dossiers import transitions as verbs
from dossiers.models import Attachment, Consultation, Dossier
from dossiers.transitions import consulting
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.workflow_forms import ConsultForm, OpinionForm, SilenceForm


@page("consultation_ask", BOTH)
def consult(request: HttpRequest, code: str) -> HttpResponse:
    """Ask one or several agencies; each gets a time limit of its own."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="consult",
        title=gettext_lazy("Ask agencies for their opinion"),
        button=gettext_lazy("Send the question"),
        form=ConsultForm,
        done=gettext_lazy("The question is sent; a time limit runs for each agency."),
        rule="consultation",
        template="dossiers/consult.html",
        told=lambda: [_("the head and the clerks of every agency that you tick")],
        refused={verbs.WrongAgencies: "agencies", NotALastDay: "due_on"},
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.consult(
            dossier,
            agencies=list(form.cleaned_data["agencies"].in_order()),
            question=form.cleaned_data["question"],
            due_on=form.cleaned_data["due_on"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        about=dossier,
    )


@page("consultation_answer", BOTH)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The head of an agency that was asked gives its opinion."""
    dossier = dossier_of(request, code)
    asked = consulting.open_for(request.actor, dossier)
    is_over = asked is None and policies.may(request.actor, "answer_consultation", dossier)
    if is_over and policies.fits("answer_consultation", dossier):
        if earlier := earlier_result(request):
            return earlier
        messages.info(request, _("Your agency has already answered, or its silence was recorded."))
        return redirect("dossiers:detail", code=dossier.code)

    def give(form: OpinionForm) -> object:
        if asked is None:  # answered from another form, and the dossier has moved on
            raise verbs.AlreadyAnswered(
                _("Your agency has already answered, or its silence was recorded.")
            )
        return verbs.answer_consultation(
            asked,
            position=form.cleaned_data["position"],
            text=form.cleaned_data["text"],
            ref=form.cleaned_data["ref"],
            files={Attachment.Purpose.OPINION: form.cleaned_data["opinion_files"]},
            version=None,  # the answers of other agencies do not stand in the way of this one
            by=request.actor,
            now=request.now,
        )

    act = Act(
        verb="answer_consultation",
        title=gettext_lazy("Opinion of the agency"),
        button=gettext_lazy("Send the opinion"),
        form=OpinionForm,
        done=gettext_lazy("The opinion is sent."),
        template="dossiers/opinion.html",
        extra={"asked": _asked(asked, request) if asked else None},
    )
    return perform(request, dossier, act, give)


@page("silence_record", BOTH)
def record_silence(request: HttpRequest, code: str) -> HttpResponse:
    """Note which agencies let their time limit pass without an answer."""
    dossier = dossier_of(request, code)
    silent = consulting.silent(dossier, request.now)
    act = Act(
        verb="record_silence",
        title=gettext_lazy("Record that agencies did not answer"),
        button=gettext_lazy("Record the silence"),
        form=SilenceForm,
        done=gettext_lazy("The silence is recorded."),
        text=gettext_lazy(
            "An agency can answer until its last day has passed. Those listed here have let it "
            "pass; after this they can no longer answer, and their delay stays on record."
        ),
        template="dossiers/silence.html",
        refused={verbs.NotYetDue: "consultations", verbs.WrongAgencies: "consultations"},
        extra={"nobody": not silent},
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.record_silence(
            dossier,
            consultations=list(form.cleaned_data["consultations"]),
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        silent=silent,
    )


def for_asked_agency(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """The dossier as an agency sees it that was asked for its opinion: what was submitted, the
    question, its own time limit and its own answer; nothing of what others say."""
    agencies = agencies_of(request.actor, "dossier_view")
    ours = dossier.consultations.filter(agency_id__in=agencies)
    found = ours.select_related(
        "agency", "asked_by", "answered_by", "time_limit__rule", "time_limit__agency"
    ).prefetch_related("time_limit__revisions")
    asked = [_asked(consultation, request) for consultation in found.order_by("-pk")]
    may_answer = (
        policies.fits("answer_consultation", dossier)
        and policies.may(request.actor, "answer_consultation", dossier)
        and consulting.open_for(request.actor, dossier) is not None
    )
    files = Attachment.objects.visible_to(request.actor).filter(dossier=dossier)
    context = {
        "dossier": dossier,
        "asked": asked,
        "next": _answer_next(dossier, asked) if may_answer else None,
        "files": [
            {
                "name": file.name,
                "size_text": file.size_text,
                "url": reverse("dossiers:file", args=[file.public_id]),
                "sha256": file.sha256,
                "purpose": Attachment.Purpose(file.purpose).label,
                "at": file.added_at,
                "by": "",
            }
            for file in files.order_by("-added_at", "-pk")
        ],
    }
    return render(request, "dossiers/consulted.html", context)


def _asked(consultation: Consultation, request: HttpRequest) -> dict[str, Any]:
    limit, calendar = consultation.time_limit, published().calendar
    mark = chip(limit, now=request.now, calendar=calendar)
    return {
        "consultation": consultation,
        "chip": mark,
        "strip": strips.for_limit(limit, now=request.now, calendar=calendar, tone=mark.tone),
    }


def _answer_next(dossier: Dossier, asked: list[dict[str, Any]]) -> dict[str, Any]:
    [first, *_others] = [one for one in asked if one["consultation"].time_limit.met_at is None]
    late = first["chip"].tone == "overdue"
    return {
        "title": _("Your turn"),
        "text": _("The City Office asks your agency for its opinion."),
        "actions": [(_("Give the opinion"), reverse("dossiers:answer", args=[dossier.code]), "")],
        "tone": "overdue" if late else "",
        "chip": first["chip"],
    }
