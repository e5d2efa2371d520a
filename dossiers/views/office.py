"""The City Office's acts: receive, put to the leadership, file the notice, close."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from agencies.dates import local_day
from deadlines import strips
from deadlines.published import published
from deadlines.wording import chip
from dossiers import forms, workflow_forms
from dossiers import transitions as verbs
from dossiers.models import Attachment
from dossiers.views.acting import Act, dossier_of, perform, plain
from dossiers.views.pages import file_lines


@page("dossier_receive", BOTH)
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Acknowledge receipt."""
    return plain(
        request,
        code,
        Act(
            verb="receive",
            title=gettext_lazy("Receive the dossier"),
            button=gettext_lazy("Receive and verify"),
            form=forms.PlainActForm,
            done=gettext_lazy("Received; verification has begun."),
            text=gettext_lazy("The agency sees that the City Office has received the dossier."),
        ),
        verbs.receive,
    )


@page("dossier_put_to_leader", BOTH)
def put_to_leader(request: HttpRequest, code: str) -> HttpResponse:
    """Put the verified dossier to the leadership, with its cover slip."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="put_to_leader",
        title=gettext_lazy("Put the dossier to the City leadership"),
        button=gettext_lazy("Put to the leadership"),
        form=workflow_forms.CoverSlipForm,
        done=gettext_lazy("The dossier lies with the City leadership."),
        text=gettext_lazy(
            "Verification is finished; the leadership decides what follows. The cover slip is read "
            "by the City alone."
        ),
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.put_to_leader(
            dossier,
            summary=form.cleaned_data["summary"],
            proposal=form.cleaned_data["proposal"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )


@page("office_draft_add", BOTH)
def attach_draft_version(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a version of the document that the City Office is drafting."""
    dossier = dossier_of(request, code)
    purpose = Attachment.Purpose.OFFICE_DRAFT
    act = Act(
        verb="attach_draft_version",
        title=gettext_lazy("Add a version of the draft"),
        button=gettext_lazy("Keep this version"),
        form=workflow_forms.DraftVersionForm,
        done=gettext_lazy("The version is kept; earlier ones stay."),
        text=gettext_lazy(
            "Every version stays with its date and its author. Only the City sees the drafts."
        ),
        template="dossiers/draft_version.html",
        extra={"files": file_lines(dossier, request.actor, purpose)},
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.attach_draft_version(
            dossier,
            files={purpose: form.cleaned_data["draft_version_file"]},
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )


@page("notice_issue", BOTH)
def issue_notice(request: HttpRequest, code: str) -> HttpResponse:
    """File the notice or document; the City Office's limit is met."""
    dossier = dossier_of(request, code)
    conclusion = getattr(dossier, "conclusion", None)
    if conclusion is None:
        raise Http404
    limit = conclusion.time_limit
    calendar = published().calendar
    mark = chip(limit, now=request.now, calendar=calendar)
    act = Act(
        verb="issue_notice",
        title=gettext_lazy("File the notice or document"),
        button=gettext_lazy("File as issued"),
        form=forms.NoticeForm,
        done=gettext_lazy("The notice or document is filed."),
        extra={
            "conclusion": conclusion,
            "strip": strips.for_limit(limit, now=request.now, calendar=calendar, tone=mark.tone),
            "chip": mark,
        },
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.issue_notice(
            dossier,
            ref=form.cleaned_data["ref"],
            issued_on=form.cleaned_data["issued_on"],
            late_reason=form.cleaned_data.get("late_reason", ""),
            files={Attachment.Purpose.NOTICE: form.cleaned_data["notice_file"]},
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        initial={"issued_on": local_day(request.now)},
        is_late=limit.is_overdue(request.now),
    )


@page("dossier_close", BOTH)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close an issued dossier."""
    return plain(
        request,
        code,
        Act(
            verb="close",
            title=gettext_lazy("Close the dossier"),
            button=gettext_lazy("Close the dossier"),
            form=forms.PlainActForm,
            done=gettext_lazy("The dossier is closed."),
            text=gettext_lazy("The result is filed and nothing remains to be done."),
        ),
        verbs.close,
    )
