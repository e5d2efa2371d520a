"""Filters under a name: one page to save the present list, one to mend or delete what is saved."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import saving
from accounts.fields import TextField
from accounts.models import SavedFilter
from accounts.pages import page
from accounts.refusals import Refused
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import listing

PAGE = "dossiers"


class FilterForm(forms.Form):
    """The name of a filter, and whether one's agency sees it."""

    name = TextField(label=gettext_lazy("Name of the filter"), max_length=100)
    share = forms.BooleanField(
        label=gettext_lazy("Everybody of my agency sees this filter"), required=False
    )


@page("dossier_list", ("GET", "HEAD", "POST"))
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the list that the address names under a name."""
    query = saving.query_of(request.GET)
    form = FilterForm(request.POST or None)
    status = 200
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
                messages.success(request, _("The filter is saved; it stands above the list."))
                return redirect(f"{reverse('dossiers:list')}?{query}")
    moment = Moment(request.now, published().calendar)
    chips = listing.read(QueryDict(query), request.actor, moment).chips
    context = {"form": form, "query": query, "chips": chips, "saved": None}
    return render(request, "dossiers/filter.html", context, status=status)


@page("dossier_list", ("GET", "HEAD", "POST"))
def filters(request: HttpRequest) -> HttpResponse:
    """One's own saved filters: rename, share, delete."""
    own = SavedFilter.objects.filter(owner=request.user, page=PAGE).order_by("name", "pk")
    bound, status = None, 200
    if request.method == "POST":
        key = request.POST.get("bo-loc", "")
        saved = get_object_or_404(own, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
        if request.POST.get("viec") == "xoa":
            saving.delete_filter(saved, by=request.actor)
            messages.success(request, _("The filter is deleted."))
            return redirect("dossiers:filters")
        bound, status = FilterForm(request.POST, auto_id=f"f{saved.pk}_%s"), 422
        if bound.is_valid():
            try:
                saving.change_filter(
                    saved,
                    name=bound.cleaned_data["name"],
                    share=bound.cleaned_data["share"],
                    by=request.actor,
                )
            except Refused as refusal:
                bound.add_error("name", refusal.sentence)
            else:
                messages.success(request, _("The filter is changed."))
                return redirect("dossiers:filters")
    rows = [
        {
            "saved": saved,
            "form": bound
            if bound and request.POST.get("bo-loc") == str(saved.pk)
            else FilterForm(
                initial={"name": saved.name, "share": saved.is_shared}, auto_id=f"f{saved.pk}_%s"
            ),
        }
        for saved in own
    ]
    return render(request, "dossiers/filters.html", {"rows": rows}, status=status)
