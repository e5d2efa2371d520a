"""Letters about late limits: the City reminds an agency; an agency says sorry, names a new day."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed
from accounts.roles import Role
from agencies.models import InternalUnit
from deadlines.models import TimeLimit
from documents import printing
from documents.issuing import AlreadyVoid, Faulty
from documents.models import Paper, PaperVoid, Series
from dossiers import letter_papers, policies
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked, Sorry
from dossiers.models import Letter
from dossiers.states import State
from inspections.facts import facts_of
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import VerbStory, people
from tests.world import NOW, person

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

    def test_the_unit_that_drafts_stands_in_the_symbol_and_the_numbers_run_on(self, world, late):
        """Nghị định 30/2020: issuing body, then drafting unit; one row of numbers of the body."""
        self.remind(world, late[:1], "hoa")
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(
                agency=world.home_affairs, name="Phòng Công chức, viên chức", code="CCVC"
            )
            world.hoa.appointments.update(unit=unit)
        letter = self.remind(world, late[1:2], "hoa")
        assert letter.paper.ref == "02/SNV-CCVC"
        layout = printing.layout_of(letter.paper)
        assert (layout.ref, layout.copies[-1]) == ("02/SNV-CCVC", "Lưu: VT, CCVC")
        with recording.recorded(may_be_idle=True):
            unit.code = ""
            unit.save()
        assert self.remind(world, late[2:], "hoa").paper.ref == "03/SNV"
        assert printing.layout_of(letter.paper).ref == "02/SNV-CCVC"  # as it was issued


class TestVoidLetter:
    """A reminder letter that should not have gone out."""

    @pytest.fixture
    def late(self, world) -> list[TimeLimit]:
        world.directed(LONG_AGO)
        return list(verbs.late_of(world.ward, NOW))

    def letter(self, world, late, who="thu", now=NOW) -> Letter:
        return TestRemindByLetter().remind(world, late, who, now=now)

    def void(self, world, letter, who, reason="Gửi nhầm đơn vị.") -> Letter:
        return verbs.void_letter(letter, reason=reason, by=people(world)[who], now=NOW)

    def test_keeps_number_and_text_and_the_next_takes_the_next(self, world, late):
        letter = self.letter(world, late)
        said, digest = letter.paper.content, letter.paper.digest
        self.void(world, letter, "phuc")
        paper = Paper.objects.get(pk=letter.paper_id)
        assert (paper.ref, paper.content, paper.digest) == ("01/VP", said, digest)
        assert (paper.void.reason, paper.void.by) == ("Gửi nhầm đơn vị.", world.phuc)
        assert self.letter(world, late).paper.ref == "02/VP"  # of the same limit, on the same day

    def test_counts_as_a_reminder_no_more_wherever_reminders_are_counted(self, world, late):
        letter = self.letter(world, late)
        assert letter_papers.lines_of(late, NOW)[0].reminders == 1
        assert len(facts_of(late[0], now=NOW)["reminders"]) == 1
        self.void(world, letter, "phuc")
        assert letter_papers.lines_of(late, NOW)[0].reminders == 0
        assert facts_of(late[0], now=NOW)["reminders"] == []
        self.letter(world, late)
        assert letter_papers.lines_of(late, NOW)[0].reminders == 1

    def test_the_ledger_says_who_and_why_and_whoever_was_told_is_told(self, world, late):
        letter = self.letter(world, late)
        self.void(world, letter, "phuc")
        voided, told = Event.objects.order_by("-pk")[:2][::-1]
        assert (voided.action, voided.actor_id, voided.reason, voided.document) == (
            "paper_voided", world.phuc.pk, "Gửi nhầm đơn vị.", "01/VP",
        )  # fmt: skip
        assert (told.action, told.object_code) == ("reminder_voided", late[0].subject_code)
        news = Message.objects.filter(about=f"CV-{letter.public_id}", rung=1)
        assert {message.recipient for message in news} == {world.hung, world.lan}

    def test_no_clock_is_touched(self, world, late):
        letter = self.letter(world, late)
        before = list(TimeLimit.objects.order_by("pk").values())
        self.void(world, letter, "phuc")
        assert list(TimeLimit.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize(
        ("author", "may"),
        [("thu", {"phuc", "quang", "minh", "binh"}), ("phuc", {"thu", "quang", "minh", "binh"}),
         ("hoa", {"kiet", "minh", "binh"}), ("minh", {"binh"})],
    )  # fmt: skip
    def test_is_for_those_who_answer_for_it_and_never_for_its_author(
        self, world, late, author, may
    ):
        """What Home Affairs sent its director, what the Office sent its people, either a City
        leader; what a City leader sent another leader alone."""
        letter = self.letter(world, late, author)
        everybody = people(world)
        with recording.recorded(may_be_idle=True):
            binh = person("binh", "Lê Thanh Bình", Role.CITY_LEADER, None, "Phó Chủ tịch")
        everybody["binh"] = world.by(binh)
        assert {n for n, by in everybody.items() if policies.may_void_letter(by, letter)} == may
        for name, by in everybody.items():
            if name not in may:
                with pytest.raises(NotAllowed):
                    verbs.void_letter(letter, reason="Nhầm", by=by, now=NOW)
        assert not PaperVoid.objects.exists()

    def test_the_author_who_changes_desks_is_still_the_author(self, world, late):
        letter = self.letter(world, late, "hoa")
        with recording.recorded(may_be_idle=True):
            world.hoa.appointments.update(role=Role.HOME_AFFAIRS_DIRECTOR)
        with pytest.raises(NotAllowed):
            verbs.void_letter(letter, reason="Nhầm", by=world.by(world.hoa), now=NOW)

    def test_an_apology_has_been_given_for_good(self, world):
        dossier = world.directed(NOW).dossier
        slip = verbs.apologise(dossier, said=SAID, version=None, by=world.by(world.hung), now=NOW)
        for by in people(world).values():
            with pytest.raises(NotAllowed):
                verbs.void_letter(slip, reason="Nhầm", by=by, now=NOW)

    def test_needs_a_reason_and_happens_once(self, world, late):
        letter = self.letter(world, late)
        with pytest.raises(verbs.LetterUnfit):
            self.void(world, letter, "phuc", reason="")
        self.void(world, letter, "phuc")
        with pytest.raises(AlreadyVoid):
            self.void(world, letter, "phuc")
        assert Event.objects.filter(action="reminder_voided").count() == 1
