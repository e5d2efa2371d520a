"""What is known of each agency before a plan is made; a few queries for the whole city."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from agencies.dates import local_day
from agencies.models import Agency
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.querysets import LATE
from dossiers import stagnation
from dossiers.models import Holding
from inspections.models import Inspection, Recommendation
from inspections.planning.scoring import History

#: Home Affairs does not inspect itself: somebody else must.
HOME_AFFAIRS = "SNV"
_SEEN = (Inspection.State.OPEN, Inspection.State.ENDED)


def candidates(day: date) -> QuerySet[Agency]:
    """The agencies that a plan may choose from on a local date, in Vietnamese order."""
    return Agency.objects.as_of(day).exclude(code=HOME_AFFAIRS).in_order()


def histories(agencies: Iterable[Agency], now: datetime) -> list[History]:
    """The history of each agency as of an instant; four queries, however many agencies.

    A limit belongs to the twelve months in which its last day lies. One that fell away before its
    end counts in no figure.
    """
    today = local_day(now)
    keys = {agency.pk: agency.code for agency in agencies}
    due, late = _limits(keys, today, now)
    idle = _idle(keys, now)
    remedies = dict(
        Recommendation.objects.waiting()
        .filter(agency_id__in=keys)
        .values_list("agency_id")
        .annotate(n=Count("pk"))
    )
    seen = dict(
        Inspection.objects.filter(agency_id__in=keys, state__in=_SEEN)
        .values_list("agency_id")
        .annotate(last=Max("opened_at"))
    )
    return [
        History(
            agency=code,
            due=due.get(key, 0),
            late=late.get(key, 0),
            idle=idle.get(key, 0),
            remedies=remedies.get(key, 0),
            months_unseen=_months(local_day(seen[key]), today) if seen.get(key) else None,
        )
        for key, code in keys.items()
    ]


def year_before(day: date) -> date:
    """The first day of the twelve months that end with a local date."""
    try:
        return day.replace(year=day.year - 1) + timedelta(days=1)
    except ValueError:  # 29 February
        return date(day.year - 1, 3, 1)


def _limits(keys: dict[int, str], today: date, now: datetime) -> tuple[dict, dict]:
    ended = TimeLimit.objects.filter(agency_id__in=keys, due_at__lte=now).falling_due(
        year_before(today), today
    )
    counted = ended.filter(Q(lifted=False) | LATE).exclude(
        Q(subject_code__startswith="TN-") | Q(subject_code__startswith="TT-")
    )
    open_or_late = LATE | Q(met_at__isnull=True)
    rows = counted.values_list("agency_id").annotate(
        due=Count("pk"), late=Count("pk", filter=open_or_late)
    )
    found = list(rows)
    return {key: due for key, due, _late in found}, {key: late for key, _due, late in found}


def _idle(keys: dict[int, str], now: datetime) -> dict[int, int]:
    """Dossiers that lie at an agency without an act for long, those suspended by order left out."""
    moment = Moment(now, published().calendar)
    suspended = TimeLimit.objects.filter(
        subject_code=OuterRef("dossier__code"),
        met_at__isnull=True,
        suspended_until__gte=moment.today,
    )
    lying = Holding.objects.filter(
        stagnation.idle_since(moment), to_at__isnull=True, agency_id__in=keys
    ).exclude(Exists(suspended))
    return dict(lying.values_list("agency_id").annotate(n=Count("pk")))


def _months(since: date, until: date) -> int:
    """Whole months between two local dates."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(0, months - (until.day < since.day))
