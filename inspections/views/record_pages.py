"""Records (biên bản): the list, the page of one, its print, its exhibits; openings are logged."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.paging import address, numbered
from accounts.rights import allows
from accounts.roles import Role
from agencies.models import Agency
from inspections import duty_policies, policies, story
from inspections.models import Exhibit, Record, Signature, TeamMember
from inspections.papers import record as record_paper
from inspections.transitions.answering import missing_in
from inspections.transitions.finalising import missing_sides
from inspections.transitions.records import log_opening
from inspections.views.handing_out import (
    file_response,
    layout_response,
    paper_response,
    wanted_form,
)
from inspections.views.tabs import tabs
from inspections.views.visits import crumbs_of

PAGE_SIZE = 25
_R = Record.State
#: Verb → its button and its page, in the order of a record.
BUTTONS = {
    "send_record": (gettext_lazy("Send for opinion"), "inspections:send_record"),
    "edit_record": (gettext_lazy("Write the record"), "inspections:edit_record"),
    "give_opinion": (gettext_lazy("Give your opinion"), "inspections:give_opinion"),
    "sign_record": (gettext_lazy("Enter a signature"), "inspections:sign_record"),
    "finalise_record": (gettext_lazy("Finalise the record"), "inspections:finalise_record"),
    "ask_explanation": (gettext_lazy("Ask for an explanation"), "inspections:ask_explanation"),
    "take_back_record": (gettext_lazy("Take it back to change it"), "inspections:take_back_record"),
    "correct_record": (gettext_lazy("Correct by a new record"), "inspections:correct_record"),
    "drop_record": (gettext_lazy("Drop the record"), "inspections:drop_record"),
    "void_record": (gettext_lazy("Declare void"), "inspections:void_record"),
}


@page("violation_list")
def all_records(request: HttpRequest) -> HttpResponse:
    """The records that this person may read, the newest first. The list is no opening."""
    asked, by = request.GET, request.actor
    found = Record.objects.visible_to(by).select_related("agency", "paper", "paper__void")
    found = found.order_by("-created_at", "-pk")
    filters = []
    if asked.get("trang-thai") in _R.values:
        found = found.filter(state=asked["trang-thai"])
        filters.append(("trang-thai", _R(asked["trang-thai"]).label))
    if asked.get("loai") in Record.Kind.values:
        found = found.filter(kind=asked["loai"])
        filters.append(("loai", Record.Kind(asked["loai"]).label))
    if words := asked.get("don-vi", "").strip():
        named = Agency.objects.search(words[:100]).values("pk")
        found = found.filter(agency_id__in=named)
        filters.append(("don-vi", words[:60]))
    context = {
        "page": numbered(found, asked, size=PAGE_SIZE),
        "tabs": tabs(by, "inspections:records"),
        "filters": [
            {"label": label, "remove_url": address(asked, **{name.replace("-", "_"): None})}
            for name, label in filters
        ],
        "states": _R.choices,
        "kinds": Record.Kind.choices,
        "asked": {
            "state": asked.get("trang-thai", ""),
            "kind": asked.get("loai", ""),
            "agency": asked.get("don-vi", ""),
        },
        "city": allows(by, "violation_counts"),
    }
    return render(request, "inspections/records.html", context)


@page("own_record")
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """A record: what was found, what the inspected side says, who signed; and what to do next.

    A final record is shown from its paper, not from its rows.
    """
    row = record_of(request, public_id)
    by = request.actor
    if row.kind != Record.Kind.INSPECTION:
        return redirect("inspections:duty_record", public_id=row.public_id)
    opened(request, row, "view")
    final = row.paper_id is not None
    data = row.paper.content["record"] if final else record_paper.data_of(row)
    home = by.holds(Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR, Role.AUDITOR)
    exhibits = {str(one.public_id): one for one in row.exhibits.order_by("pk")}
    edits = policies.fits("edit_record", row) and policies.may(by, "edit_record", row)
    keys = dict(row.findings.values_list("position", "pk"))
    findings = [_finding(one, keys) for one in data["findings"]]
    context = {
        "record": row,
        "data": _readable(data),
        "findings": findings,
        "told": [one for one in findings if one["late"]]
        + [one for one in findings if one["note"] and not one["late"]],
        "in_time": [one for one in findings if not one["late"] and not one["note"]],
        "present": _present(data),
        "opinion": Record.Opinion(data["opinion"]).label if data["opinion"] else "",
        "signatures": [_signature(one) for one in data["signatures"]],
        "exhibits": [_exhibit(one, exhibits) for one in data["exhibits"]],
        "edits": edits,
        "next": _next(request, row),
        "void": getattr(row.paper, "void", None) if final else None,
        "corrected_by": _corrected_by(request, row),
        "extracted_at": parse_datetime(row.paper.content["extracted_at"]) if final else None,
        "extracted_by": row.paper.content["extracted_by"] if final else "",
        "data_sha256": row.paper.content["data_sha256"] if final else "",
        "home": home,
        "readings": story.readings("record", str(row.public_id), most=30) if home else [],
        "timeline": story.entries("record", str(row.public_id)) if home else [],
        "missing": missing_in(row) if edits else [],
        "may_pack": allows(by, "evidence_pack"),
    }
    return render(request, "inspections/record.html", context)


@page("own_record")
def printed(request: HttpRequest, public_id: str) -> HttpResponse:
    """The record as PDF or DOCX: the issued paper, or a draft with places to sign."""
    row = record_of(request, public_id)
    opened(request, row, wanted_form(request))
    if row.paper_id:
        return paper_response(request, row.paper)
    if row.kind != Record.Kind.INSPECTION:
        return redirect("inspections:duty_record", public_id=row.public_id)
    return layout_response(request, record_paper.draft_of(row, now=request.now), "bien-ban-du-thao")


@page("own_record")
def exhibit(request: HttpRequest, public_id: str) -> HttpResponse:
    """An exhibit as it was taken in, to whoever may read its record."""
    visible = Record.objects.visible_to(request.actor).values("pk")
    found = get_object_or_404(
        Exhibit.objects.select_related("record"), public_id=public_id, record__in=visible
    )
    opened(request, found.record, f"exhibit {found.public_id}")
    return file_response(request, found)


def record_of(request: HttpRequest, public_id: str) -> Record:
    """The record, if this person may read it; 404 otherwise."""
    visible = Record.objects.visible_to(request.actor).select_related(
        "agency", "inspection__agency", "inspection__decision", "author", "opinion_by", "head",
        "paper__series", "paper__void", "corrects__paper", "explanation",
    )  # fmt: skip
    return get_object_or_404(visible, public_id=public_id)


def opened(request: HttpRequest, row: Record, how: str) -> None:
    """Log that the person opened the record; a request for heads alone reads nothing."""
    if request.method == "GET":
        log_opening(row, how=how, by=request.actor, now=request.now)


def record_crumbs(row: Record) -> list[tuple[Any, str]]:
    """Where a page about a record stands."""
    return [
        *crumbs_of(row.inspection),
        (_("Record"), reverse("inspections:record", args=[row.public_id])),
    ]


# --- parts ----------------------------------------------------------------------------------------


def _readable(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with instants and dates as such, for templates."""
    instants = ("started_at", "ended_at", "sent_at", "opinion_at", "created_at")
    found = dict(data)
    found |= {name: parse_datetime(data[name]) if data[name] else None for name in instants}
    found |= {name: parse_date(data[name]) for name in ("period_from", "period_to")}
    return found


def strip_of(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """The due strip as it was copied, for the component that shows it."""
    if not facts.get("strip"):
        return None
    days = [{**day, "date": parse_date(day["date"])} for day in facts["strip"]["days"]]
    tone = "overdue" if facts.get("late") else "on_time"
    return {**facts["strip"], "days": days, "tone": tone}


def _finding(one: Mapping[str, Any], keys: Mapping[int, int]) -> dict[str, Any]:
    facts = one["facts"]
    return {
        "pk": keys.get(one["position"]),
        "position": one["position"],
        "note": one["note"],
        "facts": facts,
        "late": facts.get("late", False),
        "strip": strip_of(facts),
        "due_on": _day(facts.get("due_on")),
        "met_on": _day(facts.get("met_on")),
        "heads": [
            {**head, "from": _day(head["from"]), "to": _day(head["to"])}
            for head in facts.get("heads", ())
        ],
        "explanations": [
            {**said, "at": _instant(said["at"])} for said in facts.get("explanations", ())
        ],
        "direction": {**facts["direction"], "at": _instant(facts["direction"]["at"])}
        if facts.get("direction")
        else None,
        "reminders": len(facts.get("reminders", ())),
        "returns": len(facts.get("returns", ())),
    }


def _present(data: Mapping[str, Any]) -> dict[str, list[str]]:
    sides: dict[str, list[str]] = {"team": [], "inspected": [], "witness": []}
    for one in data["present"]:
        part = str(TeamMember.Part(one["part"]).label) if one.get("part") else ""
        sides[one["side"]].append(", ".join(filter(None, (one["name"], one["post"], part))))
    return sides


def _signature(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **one,
        "side": Signature.Side(one["side"]).label,
        "signed_on": _day(one["signed_on"]),
    }


def _exhibit(one: Mapping[str, Any], rows: Mapping[str, Exhibit]) -> dict[str, Any]:
    row = rows.get(one["file"])
    return {
        "name": one["caption"] or one["name"],
        "sha256": one["sha256"],
        "url": reverse("inspections:exhibit", args=[one["file"]]),
        "by": row.added_by.full_name if row else "",
        "at": row.added_at if row else None,
        "is_image": row is not None and row.content_type.startswith("image/"),
    }


def _corrected_by(request: HttpRequest, row: Record) -> Record | None:
    """The record that corrects this one, if this person may read it."""
    found = Record.objects.visible_to(request.actor).filter(corrects=row)
    return found.exclude(state=_R.DROPPED).first()


def _next(request: HttpRequest, row: Record) -> dict[str, Any] | None:
    """What this person can do now, the step that comes next first."""
    by = request.actor
    verbs = policies.possible(by, row, (verb for verb in BUTTONS if verb in policies.ACTS))
    if duty_policies.fits_record("ask_explanation", row) and duty_policies.may_on_record(
        by, "ask_explanation", row
    ):
        verbs.append("ask_explanation")
    if not verbs:
        return None
    text, tone = "", ""
    if row.state == _R.DRAFTING:
        lacking = missing_in(row)
        if lacking:
            text = _("Before it is sent, the record needs: %(what)s.") % {
                "what": ", ".join(lacking)
            }
            verbs.sort(key=lambda verb: verb == "send_record")
        else:
            text = _("The record can be sent to the inspected side for its opinion.")
    elif "give_opinion" in verbs:
        text = _("Read the record. Your opinion enters it in your own words.")
    elif row.state == _R.SENT:
        missing = missing_sides(row)
        text = (
            _("Still to be entered: the signature of %(sides)s.") % {"sides": ", ".join(missing)}
            if missing
            else _("All sides are entered. Once final, nobody can change the record.")
        )
        if not missing and "finalise_record" in verbs:
            verbs.sort(key=lambda verb: verb != "finalise_record")
    elif row.state == _R.FINALISED:
        text = _("The record is final. It can be corrected by a new record, or declared void.")
    kinds = {"drop_record": "quiet", "void_record": "danger"}
    return {
        "title": _("Your turn") if "give_opinion" in verbs else row.get_state_display(),
        "text": text,
        "tone": tone,
        "actions": [
            (
                BUTTONS[verb][0],
                reverse(BUTTONS[verb][1], args=[row.public_id]),
                kinds.get(verb, "secondary" if place or row.state == _R.FINALISED else "primary"),
            )
            for place, verb in enumerate(verbs)
        ],
    }


def _day(text: str | None) -> date | None:
    return parse_date(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
