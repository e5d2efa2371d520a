"""The verbs of official papers: issue with the next number, declare void."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Conflict, Refused
from agencies.dates import local_day
from agencies.models import Agency
from documents import lint, printing
from documents.digests import digest_of
from documents.models import Paper, PaperVoid, Series
from ledger import recording

#: So many faults are named in one refusal; when they are mended, the rest are.
MOST_NAMED = 8


class AlreadyVoid(Conflict):
    """The paper was declared void before, or corrected by another."""


class Faulty(Refused):
    """The paper has faults with which no paper goes out; the sentence names each."""


def issue(
    *,
    kind: Paper.Kind,
    holder: Agency,
    symbol: str,
    about_kind: str,
    about_code: str,
    title: str,
    content: Mapping[str, Any],
    by: Actor,
    now: datetime,
    corrects: Paper | None = None,
    series: str = "",
) -> Paper:
    """Store what the paper says under the next number of its series, in the caller's transaction.

    ``symbol`` is what follows the number ("BB-SNV"). Where it names the drafting unit too
    ("SNV-CCVC"), ``series`` is what is numbered ("SNV"): all letters of an agency and year have one
    row of numbers, whichever unit drafts them. ``content`` holds plain values only: text,
    integers, dates, instants with zone, lists and mappings of them. Numbers start anew each local
    year; who waits for a number takes the next one, at an instant not before that of the last
    (Nghị định 30/2020 Điều 15 khoản 1). Raises ``AlreadyVoid`` when ``corrects`` was corrected, and
    ``Faulty`` when the paper as it would be printed has a blocking fault (``documents.lint``); the
    number then goes back with everything else.
    """
    with recording.recorded():
        taken = take_number(holder, series or symbol, now)
        ref = f"{taken.last:02d}/{symbol}"
        said = recording.plain(content)
        paper = Paper(
            series=taken,
            number=taken.last,
            ref=ref,
            kind=kind,
            about_kind=about_kind,
            about_code=about_code,
            title=recording.plain(title),
            content=said,
            issued_by=by.user,
            issued_on=local_day(taken.last_at),
            issued_at=taken.last_at,
            corrects=corrects,
        )
        _must_be_sound(paper)
        paper.digest = digest_of(paper)
        try:
            with transaction.atomic():
                paper.save(force_insert=True)
        except IntegrityError as error:
            if corrects is None:
                raise
            raise AlreadyVoid(_("This paper was already corrected by another one.")) from error
        recording.append(
            by=by.author,
            action="paper_issued",
            kind="paper",
            code=str(paper.public_id),
            now=now,
            after={
                "ref": ref,
                "holder": holder.code,
                "year": taken.year,
                "about": about_code,
                "corrects": corrects.ref if corrects else None,
                "sha256": paper.digest,
            },
            document=ref,
        )
    return paper


def _must_be_sound(paper: Paper) -> None:
    """Every way of issuing passes here. What is judged is the paper as it will be printed, with its
    number and day. Content without a layout prints nothing and is not judged."""
    if printing.KEY not in paper.content:
        return
    found = [one for one in lint.faults(printing.layout_of(paper)) if one.blocking]
    if not found:
        return
    named = "; ".join(one.text.rstrip(".") for one in found[:MOST_NAMED])
    raise Faulty(_("The paper cannot be issued yet. To be mended first: %(faults)s.")
                 % {"faults": named})  # fmt: skip


def declare_void(paper: Paper, *, reason: str, by: Actor, now: datetime) -> PaperVoid:
    """Record that a paper is void; it keeps its number and its text. Raises ``AlreadyVoid``."""
    with recording.recorded():
        try:
            with transaction.atomic():
                void = PaperVoid.objects.create(paper=paper, reason=reason, by=by.user, at=now)
        except IntegrityError as error:
            raise AlreadyVoid(_("This paper was already declared void.")) from error
        recording.append(
            by=by.author,
            action="paper_voided",
            kind="paper",
            code=str(paper.public_id),
            now=now,
            reason=reason,
            document=paper.ref,
        )
    return void


def take_number(holder: Agency | None, symbol: str, now: datetime, *, count: int = 1) -> Series:
    """The series of the local year with its next number taken, in the caller's transaction.

    ``count`` takes so many at once: the last of them is ``last``. The row stays locked until that
    transaction ends, so numbers follow the order of storing and go back when it fails. ``last_at``
    is the instant of the number, never before the one before. Without ``holder`` the series is the
    city's own. Must run inside ``recorded()``.
    """
    year = local_day(now).year
    found, _created = Series.objects.get_or_create(holder=holder, symbol=symbol, year=year)
    series = Series.objects.select_for_update().get(pk=found.pk)
    series.last += count
    series.last_at = max(now, series.last_at or now)
    series.save(update_fields=["last", "last_at"])
    return series
