"""Home Affairs at work: Hoa and Nga inspect, Quang directs; plans, visits, records to begin from.

The smallest valid thing at each stage, as ``tests.world`` has it for dossiers.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.actors import Actor
from accounts.models import User
from accounts.roles import Role
from agencies.dates import local_day
from inspections.models import Inspection, Plan, Record, Signature, TeamMember
from inspections.transitions import (
    answering,
    beginning,
    finalising,
    planning,
    records,
    visiting,
)
from inspections.transitions.answering import Signed
from inspections.transitions.checking import Visit
from inspections.transitions.planning import PlanFacts
from inspections.transitions.records import Written
from tests.world import NOW, World, hanoi, person

LEAD, SECRETARY = TeamMember.Part.LEAD, TeamMember.Part.SECRETARY
#: The period inspected in these stories, and a morning within it.
FIRST, LAST = date(2026, 10, 1), date(2026, 11, 25)
LONG_AGO = hanoi(2026, 10, 12, 9)
SEED = "hat-giong-01"


@dataclass
class Desk:
    """Home Affairs with an inspector more, a director and the verbs in their order."""

    world: World
    quang: User = field(init=False)
    nga: User = field(init=False)

    def __post_init__(self) -> None:
        affairs = self.world.home_affairs
        self.quang = person(
            "quang", "Lê Văn Quang", Role.HOME_AFFAIRS_DIRECTOR, affairs, "Giám đốc Sở Nội vụ"
        )
        self.nga = person("nga", "Đặng Thu Nga", Role.INSPECTOR, affairs, "Thanh tra viên")

    @property
    def hoa(self) -> User:
        return self.world.hoa

    def by(self, user: User, now: datetime = NOW) -> Actor:
        return self.world.by(user, now)

    # --- plans ---

    def plan(self, now: datetime = NOW, **changes) -> Plan:
        """A draft by Hoa with one agency chosen by hand."""
        facts = {
            "kind": Plan.Kind.YEARLY,
            "year": 2027,
            "title": "Kiểm tra công vụ năm 2027",
            "by_risk": 3,
            "by_chance": 2,
        }
        plan = planning.draft_plan(
            facts=PlanFacts(**{**facts, **changes}), by=self.by(self.hoa, now), now=now, seed=SEED
        )
        planning.add_agency(
            plan,
            agency=self.world.ward,
            month=4,
            theme="",
            reason="Có phản ánh của báo chí.",
            version=None,
            by=self.by(self.hoa, now),
            now=now,
        )
        plan.refresh_from_db()
        return plan

    def approved(self, now: datetime = NOW, **changes) -> Plan:
        """A plan that the director approved."""
        plan = self.plan(now, **changes)
        return planning.approve_plan(plan, version=None, by=self.by(self.quang, now), now=now)

    # --- visits ---

    def visit(self, now: datetime = NOW, **changes) -> Visit:
        """What is entered of an unannounced inspection of Hoàn Kiếm ward by Hoa and Nga."""
        facts = {
            "agency": self.world.ward,
            "trigger": Inspection.Trigger.ORDER,
            "announced": False,
            "scope": "Việc chấp hành thời hạn giải quyết hồ sơ",
            "period_from": FIRST,
            "period_to": LAST,
            "planned_on": local_day(now) + timedelta(days=1),
            "team": [(self.hoa, LEAD), (self.nga, SECRETARY)],
            "evidence": "Theo Công văn số 12/UBND-NC.",
        }
        return Visit(**{**facts, **changes})

    def prepared(self, now: datetime = NOW, **changes) -> Inspection:
        visit = self.visit(now, **changes)
        return visiting.prepare(visit=visit, by=self.by(self.hoa, now), now=now, seed=SEED)

    def decided(self, now: datetime = NOW, **changes) -> Inspection:
        return visiting.decide(
            self.prepared(now, **changes),
            days=2,
            version=None,
            by=self.by(self.quang, now),
            now=now,
        )

    def opened(self, now: datetime = NOW, **changes) -> Inspection:
        inspection = self.decided(now, **changes)
        return visiting.open_visit(inspection, version=None, by=self.by(self.hoa, now), now=now)

    def sampled(self, now: datetime = NOW, size: int = 50, **changes) -> Inspection:
        inspection = self.opened(now, **changes)
        visiting.draw_sample(
            inspection, size=size, version=None, by=self.by(self.hoa, now), now=now
        )
        inspection.refresh_from_db()
        return inspection

    # --- records ---

    def records(self, now: datetime = NOW, **changes) -> list[Record]:
        """The records of an opened inspection with its sample drawn, by Hoa."""
        inspection = self.sampled(now, **changes)
        return beginning.raise_records(inspection, version=None, by=self.by(self.hoa, now), now=now)

    def record(self, now: datetime = NOW, **changes) -> Record:
        """One late dossier, one record, written by Hoa so far that it can be sent."""
        self.world.directed(LONG_AGO)
        [record] = self.records(now, **changes)
        return self.written(record, now)

    def written(self, record: Record, now: datetime = NOW, **changes) -> Record:
        facts = {
            "place": "Trụ sở UBND phường Hoàn Kiếm",
            "started_at": now,
            "ended_at": now + timedelta(hours=3),
            "present": [
                {"side": "inspected", "name": "Nguyễn Văn Hùng", "post": "Chủ tịch UBND phường"}
            ],
            "scope": record.scope,
            "method": "Rút ngẫu nhiên theo nhóm hồ sơ.",
            "papers_seen": "Sổ theo dõi văn bản đi năm 2026.",
            "shortcomings": "Một hồ sơ chậm giải trình.",
            "causes": "Chưa phân công người theo dõi.",
            "requests": "Báo cáo khắc phục trước ngày 10/12/2026.",
            "recommendations": "Kiến nghị làm rõ trách nhiệm.",
            "pages": 4,
            "copies": 3,
        }
        return records.edit_record(
            record,
            written=Written(**{**facts, **changes}),
            version=None,
            by=self.by(self.hoa, now),
            now=now,
        )

    def sent(self, now: datetime = NOW, record: Record | None = None, **changes) -> Record:
        record = record or self.record(now, **changes)
        return answering.send(record, version=None, by=self.by(self.hoa, now), now=now)

    def answered(self, now: datetime = NOW, record: Record | None = None, **changes) -> Record:
        return answering.give_opinion(
            record or self.sent(now, **changes),
            opinion=Record.Opinion.PARTLY,
            text="Hồ sơ chậm do chờ ý kiến Sở Tài chính.",
            version=None,
            by=self.by(self.world.hung, now),
            now=now,
        )

    def signed(self, now: datetime = NOW, record: Record | None = None, **changes) -> Record:
        record = record or self.answered(now, **changes)
        for side, who, post in (
            (Signature.Side.INSPECTED, "Nguyễn Văn Hùng", "Chủ tịch UBND phường"),
            (Signature.Side.SECRETARY, "Đặng Thu Nga", "Thanh tra viên"),
            (Signature.Side.LEAD, "Bùi Thị Hoa", "Chuyên viên kiểm tra"),
        ):
            self.sign(record, side, who, post, now)
        record.refresh_from_db()
        return record

    def sign(
        self, record: Record, side: str, name: str, post: str, now: datetime = NOW, **changes
    ) -> Signature:
        facts = {"side": side, "name": name, "post": post, "signed_on": local_day(now)}
        return answering.sign(
            record,
            signed=Signed(**{**facts, **changes}),
            version=None,
            by=self.by(self.hoa, now),
            now=now,
        )

    def final(self, now: datetime = NOW, record: Record | None = None, **changes) -> Record:
        record = record or self.signed(now, **changes)
        return finalising.finalise(record, version=None, by=self.by(self.hoa, now), now=now)
