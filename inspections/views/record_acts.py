"""The acts on a record, one page each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.pressing import BOTH
from agencies.dates import local_day
from inspections import duty_policies, news
from inspections.forms.parts import ReasonForm
from inspections.forms.records import (
    OpinionForm,
    SignatureForm,
)
from inspections.models import Record, Signature
from inspections.papers import record as record_paper
from inspections.transitions import answering, finalising
from inspections.transitions.rows import Unfit
from inspections.views.acting import Act, perform
from inspections.views.record_forms import act_on, common, done, record_in


@page("violation_draft", BOTH)
def send(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the record to the inspected side."""
    row = record_in(request, public_id)
    day = local_day(request.now)
    act = act_on(
        request,
        row,
        "send_record",
        title=_("Send the record for opinion"),
        button=_("Send for opinion"),
        done=_("The record is sent. The inspected side reads it and gives its opinion."),
        told=lambda: news.lines(answering.parties(row, day), day),
        effects=[_("The inspected side reads the whole record and may give its opinion once.")],
        paper=lambda: record_paper.draft_of(row, now=request.now),
    )
    return _plain(request, row, act, answering.send)


@page("violation_draft", BOTH)
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a sent record back into drafting."""
    row = record_in(request, public_id)
    day = local_day(request.now)
    effects = [_("The record can be changed again and must be sent again.")]
    if row.opinion_at or row.signatures.exists():
        effects.append(
            _("Opinion and signatures fall away with the text they were given on; the history "
              "keeps them.")
        )  # fmt: skip
    act = act_on(
        request,
        row,
        "take_back_record",
        title=_("Take the record back"),
        button=_("Take it back"),
        done=_("The record is a draft again."),
        form=ReasonForm,
        effects=effects,
        told=lambda: news.lines(answering.parties(row, day), day),
    )
    return _with_reason(request, row, act, answering.take_back)


@page("own_record", BOTH)
def give_opinion(request: HttpRequest, public_id: str) -> HttpResponse:
    """The inspected side gives its opinion, in its own words."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "give_opinion",
        title=_("Your opinion on the record"),
        button=_("Give the opinion"),
        done=_("Your opinion is in the record, to the letter."),
        form=OpinionForm,
        effects=[_("The opinion is given once. It cannot be changed afterwards, by anybody.")],
    )
    return perform(
        request,
        act,
        lambda form: done(
            answering.give_opinion(
                row,
                opinion=form.cleaned_data["opinion"],
                text=form.cleaned_data["text"],
                **common(request, form),
            )
        ),
    )


@page("violation_draft", BOTH)
def sign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter what one side put under the paper."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "sign_record",
        title=_("Enter a signature"),
        button=_("Enter it"),
        done=_("The entry is kept."),
        form=SignatureForm,
        refused={Unfit: "signed_on"},
    )
    return perform(
        request,
        act,
        lambda form: done(answering.sign(row, signed=form.signed(), **common(request, form))),
        initial=_next_signature(row, request),
    )


@page("violation_sign", BOTH)
def finalise(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author makes the record final."""
    row = record_in(request, public_id)
    unasked = []
    if duty_policies.explanation_of(row) is None:
        unasked.append(
            _("No explanation was asked for yet. It comes before any conclusion or proposal.")
        )
    day = local_day(request.now)
    act = act_on(
        request,
        row,
        "finalise_record",
        title=_("Finalise the record"),
        button=_("Finalise the record"),
        done=_("The record is final and has its number."),
        effects=[
            _("The record gets the next number BB-SNV."),
            _("Everything it says, its findings, signatures and the checksums of its exhibits are "
              "frozen. Nobody can change it afterwards."),
            *unasked,
        ],
        paper=lambda: record_paper.draft_of(row, now=request.now),
        told=lambda: news.lines(answering.parties(row, day), day),
    )  # fmt: skip
    return _plain(request, row, act, finalising.finalise)


@page("violation_draft", BOTH)
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author drops a record that is not final."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "drop_record",
        title=_("Drop the record"),
        button=_("Drop the record"),
        done=_("The record is dropped."),
        form=ReasonForm,
        danger=True,
        effects=[_("It gets no number. Its text stays for Home Affairs.")],
    )
    return _with_reason(request, row, act, answering.drop)


@page("violation_void", BOTH)
def void(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director declares a final record void."""
    row = record_in(request, public_id)
    day = local_day(request.now)
    act = act_on(
        request,
        row,
        "void_record",
        title=_("Declare the record void"),
        button=_("Declare it void"),
        done=_("The record is void; number and text stay."),
        form=ReasonForm,
        danger=True,
        decides=True,
        effects=[_("The record keeps its number and its text, and is marked as void everywhere.")],
        told=lambda: news.lines(answering.parties(row, day) | {row.author_id}, day),
    )
    return _with_reason(request, row, act, finalising.void)


@page("violation_draft", BOTH)
def correct(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin the record that corrects a final one."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "correct_record",
        title=_("Correct by a new record"),
        button=_("Begin the correction"),
        done=_("The new record is begun with the text of the old one. Change it, then send it."),
        form=ReasonForm,
        effects=[_("The old record stays as it is. The new one names it and gets its own number.")],
    )

    def do(form: ReasonForm) -> str:
        fresh = finalising.correct(row, reason=form.cleaned_data["reason"], **common(request, form))
        return reverse("inspections:record", args=[fresh.public_id])

    return perform(request, act, do)


# --- parts ----------------------------------------------------------------------------------------


def _plain(request: HttpRequest, row: Record, act: Act, verb: Any) -> HttpResponse:
    return perform(request, act, lambda form: done(verb(row, **common(request, form))))


def _with_reason(request: HttpRequest, row: Record, act: Act, verb: Any) -> HttpResponse:
    return perform(
        request,
        act,
        lambda form: done(verb(row, reason=form.cleaned_data["reason"], **common(request, form))),
    )


def _next_signature(row: Record, request: HttpRequest) -> dict[str, Any]:
    """The side that is not entered yet, with the name that the record knows for it."""
    entered = set(row.signatures.values_list("side", flat=True))
    side = next((side for side in Signature.Side if side not in entered), Signature.Side.INSPECTED)
    wanted = {Signature.Side.SECRETARY: ("secretary", "member"), Signature.Side.LEAD: ("lead",)}
    names = [
        one
        for one in row.present
        if (one["side"] == "inspected" and side == Signature.Side.INSPECTED)
        or one.get("part") in wanted.get(side, ())
    ]
    if not names:
        return {"side": side, "signed_on": local_day(request.now)}
    return {
        "side": side,
        "name": names[0]["name"],
        "post": names[0]["post"],
        "signed_on": local_day(request.now),
    }
