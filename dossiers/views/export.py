"""The list as a file: every row of it, in the order of the page, for Excel."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.saving import query_of
from agencies.dates import local_day
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip
from dossiers import listing as listings
from dossiers.models import Dossier
from dossiers.sheets.writing import write_csv, write_xlsx
from ledger import recording

CHUNK = 1000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("export_dossiers", ("GET", "HEAD", "POST"))
def export(request: HttpRequest) -> HttpResponse:
    """The list that the address names, as XLSX or CSV; the ledger says who took what.

    It is the list of the page: the same filters, the same rights, the same order.
    """
    if request.method != "POST":
        return redirect(f"{reverse('dossiers:list')}?{query_of(request.GET)}")
    moment = Moment(request.now, published().calendar)
    listing = listings.read(request.GET, request.actor, moment)
    rows = _values(listing.all_rows(), moment)
    about = FileAbout("dossiers", "ho-so", _("Dossiers"), listing.count())
    return sheet_of_list(request, about, _columns(), rows)


@dataclass(frozen=True, slots=True)
class FileAbout:
    """A list that becomes a file: its word in the ledger, the file's name, the title of the sheet,
    and how many rows it has."""

    code: str
    name: str
    title: str
    count: int


def sheet_of_list(
    request: HttpRequest, about: FileAbout, columns: list[str], rows: Iterator[list[Any]]
) -> HttpResponse:
    """The rows as the XLSX or CSV that the form asks for; the ledger says who took what."""
    kind = "csv" if request.POST.get("dang") == "csv" else "xlsx"
    with recording.recorded():
        recording.append(
            by=request.actor.author,
            action="list_exported",
            kind="list",
            code=about.code,
            now=request.now,
            after={"filter": query_of(request.GET), "rows": about.count, "format": kind},
        )
    name = f"{about.name}-{local_day(request.now):%Y-%m-%d}.{kind}"
    if kind == "csv":
        pieces = write_csv(columns, rows)
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_xlsx(columns, rows, target, title=about.title)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _columns() -> list[str]:
    return [
        _("Dossier code"),
        _("Agency"),
        _("Number and symbol of the submission letter"),
        _("Date of the submission letter"),
        _("Matter"),
        _("Urgency"),
        _("State"),
        _("Unit"),
        _("Officer"),
        _("Round"),
        _("Logged at"),
        _("Submitted at"),
        _("Time limit until the end of"),
        _("Time limit met at"),
        _("Time limit, in words"),
        _("Closed at"),
    ]


def _values(dossiers: Iterator[Dossier], moment: Moment) -> Iterator[list[Any]]:
    """The cells of each dossier; one query for the limits of a thousand."""
    while chunk := list(islice(dossiers, CHUNK)):
        limits = listings.first_limits([dossier.code for dossier in chunk])
        for dossier in chunk:
            limit = limits.get(dossier.code)
            mark = chip(limit, now=moment.now, calendar=moment.calendar) if limit else None
            yield [
                dossier.code,
                dossier.agency.name,
                dossier.letter_ref,
                dossier.letter_on,
                dossier.matter,
                dossier.get_urgency_display(),
                dossier.get_state_display(),
                dossier.unit.name if dossier.unit else None,
                dossier.officer.full_name if dossier.officer else None,
                dossier.round or None,
                dossier.created_at,
                dossier.submitted_at,
                limit.due_on if limit else None,
                limit.met_at if limit else None,
                mark.text if mark else None,
                dossier.closed_at,
            ]
