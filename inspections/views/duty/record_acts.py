"""What is done with one record: a page for each act."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH, Stored
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.rules import NotALastDay
from documents.issuing import AlreadyVoid
from inspections import duty, duty_forms, news
from inspections import duty_policies as policies
from inspections.duty.acting import home_of
from inspections.duty.proposing import Draft
from inspections.models import Record
from inspections.papers import lateness_record as lateness_paper
from inspections.papers.people import late_lines
from inspections.views.acting import Act, PlainForm, perform
from inspections.views.duty.common import home_crumbs, proposal_url, record_of, record_url
from inspections.views.duty.records import explanation_shown, title_of


def act_on(request: HttpRequest, record: Record, verb: str, **words: Any) -> Act:
    """The page of an act on a record; a refusal of a field stands beside that field."""

    values = words.pop("values", dict)

    def stored() -> Stored:
        now = Record.objects.get(pk=record.pk)
        return Stored(now.version, values(now) if values is not dict else {})

    facts = {
        "may": lambda: policies.may_on_record(request.actor, verb, record),
        "fits": lambda: policies.fits_record(verb, Record.objects.get(pk=record.pk)),
        "back": record_url(record),
        "about": ("record", str(record.public_id)),
        "crumbs": [*home_crumbs(request.actor), (title_of(record), record_url(record))],
        "template": "inspections/duty/record_act.html",
        "stored": stored,
        "extra": {"record": record, **_about(request, record, words.pop("shows", ()))},
    }
    return Act(**{**facts, **words})


@page("violation_draft", BOTH)
def ask_explanation(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector asks the person for an explanation."""
    record = record_of(request, public_id)
    today = local_day(request.now)
    act = act_on(
        request,
        record,
        "ask_explanation",
        title=gettext_lazy("Ask for an explanation"),
        button=gettext_lazy("Send the request for an explanation"),
        form=duty_forms.AskForm,
        done=gettext_lazy("The request is sent; the time limit is running."),
        effects=[
            _("%(name)s gets the request with the table of late time limits, under its own number.")
            % {"name": record.head_name},
            _("A time limit begins and ends with the last day that you name."),
            _("Others at the agency see that a request exists, not what it says."),
        ],
        told=lambda: news.lines({record.head_id} - {None}, today),
        refused={NotALastDay: "last_day"},
        shows=("findings",),
    )
    return perform(
        request,
        act,
        lambda form: nothing(
            duty.ask_explanation(
                record,
                text=form.cleaned_data["text"],
                last_day=form.cleaned_data["last_day"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        initial={"last_day": duty_forms.usual_last_day(today)},
    )


@page("own_record", BOTH)
def answer_explanation(request: HttpRequest, public_id: str) -> HttpResponse:
    """The person named explains, wherever they serve now."""
    record = record_of(request, public_id)
    asked = policies.explanation_of(record)
    act = act_on(
        request,
        record,
        "answer_explanation",
        title=gettext_lazy("Your explanation"),
        button=gettext_lazy("Send the explanation"),
        form=duty_forms.AnswerForm,
        done=gettext_lazy("Your explanation is sent and kept word by word."),
        effects=[
            _("The time limit is met the moment Home Affairs has it."),
            _("It is kept and printed word by word; it can be sent once."),
        ],
        shows=("findings", "explanation"),
    )
    return perform(
        request,
        act,
        lambda form: nothing(
            duty.answer_explanation(
                record,
                answer=form.answer(),
                files=form.cleaned_data["files"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        is_late=asked is not None and asked.time_limit.is_overdue(request.now),
    )


@page("violation_draft", BOTH)
def record_silence(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector records that no answer came."""
    record = record_of(request, public_id)
    act = act_on(
        request,
        record,
        "record_silence",
        title=gettext_lazy("Record silence"),
        button=gettext_lazy("Record that no explanation came"),
        form=PlainForm,
        done=gettext_lazy("It is recorded that no explanation came."),
        effects=[_("After this the person can no longer explain; the record says so.")],
        shows=("explanation",),
        danger=True,
    )
    return perform(request, act, _plain(request, record, duty.record_silence))


@page("violation_draft", BOTH)
def edit_remarks(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author writes the remarks of the record."""
    record = record_of(request, public_id)
    names = ("shortcomings", "causes", "requests", "recommendations")
    act = act_on(
        request,
        record,
        "edit_record",
        title=gettext_lazy("Remarks of the record"),
        button=gettext_lazy("Save the remarks"),
        form=duty_forms.RemarksForm,
        done=gettext_lazy("The remarks are saved."),
        values=lambda now: {name: getattr(now, name) for name in names},
        shows=("findings", "explanation"),
    )
    return perform(
        request,
        act,
        lambda form: nothing(
            duty.edit_record(
                record,
                remarks=form.remarks(),
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        initial={name: getattr(record, name) for name in names},
    )


@page("violation_sign", BOTH)
def finalise_lateness(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author finalises the record."""
    record = record_of(request, public_id)
    act = act_on(
        request,
        record,
        "finalise",
        title=gettext_lazy("Finalise the record"),
        button=gettext_lazy("Finalise under the next number"),
        form=PlainForm,
        done=gettext_lazy("The record is final and has its number."),
        effects=[
            _("The record gets the next number and its checksum; nobody can change it any more."),
            _("A mistake is mended by declaring it void and drawing up a new one."),
            _("%(name)s is told.") % {"name": record.head_name},
        ],
        shows=("findings", "explanation", "remarks"),
        paper=lambda: lateness_paper.paper_of(
            record, home=home_of(request.actor), by=request.actor, now=request.now
        ),
    )
    return perform(request, act, _plain(request, record, duty.finalise))


@page("violation_draft", BOTH)
def drop_lateness(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author drops the record before it is final."""
    record = record_of(request, public_id)
    act = act_on(
        request,
        record,
        "drop",
        title=gettext_lazy("Drop the record"),
        button=gettext_lazy("Drop the record"),
        form=duty_forms.ReasonForm,
        done=gettext_lazy("The record is dropped."),
        effects=[
            _(
                "What was asked and answered stays on it. The late time limits can be taken up "
                "again."
            )
        ],
        shows=("explanation",),
        danger=True,
    )
    return perform(request, act, _reasoned(request, record, duty.drop))


@page("violation_void", BOTH)
def void_lateness(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director declares a final record void."""
    record = record_of(request, public_id)
    act = act_on(
        request,
        record,
        "void",
        title=gettext_lazy("Declare the record void"),
        button=gettext_lazy("Declare it void"),
        form=duty_forms.ReasonForm,
        done=gettext_lazy("The record is void; it keeps its number and its text."),
        effects=[_("It keeps its number and text. Nothing can rest on it any more.")],
        refused={AlreadyVoid: None},
        danger=True,
        decides=True,
    )

    def do(form: Any) -> str | None:
        duty.void(record, reason=form.cleaned_data["reason"], by=request.actor, now=request.now)
        return None

    return perform(request, act, do)


@page("inspection_conclude", BOTH)
def conclude(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director issues the notice of conclusions with its recommendations."""
    record = record_of(request, public_id)
    day = local_day(request.now)
    act = act_on(
        request,
        record,
        "conclude",
        title=gettext_lazy("Conclusion and recommendations"),
        button=gettext_lazy("Issue the notice of conclusions"),
        form=duty_forms.ConcludeForm,
        done=gettext_lazy("The notice is issued; the time limits of its recommendations run."),
        effects=[
            _("The notice gets its number and can no longer change."),
            _("Each recommendation gets a time limit of its own; the head of its agency is told."),
            _("Lines left empty are passed over."),
        ],
        template="inspections/duty/conclude.html",
        refused={NotALastDay: None},
        shows=("findings", "explanation", "remarks"),
    )
    act.extra["agencies"] = Agency.objects.as_of(day).in_order().only("name", "code")
    return perform(
        request,
        act,
        lambda form: nothing(
            duty.conclude(
                record,
                text=form.cleaned_data["text"],
                asked=form.asked(),
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        initial={"who_1": record.agency_name},
    )


@page("acc_propose", BOTH)
def draft_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector drafts a proposal on the person named."""
    record = record_of(request, public_id)
    act = act_on(
        request,
        record,
        "draft_proposal",
        title=gettext_lazy("Proposal on responsibility"),
        button=gettext_lazy("Save the draft of the proposal"),
        form=duty_forms.ProposalForm,
        done=gettext_lazy("The draft of the proposal is saved."),
        text=gettext_lazy(
            "Home Affairs proposes, a City leader decides. Whoever drafts or edits this can "
            "neither put it to the leadership nor decide it."
        ),
        shows=("findings", "explanation"),
    )

    def do(form: Any) -> str:
        draft: Draft = form.draft()
        proposal = duty.draft_proposal(
            record, draft=draft, version=None, by=request.actor, now=request.now
        )
        return proposal_url(proposal)

    return perform(request, act, do)


def nothing(_result: object) -> None:
    """The act leads back to where it came from."""


def _plain(request: HttpRequest, record: Record, verb: Any) -> Any:
    def do(form: Any) -> None:
        verb(record, version=form.cleaned_data["version"], by=request.actor, now=request.now)

    return do


def _reasoned(request: HttpRequest, record: Record, verb: Any) -> Any:
    def do(form: Any) -> None:
        verb(
            record,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        )

    return do


def _about(request: HttpRequest, record: Record, shows: Sequence[str]) -> dict[str, Any]:
    """What the form rests on, shown beside it."""
    found: dict[str, Any] = {"shows_remarks": "remarks" in shows}
    if "findings" in shows:
        rows = record.findings.order_by("position")
        found["findings"] = late_lines(rows)
    if "explanation" in shows:
        moment = Moment(request.now, published().calendar)
        found["asked"] = explanation_shown(record, moment)
    return found
