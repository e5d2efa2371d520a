"""Filters of the figures under a name: kept, shared with one's agency, deleted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import saving
from accounts.models import SavedFilter
from accounts.pages import page
from accounts.refusals import Refused
from dashboards import asking
from dossiers.views.saving import FilterForm

PAGE = "figures"


def opened(query: str) -> str:
    """Where a kept filter leads: to the list when it asks for a state, else to the figures."""
    asked = QueryDict(query)
    view = "limits" if asked.get("tinh-trang") or asked.get("tuoi") else "overview"
    return f"{reverse(f'dashboards:{view}')}?{query}"


@page("dash_own", ("GET", "HEAD", "POST"))
def saved(request: HttpRequest) -> HttpResponse:
    """Keep what the address asks for under a name; delete what one has kept."""
    query = saving.query_of(request.GET)
    if request.method == "POST" and request.POST.get("viec") == "xoa":
        own = SavedFilter.objects.filter(owner=request.user, page=PAGE)
        key = request.POST.get("bo-loc", "")
        row = get_object_or_404(own, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
        saving.delete_filter(row, by=request.actor)
        messages.success(request, _("The filter is deleted."))
        return redirect("dashboards:saved")
    form, status = FilterForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saving.save_filter(
                    name=form.cleaned_data["name"],
                    page=PAGE,
                    query=query,
                    share=form.cleaned_data["share"],
                    by=request.actor,
                    now=request.now,
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("The filter is saved; it stands above the figures."))
                return redirect(opened(query))
    own = SavedFilter.objects.filter(owner=request.user, page=PAGE).order_by("name", "pk")
    context = {
        "form": form,
        "query": query,
        "back_url": opened(query) if query else reverse("dashboards:overview"),
        "filters": asking.chips(QueryDict(query), asking.moment_of(request)),
        "rows": [{"saved": row, "url": opened(row.query)} for row in own],
    }
    return render(request, "dashboards/saved.html", context, status=status)
