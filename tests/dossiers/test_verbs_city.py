"""The City's verbs: receive, put to the leader, direct, conclude, issue, close."""

from datetime import date

import pytest

from accounts.models import Message, MessageKind
from deadlines.calendar import CalendarNotPublished
from deadlines.models import CalendarYear, OverdueFlag, TimeLimit
from deadlines.transitions import AlreadyMet
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier, Notice
from dossiers.states import State
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import IN_STATE, VerbStory, everything, people
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

OFFICE = {"thu", "phuc", "quang"}


class TestReceive(VerbStory):
    starts_from = {State.SUBMITTED}
    leads_to = State.UNDER_VERIFICATION
    may = OFFICE
    acts_as = "phuc"
    entries = ["dossier_received"]

    def act(self, world, dossier, by, files=None):
        return verbs.receive(dossier, version=None, by=by, now=NOW)


class TestPutToLeader(VerbStory):
    starts_from = {State.UNDER_VERIFICATION}
    leads_to = State.WITH_LEADER
    may = OFFICE
    acts_as = "phuc"
    entries = ["dossier_put_to_leader"]

    def act(self, world, dossier, by, files=None):
        return verbs.put_to_leader(
            dossier,
            summary="Đủ thành phần.",
            proposal="Trình lãnh đạo.",
            version=None,
            by=by,
            now=NOW,
        )

    def test_the_slip_stays_and_the_ledger_has_its_words(self, world):
        dossier = world.received()
        slip = self.act(world, dossier, world.by(world.phuc))
        assert (slip.summary, slip.proposal) == ("Đủ thành phần.", "Trình lãnh đạo.")
        assert (slip.by, slip.at) == (world.phuc, NOW)
        assert Event.objects.get(action="dossier_put_to_leader").after["proposal"] == slip.proposal


class TestDirectExplanation(VerbStory):
    starts_from = {
        State.SUBMITTED, State.UNDER_VERIFICATION, State.WITH_LEADER, State.MEETING_SCHEDULED,
    }  # fmt: skip
    leads_to = State.EXPLANATION_DUE
    may = {"minh"}
    acts_as = "minh"
    entries = ["limit_started", "explanation_directed"]

    def act(self, world, dossier, by, files=None):
        return verbs.direct_explanation(
            dossier, kind=Direction.Kind.EXPLAIN, text="Vì sao?", version=None, by=by, now=NOW
        )

    def test_two_working_days_begin_for_the_agency_and_its_head_of_today(self, world):
        limit = self.act(world, world.submitted(), world.by(world.minh)).time_limit
        assert (limit.rule.code, limit.agency) == ("agency_report", world.ward)
        assert (limit.head_at_start, limit.started_at) == (world.hung, NOW)
        assert limit.due_at == hanoi(2026, 11, 28)  # Thursday and Friday; Friday's midnight

    def test_the_head_and_the_clerks_of_the_agency_are_told_and_nobody_else(self, world):
        people(world)
        self.act(world, world.submitted(), world.by(world.minh))
        told = Message.objects.filter(kind=MessageKind.DIRECTED)
        assert {m.recipient.username for m in told} == {"lan", "hung"}
        assert {m.due_at for m in told} == {hanoi(2026, 11, 28)}

    def test_says_in_the_ledger_what_was_asked_and_until_when(self, world):
        self.act(world, world.submitted(), world.by(world.minh))
        event = Event.objects.get(action="explanation_directed")
        assert event.before == {"state": "submitted"}
        assert event.after == {
            "state": "explanation_due",
            "round": 1,
            "kind": "explain",
            "text": "Vì sao?",
            "due_at": "2026-11-27T17:00:00.000000Z",
        }

    def test_where_the_calendar_ends_nothing_is_guessed_and_nothing_is_written(self, world):
        dossier = world.submitted()
        late = hanoi(CalendarYear.objects.order_by("-year")[0].year, 12, 31, 9, 0)
        before = everything()
        with pytest.raises(CalendarNotPublished):
            verbs.direct_explanation(
                dossier, kind="explain", text="Vì sao?", version=None,
                by=world.by(world.minh, late), now=late,
            )  # fmt: skip
        assert everything() == before

    def test_the_second_of_two_leaders_is_told_that_it_was_done(self, world):
        dossier, by = world.submitted(), world.by(world.minh)
        self.act(world, dossier, by)
        before = everything()
        with pytest.raises(verbs.WrongState):
            self.act(world, dossier, by)
        assert everything() == before

    def test_an_older_form_is_refused(self, world):
        dossier = world.submitted()
        verbs.receive(dossier, version=dossier.version, by=world.by(world.phuc), now=NOW)
        with pytest.raises(verbs.Stale):
            verbs.direct_explanation(
                dossier, kind="explain", text="Vì sao?", version=dossier.version,
                by=world.by(world.minh), now=NOW,
            )  # fmt: skip


class TestConclude(VerbStory):
    starts_from = {State.WITH_LEADER, State.MEETING_SCHEDULED}
    leads_to = State.OFFICE_DRAFTING
    may = {"minh"}
    acts_as = "minh"
    entries = ["limit_started", "dossier_concluded"]

    def act(self, world, dossier, by, files=None):
        return verbs.conclude(dossier, text="Đồng ý.", version=None, by=by, now=NOW)

    def test_two_days_begin_for_the_city_office(self, world):
        dossier = IN_STATE[State.WITH_LEADER](world)
        limit = self.act(world, dossier, world.by(world.minh)).time_limit
        assert (limit.rule.code, limit.agency) == ("office_draft", world.office)
        assert (limit.code, limit.head_at_start) == (f"{dossier.code}/VP", world.thu)
        assert limit.due_at == hanoi(2026, 11, 28)

    def test_days_off_at_the_end_carry_over_because_these_are_calendar_days(self, world):
        thursday = hanoi(2026, 11, 26, 15, 0)
        dossier = world.reported(at=thursday).dossier
        conclusion = verbs.conclude(
            dossier, text="Đồng ý.", version=None, by=world.by(world.minh, thursday), now=thursday
        )
        assert conclusion.time_limit.due_at == hanoi(2026, 12, 1)  # Saturday → Monday's midnight

    def test_everybody_at_the_offices_desk_is_told(self, world):
        people(world)
        self.act(world, IN_STATE[State.WITH_LEADER](world), world.by(world.minh))
        told = Message.objects.filter(kind=MessageKind.CONCLUDED)
        assert {m.recipient.username for m in told} == OFFICE


class TestAttachDraftVersion(VerbStory):
    starts_from = {State.OFFICE_DRAFTING}
    may = OFFICE
    acts_as = "phuc"
    entries = ["office_draft_attached", "file_attached"]
    brings = Attachment.Purpose.OFFICE_DRAFT

    def act(self, world, dossier, by, files=None):
        files = files or {self.brings: [world.staged(by.user, "du-thao.docx")]}
        return verbs.attach_draft_version(
            dossier, files=files, text="Sửa khoản 2.", version=None, by=by, now=NOW
        )

    def test_each_version_replaces_the_one_before_and_both_stay(self, world):
        dossier, by = world.concluded(), world.by(world.phuc)
        first, second = (self.act(world, dossier, by) for _ in range(2))
        assert (first.replaces, second.replaces) == (None, first)
        drafts = Attachment.objects.filter(purpose="office_draft")
        assert drafts.count() == 2
        numbers = Event.objects.filter(action="office_draft_attached").order_by("pk")
        assert [event.after["number"] for event in numbers] == [1, 2]


class TestIssueNotice(VerbStory):
    starts_from = {State.OFFICE_DRAFTING}
    leads_to = State.ISSUED
    may = OFFICE
    acts_as = "phuc"
    entries = ["limit_met", "notice_issued", "file_attached"]

    brings = Attachment.Purpose.NOTICE

    def act(self, world, dossier, by, files=None, now=NOW, **facts):
        return verbs.issue_notice(
            dossier,
            **{
                "ref": "12/TB-VP",
                "issued_on": date(2026, 11, 25),
                "late_reason": "",
                "version": None,
                **facts,
            },
            files=files or {},
            by=by,
            now=now,
        )

    def test_meets_the_offices_limit(self, world):
        dossier = world.concluded()
        self.act(world, dossier, world.by(world.phuc))
        limit = TimeLimit.objects.get(code=f"{dossier.code}/VP")
        assert (limit.met_at, limit.met_late) == (NOW, False)
        notice = Notice.objects.get()
        assert (notice.ref, notice.by, notice.at) == ("12/TB-VP", world.phuc, NOW)
        event = Event.objects.get(action="notice_issued")
        assert (event.document, event.after["met_at"]) == (
            "12/TB-VP",
            "2026-11-25T02:00:00.000000Z",
        )

    def test_a_late_one_is_flagged_and_its_reason_recorded(self, world):
        dossier, late = world.concluded(), hanoi(2026, 11, 30, 8, 0)
        by = world.by(world.phuc, late)
        self.act(world, dossier, by, now=late, late_reason="Chờ ý kiến")
        flag = OverdueFlag.objects.get()
        assert (flag.due_at, flag.agency) == (hanoi(2026, 11, 28), world.office)
        assert Event.objects.get(action="notice_issued").reason == "Chờ ý kiến"

    def test_takes_its_file(self, world):
        files = {Attachment.Purpose.NOTICE: [world.staged(world.phuc, "thong-bao.pdf")]}
        dossier = world.concluded()
        self.act(world, dossier, world.by(world.phuc), files)
        assert dossier.attachments.get(purpose="notice").name == "thong-bao.pdf"

    def test_a_limit_that_was_met_elsewhere_stops_it_whole(self, world):
        dossier = world.concluded()
        limit = TimeLimit.objects.get(code=f"{dossier.code}/VP")
        with recording.recorded(may_be_idle=True):
            TimeLimit.objects.filter(pk=limit.pk).update(met_at=NOW)
        before = everything()
        with pytest.raises(AlreadyMet):
            self.act(world, dossier, world.by(world.phuc))
        assert everything() == before


class TestClose(VerbStory):
    starts_from = {State.ISSUED}
    leads_to = State.CLOSED
    may = OFFICE
    acts_as = "phuc"
    entries = ["dossier_closed"]

    def act(self, world, dossier, by, files=None):
        return verbs.close(dossier, version=None, by=by, now=NOW)

    def test_keeps_when(self, world):
        self.act(world, IN_STATE[State.ISSUED](world), world.by(world.phuc))
        assert Dossier.objects.get().closed_at == NOW
