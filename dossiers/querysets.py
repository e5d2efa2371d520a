"""Questions about many dossiers."""

import re
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from accounts.actors import Actor
from accounts.rights import agencies_of, reaches_city
from agencies.text import search_key
from dossiers.states import State
from dossiers.task_results import TaskResult, is_open_overdue, result_expression


class DossierQuerySet(models.QuerySet):
    """Dossiers as a person may see and look for them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of the actor's agencies; the whole city's for those who serve all of it.

        What an agency is still drafting is nobody else's business.
        """
        return self.filter(_may_see(by))

    def visible_or_asked(self, by: Actor) -> Self:
        """Those and the ones on which an agency of the actor was asked for its opinion.

        For the page of one dossier; lists keep to ``visible_to``, which an index answers.
        """
        if reaches_city(by, "dossier_view"):
            return self.visible_to(by)
        agencies = agencies_of(by, "dossier_view")
        asked = _asked(self.model, agencies)
        return self.filter(models.Q(agency_id__in=agencies) | models.Q(pk__in=asked))

    def search(self, words: str) -> Self:
        """Those whose code, number or matter contains every word, marks and case ignored."""
        return self.filter(found_by(words))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class RunningQuerySet(models.QuerySet):
    """The first running limits of dossiers as a person may see them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of the dossiers that the actor may see."""
        return self.filter(_may_see(by))


#: States in which a dossier lies on no desk any more.
ENDED = (State.CLOSED, State.REJECTED, State.WITHDRAWN)


class HoldingQuerySet(models.QuerySet):
    """Where dossiers lay and lie."""

    def lying(self, by: Actor) -> Self:
        """Where the dossiers lie now that the actor may see.

        For the whole city the few that are left out are named, not the many that are seen.
        """
        lying = self.filter(to_at__isnull=True)
        dossiers = self.model._meta.get_field("dossier").related_model.objects
        if not reaches_city(by, "dossier_view"):
            return lying.filter(dossier__in=dossiers.visible_to(by).exclude(state__in=ENDED))
        own = agencies_of(by, "dossier_view")
        hidden = dossiers.filter(state=State.DRAFTING).exclude(agency_id__in=own)
        return lying.filter(~models.Exists(hidden.filter(pk=models.OuterRef("dossier_id"))))


#: What nearly every dossier has in its code or number: an index of words is of no use for it.
_EVERYWHERE = re.compile(r"(?:[a-z]{2})?(?:19|20)\d\d|ttr|ubnd")


def found_by(words: str, *, by_index: bool = True) -> models.Q:
    """That ``search_key`` contains every word, marks and case ignored.

    The index of the column is asked for the words that tell most alone, the longer numbers if there
    are any; the others are looked for in what it finds. Without ``by_index`` it is not asked: rows
    are read in the order of another index until enough are found.
    """
    wanted = search_key(words).split()[:12]
    telling = (_numbers(wanted) or _telling(wanted) or wanted) if by_index else []
    condition = models.Q()
    for word in wanted:
        if word in telling:
            condition &= models.Q(search_key__contains=word)
        else:
            key = Concat("search_key", models.Value(""), output_field=models.TextField())
            condition &= models.Q(Contains(key, word))
    return condition


def has_number(words: str) -> bool:
    """Whether words have a number that few dossiers have: the index finds them at once."""
    return bool(_numbers(search_key(words).split()[:12]))


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if len(word) > 2 and not _EVERYWHERE.fullmatch(word)]


def _numbers(words: list[str]) -> list[str]:
    return [word for word in _telling(words) if word.isdecimal()]


def _may_see(by: Actor) -> models.Q:
    """What a person may see, in columns that dossiers and their running limits both have."""
    own = models.Q(agency_id__in=agencies_of(by, "dossier_view"))
    if reaches_city(by, "dossier_view"):
        return own | ~models.Q(state=State.DRAFTING)
    return own


class AttachmentQuerySet(models.QuerySet):
    """Files of dossiers as a person may see them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of dossiers that the actor may see.

        The files of an answer that its head has not sent yet are the agency's own, like its text.
        The City Office's drafts and the opinions of agencies are the City's. An agency that was
        asked for its opinion sees what was submitted, and the files of its own opinions.
        """
        agencies = agencies_of(by, "file_get")
        own = models.Q(dossier__agency_id__in=agencies)
        if not reaches_city(by, "file_get"):
            asked = _asked(self.model._meta.get_field("dossier").related_model, agencies)
            submitted = models.Q(dossier__in=asked, purpose__in=("letter", "draft", "annex"))
            answers = self.model.objects.filter(
                purpose="opinion",
                dossier__consultations__agency_id__in=agencies,
                dossier__consultations__answered_by=models.F("added_by"),
            )
            ours = own & ~models.Q(purpose__in=("office_draft", "opinion"))
            return self.filter(ours | submitted | models.Q(pk__in=answers.values("pk")))
        unsent = self.model.objects.filter(
            purpose="report",
            dossier__state=State.EXPLANATION_DUE,
            dossier__directions__round=models.F("dossier__round"),
            dossier__directions__at__lte=models.F("added_at"),
        ).values("pk")
        public = ~models.Q(dossier__state=State.DRAFTING) & ~models.Q(pk__in=unsent)
        return self.filter(own | public)


def _asked(dossiers: type[models.Model], agencies: set[int]) -> models.QuerySet:
    """Keys of the dossiers on which one of the agencies was asked for its opinion."""
    consultations = dossiers._meta.get_field("consultations").related_model
    return consultations.objects.filter(agency_id__in=agencies).values("dossier_id")


class TaskQuerySet(models.QuerySet):
    """Tasks as a person may see and look for them."""

    def visible_to(self, by: Actor) -> Self:
        """Those that the actor's agencies lead or cooperate in; all for who reads the city."""
        if reaches_city(by, "task_view"):
            return self
        return self.of_agencies(agencies_of(by, "task_view"))

    def of_agencies(self, agency_ids: set[int]) -> Self:
        """Those that one of the agencies leads or cooperates in, each once."""
        cooperates = self.model.cooperating.through.objects.filter(agency_id__in=agency_ids)
        return self.filter(
            models.Q(lead_id__in=agency_ids) | models.Q(pk__in=cooperates.values("task_id"))
        )

    def with_result(self, now: datetime) -> Self:
        """With ``result_class``, the result class at an instant."""
        return self.annotate(result_class=result_expression(now))

    def in_class(self, result: TaskResult, now: datetime) -> Self:
        """Those of one result class at an instant."""
        if result == TaskResult.OPEN_OVERDUE:
            return self.filter(is_open_overdue(now))
        return self.with_result(now).filter(result_class=result)

    def search(self, words: str) -> Self:
        """Those whose code, text, product, source or lead contains every word, marks ignored."""
        found = self
        for word in search_key(words).split()[:12]:
            found = found.filter(search_key__contains=word)
        return found

    def newest_first(self) -> Self:
        return self.order_by("-given_at", "-pk")


class TaskFileQuerySet(models.QuerySet):
    """Files of reports on tasks as a person may see them."""

    def visible_to(self, by: Actor) -> Self:
        """Those of tasks that the actor may see, each once."""
        if reaches_city(by, "task_view"):
            return self
        own = agencies_of(by, "task_view")
        leads = models.Q(report__task__lead_id__in=own)
        return self.filter(leads | models.Q(report__task__cooperating__in=own)).distinct()


class LetterQuerySet(models.QuerySet):
    """Letters about late time limits as a person may see them."""

    def visible_to(self, by: Actor) -> Self:
        """The whole city's, or those to and from the actor's agencies."""
        if reaches_city(by, "window_view"):
            return self
        return self.filter(agency_id__in=agencies_of(by, "window_view"))

    def newest_first(self) -> Self:
        return self.order_by("-paper__issued_at", "-pk")
