"""What a pack holds, whom it names, what it leaves out and says so; made twice it is the same."""

import json
import random
from datetime import date, timedelta

import pytest
from django.utils import translation

from deadlines import sweeping
from deadlines.models import DueDateRevision
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked
from dossiers.models import Attachment
from dossiers.transitions import ReportFacts
from dossiers.transitions.reminding import remind
from inspections import evidence
from inspections.evidence import Scope
from inspections.evidence.verifying import FILES, LEDGER, MANIFEST
from inspections.transitions import beginning, records, visiting
from ledger import chain, recording
from ledger.models import Event
from tests.dossiers.test_verbs_letters import NEW_DAY
from tests.inspections.desk import LONG_AGO
from tests.inspections.duty.story import ANSWER_BY, CHANGED
from tests.inspections.evidence.story import (
    FIRST,
    LAST,
    agency_scope,
    checked,
    facts,
    head_scope,
    kept,
    late,
    lines,
    made,
    members,
    named,
    pack_of,
)
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

MEMBERS = {
    MANIFEST, LEDGER, FILES, "kiem_tra.py", "doc-truoc.txt", "goi.json", "dien-bien.pdf",
    "thoi-han.jsonl", "thoi-han.csv", "quy-tac.json", "lich.json", "nhac-viec.jsonl",
    "giai-trinh.json", "kiem-tra.json", "bien-ban.json", "xu-ly.json", "van-ban.json",
}  # fmt: skip


class TestContents:
    def test_of_an_agency(self, world, tmp_path):
        direction = late(world)
        sweeping.flag_overdue(NOW)
        chain.seal_all()
        pack = made(agency_scope(world), world.by(world.hoa))
        report = checked(pack, tmp_path)
        assert (report.faults, report.unsealed) == ([], 0)
        found = members(pack)
        assert set(found) == MEMBERS | {"tep/001-to-trinh.pdf", "tep/002-du-thao.pdf"}
        [line] = lines(found["thoi-han.jsonl"])
        limit = direction.time_limit
        assert line["limit"] == limit.code and line["rule"] == "agency_report/1"
        assert line["instants"]["due_at"] == recording.plain(limit.due_at)
        assert line["calendar_edition"] == limit.calendar_edition_id
        assert [flag["due_at"] for flag in line["flags"]] == [recording.plain(limit.due_at)]
        assert line["flags"][0]["head"] == "Nguyễn Văn Hùng"
        assert [day["number"] for day in line["facts"]["strip"]["days"]] == [None, 1, 2]
        assert "4449/UBND-TKBT" in line["facts"]["strip"]["sentence"]
        assert found["dien-bien.pdf"].startswith(b"%PDF-1.7")
        assert limit.subject_code in found["thoi-han.csv"].decode("utf-8-sig")

    def test_a_reminder_letter_about_a_limit(self, world, tmp_path):
        limit = late(world).time_limit
        sweeping.flag_overdue(NOW)
        letter = verbs.remind_by_letter(
            world.ward,
            limits=[limit.pk],
            asked=Asked(NEW_DAY, text=""),
            by=world.by(world.thu),
            now=NOW,
        )
        pack = made(agency_scope(world), world.by(world.hoa))
        assert checked(pack, tmp_path).faults == []
        [paper] = json.loads(members(pack)["van-ban.json"])["papers"]
        assert letter.paper.ref in str(paper)

    def test_the_rule_and_the_calendar_that_the_strip_rests_on(self, world):
        late(world, hanoi(2026, 8, 31, 9))
        sweeping.flag_overdue(NOW)
        found = pack_of(agency_scope(world, date(2026, 9, 1)), world)
        [rule] = json.loads(found["quy-tac.json"])["rules"]
        assert (rule["code"], rule["version"], rule["amount"]) == ("agency_report", 1, 2)
        calendar = json.loads(found["lich.json"])
        days = {day["date"]: day["legal_source"] for day in calendar["days"]}
        special = {day["date"] for line in facts(found) for day in line["special_days"]}
        assert special and special <= set(days) and all(days.values())
        assert [year["year"] for year in calendar["years"]] == [2026]
        assert [one["number"] for one in calendar["editions"] if one["used"]] == [1]
        assert all(len(one["digest"]) == 64 for one in calendar["editions"])

    def test_reminders_and_messages_about_the_limits(self, world):
        direction = late(world)
        sweeping.flag_overdue(NOW)
        remind(direction.dossier, by=world.by(world.minh), now=NOW)
        found = pack_of(agency_scope(world), world)
        sent = lines(found["nhac-viec.jsonl"])
        assert {one["limit"] for one in sent} == {direction.time_limit.code}
        assert {"directed", "overdue", "reminded"} <= {one["kind"] for one in sent}
        told = [one for one in sent if one["kind"] == "reminded"]
        assert {one["recipient"] for one in told} >= {"Nguyễn Văn Hùng"}
        assert {one["due_on"] for one in told} == {f"{direction.time_limit.due_on:%Y-%m-%d}"}

    def test_what_was_asked_and_answered_on_a_dossier(self, world):
        direction = late(world)
        verbs.report_back(
            direction,
            facts=ReportFacts(text="Căn cứ là Luật.", ref="45/BC-UBND", late_reason="Thiếu người."),
            files={}, version=None, by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        [said] = json.loads(pack_of(agency_scope(world), world)["giai-trinh.json"])["of_limits"]
        assert said["asked"]["text"] == "Giải trình căn cứ pháp lý của đề xuất."
        assert [one["late_reason"] for one in said["answers"]] == ["Thiếu người."]

    def test_due_dates_that_gave_way(self, world):
        limit = late(world).time_limit
        with recording.recorded(may_be_idle=True):
            DueDateRevision.objects.create(
                time_limit=limit, from_due_at=limit.due_at,
                to_due_at=limit.due_at + timedelta(days=1), cause="extension",
                reason="Chờ ý kiến.", document="99/UBND-NC", decided_by=world.minh, at=LONG_AGO,
            )  # fmt: skip
        [line] = lines(pack_of(agency_scope(world), world)["thoi-han.jsonl"])
        [moved] = line["revisions"]
        assert moved["from_due_at"] == recording.plain(limit.due_at)
        assert (moved["document"], moved["by"]) == ("99/UBND-NC", world.minh.full_name)

    def test_a_record_with_all_that_followed(self, told, world, tmp_path):
        owed = told.reported()
        record = owed.conclusion.record
        chain.seal_all()
        pack = made(evidence.of_record(record), world.by(world.hoa))
        assert checked(pack, tmp_path).faults == []
        found = members(pack)
        [said] = json.loads(found["bien-ban.json"])["records"]
        assert said["ref"] == record.paper.ref and len(said["findings"]) == 2
        [asked] = json.loads(found["giai-trinh.json"])["of_records"]
        assert asked["answer"] == "Phường thiếu cán bộ địa chính trong tháng 10."
        assert asked["answered_by"] == "Nguyễn Văn Hùng"
        [remedy] = json.loads(found["xu-ly.json"])["recommendations"]
        assert [one["text"] for one in remedy["reports"]] == ["Đã ban hành bảng phân công."]
        papers = json.loads(found["van-ban.json"])["papers"]
        assert len(papers) == 3
        for paper in papers:
            assert found[paper["member"]].startswith(b"%PDF-1.7")
        codes = {line["limit"] for line in lines(found["thoi-han.jsonl"])}
        assert codes == {
            *(told.limits[n].code for n in (0, 1)),
            record.explanation.time_limit.code,
            owed.time_limit.code,
        }
        told_kinds = {line["event"]["object_kind"] for line in lines(found[LEDGER])}
        assert told_kinds == {"time_limit", "record", "recommendation", "paper"}

    def test_of_a_record_of_an_inspection_with_its_exhibits(self, desk, tmp_path):
        world = desk.world
        record = desk.record()
        staged = kept(desk.hoa, "Ảnh tủ hồ sơ.png", "PNG anh")
        records.add_exhibits(
            record, caption="Tủ hồ sơ", files=[staged], version=None, by=desk.by(desk.hoa), now=NOW
        )
        pack = made(evidence.of_record(record), world.by(desk.hoa))
        assert checked(pack, tmp_path).faults == []
        found = members(pack)
        assert found["tep/001-anh-tu-ho-so.png"] == b"PNG anh"
        listed = json.loads(found[FILES])["files"]
        assert listed[0]["purpose"] == "Tủ hồ sơ" and listed[0]["name"] == "Ảnh tủ hồ sơ.png"

    def test_the_visit_behind_a_record_from_decision_to_end(self, desk, tmp_path):
        """Its entries, papers, team and draw stand in the pack of the record and of the agency, and
        the chain of the ledger covers them."""
        desk.world.directed(LONG_AGO)
        visit = desk.decided(NOW - timedelta(days=1), announced=True, evidence="Đơn của bà Tư.")
        visit = visiting.open_visit(visit, version=None, by=desk.by(desk.hoa), now=NOW)
        visiting.draw_sample(visit, size=5, version=None, by=desk.by(desk.hoa), now=NOW)
        [record] = beginning.raise_records(visit, version=None, by=desk.by(desk.hoa), now=NOW)
        record = desk.final(record=desk.signed(record=desk.answered(
            record=desk.sent(record=desk.written(record)))))  # fmt: skip
        visiting.end_visit(visit, version=None, by=desk.by(desk.hoa), now=NOW)
        visit.refresh_from_db()
        chain.seal_all()
        for scope in (evidence.of_record(record), agency_scope(desk.world),
                      head_scope(desk.world, desk.world.hung)):  # fmt: skip
            pack = made(scope, desk.by(desk.hoa))
            report = checked(pack, tmp_path)
            assert (report.faults, report.unsealed) == ([], 0)
            found = members(pack)
            told = [line["event"] for line in lines(found[LEDGER])]
            acts = [one["action"] for one in told if one["object_kind"] == "inspection"]
            assert acts == [
                "inspection_decided", "inspection_announced", "inspection_opened", "sample_drawn",
                "inspection_ended",
            ]  # fmt: skip
            [said] = json.loads(found["kiem-tra.json"])["visits"]
            assert (said["inspection"], said["seed"]) == (visit.code, visit.seed)
            assert [one["name"] for one in said["team"]] == ["Bùi Thị Hoa", "Đặng Thu Nga"]
            assert len(said["sample"]) == said["sample_size"] == 1
            refs = {paper["ref"] for paper in json.loads(found["van-ban.json"])["papers"]}
            assert {visit.decision.ref, "01/SNV", record.paper.ref} <= refs
            assert "bà Tư" not in b"".join(found.values()).decode("utf-8", "replace")

    def test_a_visit_that_the_agency_does_not_know_of_is_in_no_pack(self, desk):
        visit = desk.decided()
        found = pack_of(agency_scope(desk.world), desk.world)
        assert json.loads(found["kiem-tra.json"])["visits"] == []
        assert visit.code not in b"".join(found.values()).decode("utf-8", "replace")
        visiting.open_visit(visit, version=None, by=desk.by(desk.hoa), now=NOW)
        found = pack_of(agency_scope(desk.world), desk.world)
        [said] = json.loads(found["kiem-tra.json"])["visits"]
        assert said["decision"] == visit.decision.ref

    def test_is_in_vietnamese_for_an_english_reader(self, world):
        late(world)
        with translation.override("en"):
            english = made(agency_scope(world), world.by(world.hoa))
        with translation.override("vi"):
            assert made(agency_scope(world), world.by(world.hoa)) == english


class TestWhoseLimits:
    def test_each_head_has_those_of_their_own_days(self, told, world):
        """Yến heads the ward since 15 October; the two limits before that are Hùng's."""
        hungs = facts(pack_of(head_scope(world, world.hung), world))
        yens = facts(pack_of(head_scope(world, told.yen), world))
        assert [one["limit"] for one in hungs] == [told.limits[0].code, told.limits[1].code]
        assert [one["limit"] for one in yens] == [told.limits[2].code]
        assert {one["head"]["name"] for one in hungs} == {"Nguyễn Văn Hùng"}
        assert {one["head"]["name"] for one in yens} == {"Mai Hải Yến"}

    def test_the_page_counts_what_the_packs_hold(self, told, world):
        by = world.by(world.hoa)
        total, heads = evidence.heads_with_breaches(world.ward, FIRST, LAST, by=by, now=NOW)
        assert total == 3
        assert [(one.user, one.limits) for one in heads] == [(world.hung, 2), (told.yen, 1)]
        for one in heads:
            assert len(facts(pack_of(head_scope(world, one.user), world))) == one.limits

    def test_a_breach_on_the_last_day_is_the_old_heads(self, told, world):
        """A limit that ends on Hùng's last day is his, one that ends the day after is hers."""
        for due_on, head in ((CHANGED - timedelta(days=1), "hung"), (CHANGED, "yen")):
            limit = next(
                limit
                for day in range(1, 12)
                if (limit := world.limit(hanoi(2026, 10, 5 + day, 9))).due_on == due_on
            )
            user = world.hung if head == "hung" else told.yen
            codes = [one["limit"] for one in facts(pack_of(head_scope(world, user), world))]
            assert limit.code in codes

    def test_the_period_is_that_of_the_first_day_missed(self, told, world):
        first = told.limits[0]
        for day, expected in ((first.due_on, 1), (first.due_on + timedelta(days=1), 0)):
            scope = agency_scope(world, day, day)
            assert len(facts(pack_of(scope, world))) == expected

    def test_kept_and_running_limits_are_no_evidence_of_lateness(self, world):
        world.reported(LONG_AGO)
        world.directed(NOW)
        found = pack_of(agency_scope(world), world)
        assert facts(found) == [] and json.loads(found[FILES])["files"] == []

    def test_of_another_agency_nothing_is_in_it(self, told, world):
        scope = Scope("agency", FIRST, LAST, world.other_ward)
        assert facts(pack_of(scope, world)) == []

    def test_requests_of_home_affairs_come_with_their_record_alone(self, told, world):
        record = told.asked(NOW, last_day=ANSWER_BY)
        code = record.explanation.time_limit.code
        later = hanoi(2026, 12, 10, 9)
        scope = Scope("head", FIRST, date(2026, 12, 10), world.ward, head=told.yen)
        found = members(made(scope, told.by(world.hoa, later), later))
        assert code not in {one["limit"] for one in facts(found)}
        scope = Scope("head", FIRST, date(2026, 12, 10), world.ward, head=world.hung)
        found = members(made(scope, told.by(world.hoa, later), later))
        assert code in {one["limit"] for one in facts(found)}


class TestFiles:
    def pack(self, world) -> list[dict]:
        return json.loads(pack_of(agency_scope(world), world)[FILES])["files"]

    def test_are_the_bytes_that_were_sent(self, world, tmp_path):
        direction = late(world)
        found = pack_of(agency_scope(world), world)
        listed = json.loads(found[FILES])["files"]
        assert [found[one["member"]] for one in listed] == [b"%PDF 120900 a", b"%PDF 120900 b"]
        assert {one["of"] for one in listed} == {f"dossier {direction.dossier.code}"}

    def test_that_are_gone_cut_or_changed_are_listed_with_the_reason(self, world, store, tmp_path):
        late(world)
        late(world, LONG_AGO + timedelta(hours=1))
        rows = list(Attachment.objects.order_by("pk"))
        (store / rows[0].path).unlink()
        (store / rows[1].path).write_bytes(b"x")
        (store / rows[2].path).write_bytes(b"x" * rows[2].size)
        pack = made(agency_scope(world), world.by(world.hoa))
        assert checked(pack, tmp_path).faults == []
        listed = json.loads(members(pack)[FILES])["files"]
        assert [one["reason"] for one in listed] == ["missing", "changed", "changed", ""]
        assert [bool(one["member"]) for one in listed] == [False, False, False, True]
        assert all(one["reason_text"] and one["sha256"] for one in listed[:3])
        assert sum(name.startswith("tep/") for name in members(pack)) == 1

    def test_that_do_not_fit_are_listed_too(self, world, tmp_path):
        late(world)
        most = len(made(agency_scope(world), world.by(world.hoa))) + 100_000
        late(world, LONG_AGO, "x" * 150_000)
        pack = made(agency_scope(world), world.by(world.hoa), most_bytes=most)
        assert len(pack) < most and checked(pack, tmp_path).faults == []
        listed = json.loads(members(pack)[FILES])["files"]
        assert [one["reason"] for one in listed] == ["", "", "left_out", "left_out"]

    def test_of_an_answer_not_sent_yet_are_the_agencys_own(self, world):
        direction = late(world)
        verbs.prepare_report(
            direction,
            facts=ReportFacts(text="Nháp chưa gửi", ref=""),
            files={Attachment.Purpose.REPORT: [world.staged(world.lan, "nhap.pdf")]},
            version=None, by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        found = pack_of(agency_scope(world), world)
        assert [one["name"] for one in json.loads(found[FILES])["files"]] == [
            "to-trinh.pdf", "du-thao.pdf",
        ]  # fmt: skip
        assert "Nháp chưa gửi" not in b"".join(found.values()).decode("utf-8", "replace")


class TestTheSame:
    def test_facts_give_the_same_bytes(self, told, world):
        record = told.final()
        late(world, hanoi(2026, 10, 8, 9))
        chain.seal_all()
        for scope in (agency_scope(world), head_scope(world, world.hung),
                      evidence.of_record(record)):  # fmt: skip
            once = made(scope, world.by(world.hoa))
            chain.seal_all()
            assert made(scope, world.by(world.hoa)) == once

    def test_reading_in_between_changes_nothing(self, told, world, sign_in):
        record = told.final()
        once = made(evidence.of_record(record), world.by(world.hoa))
        sign_in(world.an).get(f"/kiem-tra/trach-nhiem/bien-ban/{record.public_id}/")
        assert made(evidence.of_record(record), world.by(world.hoa)) == once


class TestTampering:
    def test_every_member_is_named_whatever_byte_is_changed(self, told, world, tmp_path):
        record = told.final()
        late(world, hanoi(2026, 10, 8, 9))
        chain.seal_all()
        pack = made(agency_scope(world), world.by(world.hoa))
        assert record.paper.ref.encode() in pack
        chance = random.Random(20260914)
        for name, raw in members(pack).items():
            start = pack.index(name.encode() + raw) + len(name)
            inside = [0, len(raw) - 1, *(chance.randrange(len(raw)) for _n in range(6))]
            for place in inside:
                spoilt = bytearray(pack)
                spoilt[start + place] ^= 1 << chance.randrange(8)
                assert name in named(bytes(spoilt), tmp_path), (name, place)

    def test_an_entry_of_the_visit_rewritten_in_the_database_is_named(
        self, desk, tmp_path, behind_the_guards
    ):
        record = desk.record()
        chain.seal_all()
        event = Event.objects.get(action="sample_drawn")
        behind_the_guards(
            "UPDATE ledger_event SET actor_name = %s WHERE id = %s", ["Người khác", event.pk]
        )
        [fault] = checked(made(evidence.of_record(record), desk.by(desk.hoa)), tmp_path).faults
        assert fault.member == LEDGER and f"bút toán {event.pk} " in fault.text

    def test_every_byte_of_the_visit_that_is_changed_names_its_member(self, desk, tmp_path):
        record = desk.record()
        chain.seal_all()
        pack = made(evidence.of_record(record), desk.by(desk.hoa))
        raw = members(pack)["kiem-tra.json"]
        start = pack.index(b"kiem-tra.json" + raw) + len("kiem-tra.json")
        for place in range(0, len(raw), 29):
            spoilt = bytearray(pack)
            spoilt[start + place] ^= 1
            assert named(bytes(spoilt), tmp_path) == {"kiem-tra.json"}, place

    def test_an_entry_rewritten_in_the_database_is_named_in_the_pack(
        self, world, tmp_path, behind_the_guards
    ):
        late(world)
        chain.seal_all()
        event = Event.objects.get(action="explanation_directed")
        behind_the_guards(
            "UPDATE ledger_event SET reason = %s WHERE id = %s", ["Không ai yêu cầu", event.pk]
        )
        [fault] = checked(made(agency_scope(world), world.by(world.hoa)), tmp_path).faults
        assert fault.member == LEDGER and f"bút toán {event.pk} " in fault.text
