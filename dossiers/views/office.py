"""The City Office's acts: receive, put to the leadership, file the notice, close."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from agencies.dates import local_day
from deadlines import strips
from deadlines.published import published
from deadlines.wording import chip
from dossiers import forms
from dossiers import transitions as verbs
from dossiers.models import Attachment
from dossiers.views.acting import BOTH, Act, dossier_of, perform, plain


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
    """Put the verified dossier to the leadership."""
    return plain(
        request,
        code,
        Act(
            verb="put_to_leader",
            title=gettext_lazy("Put the dossier to the City leadership"),
            button=gettext_lazy("Put to the leadership"),
            form=forms.PlainActForm,
            done=gettext_lazy("The dossier lies with the City leadership."),
            text=gettext_lazy("Verification is finished; the leadership decides what follows."),
        ),
        verbs.put_to_leader,
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
