"""What pages say of requests about time limits, and which acts they offer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.news import DUTY_CODES, TASK_CODES
from agencies.dates import local_day
from deadlines import adjusting
from deadlines.adjusting import Unfit
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.fields import read_date
from deadlines.models import Adjustment, Suspension, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.views import not_published_sentence
from deadlines.wording import chip, day_text
from dossiers.models import Conclusion, Direction, Task

#: Verb → label of its button and name of its page, for a limit that runs.
RUNNING = {
    "ask_extension": gettext_lazy("Ask for an extension"),
    "propose": gettext_lazy("Propose a correction or a waiver"),
    "suspend": gettext_lazy("Suspend the time limit"),
}


@dataclass
class Offers:
    """What a person may do with the open limits of a dossier: sentences, and buttons with their
    addresses. ``waits``: a request waits for this person's decision."""

    texts: list[str] = field(default_factory=list)
    actions: list[tuple[str, str, str]] = field(default_factory=list)
    waits: bool = False


def offers(by: Actor, limits: Sequence[TimeLimit], moment: Moment) -> Offers:
    """The buttons about limits read with ``with_adjustments``; no query."""
    found = Offers()
    is_open = [limit for limit in limits if limit.met_at is None]
    for limit in is_open:
        said = f": {limit.rule.name}" if len(is_open) > 1 else ""
        for label, url, kind in _acts(by, limit, moment, found):
            found.actions.append((f"{label}{said}", url, kind))
    return found


def _acts(by: Actor, limit: TimeLimit, moment: Moment, found: Offers) -> list[tuple[str, str, str]]:
    code, _slash, part = limit.code.partition("/")
    if code != limit.subject_code:
        return []
    acts = []
    if limit.request_id:
        if adjusting.may(by, "decide", limit):
            found.waits = True
            found.texts.append(_("A request about the time limit waits for a decision."))
            url = _decision_page(code, limit.request_id)
            acts.append((str(_("Read and decide the request")), url, "primary"))
        elif adjusting.may(by, "ask_extension", limit) or adjusting.may(by, "propose", limit):
            found.texts.append(
                _("A request about the time limit waits for a decision of the City leadership.")
            )
    if limit.is_suspended_on(moment.today):
        if limit.suspended_until > moment.today and adjusting.may(by, "resume", limit):
            url = _limit_page("resume", code, part)
            acts.append((str(_("Let the time limit run on")), url, "secondary"))
        return acts
    closed = {"suspend"} if limit.is_overdue(moment.now) else set()
    closed |= {"ask_extension", "propose"} if limit.request_id else set()
    acts += [
        (str(label), _limit_page(verb, code, part), "secondary")
        for verb, label in RUNNING.items()
        if verb not in closed and adjusting.may(by, verb, limit)
    ]
    return acts


def _beside(kind: str) -> str:
    """What is offered beside the work itself is quieter than alone."""
    return "quiet" if kind == "secondary" else kind


def panel_with(panel: dict[str, Any] | None, offered: Offers) -> dict[str, Any] | None:
    """The panel of the next step with what the person may do about the time limits beside it."""
    if panel is None and not (offered.actions or offered.texts):
        return None
    if panel is None:
        waits = _("A request waits for your decision")
        return {
            "title": waits if offered.waits else _("The time limit"),
            "text": "" if offered.waits else " ".join(offered.texts),
            "actions": offered.actions,
            "tone": "",
        }
    return {
        **panel,
        "text": " ".join([panel["text"], *offered.texts]),
        "actions": panel["actions"]
        + [(label, url, _beside(kind)) for label, url, kind in offered.actions],
    }


def _limit_page(verb: str, code: str, part: str) -> str:
    if code.startswith(TASK_CODES):
        return reverse(f"tasks:{verb}", args=[code])
    return f"{reverse(f'dossiers:{verb}', args=[code])}?{urlencode({'han': part})}"


def _decision_page(code: str, number: int) -> str:
    if code.startswith(DUTY_CODES):
        return reverse("inspections:decide_more_time", args=[code])
    view = "tasks:decide" if code.startswith(TASK_CODES) else "dossiers:decide"
    return f"{reverse(view, args=[code])}?so={number}"


def asked_text(adjustment: Adjustment) -> str:
    """What is asked for, in one line."""
    if adjustment.kind == Adjustment.Kind.WAIVER:
        return _("Lift the obligation")
    day = day_text(adjustment.wanted_on)
    if adjustment.kind == Adjustment.Kind.EXTENSION:
        return _("Extend to the end of %(day)s") % {"day": day}
    return _("Correct the due date to the end of %(day)s") % {"day": day}


def title_of(adjustment: Adjustment) -> str:
    return {
        Adjustment.Kind.EXTENSION: _("Decide the request for an extension"),
        Adjustment.Kind.CORRECTION: _("Decide the proposal to correct the due date"),
        Adjustment.Kind.WAIVER: _("Decide the proposal to lift the obligation"),
    }[Adjustment.Kind(adjustment.kind)]


def request_facts(adjustment: Adjustment, limit: TimeLimit) -> dict[str, Any]:
    """The request with the due date it would lead to, for the page on which it is decided."""
    return {
        "asked": asked_text(adjustment),
        "by": adjustment.asked_by.full_name,
        "at": adjustment.asked_at,
        "late": adjustment.asked_late,
        "class": adjustment.get_reason_class_display(),
        "reason": adjustment.reason,
        "is_waiver": adjustment.kind == Adjustment.Kind.WAIVER,
        "old_text": day_text(limit.due_on),
        "new_text": day_text(adjustment.wanted_on) if adjustment.wanted_on else "",
        "days_text": _difference(limit.due_on, adjustment.wanted_on, published().calendar),
    }


def _difference(old: date, new: date | None, calendar: Calendar) -> str:
    """How many working days lie between two last days, in words."""
    if new is None:
        return ""
    try:
        days = calendar.working_days_between(old, new)
    except CalendarNotPublished:
        return ""
    if days < 0:
        text = ngettext("%(n)d working day less", "%(n)d working days less", -days)
    else:
        text = ngettext("%(n)d working day more", "%(n)d working days more", days)
    return text % {"n": abs(days)}


def suspension_preview(limit: TimeLimit, typed: str, now: datetime) -> dict[str, str]:
    """The due date after a suspension to the day that is typed, or why there is none."""
    day = read_date(typed, local_day(now))
    if day is None:
        return {}
    try:
        days, due_on = adjusting.after_suspension(limit, day, now)
    except Unfit as refusal:
        return {"refused": refusal.sentence}
    except CalendarNotPublished as refusal:
        return {"refused": not_published_sentence(refusal)}
    return {
        "old_text": day_text(limit.due_on),
        "new_text": day_text(due_on),
        "days_text": ngettext(
            "%(n)d working day is given back", "%(n)d working days are given back", days
        )
        % {"n": days},
    }


def resumption_preview(suspension: Suspension, now: datetime) -> dict[str, str]:
    """The due date if the limit ran on from today."""
    try:
        lost, due_on = adjusting.after_resumption(suspension, now)
    except Unfit as refusal:
        return {"refused": refusal.sentence}
    except CalendarNotPublished as refusal:
        return {"refused": not_published_sentence(refusal)}
    return {
        "old_text": "",
        "new_text": day_text(due_on),
        "days_text": ngettext(
            "%(n)d working day was lost and is given back",
            "%(n)d working days were lost and are given back",
            lost,
        )
        % {"n": lost},
    }


def deciders_of(limit_ids: list[int]) -> dict[int, str]:
    """Limit → the leader who started it, and who therefore decides; three queries for a page."""
    found: dict[int, str] = {}
    for model, person in ((Direction, "by"), (Conclusion, "by"), (Task, "given_by")):
        rows = model.objects.filter(time_limit__in=limit_ids).values_list(
            "time_limit_id", f"{person}__full_name"
        )
        found |= {limit_id: name for limit_id, name in rows if name}
    return found


def row_of(
    by: Actor, adjustment: Adjustment, deciders: dict[int, str], moment: Moment
) -> dict[str, Any]:
    limit = adjustment.time_limit
    mine = adjustment.asked_by_id == by.author.id
    may = adjusting.may(by, "decide", limit) and not mine
    return {
        "limit": limit,
        "asked": asked_text(adjustment),
        "class": adjustment.get_reason_class_display(),
        "late": adjustment.asked_late,
        "by": adjustment.asked_by.full_name,
        "at": adjustment.asked_at,
        "due_text": day_text(limit.due_on),
        "chip": chip(limit, now=moment.now, calendar=moment.calendar),
        "decider": deciders.get(limit.pk, _("City leadership")),
        "url": _decision_page(limit.subject_code, adjustment.pk) if may else "",
    }
