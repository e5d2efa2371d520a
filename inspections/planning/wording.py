"""Why an agency is in a plan, in words with figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections import drawing
from inspections.models import PlanItem
from inspections.planning.scoring import Reason


def reason_text(reason: Mapping[str, Any]) -> str:
    """One entry of ``PlanItem.reasons`` as a sentence, in the language of the reader."""
    figure, kind = reason.get("figure") or {}, reason["reason"]
    if kind == Reason.LATE:
        if not figure["due"]:
            text = _("No time limit ended in the last 12 months")
        else:
            text = _("%(late)d of %(due)d time limits of the last 12 months not kept") % figure
    elif kind == Reason.IDLE:
        n = figure["dossiers"]
        text = ngettext(
            "%(n)d dossier without an act for long", "%(n)d dossiers without an act for long", n
        ) % {"n": n}
    elif kind == Reason.REMEDIES:
        n = figure["remedies"]
        text = ngettext(
            "%(n)d remedy of earlier inspections still owed",
            "%(n)d remedies of earlier inspections still owed",
            n,
        ) % {"n": n}
    elif kind == Reason.UNSEEN:
        if "months" not in figure:
            text = _("Not inspected yet, as far as this system knows")
        else:
            n = figure["months"]
            text = ngettext(
                "Last inspected %(n)d month ago", "Last inspected %(n)d months ago", n
            ) % {"n": n}
    elif kind == "draw":
        return (
            _("Drawn as number %(place)d of %(total)d agencies with the seed “%(seed)s”") % figure
        )
    else:
        return str(figure.get("text", ""))
    points = _("%(points)d of %(most)d points") % reason
    return f"{text} ({points})"


def telling(reasons: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The reasons that gave points; all of them when none did."""
    found = [reason for reason in reasons if reason.get("points") or "points" not in reason]
    return found or reasons


def why(item: PlanItem) -> str:
    """All reasons of an item in one line, parts without points left out when there are others."""
    text = "; ".join(reason_text(reason) for reason in telling(item.reasons))
    if item.chosen == PlanItem.Chosen.RISK:
        total = _("Risk %(score)d of 100 points") % {"score": item.score}
        return f"{total}: {text}"
    return text


def for_the_inspected(item: PlanItem, *, seed_is_open: bool) -> dict[str, Any]:
    """Why an agency came to be inspected, for its own head: ``text``, and for one drawn by lot the
    ``lot`` with which the draw is repeated.

    The seed would tell where the other visits of the plan go: without ``seed_is_open`` the lot says
    its place and its number, and how they come about. What a person wrote who chose the agency by
    hand may name somebody and is not told.
    """
    if item.chosen == PlanItem.Chosen.RISK:
        return {"text": why(item)}
    if item.chosen != PlanItem.Chosen.CHANCE:
        return {"text": _("Chosen by Home Affairs when the plan was made.")}
    figure = next(one["figure"] for one in item.reasons if one["reason"] == "draw")
    seed, code = item.plan.seed, item.agency.code
    text = _("Drawn by lot as number %(place)d of %(total)d agencies.") % figure
    lot = {"ticket": drawing.ticket(seed, code), "code": code}
    return {"text": text, "lot": lot | ({"text": f"{seed}:{code}"} if seed_is_open else {})}
