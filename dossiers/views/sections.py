"""What a dossier's page tells besides directions and conclusion: who works on it inside the agency,
returns, cover slips, opinions, meetings, withdrawal, and which dossier follows which."""

from typing import Any

from accounts.actors import Actor
from deadlines.moments import Moment
from dossiers import policies
from dossiers.models import Dossier
from dossiers.states import State
from dossiers.transitions.consulting import is_silent


def read(by: Actor, dossier: Dossier, limits: dict[int, Any], moment: Moment) -> dict[str, Any]:
    """The rows of these sections that the person may see; one query for each kind.

    Cover slips are read by the City alone. The dossier's own agency learns which agencies were
    asked, until when and whether they answered; what they answered is for the City.
    """
    city = policies.sees_city_papers(by)
    returns = list(dossier.form_returns.select_related("by").order_by("-pk"))
    meetings = dossier.meetings.select_related("called_by").order_by("-pk")
    withdrawals = dossier.withdrawals.select_related("asked_by", "decided_by").order_by("-pk")
    slips = dossier.cover_slips.select_related("by").order_by("-pk") if city else ()
    asked = dossier.consultations.select_related("agency", "asked_by", "answered_by", "time_limit")
    return {
        "city": city,
        "assignment": _assignment(dossier),
        "returns": returns,
        "times_submitted": _times_submitted(dossier, returns),
        "slips": list(slips),
        "opinions": [_opinion(one, limits, moment, city) for one in asked.order_by("-pk")],
        "meetings": list(meetings),
        "rejection": _rejection(dossier),
        "withdrawals": list(withdrawals),
        "replaces": dossier.replaces if dossier.replaces_id else None,
        "replaced_by": Dossier.objects.visible_to(by).filter(replaces=dossier).first(),
    }


def moot(story: dict[str, Any]) -> set[str]:
    """Verbs that the state allows and for which there is nothing to do."""
    waits = any(asked.agreed is None for asked in story["withdrawals"])
    found = {"ask_withdrawal"} if waits else {"decide_withdrawal"}
    if not any(opinion["is_silent"] for opinion in story["opinions"]):
        found.add("record_silence")
    return found


def _assignment(dossier: Dossier) -> Any:
    """The latest one, if the dossier is assigned."""
    if not (dossier.unit_id or dossier.officer_id):
        return None
    found = dossier.assignments.select_related("unit", "officer", "by")
    return found.prefetch_related("cooperating").order_by("-pk").first()


def _times_submitted(dossier: Dossier, returns: list[Any]) -> int:
    again = sum(returned.resubmitted_at is not None for returned in returns)
    return (1 if dossier.submitted_at else 0) + again


def _rejection(dossier: Dossier) -> Any:
    return getattr(dossier, "rejection", None) if dossier.state == State.REJECTED else None


def _opinion(asked: Any, limits: dict[int, Any], moment: Moment, city: bool) -> dict[str, Any]:
    is_open = asked.answered_at is None and asked.silent_at is None
    return {
        "agency": asked.agency,
        "question": asked.question,
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at,
        "limit_id": asked.time_limit_id,
        "limit": limits.get(asked.time_limit_id),
        "is_open": is_open,
        "is_silent": is_open and is_silent(asked, moment.now),
        "answered_at": asked.answered_at,
        "silent_at": asked.silent_at,
        "answered_by": asked.answered_by if city else None,
        "position": asked.get_position_display() if city else "",
        "text": asked.text if city else "",
        "ref": asked.ref if city else "",
    }
