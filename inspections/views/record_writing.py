"""Writing a record: its text, its findings, its exhibits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.pressing import BOTH
from inspections.forms.records import (
    ExhibitForm,
    FindingForm,
    FindingsForm,
    RecordForm,
    RemoveExhibitForm,
    values_of,
)
from inspections.heads import head_in, heads_in_line
from inspections.models import Finding, Inspection, Record
from inspections.transitions import beginning, records
from inspections.views.acting import perform
from inspections.views.record_forms import act_on, common, done, record_in


@page("violation_draft", BOTH)
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write the record, in the order of the paper."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "edit_record",
        title=_("Write the record"),
        button=_("Save the record"),
        done=_("The record is saved."),
        form=RecordForm,
        template="inspections/grouped_form.html",
        values=values_of,
    )
    return perform(
        request,
        act,
        lambda form: done(
            records.edit_record(row, written=form.written(), **common(request, form))
        ),
        initial=values_of(row),
    )


@page("violation_draft", BOTH)
def add_findings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Copy more limits that were not kept into the record, of this head alone."""
    row = record_in(request, public_id)
    among = _open_to(row, request)
    act = act_on(
        request,
        row,
        "edit_record",
        title=_("Add findings"),
        button=_("Copy into the record"),
        done=_("The facts are copied into the record."),
        form=FindingsForm,
        effects=[_("The facts are copied as they stand now; nothing later changes them.")],
        extra={"none_left": not among},
    )
    return perform(
        request,
        act,
        lambda form: done(records.add_findings(row, limits=form.chosen(), **common(request, form))),
        among=among,
    )


@page("violation_draft", BOTH)
def finding(request: HttpRequest, public_id: str, item: int) -> HttpResponse:
    """Note on a finding, or take it out."""
    row = record_in(request, public_id)
    found = get_object_or_404(Finding.objects.select_related("record"), pk=item, record=row)
    act = act_on(
        request,
        row,
        "edit_record",
        title=_("Finding %(n)d: dossier %(code)s")
        % {"n": found.position, "code": found.facts["dossier"]},
        button=_("Save the finding"),
        done=_("The finding is saved."),
        form=FindingForm,
    )

    def do(form: FindingForm) -> None:
        if form.cleaned_data["out"]:
            records.remove_finding(
                found, reason=form.cleaned_data["reason"], **common(request, form)
            )
        else:
            records.note_finding(found, note=form.cleaned_data["note"], **common(request, form))

    return perform(request, act, do, finding=found)


@page("violation_draft", BOTH)
def add_exhibits(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add photographs and files to the record."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "edit_record",
        title=_("Add exhibits"),
        button=_("Add to the record"),
        done=_("The exhibits are kept with their checksums."),
        form=ExhibitForm,
    )
    return perform(
        request,
        act,
        lambda form: done(
            records.add_exhibits(
                row,
                caption=form.cleaned_data["caption"],
                files=form.cleaned_data["exhibits"],
                **common(request, form),
            )
        ),
    )


@page("violation_draft", BOTH)
def remove_exhibit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an exhibit out of a draft."""
    row = record_in(request, public_id)
    act = act_on(
        request,
        row,
        "edit_record",
        title=_("Take out an exhibit"),
        button=_("Take it out"),
        done=_("The exhibit is out of the record."),
        form=RemoveExhibitForm,
        effects=[_("Its name and checksum stay in the history of the record.")],
    )
    return perform(
        request,
        act,
        lambda form: done(
            records.remove_exhibit(
                form.chosen(), reason=form.cleaned_data["reason"], **common(request, form)
            )
        ),
        among=list(row.exhibits.order_by("pk")),
    )


def _open_to(row: Record, request: HttpRequest) -> list[Any]:
    """Limits not kept on days of this head that are not in the record yet."""
    inspection: Inspection = row.inspection
    has = set(row.findings.values_list("time_limit_id", flat=True))
    posts = heads_in_line(inspection.agency_id)
    found = []
    for limit in beginning.late_limits(inspection, request.now):
        post = head_in(posts, limit.due_on)
        if limit.pk not in has and (post.user_id if post else None) == row.head_id:
            found.append(limit)
    return found
