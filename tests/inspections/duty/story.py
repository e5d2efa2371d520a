"""Late limits of Hùng's ward, the people of Home Affairs, and a record in any state.

Hoa and Khánh inspect, Dũng is their director, Minh and Bình lead the City. Hùng was head of the
ward until Yến followed him in the middle of October 2026; since then he is an officer in Tuấn's
ward. All are invented.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.roles import Role
from deadlines import sweeping
from deadlines.models import TimeLimit
from inspections import duty
from inspections.models import Conclusion, Decision, Proposal, Recommendation, Record
from ledger import recording
from tests.world import NOW, World, hanoi, person

#: Two limits that passed on Hùng's days, one on Yến's; all of them in October 2026.
HUNGS = (hanoi(2026, 10, 1, 9), hanoi(2026, 10, 5, 9))
YENS = (hanoi(2026, 10, 19, 9),)
CHANGED = date(2026, 10, 15)
PERIOD = duty.Period(date(2026, 10, 1), date(2026, 10, 31))
#: The last day for an explanation asked on Wednesday 25 November.
ANSWER_BY = date(2026, 12, 2)
PDF = "application/pdf"


@dataclass
class Duty:
    """The world with the people of Home Affairs and a ward whose head changed in mid-period."""

    world: World
    khanh: User
    dung: User
    binh: User
    yen: User
    limits: list[TimeLimit] = field(default_factory=list)

    @classmethod
    def build(cls, world: World) -> "Duty":
        with recording.recorded(may_be_idle=True):
            affairs, ward = world.home_affairs, world.ward
            Appointment.objects.filter(user=world.hung).update(ended_on=CHANGED - timedelta(days=1))
            person("hung", "", Role.AGENCY_OFFICER, world.other_ward, "Chuyên viên", since=CHANGED)
            told = cls(
                world,
                khanh=person("khanh", "Lý Gia Khánh", Role.INSPECTOR, affairs, "Chuyên viên"),
                dung=person(
                    "dung", "Đặng Tiến Dũng", Role.HOME_AFFAIRS_DIRECTOR, affairs, "Giám đốc"
                ),
                binh=person("binh", "Trịnh Thanh Bình", Role.CITY_LEADER, None,
                            "Chủ tịch UBND Thành phố"),
                yen=person("yen", "Mai Hải Yến", Role.AGENCY_HEAD, ward, "Chủ tịch UBND phường",
                           since=CHANGED),
            )  # fmt: skip
        told.limits = [world.limit(at) for at in (*HUNGS, *YENS)]
        sweeping.flag_overdue(hanoi(2026, 11, 2, 8))
        return told

    def by(self, user: User, now: datetime = NOW) -> Actor:
        return self.world.by(user, now)

    def drawn(self, now: datetime = NOW, limits: list[TimeLimit] | None = None) -> list[Record]:
        """What Hoa draws up from all three limits: a record for Hùng and one for Yến."""
        chosen = self.limits if limits is None else limits
        return duty.draw_up(
            limits=[limit.pk for limit in chosen],
            agency=self.world.ward,
            period=PERIOD,
            by=self.by(self.world.hoa, now),
            now=now,
        )

    def drafted(self, now: datetime = NOW) -> Record:
        """Hùng's record, drafted by Hoa."""
        return next(r for r in self.drawn(now) if r.head_id == self.world.hung.pk)

    def yen_asked(self, now: datetime = NOW) -> Record:
        """Yến, who still heads the ward, is asked for hers."""
        record = next(r for r in self.drawn(now) if r.head_id == self.yen.pk)
        duty.ask_explanation(
            record,
            text="Đề nghị nêu rõ nguyên nhân từng hồ sơ.",
            last_day=ANSWER_BY,
            version=None,
            by=self.by(self.world.hoa, now),
            now=now,
        )
        return fresh(record)

    def asked(self, now: datetime = NOW, last_day: date = ANSWER_BY) -> Record:
        """Hùng is asked for his explanation."""
        record = self.drafted(now)
        duty.ask_explanation(
            record,
            text="Đề nghị nêu rõ nguyên nhân từng hồ sơ.",
            last_day=last_day,
            version=None,
            by=self.by(self.world.hoa, now),
            now=now,
        )
        return fresh(record)

    def unsettled(self) -> list[Record]:
        """Hùng's record, drafted and then asked about, and Yến's, never asked about."""
        hungs, yens = sorted(self.drawn(), key=lambda one: one.head_id != self.world.hung.pk)
        duty.ask_explanation(
            hungs,
            text="Vì sao?",
            last_day=ANSWER_BY,
            version=None,
            by=self.by(self.world.hoa),
            now=NOW,
        )
        return [fresh(hungs), fresh(yens)]

    def answered(self, now: datetime = NOW) -> Record:
        """Hùng has answered."""
        record = self.asked(now)
        duty.answer_explanation(
            record,
            answer=duty.Answer("Phường thiếu cán bộ địa chính trong tháng 10.", "subjective"),
            version=None,
            by=self.by(self.world.hung, now),
            now=now,
        )
        return fresh(record)

    def final(self, now: datetime = NOW) -> Record:
        """Hùng's record under its number."""
        record = self.answered(now)
        duty.finalise(record, version=None, by=self.by(self.world.hoa, now), now=now)
        return fresh(record)

    def concluded(self, now: datetime = NOW, last_day: date = date(2026, 12, 10)) -> Conclusion:
        """Dũng's conclusion, with one recommendation to the ward."""
        return duty.conclude(
            self.final(now),
            text="Phường để chậm 02 hồ sơ.",
            asked=[duty.Asked(self.world.ward, "Phân công rõ người, rõ việc.", last_day)],
            version=None,
            by=self.by(self.dung, now),
            now=now,
        )

    def owed(self, now: datetime = NOW, last_day: date = date(2026, 12, 10)) -> Recommendation:
        """What the ward owes after Dũng's conclusion."""
        return self.concluded(now, last_day).recommendations.get()

    def reported(self, owed: Recommendation | None = None, now: datetime = NOW) -> Recommendation:
        """Yến, head of the ward now, has reported with evidence."""
        owed = owed or self.owed(now)
        duty.report_remedy(
            owed,
            text="Đã ban hành bảng phân công.",
            files=[self.world.staged(self.yen, "phan-cong.pdf", now)],
            version=None,
            by=self.by(self.yen, now),
            now=now,
        )
        return fresh(owed)

    def draft(self, **changes: str) -> duty.Draft:
        """What Hoa writes into the proposal."""
        facts = {
            "person_class": "elected",
            "assessment": "Chưa đôn đốc đủ mức.",
            "asked": "Đề nghị xem xét, nhắc nhở.",
        }
        return duty.Draft(**{**facts, **changes})

    def proposal(self, now: datetime = NOW, **changes: str) -> Proposal:
        """A proposal on Hùng, drafted by Hoa."""
        return duty.draft_proposal(
            self.final(now),
            draft=self.draft(**changes),
            version=None,
            by=self.by(self.world.hoa, now),
            now=now,
        )

    def proposed(self, now: datetime = NOW, **changes: str) -> Proposal:
        """It waits for Dũng."""
        by = self.by(self.world.hoa, now)
        return duty.propose(self.proposal(now, **changes), version=None, by=by, now=now)

    def endorsed(self, now: datetime = NOW, **changes: str) -> Proposal:
        """It lies with the City leadership."""
        by = self.by(self.dung, now)
        return duty.endorse(self.proposed(now, **changes), version=None, by=by, now=now)

    def decided(self, now: datetime = NOW, kind: str = "approve", outcome: str = "admonition",
                proposal: Proposal | None = None) -> Decision:  # fmt: skip
        """Minh has decided."""
        return duty.decide(
            proposal or self.endorsed(now),
            verdict=duty.Verdict(kind, outcome, "Mức độ nhẹ, đã khắc phục."),
            version=None,
            by=self.by(self.world.minh, now),
            now=now,
        )


def fresh(row):
    """The row as it is stored now."""
    return type(row).objects.get(pk=row.pk)
