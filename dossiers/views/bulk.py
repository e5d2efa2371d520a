"""One act on many dossiers of a list: each in its own transaction, each with its own answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
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
from dossiers import transitions as verbs
from dossiers.models import Dossier
from dossiers.transitions.reminding import remind

#: Rows of one press: a page of the list.
MOST = 100


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What can be done to many dossiers: its right, its button, its verb, the words when done."""

    slug: str
    right: str
    button: Any
    done: Any
    verb: Callable[..., object]


def _receive(dossier: Dossier, by: Actor, now: datetime) -> object:
    return verbs.receive(dossier, version=None, by=by, now=now)


def _remind(dossier: Dossier, by: Actor, now: datetime) -> object:
    return remind(dossier, by=by, now=now)


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
    lines = [
        _line(found[code], act, request)
        for code in codes[:MOST]
        if code in found  # a code that this person may not see is as one that never was
    ]
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


def _line(dossier: Dossier, act: BulkAct, request: HttpRequest) -> dict[str, Any]:
    """Run the verb on one dossier, once for this form; what came of it."""
    key = _key(request.POST.get("form_key", ""), act, dossier)

    def do() -> str:
        act.verb(dossier, request.actor, request.now)
        return reverse("dossiers:detail", args=[dossier.code])

    try:
        _where, acted = once(key=key, by=request.actor, now=request.now, act=do)
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
