"""The page on which a change of the calendar is written: circular, days, a file; preview first."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import unfinished
from accounts.pages import page
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.rights import reaches_city
from agencies.dates import local_day
from deadlines import keeping
from deadlines.keeping.forms import ChangeForm, DayFormSet
from deadlines.keeping.pages import page_of_lines
from deadlines.keeping.proposed import DayWish
from deadlines.keeping.reading import UnreadableFile, read_days

_EMPTY_ROWS = 3


@page("calendar_propose", BOTH)
def propose_change(request: HttpRequest) -> HttpResponse:
    """The circular and the days; a preview first, then the proposal."""
    today, status = local_day(request.now), 200
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept
    form = ChangeForm(data, request.FILES or None, today=today, initial=_asked(request))
    rows = _rows(data, today=today)
    effect, errors = None, []
    if earlier := earlier_result(request):
        return earlier
    if data is not None and data.get("viec") == "them-dong":
        rows = _rows(data, today=today, more=_EMPTY_ROWS)
    elif data is not None:
        rows, refusal = _with_file(request, data, rows, today)
        is_valid = form.is_valid()
        if refusal:
            form.add_error("file", refusal)
        if rows.is_valid() and is_valid and not refusal:
            wishes, places = _wishes(form, rows)
            try:
                effect = keeping.preview_of(
                    wishes, year=form.cleaned_data["year"], circular=form.circular(),
                    now=request.now,
                )  # fmt: skip
                if request.method == "POST" and data.get("viec") == "de-nghi":
                    return _propose(request, form, wishes)
            except keeping.Unfit as unfit:
                effect = None
                errors = [_beside(rows, places, unfit)]
        status = 200 if effect or kept else 422
    if kept:
        say_kept(request)
    context = {
        "form": form,
        "rows": rows,
        "errors": errors,
        "effect": effect,
        "agencies": effect.agencies if effect else [],
        "moving": page_of_lines(effect.moved, effect.moving, request.GET) if effect else None,
        "noted": effect.noted() if effect else [],
        "shows_titles": reaches_city(request.actor, "window_view"),
        "missing_year": keeping.missing_year(today),
    }
    context["shows_errors"] = status == 422 and form.is_bound and rows.is_bound
    return render(request, "deadlines/propose_change.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """A link may name the year that is missing (``nam``)."""
    year = request.GET.get("nam", "")
    return {"year": int(year[:4])} if year.isdecimal() else {}


def _rows(data: QueryDict | None, *, today: date, more: int = 0) -> Any:
    """The list of days: as typed, or with some empty lines more."""
    options = {"prefix": "ngay", "form_kwargs": {"today": today}}
    if data is None:
        return _unbound([{} for _ in range(_EMPTY_ROWS)], options)
    if more:
        return _unbound([*_typed(data), *({} for _ in range(more))], options)
    return DayFormSet(data, **options)


def _unbound(rows: Sequence[dict[str, Any]], options: dict[str, Any]) -> Any:
    return DayFormSet(initial=list(rows), **options)


def _typed(data: QueryDict) -> list[dict[str, Any]]:
    """The lines as they were typed, the empty ones left out."""
    total = data.get("ngay-TOTAL_FORMS", "0")
    count = min(int(total[:4]) if total.isdecimal() else 0, DayFormSet.max_num)
    names = ("day", "kind", "name", "legal_source", "provisional")
    rows = [{name: data.get(f"ngay-{n}-{name}", "") for name in names} for n in range(count)]
    return [row for row in rows if row["day"] or row["name"]]


def _with_file(request: HttpRequest, data: QueryDict, rows: Any, today: date) -> tuple[Any, str]:
    """The list with the days of an uploaded file added, or why the file cannot be read."""
    upload = request.FILES.get("file")
    if upload is None:
        return rows, ""
    try:
        days = read_days(upload.read())
    except UnreadableFile as refusal:
        return rows, refusal.sentence
    lines = [
        *_typed(data),
        *(
            {
                "day": f"{day.date:%d/%m/%Y}",
                "kind": day.kind.value,
                "name": day.name,
                "legal_source": day.legal_source,
                "provisional": "on" if day.provisional else "",
            }
            for day in days
        ),
    ]
    filled = data.copy()
    filled["ngay-TOTAL_FORMS"] = str(len(lines))
    for number, line in enumerate(lines):
        for name, value in line.items():
            filled[f"ngay-{number}-{name}"] = value
    return _rows(filled, today=today), ""


def _wishes(form: ChangeForm, rows: Any) -> tuple[list[DayWish], list[int]]:
    """The days of the filled lines, and the number of the line of each."""
    provisional = form.cleaned_data["provisional"]
    found = [(n, line.wish(provisional=provisional)) for n, line in enumerate(rows.forms)]
    kept = [(n, wish) for n, wish in found if wish]
    return [wish for _n, wish in kept], [n for n, _wish in kept]


def _beside(rows: Any, places: list[int], unfit: keeping.Unfit) -> dict[str, str]:
    """The refusal for the summary, and beside its line."""
    if unfit.row is None:
        return {"text": unfit.sentence}
    line = rows.forms[places[unfit.row]]
    line.add_error("day", unfit.sentence)
    return {"text": unfit.sentence, "href": f"#{line['day'].id_for_label}"}


def _propose(request: HttpRequest, form: ChangeForm, wishes: list[DayWish]) -> HttpResponse:
    data = form.cleaned_data

    def act() -> str:
        row = keeping.propose(
            wishes,
            year=data["year"],
            provisional=data["provisional"],
            circular=form.circular(),
            reason=data["reason"],
            by=request.actor,
            now=request.now,
        )
        return reverse("deadlines:change", args=[row.public_id])

    return press(request, form, act, _("The proposal is sent; a City leader decides."))
