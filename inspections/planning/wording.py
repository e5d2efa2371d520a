"""Why an agency is in a plan, in words with figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
