"""What a plan would move, in counts and codes alone: an administrator reads no business content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from agencies.models import Agency, InternalUnit
from dossiers.models import Reorganisation
from dossiers.reorganising import arranging
from dossiers.reorganising.arranging import Arrangement, Heir
from dossiers.reorganising.lying import Lying


@dataclass(frozen=True, slots=True)
class Going:
    """What goes to one successor."""

    heir: Heir
    limits: int
    overdue: int
    dossiers: int
    tasks: int
    cooperating: int
    questions: int
    units: list[str]
    people: list[tuple[str, str]]
    has_head: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Former agencies, what goes to each successor, who stays behind, and each open matter."""

    formers: list[Agency]
    goings: list[Going]
    staying: list[tuple[str, str]]
    units: list[InternalUnit]
    posts: list[Appointment]
    items: list[tuple[str, str, int | None, str]] = field(default_factory=list)

    @property
    def totals(self) -> Mapping[str, int]:
        """The sums over all successors."""
        names = ("limits", "overdue", "dossiers", "tasks", "cooperating", "questions")
        return {name: sum(getattr(going, name) for going in self.goings) for name in names}


def preview(plan: Reorganisation, now: datetime) -> Preview:
    """What would go where if the plan were carried out now; a fixed number of queries."""
    formers = list(plan.formers.order_by("sort_key", "pk"))
    arrangement = Arrangement(plan)
    lying = Lying(formers, arrangement, lock=False)
    units = arranging.units_of(formers)
    posts = arranging.posts_of(formers, plan.effective_on)
    existing = [heir.agency_id for heir in arrangement.heirs if heir.agency_id]
    headed = set(
        Appointment.objects.held_on(plan.effective_on)
        .filter(agency__in=existing, role__in=HEAD_ROLES)
        .values_list("agency_id", flat=True)
    )
    return Preview(
        formers=formers,
        goings=[
            _going(heir, arrangement, lying, units, posts, headed, now)
            for heir in arrangement.heirs
        ],
        staying=[_line(post) for post in posts if not arrangement.of_post(post.pk).key],
        units=units,
        posts=posts,
        items=list(lying.items()),
    )


def _going(
    heir: Heir,
    arrangement: Arrangement,
    lying: Lying,
    units: Sequence[InternalUnit],
    posts: Sequence[Appointment],
    headed: set[int],
    now: datetime,
) -> Going:
    what: dict[str, list[Any]] = lying.for_heir(heir.key)
    people = [(post, arrangement.of_post(post.pk)) for post in posts]
    people = [(post, goes) for post, goes in people if goes.key == heir.key]
    return Going(
        heir=heir,
        limits=len(what["limits"]),
        overdue=sum(limit.is_overdue(now) for limit in what["limits"]),
        dossiers=len(what["dossiers"]),
        tasks=len(what["tasks"]),
        cooperating=len(what["cooperating"]),
        questions=len(what["questions"]),
        units=[unit.name for unit in units if arrangement.of_unit(unit.pk) == heir.key],
        people=[(post.user.full_name, goes.title) for post, goes in people],
        has_head=heir.agency_id in headed or any(goes.role in HEAD_ROLES for _p, goes in people),
    )


def _line(post: Appointment) -> tuple[str, str]:
    return post.user.full_name, post.line()
