"""Seven weeks in which everything happens to a time limit that can: the turn of the year 2026/2027.

A dossier explained in time, a task reported in time, a consultation answered late; limits that end
with a Friday, with the Friday before a swapped Saturday and before Tết; one that a change of the
calendar moves, one that is extended, one that stands still. People act from 10:00 to 15:30.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from accounts.models import User
from accounts.roles import Role
from deadlines import adjusting
from deadlines.keeping import apply_change, present_digest, propose
from deadlines.models import Adjustment, CalendarChange, TimeLimit
from deadlines.transitions import meet
from dossiers import transitions as verbs
from dossiers.models import Consultation, Direction, Task
from dossiers.transitions import Due, ReportFacts
from ledger import recording
from tests.accounts.mail.postman import give_addresses
from tests.deadlines.keeping.conftest import CIRCULAR, SWAP
from tests.dossiers.tasks import story as tasks
from tests.world import World, hanoi, person

Act = Callable[[datetime], object]

#: Two stretches of days on which nobody acts, though limits pass: an outage may last so long.
SILENT = (
    (hanoi(2027, 1, 15, 18), hanoi(2027, 1, 20, 7, 30)),  # over a weekend, three levels pass
    (hanoi(2027, 2, 1, 18), hanoi(2027, 2, 15, 18)),  # over Tết
)


def days() -> Iterator[date]:
    """The days on which something passes or somebody acts; on the others nothing can change."""
    for month, first, last in ((12, 29, 31), (1, 5, 16), (1, 18, 22), (2, 1, 4), (2, 11, 12)):
        for day in range(first, last + 1):
            yield date(2026 if month == 12 else 2027, month, day)
    yield date(2027, 2, 16)


class Cast:
    """Who acts, and on what. The codes of limits are the words of the story."""

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    def engaged(cls) -> "Cast":
        """Everybody in post and, but for a few, with an address."""
        world = World.build()
        with recording.recorded(may_be_idle=True):
            person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
        give_addresses(world, world.hung, world.lan, world.thu, world.hoa, world.minh)
        return cls(world)

    def story(self) -> list[tuple[datetime, Act]]:
        """Who does what when."""
        return [(at, partial(act, self, *words)) for at, act, *words in _STORY]

    def begins(self, code: str, now: datetime) -> None:
        self.world.limit(now, code)

    def meets(self, code: str, now: datetime) -> None:
        meet(TimeLimit.objects.get(code=code), by=self.world.by(self.world.hung, now), now=now)

    def directs(self, now: datetime) -> None:
        self.world.directed(now)

    def reports(self, now: datetime) -> None:
        verbs.report_back(
            Direction.objects.get(),
            facts=ReportFacts(text="Căn cứ là Luật Quy hoạch đô thị.", ref="45/BC-UBND"),
            files={},
            version=None,
            by=self.world.by(self.world.hung, now),
            now=now,
        )

    def proposes_the_swap(self, now: datetime) -> None:
        by = self.world.by(self.world.phuc, now)
        propose(SWAP, circular=CIRCULAR, reason="Theo thông báo hoán đổi.", by=by, now=now)

    def applies_the_swap(self, now: datetime) -> None:
        by = self.world.by(self.world.minh, now)
        apply_change(CalendarChange.objects.get(), seen=present_digest(), by=by, now=now)

    def gives_a_task(self, now: datetime) -> None:
        tasks.given(self.world, now, due=Due(on=date(2027, 1, 12)))

    def reports_the_task(self, now: datetime) -> None:
        tasks.reported(self.world, now, Task.objects.get())

    def consults(self, now: datetime) -> None:
        self.world.consulted(now)

    def answers(self, now: datetime) -> None:
        verbs.answer_consultation(
            Consultation.objects.get(),
            position="agrees",
            text="Nhất trí với phương án.",
            ref="12/UBND-VP",
            files={},
            version=None,
            by=self.world.by(User.objects.get(username="hai"), now),
            now=now,
        )

    def asks_for_more(self, now: datetime) -> None:
        adjusting.ask_extension(
            TimeLimit.objects.get(code="EXTENDED"),
            wanted_on=date(2027, 1, 15),
            reason_class="opinions",
            reason="Sở Tài chính chưa trả lời.",
            by=self.world.by(self.world.hung, now),
            now=now,
        )

    def grants(self, now: datetime) -> None:
        adjusting.decide(
            Adjustment.objects.get(),
            grant=True,
            granted_on=date(2027, 1, 15),
            answer="Đồng ý.",
            document="512/UBND-TH",
            by=self.world.by(self.world.minh, now),
            now=now,
        )

    def suspends(self, now: datetime) -> None:
        adjusting.suspend(
            TimeLimit.objects.get(code="SUSPENDED"),
            until_on=date(2027, 1, 18),
            reason="Chờ kết luận của Bộ Xây dựng.",
            document="513/UBND-TH",
            by=self.world.by(self.world.minh, now),
            now=now,
        )


_STORY: tuple[tuple, ...] = (
    (hanoi(2026, 12, 29, 10), Cast.directs),  # due with Thursday 31/12
    (hanoi(2026, 12, 30, 10), Cast.proposes_the_swap),
    (hanoi(2026, 12, 30, 15), Cast.reports),
    (hanoi(2026, 12, 31, 10), Cast.begins, "MOVED"),  # due with Tuesday 5/1 …
    (hanoi(2026, 12, 31, 14), Cast.applies_the_swap),  # … and now with Wednesday 6/1
    (hanoi(2027, 1, 6, 10), Cast.begins, "SATURDAY"),  # Friday 8/1; Saturday is worked
    (hanoi(2027, 1, 6, 15), Cast.meets, "MOVED"),
    (hanoi(2027, 1, 7, 10), Cast.gives_a_task),  # Tuesday 12/1
    (hanoi(2027, 1, 7, 14), Cast.consults),  # Wednesday 13/1
    (hanoi(2027, 1, 11, 10), Cast.begins, "EXTENDED"),  # Wednesday 13/1
    (hanoi(2027, 1, 11, 14), Cast.begins, "SUSPENDED"),  # Wednesday 13/1
    (hanoi(2027, 1, 12, 10), Cast.asks_for_more),
    (hanoi(2027, 1, 12, 10, 30), Cast.suspends),  # to Monday 18/1: due Tuesday 19/1
    (hanoi(2027, 1, 12, 14), Cast.grants),  # due Friday 15/1
    (hanoi(2027, 1, 12, 15), Cast.reports_the_task),
    (hanoi(2027, 1, 13, 10), Cast.begins, "FRIDAY"),  # Friday 15/1, never met
    (hanoi(2027, 1, 14, 10), Cast.meets, "SATURDAY"),  # too late
    (hanoi(2027, 1, 15, 14), Cast.answers),  # too late
    (hanoi(2027, 1, 20, 10), Cast.meets, "SUSPENDED"),  # too late
    (hanoi(2027, 1, 22, 10), Cast.meets, "EXTENDED"),  # too late
    (hanoi(2027, 2, 1, 10), Cast.begins, "TET"),  # Wednesday 3/2, the last before Tết
)
#: When people act.
INSTANTS = tuple(at for at, *_act in _STORY)
