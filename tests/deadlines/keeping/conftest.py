"""Changes of the calendar as the stories propose them."""

from datetime import date

import pytest

from deadlines.calendar import DayKind
from deadlines.keeping import Circular, DayWish, apply_change, present_digest, propose
from deadlines.models import CalendarChange
from tests.world import NOW, World

CIRCULAR = Circular("9999/VPCP-KGVX", date(2026, 11, 20), "Công văn của Văn phòng Chính phủ")
MONDAY, SATURDAY = date(2027, 1, 4), date(2027, 1, 9)


def off(day: date, name: str = "Nghỉ hoán đổi") -> DayWish:
    return DayWish(day, DayKind.DAY_OFF, name)


def worked(day: date, name: str = "Làm bù") -> DayWish:
    return DayWish(day, DayKind.MAKE_UP_DAY, name)


def usual(day: date) -> DayWish:
    """A day that shall be again what its weekday says."""
    return DayWish(day, None)


SWAP = (off(MONDAY), worked(SATURDAY))


class Keeper:
    """Phúc proposes, Minh decides."""

    def __init__(self, world: World):
        self.world = world

    def propose(self, *wishes: DayWish, now=NOW, who=None, **more) -> CalendarChange:
        facts = {"circular": CIRCULAR, "reason": "Theo thông báo hoán đổi ngày làm việc.", **more}
        by = self.world.by(who or self.world.phuc, now)
        return propose(wishes, by=by, now=now, **facts)

    def apply(self, change: CalendarChange, *, now=NOW, who=None, seen=None) -> CalendarChange:
        by = self.world.by(who or self.world.minh, now)
        return apply_change(change, seen=seen or present_digest(), by=by, now=now)

    def changed(self, *wishes: DayWish, now=NOW, **more) -> CalendarChange:
        """Proposed and applied at once."""
        return self.apply(self.propose(*wishes, now=now, **more), now=now)


@pytest.fixture
def keeper(world) -> Keeper:
    return Keeper(world)
