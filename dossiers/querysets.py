"""Questions about many dossiers."""

from typing import Self

from django.db import models

from accounts.actors import Actor
from accounts.rights import reaches_city
from agencies.text import search_key
from dossiers.states import State


class DossierQuerySet(models.QuerySet):
    """Dossiers as a person may see and look for them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of the actor's agencies; the whole city's for those who serve all of it.

        What an agency is still drafting is nobody else's business.
        """
        if reaches_city(by, "dossier_view"):
            return self.exclude(
                models.Q(state=State.DRAFTING) & ~models.Q(agency_id__in=by.agency_ids())
            )
        return self.filter(agency_id__in=by.agency_ids())

    def search(self, words: str) -> Self:
        """Those whose code, number or matter contains every word, marks and case ignored."""
        found = self
        for word in search_key(words).split()[:12]:
            found = found.filter(search_key__contains=word)
        return found

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")
