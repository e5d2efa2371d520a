"""The agency's acts: log, edit, submit, report back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import autosave, unfinished
from accounts.pages import page
from accounts.pressing import BOTH, Stored, earlier_result, say_kept
from accounts.receipts import once
from accounts.refusals import Conflict, NotAllowed
from accounts.rights import agencies_of
from agencies.dates import local_day
from deadlines import strips
from deadlines.published import published
from deadlines.wording import chip
from dossiers import forms, policies
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier, Report
from dossiers.states import State
from dossiers.transitions import Submission
from dossiers.views.acting import Act, after_conflict, dossier_of, perform
from dossiers.views.pages import file_lines
from dossiers.views.returning import open_return


@page("dossier_create", BOTH)
def log(request: HttpRequest) -> HttpResponse:
    """Log a submission, as a draft or through the gate."""
    return _submission(request, None)


@page("dossier_edit", BOTH)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft, and submit it if wanted."""
    return _submission(request, dossier_of(request, code))


def _submission(request: HttpRequest, dossier: Dossier | None) -> HttpResponse:
    kept = unfinished.take(request) if request.method != "POST" else None
    taken_up = kept or autosave.taken_up(request)
    data = request.POST if request.method == "POST" else taken_up
    form = forms.SubmissionForm(
        data,
        request.FILES or None,
        by=request.actor,
        now=request.now,
        dossier=dossier,
        initial={} if dossier or data else _remembered(request),
    )
    if dossier and not policies.may(request.actor, "edit", dossier):
        raise NotAllowed(_("Your post does not carry this right."))
    if earlier := earlier_result(request):
        return earlier
    conflict, status = "", 200
    if kept:
        say_kept(request)
    if request.method == "POST":
        if form.is_valid():
            try:
                where, acted = once(
                    key=form.cleaned_data["form_key"],
                    by=request.actor,
                    now=request.now,
                    act=lambda: _save_submission(request, form, dossier),
                )
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
            except verbs.GateClosed as refusal:
                for fault in refusal.faults:
                    form.add_error(fault.field, fault.sentence)
                status = 422
            else:
                done = _("Submitted to the City.") if form.wants_submit() else _("Draft saved.")
                again = _("This form was already sent; here is its result.")
                autosave.forget(request.user, request.path)
                messages.success(request, done if acted else again)
                if acted and form.wants_next():
                    return redirect("dossiers:log")
                return redirect(where)
        elif earlier := earlier_result(request):
            return earlier  # its twin was stored while this one was being read, and took its files
        else:
            status = 422
    elif dossier and not policies.fits("edit", dossier):
        conflict, status = _("Only a draft can be changed."), 409
    context = {
        "form": form,
        "dossier": dossier,
        "autosaved": None if kept else autosave.offer(request),
        "files": file_lines(dossier, request.actor) if dossier else [],
        "returned": open_return(dossier) if dossier else None,
        **(
            after_conflict(conflict, form, dossier, "edit", lambda: _stored(dossier))
            if dossier and conflict
            else {}
        ),
    }
    return render(request, "dossiers/submission.html", context, status=status)


def _remembered(request: HttpRequest) -> dict[str, object]:
    """Agency, signer and initialler of the person's last submission: mostly those of the next."""
    mine = Dossier.objects.filter(
        created_by=request.user, agency__in=agencies_of(request.actor, "dossier_create")
    )
    last = mine.order_by("-created_at", "-pk").select_related("agency").first()
    if last is None:
        return {}
    facts = {"signed_by": last.signed_by, "initialled_by": last.initialled_by}
    return {"agency": last.agency, **{name: value for name, value in facts.items() if value}}


def _stored(dossier: Dossier) -> Stored:
    """The submission as it is saved now."""
    values = {name: getattr(dossier, name) for name in Submission.__dataclass_fields__}
    return Stored(dossier.version, values)


def _save_submission(
    request: HttpRequest, form: forms.SubmissionForm, dossier: Dossier | None
) -> str:
    by, now = request.actor, request.now
    if dossier:
        saved = verbs.edit(
            dossier,
            facts=form.facts(),
            files=form.staged_files(),
            version=form.cleaned_data["version"] or 0,
            by=by,
            now=now,
        )
    else:
        saved = verbs.log_submission(
            facts=form.facts(),
            agency=form.cleaned_data["agency"],
            files=form.staged_files(),
            by=by,
            now=now,
        )
    if form.wants_submit():
        is_returned = saved.state == State.FORM_RETURNED
        send = verbs.resubmit if is_returned else verbs.submit
        send(saved, version=None, by=by, now=now)
    return reverse("dossiers:detail", args=[saved.code])


@page("dossier_submit", BOTH)
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Submit a finished draft; a closed gate leads back to the form with its sentences."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="submit",
        title=gettext_lazy("Submit to the City"),
        button=gettext_lazy("Submit the dossier"),
        form=forms.PlainActForm,
        done=gettext_lazy("Submitted to the City."),
        text=gettext_lazy(
            "The dossier goes to the City Office. After that its contents cannot be changed."
        ),
    )
    try:
        return perform(
            request,
            dossier,
            act,
            lambda form: verbs.submit(
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


@page("response_draft", BOTH)
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the answer to the open direction; the head sends it."""
    dossier = dossier_of(request, code)
    direction = dossier.directions.select_related("time_limit", "by").order_by("-round").first()
    if direction is None:
        raise Http404
    limit = direction.time_limit
    draft = Report.objects.filter(direction=direction).first()
    may_send = policies.may(request.actor, "report_back", dossier)

    def do(form: forms.ReportForm) -> object:
        verb = verbs.report_back if form.wants_send() and may_send else verbs.prepare_report
        return verb(
            direction,
            facts=form.facts(),
            files={Attachment.Purpose.REPORT: form.cleaned_data["report_files"]},
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        )

    if request.POST.get("viec") == "gui" and not may_send:
        raise NotAllowed(_("Only the head of the agency sends the report."))
    sends = request.POST.get("viec") == "gui"
    calendar = published().calendar
    mark = chip(limit, now=request.now, calendar=calendar)
    act = Act(
        verb="prepare_report",
        title=gettext_lazy("Explanation or supplement"),
        button=gettext_lazy("Send the report"),
        form=forms.ReportForm,
        done=_("The report is sent.") if sends else _("The draft of the report is saved."),
        template="dossiers/report.html",
        extra={
            "direction": direction,
            "may_send": may_send,
            "draft": draft,
            "strip": strips.for_limit(limit, now=request.now, calendar=calendar, tone=mark.tone),
            "chip": mark,
            "files": file_lines(dossier, request.actor, Attachment.Purpose.REPORT),
        },
        stored=lambda: _stored_report(direction),
        refused={verbs.EmptyReport: "text"},
    )
    initial = {"version": draft.version if draft else 0, "stated_on": local_day(request.now)}
    if draft:
        initial |= {name: getattr(draft, name) for name in _REPORT_FIELDS}
    is_late = limit.is_overdue(request.now)
    return perform(request, dossier, act, do, initial=initial, is_late=is_late)


_REPORT_FIELDS = ("text", "ref", "stated_on", "late_reason")


def _stored_report(direction: Direction) -> Stored:
    """The draft of the report as it is saved now."""
    draft = Report.objects.filter(direction=direction).first()
    if draft is None:
        return Stored(0)
    return Stored(draft.version, {name: getattr(draft, name) for name in _REPORT_FIELDS})
