"""A Wednesday morning at which limits of every sort lie there, and what people do to them later."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from dashboards import figures, views
from dashboards.overview import Morning
from dashboards.selection import select
from deadlines import adjusting
from deadlines import transitions as limits
from deadlines.models import Adjustment, Suspension, TimeLimit
from deadlines.moments import Moment
from tests.dossiers.reorganising.stories import applied, prepared
from tests.world import NOW, World, hanoi, person

LATER = NOW + timedelta(hours=2)
DAY = timedelta(days=1)
LONG_AGO, LATELY = hanoi(2026, 11, 3, 10), hanoi(2026, 11, 23, 10)


def begun(world: World) -> dict[str, TimeLimit]:
    """What lies at the wards and the City Office on the morning of ``NOW``."""
    first = person("bich", "Lê Thị Bích", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
    person("cuong", "Ngô Văn Cường", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
    late = ("met", "extended", "corrected", "waived", "held", "left")
    found = {f"late {name}": world.limit(LONG_AGO, f"L-{name}") for name in late}
    running = ("met", "extended", "waived", "suspended", "resumed", "left")
    found |= {f"running {name}": world.limit(LATELY, f"R-{name}") for name in running}
    found["done"] = world.limit(LONG_AGO, "X-done")
    limits.meet(found["done"], by=world.by(world.hung), now=LONG_AGO + DAY)
    found["done late"] = world.limit(LONG_AGO, "X-late")
    limits.meet(found["done late"], by=world.by(world.hung), now=NOW - DAY)
    found["office"] = world.limit(
        LONG_AGO, "V-office", agency=world.office, rule_code="office_draft"
    )
    found["tuan"] = world.limit(LATELY, "B-other", agency=world.other_ward)
    hand_to(world, found["late held"], first, NOW - DAY)
    suspend(world, found["running resumed"], NOW - DAY)
    return found


def hand_to(world: World, limit: TimeLimit, officer: User, now: datetime) -> None:
    limits.hand_to(limit, unit=None, officer=officer, by=world.by(world.hung, now), now=now)


def suspend(world: World, limit: TimeLimit, now: datetime) -> None:
    adjusting.suspend(
        limit,
        until_on=hanoi(2026, 12, 4).date(),
        reason="Chờ ý kiến Bộ",
        document="12/UBND",
        by=world.by(world.minh, now),
        now=now,
    )


def granted(world: World, limit: TimeLimit, kind: str, now: datetime) -> None:
    """Asked by one, granted by Minh."""
    facts = {"reason_class": "other", "reason": "Có lý do", "now": now}
    wanted = None if kind == "waiver" else hanoi(2026, 12, 2).date()
    if kind == "extension":
        by = world.by(world.hung, now)
        asked = adjusting.ask_extension(limit, wanted_on=wanted, by=by, **facts)
    else:
        by = world.by(world.thu, now)
        asked = adjusting.propose(limit, kind=kind, wanted_on=wanted, by=by, **facts)
    adjusting.decide(
        Adjustment.objects.get(pk=asked.pk),
        grant=True,
        granted_on=wanted,
        answer="",
        document="",
        by=world.by(world.minh, now),
        now=now,
    )


def everything_happens(world: World, found: dict[str, TimeLimit], keeper: Any) -> datetime:
    """Meetings, extensions, corrections, waivers, suspensions and their end, other desks, another
    calendar, another agency, new limits: all after ``NOW``. The instant at which it is over."""
    for name in ("late met", "running met"):
        limits.meet(found[name], by=world.by(world.hung), now=LATER)
    granted(world, found["late extended"], "extension", LATER)
    granted(world, found["running extended"], "extension", LATER)
    granted(world, found["late corrected"], "correction", LATER)
    granted(world, found["late waived"], "waiver", LATER)
    granted(world, found["running waived"], "waiver", LATER)
    suspend(world, found["running suspended"], LATER)
    adjusting.resume(
        Suspension.objects.get(time_limit=found["running resumed"]),
        reason="Đã có ý kiến",
        by=world.by(world.minh),
        now=LATER,
    )
    other = User.objects.get(username="cuong")
    hand_to(world, found["late held"], other, LATER)
    keeper(LATER)
    world.limit(LATER, "N-new")
    over = NOW + 7 * DAY
    plan = prepared(world, day=over.date(), now=over)
    applied(world, plan, over)
    return over


def picture(world: World, moment: Moment, present: datetime) -> dict[str, Any]:
    """All that the page, the list, the file and the command say as of a moment."""
    seen, by = TimeLimit.objects.all(), world.by(world.minh)
    page = Morning(seen, {}, moment, by, present=present)
    listed = select(seen, {}, moment).for_list().order_by("due_then", "pk")
    everything = select(seen, {}, moment)
    heads = [
        (row.agency, row.head, row.note, row.oldest_text, row.desks,
         [(count.label, count.value) for count in row.counts])
        for row in page.heads()
    ]  # fmt: skip
    return {
        "tiles": [asdict(tile) for tile in page.tiles()],
        "news": [(tile.label, tile.value) for tile in page.news()],
        "agencies": [(bar.label, bar.value, bar.sub) for bar in page.agencies()],
        "heads": heads,
        "ages": [(bar.label, bar.value) for bar in page.ages()],
        "worst": page.worst(),
        "file": list(views.cells(listed, moment)),
        "figures": figures.grouped(everything, moment.now, ["agency", "month"]),
        "total": figures.total(everything, moment.now),
    }
