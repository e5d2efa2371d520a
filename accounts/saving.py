"""Filters under a name: saved for oneself, shared with one's agencies, renamed, deleted."""

from datetime import datetime
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import SavedFilter
from accounts.paging import PLACES
from accounts.refusals import Refused

#: More names than these in a row are found by nobody.
MOST = 30


class NameTaken(Refused):
    """The person has another filter of this name on the page."""


class TooMany(Refused):
    """The person has as many filters as a page can show."""


class NothingToSave(Refused):
    """The list is not filtered, or its address is too long."""


def query_of(asked: QueryDict) -> str:
    """What is asked of a list, without the place in it and without empty words, in one order."""
    words = sorted(
        (name, value)
        for name, values in asked.lists()
        for value in values[-1:]
        if value and name not in PLACES
    )
    return urlencode(words)


def links(by: Actor, page: str) -> list[SavedFilter]:
    """The filters that a person sees on a page: one's own, then those that others of the same
    agencies share; one query."""
    shared = Q(is_shared=True, agency_id__in=by.agency_ids())
    found = SavedFilter.objects.filter(Q(owner_id=by.author.id) | shared, page=page)
    rows = found.select_related("owner").order_by("name", "pk")[: 2 * MOST]
    return sorted(rows, key=lambda row: row.owner_id != by.author.id)


def save_filter(
    *, name: str, page: str, query: str, share: bool, by: Actor, now: datetime
) -> SavedFilter:
    """Save a list with its filters under a name; one's own of the same name is replaced.

    Raises ``NothingToSave`` and ``TooMany``.
    """
    query = query_of(QueryDict(query))
    if not query or len(query) > SavedFilter._meta.get_field("query").max_length:
        raise NothingToSave(_("Filter or sort the list first, then save it under a name."))
    mine = SavedFilter.objects.filter(owner_id=by.author.id, page=page)
    if mine.exclude(name=name).count() >= MOST:
        raise TooMany(_("You have %(n)d saved filters. Delete one first.") % {"n": MOST})
    saved, _created = SavedFilter.objects.update_or_create(
        owner=by.user,
        page=page,
        name=name,
        defaults={
            "query": query,
            "is_shared": share,
            "agency_id": _agency_of(by) if share else None,
            "saved_at": now,
        },
    )
    return saved


def change_filter(saved: SavedFilter, *, name: str, share: bool, by: Actor) -> None:
    """Rename one's own filter, share it or keep it to oneself. Raises ``NameTaken``."""
    try:
        with transaction.atomic():
            SavedFilter.objects.filter(pk=saved.pk, owner_id=by.author.id).update(
                name=name, is_shared=share, agency_id=_agency_of(by) if share else None
            )
    except IntegrityError:
        raise NameTaken(_("You have another filter of this name.")) from None


def delete_filter(saved: SavedFilter, *, by: Actor) -> None:
    """Delete one's own filter."""
    SavedFilter.objects.filter(pk=saved.pk, owner_id=by.author.id).delete()


def _agency_of(by: Actor) -> int | None:
    """The agency that a shared filter is for: that of the first post held today."""
    return next((post.agency_id for post in by.posts if post.agency_id), None)
