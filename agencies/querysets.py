"""Questions about many agencies."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from agencies.text import search_key


class AgencyQuerySet(models.QuerySet):
    """Agencies as of a date, and agencies by whatever people call them."""

    def as_of(self, day: date) -> Self:
        """Those that existed on a local date, both ends of their validity included."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def in_line_with(self, agency_id: int) -> Self:
        """An agency, those that went into it and those into which it went, over two steps: whoever
        belongs to one of them judges none of them."""
        line = Q(pk=agency_id)
        for way in ("successors", "predecessors"):
            line |= Q(**{way: agency_id}) | Q(**{f"{way}__{way}": agency_id})
        return self.filter(pk__in=self.model.objects.filter(line).values("pk"))

    def answered_for_by(self, agency_ids: Iterable[int]) -> Self:
        """These agencies, and the former ones that went whole into one of them, over two steps.

        What was divided is answered for by none of its several successors: each would read of, and
        speak for, what is not its own.
        """
        keys = list(agency_ids)
        first = self._whole_into(keys)
        second = self._whole_into(first.values("pk"))
        return self.filter(
            Q(pk__in=keys) | Q(pk__in=first.values("pk")) | Q(pk__in=second.values("pk"))
        )

    def _whole_into(self, heirs: Any) -> Self:
        links = self.model.successors.through.objects.filter(from_agency=OuterRef("pk"))
        return self.model.objects.filter(
            Exists(links.filter(to_agency__in=heirs)), ~Exists(links.exclude(to_agency__in=heirs))
        )

    def search(self, words: str) -> Self:
        """Those whose code, name or initials contain every word, marks and case ignored."""
        found = self
        for word in search_key(words).split():
            found = found.filter(search_key__contains=word)
        return found

    def called(self, name: str) -> Self:
        """Those whose full name or code is exactly this, marks, case and signs ignored."""
        key = search_key(name)
        return self.filter(
            Q(search_key__startswith=f"{key} | ") | Q(search_key__contains=f" | {key} | ")
        )

    def in_order(self) -> Self:
        """In the order of the Vietnamese dictionary."""
        return self.order_by("sort_key", "pk")
