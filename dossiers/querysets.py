"""Questions about many dossiers."""

from typing import Self

from django.db import models

from accounts.actors import Actor
from accounts.rights import agencies_of, reaches_city
from agencies.text import search_key
from dossiers.states import State


class DossierQuerySet(models.QuerySet):
    """Dossiers as a person may see and look for them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of the actor's agencies; the whole city's for those who serve all of it.

        What an agency is still drafting is nobody else's business.
        """
        own = models.Q(agency_id__in=agencies_of(by, "dossier_view"))
        if reaches_city(by, "dossier_view"):
            return self.filter(own | ~models.Q(state=State.DRAFTING))
        return self.filter(own)

    def search(self, words: str) -> Self:
        """Those whose code, number or matter contains every word, marks and case ignored."""
        found = self
        for word in search_key(words).split()[:12]:
            found = found.filter(search_key__contains=word)
        return found

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class AttachmentQuerySet(models.QuerySet):
    """Files of dossiers as a person may see them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of dossiers that the actor may see.

        The files of an answer that its head has not sent yet are the agency's own, like its text.
        """
        own = models.Q(dossier__agency_id__in=agencies_of(by, "file_get"))
        if not reaches_city(by, "file_get"):
            return self.filter(own)
        unsent = self.model.objects.filter(
            purpose="report",
            dossier__state=State.EXPLANATION_DUE,
            dossier__directions__round=models.F("dossier__round"),
            dossier__directions__at__lte=models.F("added_at"),
        ).values("pk")
        public = ~models.Q(dossier__state=State.DRAFTING) & ~models.Q(pk__in=unsent)
        return self.filter(own | public)
