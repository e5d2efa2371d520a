"""Quality beside time: what was sent back and why, rounds, exceptions, extensions, reasons given.

A dossier belongs to the period in which it was submitted, a return, an extension or a suspension to
the one in which it was decided, a report to the one in which it was sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboards.analysis.asked import Asked, months_before, names
from dashboards.analysis.wording import agency_text
from dashboards.numerals import number, percent
from dashboards.overview import Bar
from deadlines.models import Adjustment, Suspension
from deadlines.moments import Moment
from dossiers.models import Dossier, FormReturn, Report

#: So many of the latest reasons for lateness stand on the page.
LATEST = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """An agency's dossiers of the period, and what happened to them."""

    label: str
    submitted: int
    rounds: int
    exceptions: int
    returned: int
    extensions: int

    @property
    def returned_rate(self) -> str:
        return percent(100 * self.returned / self.submitted if self.submitted else None)


@dataclass(frozen=True, slots=True)
class Reason:
    """What an agency said about a report that came too late."""

    dossier: str
    url: str
    agency: str
    text: str


def context(asked: Asked, moment: Moment) -> dict[str, Any]:
    """What the page shows; seven queries."""
    since, until = _instants(asked)
    during = lambda field: {f"{field}__gte": since, f"{field}__lt": until}  # noqa: E731
    dossiers = (
        Dossier.objects.filter(_agency(asked, "agency"), **during("submitted_at"))
        .values("agency_id")
        .annotate(
            # of a column of the index, so that no row is read
            n=Count("submitted_at"),
            one=Count("submitted_at", filter=Q(round=1)),
            two=Count("submitted_at", filter=Q(round=2)),
            more=Count("submitted_at", filter=Q(round__gte=3)),
        )
        .order_by()
    )
    dossiers = {row["agency_id"]: row for row in dossiers}
    exceptions = dict(
        Dossier.objects.filter(_agency(asked, "agency"), **during("submitted_at"))
        .exclude(gate_exception="")
        .values_list("agency_id")
        .annotate(n=Count("submitted_at"))
        .order_by()
    )
    returns = list(
        FormReturn.objects.filter(_agency(asked, "dossier__agency"), **during("at"))
        .values_list("dossier__agency_id", "reason")
        .annotate(n=Count("pk"))
        .order_by()
    )
    extensions = list(
        Adjustment.objects.filter(
            _limit(asked),
            kind=Adjustment.Kind.EXTENSION,
            state=Adjustment.State.GRANTED,
            **during("decided_at"),
        )
        .annotate(owed=Coalesce("time_limit__charged_to_id", "time_limit__agency_id"))
        .values_list("owed", "reason_class")
        .annotate(n=Count("pk"))
        .order_by()
    )
    suspensions = Suspension.objects.filter(_limit(asked), **during("from_at")).count()
    keys = set(dossiers) | set(exceptions) | {row[0] for row in (*returns, *extensions)}
    agencies = names(keys)
    rows = [
        Quality(
            label=agency_text(agencies[key]),
            submitted=dossiers[key]["n"] if key in dossiers else 0,
            rounds=dossiers[key]["two"] + dossiers[key]["more"] if key in dossiers else 0,
            exceptions=exceptions.get(key, 0),
            returned=sum(n for of, _reason, n in returns if of == key),
            extensions=sum(n for of, _reason, n in extensions if of == key),
        )
        for key in keys
    ]
    rows.sort(key=lambda row: (-row.returned, -row.rounds, -row.submitted, row.label))
    submitted = sum(row.submitted for row in rows)
    return {
        "submitted": submitted,
        "returned": sum(row.returned for row in rows),
        "exceptions": sum(exceptions.values()),
        "extensions": sum(row.extensions for row in rows),
        "suspensions": suspensions,
        "verdict": _verdict(submitted, rows),
        "reasons": _bars(returns, FormReturn.Reason.choices),
        "granted": _bars(extensions, Adjustment.Reason.choices),
        "rounds": _rounds(dossiers.values(), submitted),
        "late": _late_reasons(asked, since, until),
        "rows": rows,
    }


def _instants(asked: Asked) -> tuple[datetime, datetime]:
    """The instants at which the period begins and ends."""
    zone = timezone.get_default_timezone()
    end = months_before(asked.last, -1)
    return (
        datetime.combine(asked.first, time(), zone),
        datetime.combine(end, time(), zone),
    )


def _agency(asked: Asked, path: str) -> Q:
    """Rows of the agencies asked for, by the path that leads to an agency."""
    if asked.agency is not None:
        return Q(**{path: asked.agency})
    return Q(**{f"{path}__kind": asked.kind}) if asked.kind else Q()


def _limit(asked: Asked) -> Q:
    """Rows about limits of the agencies asked for."""
    own, moved = "time_limit__agency", "time_limit__charged_to"
    if asked.agency is not None:
        return Q(**{moved: asked.agency}) | Q(**{own: asked.agency, f"{moved}__isnull": True})
    if asked.kind:
        return Q(**{f"{moved}__kind": asked.kind}) | Q(
            **{f"{own}__kind": asked.kind, f"{moved}__isnull": True}
        )
    return Q()


def _verdict(submitted: int, rows: list[Quality]) -> str:
    if not submitted:
        return ""
    returned = sum(row.returned for row in rows)
    again = sum(row.rounds for row in rows)
    return _(
        "Of %(n)s dossiers submitted, %(again)s had to be explained more than once; %(returned)s "
        "times a dossier was sent back for form."
    ) % {"n": number(submitted), "again": number(again), "returned": number(returned)}


def _bars(rows: list[tuple[int, str, int]], choices: Iterable[tuple[str, Any]]) -> list[Bar]:
    """How often each reason was given, the most frequent first."""
    counts = {slug: sum(n for _of, reason, n in rows if reason == slug) for slug, _l in choices}
    longest = max(counts.values(), default=0) or 1
    found = [
        Bar(
            label=str(label),
            href="",
            value=counts[slug],
            share=round(100 * counts[slug] / longest),
            tone="",
        )
        for slug, label in choices
        if counts[slug]
    ]
    return sorted(found, key=lambda bar: -bar.value)


def _rounds(rows: Iterable[dict[str, int]], submitted: int) -> list[Bar]:
    """How many dossiers were explained or supplemented never, once, twice, more often."""
    rows = list(rows)
    one, two, more = (sum(row[name] for row in rows) for name in ("one", "two", "more"))
    counts = [
        (_("Never had to be explained"), submitted - one - two - more),
        (_("Explained or supplemented once"), one),
        (_("Twice"), two),
        (_("Three times or more"), more),
    ]
    longest = max(n for _label, n in counts) or 1
    return [
        Bar(label=label, href="", value=n, share=round(100 * n / longest), tone="")
        for label, n in counts
    ]


def _late_reasons(asked: Asked, since: datetime, until: datetime) -> list[Reason]:
    """The latest reasons that heads gave for reports sent too late; one query."""
    rows = (
        Report.objects.filter(
            _agency(asked, "direction__dossier__agency"), sent_at__gte=since, sent_at__lt=until
        )
        .exclude(late_reason="")
        .order_by("-sent_at", "-pk")
        .values_list("direction__dossier__code", "direction__dossier__agency__name", "late_reason")
    )
    return [
        Reason(code, reverse("dossiers:detail", args=[code]), agency, text)
        for code, agency, text in rows[:LATEST]
    ]
