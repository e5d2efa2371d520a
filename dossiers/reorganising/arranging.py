"""Who follows, which people and units there are, and where each open matter goes."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.models import Agency, InternalUnit
from dossiers.models import Reorganisation


@dataclass(slots=True)
class Heir:
    """A successor: an agency that exists, or one to be established on the day."""

    key: str
    code: str
    name: str
    name_en: str = ""
    kind: str = ""
    agency_id: int | None = None

    def stored(self) -> dict[str, Any]:
        """As the plan keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Post:
    """Where a person goes: nowhere (no key), or to a successor, in a role and with a title."""

    key: str = ""
    role: str = ""
    title: str = ""


def heirs_of(plan: Reorganisation) -> list[Heir]:
    """The successors of a plan in their order; the first takes what is not arranged otherwise."""
    return [Heir(**facts) for facts in plan.heirs]


class Arrangement:
    """The answers of a plan: where a unit, a person, a dossier goes. No queries."""

    def __init__(self, plan: Reorganisation):
        self.heirs = heirs_of(plan)
        self.first = self.heirs[0].key
        keys = {heir.key for heir in self.heirs}
        units = plan.choices.get("units", {})
        self._units = {unit: key for unit, key in units.items() if key in keys}
        items = plan.choices.get("items", {})
        self._items = {code: key for code, key in items.items() if key in keys}
        self._posts = plan.choices.get("posts", {})

    def of_unit(self, unit_id: int | None) -> str:
        """The key of the successor for what a unit, or no unit, works on."""
        return self._units.get(str(unit_id or ""), self.first)

    def of_item(self, code: str, unit_id: int | None) -> str:
        """The key for one open matter: as arranged for it alone, else for its unit."""
        return self._items.get(code) or self.of_unit(unit_id)

    def of_post(self, appointment_id: int) -> Post:
        """Where the holder of a post goes."""
        facts = self._posts.get(str(appointment_id))
        return Post(**facts) if facts else Post()


def units_of(agencies: Collection[Agency]) -> list[InternalUnit]:
    """The units of agencies, by name."""
    found = InternalUnit.objects.filter(agency__in=agencies).select_related("agency")
    return list(found.order_by("agency", "name", "pk"))


def posts_of(agencies: Collection[Agency], day: date) -> list[Appointment]:
    """The posts at agencies that reach to a local date or beyond, heads first."""
    reaching = Appointment.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=day), agency__in=agencies
    )
    found = reaching.select_related("user", "agency", "unit").order_by("agency", "pk")
    return sorted(found, key=lambda post: post.role not in HEAD_ROLES)


def default_posts(
    kind: str, heirs: Sequence[Heir], formers: Sequence[Agency], posts: Sequence[Appointment]
) -> dict[str, dict[str, str]]:
    """What the page proposes: everybody goes along with their post; of heads only whoever's agency
    keeps going under another name, or divides and keeps its code. Closed accounts stay behind."""
    codes = {heir.code: heir.key for heir in heirs}
    proposed = {}
    for post in posts:
        if not post.user.is_active:
            continue
        key = codes.get(post.agency.code, "") if kind == Reorganisation.Kind.SPLIT else ""
        if post.role not in HEAD_ROLES or kind == Reorganisation.Kind.RENAME:
            key = key or heirs[0].key
        proposed[str(post.pk)] = asdict(Post(key, post.role, post.post))
    return proposed


def officer_role(role: str) -> str:
    """The role of a former head who is not head of the successor; others keep theirs."""
    return Role.AGENCY_OFFICER if role in HEAD_ROLES else role


def fingerprint(
    formers: Sequence[Agency],
    heirs: Sequence[Heir],
    units: Sequence[InternalUnit],
    posts: Sequence[Appointment],
) -> str:
    """A digest of what a plan was arranged for: agencies, units and posts, not the open matters."""
    facts = {
        "formers": sorted([former.pk, str(former.valid_to)] for former in formers),
        "heirs": [[heir.key, heir.code, heir.agency_id] for heir in heirs],
        "units": sorted([unit.pk, unit.name] for unit in units),
        "posts": sorted(
            [post.pk, post.role, post.unit_id or 0, str(post.ended_on), post.user.is_active]
            for post in posts
        ),
    }
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def people_by_heir(
    arrangement: Arrangement, posts: Sequence[Appointment]
) -> Mapping[str, set[int]]:
    """Key of a successor → the people who go there."""
    found: dict[str, set[int]] = {heir.key: set() for heir in arrangement.heirs}
    for post in posts:
        if (key := arrangement.of_post(post.pk).key) in found:
            found[key].add(post.user_id)
    return found
