"""One act on many dossiers of a list: each in its own transaction, each with its own answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.pages import page
from accounts.receipts import once
from accounts.refusals import NotAllowed, Refused
from accounts.rights import allows
from accounts.saving import query_of
from dossiers import policies
from dossiers import transitions as verbs
from dossiers.bulk_forms import BulkAssignForm
from dossiers.models import Dossier
from dossiers.transitions.reminding import remind

#: Rows of one press: a page of the list.
MOST = 100


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button over many rows: who, when, and what was chosen for all of them.

    ``versions`` are those that the person has seen, by code, where a page showed them.
    """

    by: Actor
    now: datetime
    form: BulkAssignForm | None = None
    versions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What can be done to many dossiers: its right, its button, its verb, the words when done.

    ``asks`` is for an act that needs an answer for all rows before it is done.
    """

    slug: str
    right: str
    button: Any
    done: Any
    verb: Callable[[Dossier, Press], object]
    asks: bool = False


def _receive(dossier: Dossier, press: Press) -> object:
    return verbs.receive(dossier, version=None, by=press.by, now=press.now)


def _remind(dossier: Dossier, press: Press) -> object:
    return remind(dossier, by=press.by, now=press.now)


def _assign(dossier: Dossier, press: Press) -> object:
    version = press.versions.get(dossier.code)
    hands = press.form.hands()
    return verbs.assign(dossier, hands=hands, version=version, by=press.by, now=press.now)


ACTS = (
    BulkAct(
        "tiep-nhan",
        "dossier_receive",
        gettext_lazy("Receive those chosen"),
        gettext_lazy("Received; verification has begun."),
        _receive,
    ),
    BulkAct(
        "nhac",
        "remind",
        gettext_lazy("Remind of those chosen"),
        gettext_lazy("Reminded."),
        _remind,
    ),
    BulkAct(
        "phan-cong",
        "dossier_assign",
        gettext_lazy("Assign those chosen"),
        gettext_lazy("Assigned."),
        _assign,
        asks=True,
    ),
)


def bulk_acts(by: Actor) -> list[BulkAct]:
    """The acts that a person may do to many dossiers."""
    return [act for act in ACTS if allows(by, act.right)]


@page("dossier_list", ("GET", "HEAD", "POST"))
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one act to the dossiers chosen in the list; a line for each says done, or why not."""
    back = f"{reverse('dossiers:list')}?{query_of(request.GET)}"
    if request.method != "POST":
        return redirect(back)
    slug = request.POST.get("viec", "")
    act = next((act for act in bulk_acts(request.actor) if act.slug == slug), None)
    if act is None:
        raise NotAllowed(_("Your post does not carry this right."))
    codes = list(dict.fromkeys(request.POST.getlist("ma")))
    visible = Dossier.objects.visible_to(request.actor).select_related("agency")
    found = {row.code: row for row in visible.filter(code__in=codes[:MOST])}
    # a code that this person may not see is as one that never was
    rows = [found[code] for code in codes[:MOST] if code in found]
    if act.asks and rows:
        form = _form(request, rows)
        if not form.is_valid():
            return _ask(request, act, rows, form, back)
        press = Press(request.actor, request.now, form, _versions(request))
    else:
        press = Press(request.actor, request.now)
    lines = [_line(row, act, press, request.POST.get("form_key", "")) for row in rows]
    context = {
        "act": act,
        "lines": lines,
        "done": sum(line["is_done"] for line in lines),
        "left": sum(not line["is_done"] for line in lines),
        "too_many": len(codes) > MOST,
        "most": MOST,
        "back": back,
    }
    return render(request, "dossiers/bulk_result.html", context)


def _form(request: HttpRequest, rows: list[Dossier]) -> BulkAssignForm:
    """The choice for all rows; unbound when it is still to be made."""
    agencies = {
        row.agency_id: row.agency for row in rows if policies.may(request.actor, "assign", row)
    }
    return BulkAssignForm(
        request.POST if "phan-cong-cho" in request.POST else None,
        by=request.actor,
        now=request.now,
        agencies=list(agencies.values()),
    )


def _ask(
    request: HttpRequest, act: BulkAct, rows: list[Dossier], form: BulkAssignForm, back: str
) -> HttpResponse:
    """The page between the list and the act: which rows, and the choice for all of them."""
    context = {"act": act, "rows": rows, "form": form, "back": back}
    status = 422 if form.is_bound else 200
    return render(request, "dossiers/bulk_assign.html", context, status=status)


def _versions(request: HttpRequest) -> dict[str, int]:
    """The versions that the page showed: pairs of code and number."""
    pairs = (pair.rpartition(" ") for pair in request.POST.getlist("phien"))
    return {code: int(number) for code, _space, number in pairs if number.isdecimal()}


def _line(dossier: Dossier, act: BulkAct, press: Press, form_key: str) -> dict[str, Any]:
    """Run the verb on one dossier, once for this form; what came of it."""
    key = _key(form_key, act, dossier)

    def do() -> str:
        act.verb(dossier, press)
        return reverse("dossiers:detail", args=[dossier.code])

    try:
        _where, acted = once(key=key, by=press.by, now=press.now, act=do)
    except Refused as refusal:
        return {"dossier": dossier, "is_done": False, "text": refusal.sentence}
    text = act.done if acted else _("Done before, by the same press.")
    return {"dossier": dossier, "is_done": True, "text": text}


def _key(form_key: str, act: BulkAct, dossier: Dossier) -> uuid.UUID:
    """A key of the row in this form; a form without a key acts under one of its own."""
    try:
        form = uuid.UUID(form_key)
    except ValueError:
        form = uuid.uuid4()
    return uuid.uuid5(form, f"{act.slug} {dossier.pk}")
