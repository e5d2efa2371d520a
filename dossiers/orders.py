"""Impossible orders: what papers state against what the server recorded (domain.md §2.2, §3.5).

Every kind is about dossiers that were submitted: what is still drafted is its agency's business.
A paper dated before the act that it answers, a signature later than its letter, steps closed within
two minutes of being opened, dates far before the day of recording. Each kind is one query over
stored rows; together they are one statement. They are shown with what to do about them and block
nothing: a stated date stays as the paper says, the recorded instant stays beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext_lazy as _

from agencies.dates import local_day
from deadlines.calendar import Calendar, CalendarNotPublished
from dossiers.models import Dossier, Holding, Notice, Report

#: A step closed sooner after it was opened is paper-only work (domain.md §3.5 item 7).
TOO_SOON = timedelta(minutes=2)
#: How many days a letter may be older than its logging.
LETTER_DAYS = 30
#: How many working days a report or notice may be older than its recording.
PAPER_WORKING_DAYS = 3
#: Of papers dated back so many are looked at, the newest first.
_LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: dossiers (``None``: the whole city's), what was recorded since an instant,
    and the keys of papers dated back, for the database does not know the working calendar."""

    dossiers: QuerySet[Dossier] | None
    since: datetime | None
    old_reports: list[int]
    old_notices: list[int]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of impossible order: its name in addresses, its name, what it says, what to do.

    ``find`` gives rows with all ``COLUMNS`` but the kind.
    """

    slug: str
    title: Any
    sentence: Any
    advice: Any
    find: Callable[[Looked], QuerySet]


#: The columns of a finding: the dossier, the kind, the date on the paper, since when the step was
#: open, when the server recorded it.
COLUMNS = ("about", "kind", "stated", "opened", "recorded")


def prepared(
    dossiers: QuerySet[Dossier] | None, *, calendar: Calendar, since: datetime | None = None
) -> Looked:
    """What to look at; one small query, for the papers dated back."""
    reports = Report.objects.filter(_within("direction__dossier", dossiers))
    notices = Notice.objects.filter(_within("conclusion__dossier", dossiers))
    papers = [
        _longer_back(reports, "stated_on", "sent_at", since),
        _longer_back(notices, "issued_on", "at", since),
    ]
    candidates = papers[0].union(papers[1], all=True).order_by("-recorded", "-key")
    old = [
        (which, key)
        for which, key, day, at in candidates[:_LOOKED_AT]
        if _working_days(day, local_day(at), calendar) > PAPER_WORKING_DAYS
    ]
    return Looked(
        dossiers,
        since,
        old_reports=[key for which, key in old if which == "Report"],
        old_notices=[key for which, key in old if which == "Notice"],
    )


def found(looked: Looked) -> QuerySet:
    """The findings as rows of ``COLUMNS``, the newest recorded first; one statement."""
    rows = [_columns(kind, looked) for kind in KINDS]
    return rows[0].union(*rows[1:], all=True).order_by("-recorded", "-about", "kind")


def _columns(kind: Kind, looked: Looked) -> QuerySet:
    rows = kind.find(looked).annotate(kind=Value(kind.slug)).order_by()
    if looked.since:
        rows = rows.filter(recorded__gte=looked.since)
    return rows.values_list(*COLUMNS)


def _within(column: str, dossiers: QuerySet[Dossier] | None) -> Q:
    return Q() if dossiers is None else Q(**{f"{column}__in": dossiers.values("pk")})


# --- one query a kind -----------------------------------------------------------------------------


def _row(about: str, *, stated: Any = None, opened: Any = None, recorded: str) -> dict[str, Any]:
    nothing_stated = Cast(Value(None), DateField())
    nothing_opened = Cast(Value(None), DateTimeField())
    return {
        "about": F(about),
        "stated": F(stated) if stated else nothing_stated,
        "opened": F(opened) if opened else nothing_opened,
        "recorded": F(recorded),
    }


def _answers_before_questions(looked: Looked) -> QuerySet:
    return (
        Report.objects.filter(
            _within("direction__dossier", looked.dossiers),
            sent_at__isnull=False,
            stated_on__lt=TruncDate("direction__at"),
        )
        .annotate(
            **_row(
                "direction__dossier_id",
                stated="stated_on",
                opened="direction__at",
                recorded="sent_at",
            )
        )
    )  # fmt: skip


def _notices_before_conclusions(looked: Looked) -> QuerySet:
    return Notice.objects.filter(
        _within("conclusion__dossier", looked.dossiers), issued_on__lt=TruncDate("conclusion__at")
    ).annotate(
        **_row(
            "conclusion__dossier_id",
            stated="issued_on",
            opened="conclusion__at",
            recorded="at",
        )
    )


def _letters_after_submission(looked: Looked) -> QuerySet:
    return Dossier.objects.filter(
        _within("pk", looked.dossiers), letter_on__gt=TruncDate("submitted_at")
    ).annotate(**_row("id", stated="letter_on", recorded="submitted_at"))


def _signed_after_letters(looked: Looked) -> QuerySet:
    later = Q(signed_on__gt=F("letter_on")) | Q(initialled_on__gt=F("letter_on"))
    return Dossier.objects.filter(
        _within("pk", looked.dossiers), later, submitted_at__isnull=False
    ).annotate(**_row("id", stated="letter_on", recorded="submitted_at"))


def _verified_at_once(looked: Looked) -> QuerySet:
    """Received and put to the leader: the records desk before, the leadership after."""
    beside = Holding.objects.filter(dossier=OuterRef("dossier"))
    before = beside.filter(desk=Holding.Desk.OFFICE_CLERK, to_at=OuterRef("from_at"))
    after = beside.filter(desk=Holding.Desk.LEADER, from_at=OuterRef("to_at"))
    return Holding.objects.filter(
        Exists(before),
        Exists(after),
        _within("dossier", looked.dossiers),
        desk=Holding.Desk.OFFICE,
        to_at__lt=_soon_after("from_at"),
    ).annotate(**_row("dossier_id", opened="from_at", recorded="to_at"))


def _answered_at_once(looked: Looked) -> QuerySet:
    return Report.objects.filter(
        _within("direction__dossier", looked.dossiers),
        direction__dossier__imported_batch__isnull=True,
        sent_at__lt=_soon_after("direction__at"),
    ).annotate(**_row("direction__dossier_id", opened="direction__at", recorded="sent_at"))


def _issued_at_once(looked: Looked) -> QuerySet:
    return Notice.objects.filter(
        _within("conclusion__dossier", looked.dossiers), at__lt=_soon_after("conclusion__at")
    ).annotate(**_row("conclusion__dossier_id", opened="conclusion__at", recorded="at"))


def _old_letters(looked: Looked) -> QuerySet:
    return Dossier.objects.filter(
        _within("pk", looked.dossiers),
        imported_batch__isnull=True,
        submitted_at__isnull=False,
        created_at__date__gt=_days_after("letter_on", LETTER_DAYS),
    ).annotate(**_row("id", stated="letter_on", recorded="created_at"))


def _old_reports(looked: Looked) -> QuerySet:
    return Report.objects.filter(pk__in=looked.old_reports).annotate(
        **_row("direction__dossier_id", stated="stated_on", recorded="sent_at")
    )


def _old_notices(looked: Looked) -> QuerySet:
    return Notice.objects.filter(pk__in=looked.old_notices).annotate(
        **_row("conclusion__dossier_id", stated="issued_on", recorded="at")
    )


def _longer_back(papers: QuerySet, stated: str, recorded: str, since: datetime | None) -> QuerySet:
    """Papers more days back than allowed working days: which table, key, stated day, recorded."""
    later = {f"{recorded}__date__gt": _days_after(stated, PAPER_WORKING_DAYS)}
    later |= {f"{recorded}__gte": since} if since else {}
    named = papers.filter(**later).annotate(
        which=Value(papers.model.__name__), key=F("pk"), day=F(stated), recorded=F(recorded)
    )
    return named.values_list("which", "key", "day", "recorded").order_by()


def _working_days(first: date, last: date, calendar: Calendar) -> int:
    try:
        return calendar.working_days_between(first, last)
    except CalendarNotPublished:
        return 0


def _days_after(day: str, days: int) -> ExpressionWrapper:
    return ExpressionWrapper(F(day) + timedelta(days=days), output_field=DateField())


def _soon_after(opened: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(opened) + TOO_SOON, output_field=DateTimeField())


KINDS = (
    Kind(
        "tra-loi-truoc",
        _("Report dated before the request"),
        _("The report is dated before the day on which it was asked for."),
        _("Compare with the paper: correct a slip with a new report, or note why the date stands."),
        _answers_before_questions,
    ),
    Kind(
        "thong-bao-truoc",
        _("Document dated before the conclusion"),
        _("The notice or document is dated before the conclusion that it carries out."),
        _("Compare with the document as issued and with the minutes of the conclusion."),
        _notices_before_conclusions,
    ),
    Kind(
        "to-trinh-sau",
        _("Letter dated after its submission"),
        _("The submission letter is dated after the day on which it was submitted."),
        _("Compare with the signed letter; a wrong date is corrected by returning the dossier."),
        _letters_after_submission,
    ),
    Kind(
        "ky-sau",
        _("Signed or initialled after the letter's date"),
        _("The signature or the initials are later than the date of the submission letter."),
        _("A letter is dated when it is signed. Ask the agency which of the dates is right."),
        _signed_after_letters,
    ),
    Kind(
        "tham-tra-nhanh",
        _("Verified within 2 minutes"),
        _("The dossier was received and put to the leadership within 2 minutes."),
        _("Look whether it was verified, or whether the work was recorded after it was done."),
        _verified_at_once,
    ),
    Kind(
        "giai-trinh-nhanh",
        _("Answered within 2 minutes"),
        _("The report was sent within 2 minutes of the request."),
        _("Look whether the request was recorded only after the agency had answered."),
        _answered_at_once,
    ),
    Kind(
        "phat-hanh-nhanh",
        _("Issued within 2 minutes"),
        _("The document was filed within 2 minutes of the conclusion."),
        _("Look whether the conclusion was recorded only after the document had been issued."),
        _issued_at_once,
    ),
    Kind(
        "to-trinh-cu",
        _("Letter logged more than 30 days after its date"),
        _("The submission letter is dated more than 30 days before it was logged."),
        _("Ask where the letter lay since, and whether its contents still hold."),
        _old_letters,
    ),
    Kind(
        "bao-cao-lui-ngay",
        _("Report recorded more than 3 working days after its date"),
        _("The report is dated more than 3 working days before the system received it."),
        _("The limit is met when the system has the report. Ask why it was sent later."),
        _old_reports,
    ),
    Kind(
        "van-ban-lui-ngay",
        _("Document filed more than 3 working days after its date"),
        _("The notice or document is dated more than 3 working days before it was filed."),
        _("The limit is met when the document is filed. Ask why it was filed later."),
        _old_notices,
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Finding:
    """An impossible order of one dossier, for its page and the list."""

    dossier_id: int
    kind: Kind
    stated: date | None
    opened: datetime | None
    recorded: datetime

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "Finding":
        """From a row of ``found``."""
        dossier_id, slug, stated, opened, recorded = row
        return cls(dossier_id, BY_SLUG[slug], stated, opened, recorded)


def of_dossier(dossier: Dossier, *, calendar: Calendar) -> list[Finding]:
    """The impossible orders of one dossier; two queries."""
    looked = prepared(Dossier.objects.filter(pk=dossier.pk), calendar=calendar)
    return [Finding.of(row) for row in found(looked)]
