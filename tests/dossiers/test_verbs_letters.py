"""Letters about late limits: the City reminds an agency; an agency says sorry, names a new day."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed
from deadlines.models import TimeLimit
from documents import printing
from documents.issuing import Faulty
from documents.models import Paper, Series
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked, Sorry
from dossiers.models import Letter
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.test_verbs import VerbStory, people
from tests.world import NOW

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=20)
NEW_DAY = date(2026, 11, 30)
#: What a head enters on the form of an apology.
SORRY = {
    "to": "Công ty TNHH Hồng Hà", "matter": "Cấp phép cải tạo nhà ở", "received_on": "02/11/2026",
    "promised_on": "25/11/2026", "new_on": "02/12/2026", "reason": "Chờ ý kiến của cơ quan khác.",
    "contact": "Bà Trần Thị Lan, điện thoại 024 3825 0000",
}  # fmt: skip
SAID = Sorry(
    to=SORRY["to"], matter=SORRY["matter"], received_on=date(2026, 11, 2),
    promised_on=date(2026, 11, 25), new_on=date(2026, 12, 2), reason=SORRY["reason"],
    contact=SORRY["contact"],
)  # fmt: skip


def words(paper: Paper) -> str:
    """Everything that a paper says, in one text."""
    return str(paper.content[printing.KEY])


class TestApologise(VerbStory):
    starts_from = {State.EXPLANATION_DUE}
    may = {"hung"}
    acts_as = "hung"
    entries = ["paper_issued", "apology_issued"]

    def act(self, world, dossier, by, files=None, said=SAID):
        return verbs.apologise(dossier, said=said, version=None, by=by, now=NOW)

    def test_names_the_citizen_the_reason_and_the_new_day_under_a_number_of_the_ward(self, world):
        letter = self.act(world, self.start(world), self.actor(world))
        assert letter.paper.ref == "01/PXL-UBND"
        assert letter.paper.series.holder == world.ward
        layout = printing.layout_of(letter.paper)
        assert (layout.issuer, layout.governing) == ("UBND phường Hoàn Kiếm", "")
        (signed,) = layout.signatures
        assert (signed.capacity, signed.body, signed.post) == ("TM.", "Ủy ban nhân dân", "Chủ tịch")
        for said in (SAID.to, SAID.reason, "02/12/2026", "25/11/2026", "không phải nộp lại"):
            assert said in words(letter.paper)
        assert [limit.agency for limit in letter.limits.all()] == [world.ward]

    def test_a_day_is_put_off_once(self, world):
        dossier, by = self.start(world), self.actor(world)
        self.act(world, dossier, by)
        with pytest.raises(verbs.Apologised):
            self.act(world, dossier, by)
        assert Series.objects.get(symbol="PXL-UBND").last == 1

    def test_the_new_day_lies_ahead_and_after_the_promised_one(self, world):
        dossier, by = self.start(world), self.actor(world)
        for change in (
            {"new_on": date(2026, 11, 25)},
            {"promised_on": date(2026, 12, 3)},
            {"received_on": date(2026, 11, 26)},
        ):
            said = Sorry(**{**{n: getattr(SAID, n) for n in Sorry.__dataclass_fields__}, **change})
            with pytest.raises(verbs.LetterUnfit):
                self.act(world, dossier, by, said=said)
        assert not Letter.objects.exists()

    def test_a_slip_with_an_empty_place_takes_no_number(self, world):
        dossier, by = self.start(world), self.actor(world)
        values = {n: getattr(SAID, n) for n in Sorry.__dataclass_fields__}
        with pytest.raises(Faulty) as refused:
            self.act(world, dossier, by, said=Sorry(**{**values, "contact": "Số ..... (bà Lan)"}))
        assert "....." in refused.value.sentence
        assert not Series.objects.filter(symbol="PXL-UBND").exists()
        assert self.act(world, dossier, by).paper.number == 1


class TestRemindByLetter:
    """One letter to one agency about all that it owes late."""

    @pytest.fixture
    def late(self, world) -> list[TimeLimit]:
        for day in range(3):
            world.directed(LONG_AGO + timedelta(days=day))
        return list(verbs.late_of(world.ward, NOW))

    def remind(self, world, limits, who="thu", *, text="", now=NOW, **changes) -> Letter:
        return verbs.remind_by_letter(
            changes.pop("agency", world.ward),
            limits=[limit.pk for limit in limits],
            asked=Asked(changes.pop("new_due_on", NEW_DAY), text=text),
            by=world.by(getattr(world, who), now),
            now=now,
        )

    def test_names_every_limit_with_its_days_late_and_the_new_day(self, world, late):
        letter = self.remind(world, late)
        assert letter.paper.ref == "01/VP"
        said = words(letter.paper)
        assert "còn 03 hồ sơ, nhiệm vụ" in said and "30/11/2026" in said
        for limit in late:
            assert limit.subject_code in said
        assert set(letter.limits.all()) == set(late)

    def test_the_head_and_the_clerks_are_told_and_each_limit_counts_a_reminder(self, world, late):
        letter = self.remind(world, late)
        told = Message.objects.filter(kind=MessageKind.REMINDED, about=f"CV-{letter.public_id}")
        assert {message.recipient for message in told} == {world.hung, world.lan}
        events = Event.objects.filter(action="dossier_reminded")
        assert {event.after["limit"] for event in events} == {limit.code for limit in late}
        assert {event.document for event in events} == {letter.paper.ref}
        again = self.remind(world, late[:1], now=NOW + timedelta(days=1))
        assert "đã được nhắc 01 lần" in words(again.paper)

    def test_no_clock_is_touched(self, world, late):
        before = list(TimeLimit.objects.order_by("pk").values())
        self.remind(world, late)
        assert list(TimeLimit.objects.order_by("pk").values()) == before

    def test_the_words_of_the_person_stand_in_the_place_of_the_draft(self, world, late):
        letter = self.remind(world, late, text="Một là khẩn trương.\nHai là báo cáo./.")
        texts = [block.text for block in printing.layout_of(letter.paper).body
                 if hasattr(block, "text")]  # fmt: skip
        assert texts == ["Một là khẩn trương.", "Hai là báo cáo./."]
        assert late[0].subject_code in words(letter.paper)  # the table is the data's

    @pytest.mark.parametrize(
        ("who", "ref", "capacity"),
        [("minh", "01/UBND-TKBT", "KT."), ("thu", "01/VP", ""), ("phuc", "01/VP", "TL."),
         ("hoa", "01/SNV", "TL.")],
    )  # fmt: skip
    def test_who_sends_it_numbers_it(self, world, late, who, ref, capacity):
        letter = self.remind(world, late, who)
        (signed,) = printing.layout_of(letter.paper).signatures
        assert (letter.paper.ref, signed.capacity) == (ref, capacity)
        assert signed.name == getattr(world, who).full_name

    def test_leader_office_and_inspector_may_and_nobody_else(self, world, late):
        for name, by in people(world).items():
            if name in {"minh", "thu", "phuc", "quang", "hoa"}:
                continue
            with pytest.raises(NotAllowed):
                verbs.remind_by_letter(
                    world.ward, limits=[late[0].pk], asked=Asked(NEW_DAY), by=by, now=NOW
                )
        assert not Letter.objects.exists()

    def test_what_was_met_meanwhile_is_told_and_no_number_is_lost(self, world, late):
        direction = late[0].direction
        verbs.report_back(
            direction, facts=verbs.ReportFacts(text="Đã xong.", late_reason="Chờ số liệu."),
            files={}, version=None, by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        with pytest.raises(verbs.NotLate):
            self.remind(world, late)
        assert self.remind(world, late[1:]).paper.number == 1

    def test_a_limit_is_written_about_once_a_day(self, world, late):
        self.remind(world, late[:2])
        with pytest.raises(verbs.NotLate):
            self.remind(world, late, "minh")

    def test_nothing_running_nothing_of_another_agency_and_not_nothing(self, world, late):
        running = world.directed(NOW).time_limit
        with pytest.raises(verbs.NotLate):
            self.remind(world, [running])
        with pytest.raises(verbs.NotLate):
            self.remind(world, late, agency=world.other_ward)
        with pytest.raises(verbs.LetterUnfit):
            self.remind(world, [])
        with pytest.raises(verbs.LetterUnfit):
            self.remind(world, late, new_due_on=date(2026, 11, 25))

    def test_a_letter_with_a_fault_is_refused_and_takes_no_number(self, world, late):
        with pytest.raises(Faulty):
            self.remind(world, late, text="Báo cáo trước ngày 5 tháng 2 năm 2027.")
        assert not Letter.objects.exists()
        assert not Event.objects.filter(action="dossier_reminded").exists()
        assert self.remind(world, late).paper.number == 1

    def test_an_issued_letter_never_changes(self, world, late):
        letter = self.remind(world, late)
        with pytest.raises(DatabaseError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(asked_on=date(2027, 1, 1))
        with pytest.raises(DatabaseError), transaction.atomic():
            letter.limits.clear()

    def test_is_read_by_its_agency_and_the_city_alone(self, world, late):
        letter = self.remind(world, late)
        readers = {
            name for name, by in people(world).items() if Letter.objects.visible_to(by).exists()
        }
        assert readers == {"lan", "hung", "dung", "minh", "thu", "phuc", "quang", "hoa", "kiet",
                           "an"}  # fmt: skip
        assert letter.agency == world.ward
