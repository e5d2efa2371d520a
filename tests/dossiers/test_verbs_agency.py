"""The agency's verbs: log, edit, submit, prepare and send the report."""

from datetime import date, timedelta

import pytest

from accounts.models import Message, MessageKind, StagedFile
from accounts.refusals import NotAllowed
from accounts.roles import Role
from deadlines.models import OverdueFlag, TimeLimit
from documents.models import Series
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier, Report
from dossiers.states import State
from dossiers.transitions import ReportFacts
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import (
    Crash,
    VerbStory,
    crash_at_write,
    everything,
    people,
    with_leader,
)
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db

ANSWERABLE = (
    State.EXPLANATION_DUE, State.WITH_LEADER, State.OFFICE_DRAFTING, State.ISSUED, State.CLOSED,
)  # fmt: skip


class TestLogSubmission:
    """It starts a dossier, so it has no state to start from."""

    def log(self, world, by, **changes):
        if "files" not in changes:
            changes["files"] = {Attachment.Purpose.LETTER: [world.staged(by.user)]}
        facts = {"facts": world.facts(), "agency": world.ward, "now": NOW, **changes}
        return verbs.log_submission(**facts, by=by)

    def test_lan_enters_a_draft_of_her_ward(self, world):
        dossier = self.log(world, world.by(world.lan))
        assert (dossier.state, dossier.agency, dossier.round) == (State.DRAFTING, world.ward, 0)
        assert (dossier.created_by, dossier.created_at) == (world.lan, NOW)
        assert dossier.submitted_at is None
        assert [file.name for file in dossier.attachments.all()] == ["to-trinh.pdf"]
        assert not StagedFile.objects.exists()

    def test_codes_run_through_the_local_year_without_gaps(self, world):
        last_second, new_year = hanoi(2026, 12, 31, 23, 59, 59), hanoi(2027, 1, 1)
        codes = [
            self.log(world, world.by(world.lan, now), now=now, files={}).code
            for now in (NOW, NOW, last_second, new_year)
        ]
        assert codes == ["HS2026-00001", "HS2026-00002", "HS2026-00003", "HS2027-00001"]

    def test_a_failed_one_takes_no_number(self, world):
        with pytest.raises(Crash), recording.recorded():
            self.log(world, world.by(world.lan))
            raise Crash
        assert self.log(world, world.by(world.lan)).code == "HS2026-00001"
        assert Series.objects.get(symbol="HS").last == 1

    def test_is_refused_for_another_agency_and_to_every_other_role(self, world):
        actors = people(world)
        before = everything()
        for name, by in actors.items():
            if name not in {"lan", "hung", "dung"}:
                with pytest.raises(NotAllowed):
                    self.log(world, by, files={})
                assert everything() == before, name
        for name in ("lan", "hung", "dung"):
            assert self.log(world, actors[name]).agency == world.ward

    def test_happens_whole_or_not_at_all(self, world):
        by = world.by(world.lan)
        files = {Attachment.Purpose.LETTER: [world.staged(world.lan)]}
        before = everything()
        with crash_at_write(0) as writes, pytest.raises(Crash), recording.recorded():
            self.log(world, by, files=files)
            raise Crash
        for number in range(1, len(writes) + 1):
            with crash_at_write(number), pytest.raises(Crash):
                self.log(world, by, files=files)
            assert everything() == before, writes[number - 1]

    def test_leaves_its_entries(self, world):
        self.log(world, world.by(world.lan))
        logged, attached = Event.objects.filter(object_kind="dossier").order_by("pk")
        assert (logged.action, attached.action) == ("dossier_logged", "file_attached")
        assert logged.actor_name == "Trần Thị Lan"
        assert logged.actor_post == "Văn thư · UBND phường Hoàn Kiếm"
        assert logged.after["letter_on"] == "2026-11-25"
        assert attached.after["sha256"] == "0" * 64

    def test_somebody_elses_staged_file_is_not_taken(self, world):
        foreign = {Attachment.Purpose.LETTER: [world.staged(world.tuan)]}
        before = everything()
        with pytest.raises(verbs.FilesGone):
            self.log(world, world.by(world.lan), files=foreign)
        assert everything() == before

    def test_a_file_that_waited_too_long_is_asked_for_again_and_not_silently_left_out(self, world):
        staged = world.staged(world.lan)
        StagedFile.objects.all().delete()
        with pytest.raises(verbs.FilesGone, match="to-trinh.pdf"):
            self.log(world, world.by(world.lan), files={Attachment.Purpose.LETTER: [staged]})
        assert not Dossier.objects.exists()


class TestEdit(VerbStory):
    starts_from = {State.DRAFTING, State.FORM_RETURNED}
    may = {"lan", "hung", "dung"}
    acts_as = "lan"
    entries = ["dossier_edited", "file_attached"]

    brings = Attachment.Purpose.ANNEX

    def act(self, world, dossier, by, files):
        facts = world.facts(matter="Điều chỉnh quy hoạch, bản hai")
        version = Dossier.objects.get(pk=dossier.pk).version
        return verbs.edit(dossier, facts=facts, files=files, version=version, by=by, now=NOW)

    def test_says_what_was_before_and_what_is_now(self, world):
        self.act(world, world.draft(), world.by(world.lan), {})
        event = Event.objects.get(action="dossier_edited")
        assert event.before["matter"] == "Điều chỉnh quy hoạch chi tiết khu phố cổ"
        assert event.after["matter"] == "Điều chỉnh quy hoạch, bản hai"

    def test_what_is_returned_can_be_used_on(self, world):
        edited = self.act(world, world.draft(), world.by(world.lan), {})
        assert edited.version == 2
        assert verbs.submit(edited, version=2, by=world.by(world.lan), now=NOW).version == 3

    def test_an_older_form_is_refused_and_the_newer_value_stays(self, world):
        dossier, by = world.draft(), world.by(world.lan)
        first = world.facts(matter="Bản của Lan")
        second = world.facts(matter="Bản của Hùng")
        verbs.edit(dossier, facts=first, files={}, version=1, by=by, now=NOW)
        before = everything()
        with pytest.raises(verbs.Stale):
            verbs.edit(dossier, facts=second, files={}, version=1, by=world.by(world.hung), now=NOW)
        assert everything() == before
        dossier.refresh_from_db()
        assert dossier.matter == "Bản của Lan"

    def test_the_search_finds_the_new_matter_and_no_longer_the_old_one(self, world):
        dossier = world.draft(matter="Bảo tồn cầu Long Biên")
        verbs.edit(
            dossier, facts=world.facts(matter="Xây cầu Tứ Liên"), files={}, version=1,
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        assert Dossier.objects.search("TU LIEN").get() == dossier
        assert not Dossier.objects.search("long bien").exists()


class TestSubmit(VerbStory):
    starts_from = {State.DRAFTING}
    leads_to = State.SUBMITTED
    may = {"lan", "hung", "dung"}
    acts_as = "lan"
    entries = ["dossier_submitted"]

    def act(self, world, dossier, by, files):
        return verbs.submit(dossier, version=None, by=by, now=NOW)

    def test_keeps_when_the_server_had_it(self, world):
        dossier = self.act(world, world.draft(), world.by(world.lan), {})
        assert dossier.submitted_at == NOW
        dossier.refresh_from_db()
        assert dossier.submitted_at == NOW

    def test_an_older_form_is_refused(self, world):
        with pytest.raises(verbs.Stale):
            verbs.submit(world.draft(), version=7, by=world.by(world.lan), now=NOW)


class TestPrepareReport(VerbStory):
    starts_from = {State.EXPLANATION_DUE}
    may = {"lan", "hung", "dung"}
    acts_as = "lan"
    entries = ["report_drafted", "file_attached"]
    callable_in = ANSWERABLE
    grows = 0  # the draft has a version of its own, so that the City's forms stay good

    brings = Attachment.Purpose.REPORT

    def act(self, world, dossier, by, files):
        return verbs.prepare_report(
            dossier.directions.get(),
            facts=ReportFacts(text="Căn cứ là Luật Quy hoạch đô thị."),
            files=files,
            version=None,
            by=by,
            now=NOW,
        )

    def test_stops_no_clock(self, world):
        direction = world.directed()
        report = self.act(world, direction.dossier, world.by(world.lan), {})
        assert (report.sent_at, report.version) == (None, 1)
        assert TimeLimit.objects.get().met_at is None

    def test_a_colleagues_newer_draft_is_not_written_over(self, world):
        direction, by = world.directed(), world.by(world.lan)
        self.act(world, direction.dossier, by, {})
        before = everything()
        for older in (0, 7):
            with pytest.raises(verbs.Stale):
                verbs.prepare_report(
                    direction, facts=ReportFacts(text="Bản cũ"), files={}, version=older, by=by,
                    now=NOW,
                )  # fmt: skip
        assert everything() == before
        verbs.prepare_report(
            direction, facts=ReportFacts(text="Bản mới"), files={}, version=1, by=by, now=NOW
        )
        assert Report.objects.get().version == 2


class TestReportBack(VerbStory):
    starts_from = {State.EXPLANATION_DUE}
    leads_to = State.WITH_LEADER
    may = {"hung"}
    acts_as = "hung"
    entries = ["report_drafted", "file_attached", "limit_met", "report_sent"]
    callable_in = ANSWERABLE

    brings = Attachment.Purpose.REPORT

    def act(self, world, dossier, by, files):
        return verbs.report_back(
            dossier.directions.get(),
            facts=ReportFacts(text="Căn cứ là Luật Quy hoạch.", ref="45/BC-UBND"),
            files=files,
            version=None,
            by=by,
            now=NOW,
        )

    def send(self, world, direction, at, **facts):
        return verbs.report_back(
            direction,
            facts=ReportFacts(**{"text": "Căn cứ là Luật Quy hoạch.", **facts}),
            files={},
            version=None,
            by=world.by(world.hung, at),
            now=at,
        )

    def test_meets_the_limit_at_the_instant_the_server_has_it(self, world):
        direction = world.directed()
        at = hanoi(2026, 11, 27, 23, 59, 59)
        report = self.send(world, direction, at)
        limit = TimeLimit.objects.get()
        assert (report.sent_at, limit.met_at, limit.met_late) == (at, at, False)
        assert report.sent_by == world.hung
        assert not OverdueFlag.objects.exists()

    def test_tells_the_leader_who_asked(self, world):
        self.send(world, world.directed(), NOW)
        message = Message.objects.get(kind=MessageKind.REPORTED)
        assert (message.recipient, message.agency_name) == (world.minh, "UBND phường Hoàn Kiếm")

    def test_answered_three_minutes_after_midnight_is_late_and_flagged(self, world):
        direction = world.directed()
        self.send(world, direction, hanoi(2026, 11, 28, 0, 3), late_reason="Mất điện")
        flag = OverdueFlag.objects.get()
        assert flag.due_at == hanoi(2026, 11, 28)
        event = Event.objects.get(action="report_sent")
        assert (event.reason, event.after["round"]) == ("Mất điện", 1)

    def test_the_second_of_two_answers_is_refused(self, world):
        direction = world.directed()
        self.send(world, direction, NOW)
        before = everything()
        with pytest.raises(verbs.WrongState):
            self.send(world, direction, NOW + timedelta(minutes=1))
        assert everything() == before

    def test_an_empty_answer_stops_no_clock(self, world):
        direction = world.directed()
        before = everything()
        with pytest.raises(verbs.EmptyReport):
            self.send(world, direction, NOW, text="")
        assert everything() == before

    def test_a_file_alone_is_an_answer_also_one_that_the_clerk_attached_to_the_draft(self, world):
        direction = world.directed()
        verbs.prepare_report(
            direction,
            facts=ReportFacts(text=""),
            files={Attachment.Purpose.REPORT: [world.staged(world.lan, "giai-trinh.pdf")]},
            version=None,
            by=world.by(world.lan),
            now=NOW,
        )
        self.send(world, direction, NOW, text="")
        assert TimeLimit.objects.get().met_at == NOW


class TestSecondRound:
    """The dossier stays and keeps its age; each round has its own limit and its own answer."""

    def second(self, world, first, at):
        return verbs.direct_explanation(
            first.dossier,
            kind=Direction.Kind.SUPPLEMENT,
            text="Bổ sung bản đồ.",
            version=None,
            by=world.by(world.minh, at),
            now=at,
        )

    def test_has_a_limit_of_its_own(self, world):
        first, at = world.reported(), hanoi(2026, 11, 30, 8, 0)
        second = self.second(world, first, at)
        assert (second.round, second.time_limit.code) == (2, f"{first.dossier.code}/2")
        assert second.time_limit.due_at == hanoi(2026, 12, 3)
        first.time_limit.refresh_from_db()
        assert first.time_limit.met_at == NOW
        dossier = Dossier.objects.get()
        assert (dossier.state, dossier.round) == (State.EXPLANATION_DUE, 2)
        assert dossier.created_at == NOW

    def test_the_answer_that_was_sent_in_the_first_is_never_written_over(self, world):
        first = world.reported()
        self.second(world, first, NOW)
        before = everything()
        for verb in (verbs.prepare_report, verbs.report_back):
            with pytest.raises(verbs.WrongState):
                verb(
                    first, facts=ReportFacts(text="Viết lại"), files={}, version=None,
                    by=world.by(world.hung), now=NOW,
                )  # fmt: skip
        assert everything() == before

    def test_only_the_second_answer_ends_it(self, world):
        first, at = world.reported(), NOW + timedelta(hours=1)
        second = self.second(world, first, at)
        verbs.report_back(
            second, facts=ReportFacts(text="Bản đồ kèm theo."), files={}, version=None,
            by=world.by(world.hung, at), now=at,
        )  # fmt: skip
        second.time_limit.refresh_from_db()
        assert second.time_limit.met_at == at
        assert [report.direction.round for report in Report.objects.order_by("pk")] == [1, 2]

    def test_a_dossier_that_came_back_can_be_directed_again_from_the_leaders_desk(self, world):
        dossier = with_leader(world)
        direction = verbs.direct_explanation(
            dossier, kind="explain", text="Vì sao?", version=dossier.version,
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        assert direction.round == 1
        assert Dossier.objects.get().state == State.EXPLANATION_DUE


class TestHeadOfAnAgencyWithTwoPosts:
    """A right in one agency is no right in another, even for somebody who works in both."""

    def test_a_clerk_here_who_is_head_there_does_not_send_this_agencys_report(self, world):
        direction = world.directed()
        with recording.recorded(may_be_idle=True):
            both = person("both", "Đặng Hai Nơi", Role.AGENCY_CLERK, world.ward, "Văn thư")
            person("both", "", Role.AGENCY_HEAD, world.other_ward, "Quyền Chủ tịch")
        with pytest.raises(NotAllowed):
            verbs.report_back(
                direction, facts=ReportFacts(text="Giải trình."), files={}, version=None,
                by=world.by(both), now=NOW,
            )  # fmt: skip

    def test_the_right_begins_and_ends_with_the_post(self, world):
        direction = world.directed()
        with recording.recorded(may_be_idle=True):
            later = person(
                "later", "Lưu Đến Sau", Role.AGENCY_HEAD, world.ward, "Chủ tịch",
                since=date(2026, 11, 26),
            )  # fmt: skip
        facts = {"facts": ReportFacts(text="Giải trình."), "files": {}, "version": None}
        with pytest.raises(NotAllowed):
            verbs.report_back(direction, **facts, by=world.by(later), now=NOW)
        tomorrow = NOW + timedelta(days=1)
        verbs.report_back(direction, **facts, by=world.by(later, tomorrow), now=tomorrow)
