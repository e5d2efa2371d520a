"""Submissions from a file: looked for among those that are here, entered as drafts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Appointment
from agencies.dates import local_day
from agencies.text import search_key
from dossiers import holding
from dossiers.importing.checking import Draft, mark, mark_of
from dossiers.models import Dossier
from dossiers.numbering import next_dossier_codes
from dossiers.states import State
from ledger import bulk, recording


def already_here(drafts: Iterable[Draft], *, now: datetime) -> set[int]:
    """The numbers of the rows whose submission is kept already, in whatever state; one query."""
    drafts = list(drafts)
    this_year = local_day(now).year
    known = _marks({draft.agency.pk for draft in drafts})
    return {draft.row for draft in drafts if mark_of(draft, this_year) in known}


def _marks(agency_ids: Collection[int]) -> set[tuple[int, str, int]]:
    rows = Dossier.objects.filter(agency_id__in=agency_ids).values_list(
        "agency_id", "letter_ref", "matter", "letter_on", "created_at"
    )
    return {
        mark(agency_id, ref, matter, on, local_day(created_at).year)
        for agency_id, ref, matter, on, created_at in rows.iterator(chunk_size=5000)
    }


def enter(drafts: Sequence[Draft], *, batch: UUID, by: Actor, now: datetime) -> list[Dossier]:
    """Store new submissions as drafts with codes of their own; one entry for each.

    They are dossiers like any other: only their entry says that they came with a file. Must run
    inside ``recorded()``.
    """
    if not drafts:
        return []
    codes = next_dossier_codes(len(drafts), now)
    dossiers = [_dossier(draft, code, by, now) for draft, code in zip(drafts, codes, strict=True)]
    bulk.insert(dossiers)
    day = local_day(now)
    heads = {
        pk: head.user_id if (head := Appointment.objects.head_on(pk, day)) else None
        for pk in {draft.agency.pk for draft in drafts}
    }
    holding.enter_imported([(dossier, heads[dossier.agency_id]) for dossier in dossiers])
    recording.append_all(
        [
            recording.event(
                by=by.author,
                action="dossier_logged",
                kind="dossier",
                code=dossier.code,
                now=now,
                after={
                    "state": State.DRAFTING,
                    "matter": dossier.matter,
                    "urgency": dossier.urgency,
                    "letter_ref": dossier.letter_ref,
                    "letter_on": dossier.letter_on,
                    "batch": str(batch),
                    "row": draft.row,
                },
            )
            for draft, dossier in zip(drafts, dossiers, strict=True)
        ]
    )
    return dossiers


def _dossier(draft: Draft, code: str, by: Actor, now: datetime) -> Dossier:
    paper = draft.paper
    return Dossier(
        code=code,
        agency=draft.agency,
        matter=paper.matter,
        letter_ref=paper.letter_ref,
        letter_on=paper.letter_on,
        urgency=paper.urgency,
        state=State.DRAFTING,
        created_by=by.user,
        created_at=now,
        search_key=search_key(code, paper.letter_ref, paper.matter, draft.agency.name),
    )
