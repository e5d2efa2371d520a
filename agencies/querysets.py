"""Questions about many agencies."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from agencies.text import search_key


class AgencyQuerySet(models.QuerySet):
    """Agencies as of a date, and agencies by whatever people call them."""

    def as_of(self, day: date) -> Self:
        """Those that existed on a local date, both ends of their validity included."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
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
