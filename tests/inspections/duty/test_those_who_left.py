"""Who answers for what is inherited, and who has left: a record outlives posts and agencies."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Appointment, Message, MessageKind
from accounts.refusals import NotAllowed
from accounts.roles import Role
from agencies.models import Agency
from inspections import duty, duty_policies, policies
from inspections.models import Inspection, Proposal, Record
from inspections.transitions import answering
from ledger import recording
from tests.dossiers.reorganising.stories import Kind, applied, existing, heir_agency, new, prepared
from tests.inspections.desk import Desk
from tests.inspections.duty.story import ANSWER_BY, fresh
from tests.world import NOW, World, hanoi, person

pytestmark = pytest.mark.django_db
ANSWER = duty.Answer("Phường cũ thiếu cán bộ.", "objective")


def leave(user) -> None:
    """The person's posts end yesterday; the account stays open."""
    with recording.recorded(may_be_idle=True):
        user.appointments.filter(ended_on=None).update(ended_on=NOW.date() - timedelta(days=1))


def typed(browser, address: str, **fields: str) -> dict[str, str]:
    """What the form of a page holds, with these fields filled in."""
    hidden = browser.get(address).context["form"]
    return {"form_key": str(hidden["form_key"].value()), **fields}


class TestWhoHasLeft:
    """Hùng has retired. A record names him."""

    def test_signs_in_finds_opens_and_answers_the_own_record(self, told, sign_in):
        record = told.asked()
        leave(told.world.hung)
        hung = sign_in(told.world.hung)
        home = hung.get("/")
        assert home.url == reverse("inspections:mine")
        mine = hung.get(home.url)
        page = reverse("inspections:duty_record", args=[record.public_id])
        assert page in mine.content.decode()
        assert [place["url"] for place in mine.context["frame"].nav] == [home.url]
        assert hung.get(page).status_code == 200
        letter = reverse("inspections:duty_paper", args=[record.explanation.paper.public_id])
        assert hung.get(letter).status_code == 200
        address = reverse("inspections:answer_explanation", args=[record.public_id])
        fields = typed(hung, address, text="Đã nghỉ hưu.", cause="objective", exemption="none")
        assert hung.post(address, fields).status_code == 302
        assert fresh(record).explanation.answered_by == told.world.hung

    def test_sees_nothing_else(self, told, sign_in):
        record = told.asked()
        dossier = told.world.draft()
        leave(told.world.hung)
        hung, by = sign_in(told.world.hung), told.by(told.world.hung)
        assert list(Record.objects.visible_to(by)) == [record]
        assert not Inspection.objects.visible_to(by).exists()
        assert not Proposal.objects.visible_to(by).exists()
        for name in (
            "accounts:inbox", "accounts:password", "dossiers:list", "dossiers:mine",
            "tasks:list", "dashboards:overview", "dashboards:limits", "inspections:list",
            "inspections:records", "inspections:pipeline", "inspections:duty_records",
            "inspections:remedies", "inspections:proposals", "deadlines:calendar",
        ):  # fmt: skip
            assert hung.get(reverse(name)).status_code == 403, name
        assert hung.get(reverse("dossiers:detail", args=[dossier.code])).status_code == 404

    def test_nor_the_record_of_the_successor_in_the_post(self, told, sign_in):
        record = told.yen_asked()
        leave(told.world.hung)
        hung = sign_in(told.world.hung)
        for name in ("duty_record", "answer_explanation"):
            address = reverse(f"inspections:{name}", args=[record.public_id])
            assert hung.get(address).status_code == 404

    def test_who_is_named_nowhere_finds_an_empty_file(self, told, sign_in):
        told.asked()
        leave(told.world.lan)
        lan = sign_in(told.world.lan)
        assert lan.get(reverse("inspections:mine")).context["records"] == []

    def test_a_closed_account_opens_nothing(self, told, sign_in):
        record = told.asked()
        hung = sign_in(told.world.hung)
        with recording.recorded(may_be_idle=True):
            type(told.world.hung).objects.filter(pk=told.world.hung.pk).update(is_active=False)
        address = reverse("inspections:duty_record", args=[record.public_id])
        assert hung.get(address).status_code == 302

    def test_reads_the_decision_about_them(self, told, sign_in):
        decision = told.decided()
        leave(told.world.hung)
        address = reverse("inspections:proposal", args=[decision.proposal.public_id])
        assert sign_in(told.world.hung).get(address).status_code == 200


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def merged(world: World, now=NOW) -> Agency:
    """Hoàn Kiếm ward goes into Ba Đình ward, which Đức heads."""
    person("duc", "Cao Minh Đức", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch UBND phường")
    plan = prepared(world, Kind.CLOSE, [world.ward], [existing(world.other_ward)], now=now)
    applied(world, plan, now)
    return world.other_ward


def user(name: str):
    return Appointment.objects.filter(user__username=name).first().user


class TestWhatIsInherited:
    """The ward that was inspected has gone into another one; nobody heads it any more."""

    def test_the_head_of_the_successor_reads_and_gives_the_opinion(self, desk, sign_in):
        record = desk.sent()
        merged(desk.world)
        duc = user("duc")
        page = reverse("inspections:record", args=[record.public_id])
        assert sign_in(duc).get(page).status_code == 200
        answering.give_opinion(
            record, opinion="agrees", text="", version=None, by=desk.by(duc), now=NOW
        )
        record.refresh_from_db()
        assert (record.opinion_by, record.head_name) == (duc, "Nguyễn Văn Hùng")
        assert record.agency == desk.world.ward

    def test_is_told_and_explains_what_a_visit_found(self, desk):
        record = desk.final()
        merged(desk.world)
        duc = user("duc")
        asked = duty.ask_explanation(
            record, text="Vì sao?", last_day=ANSWER_BY, version=None, by=desk.by(desk.hoa), now=NOW
        )
        told = Message.objects.filter(kind=MessageKind.EXPLANATION_ASKED)
        assert {one.recipient.username for one in told} == {"hung", "duc"}
        duty.answer_explanation(record, answer=ANSWER, version=None, by=desk.by(duc), now=NOW)
        asked.refresh_from_db()
        assert asked.answered_by == duc
        assert fresh(record).head == desk.world.hung

    def test_nobody_else_of_the_successor_does(self, desk, sign_in):
        record = desk.sent()
        merged(desk.world)
        tuan = sign_in(desk.world.tuan)
        assert tuan.get(reverse("inspections:record", args=[record.public_id])).status_code == 404
        with pytest.raises(NotAllowed):
            answering.give_opinion(
                record,
                opinion="agrees",
                text="",
                version=None,
                by=desk.by(desk.world.tuan),
                now=NOW,
            )

    def test_a_record_of_lateness_stays_with_the_person_it_names(self, told):
        """Đức answers for no days but his own: the record names Yến."""
        record = told.yen_asked()
        merged(told.world)
        duc = user("duc")
        assert not Record.objects.visible_to(told.by(duc)).exists()
        assert not duty_policies.explains(told.by(duc), record)
        assert duty_policies.explains(told.by(told.yen), record)

    def test_what_was_divided_is_answered_for_by_none_of_its_parts(self, desk):
        record = desk.sent()
        heirs = [new("1", "P-BAC", "UBND phường Bắc"), new("2", "P-NAM", "UBND phường Nam")]
        plan = applied(desk.world, prepared(desk.world, Kind.SPLIT, heirs=heirs))
        north = heir_agency(plan, "1")
        bac = person("bac", "Lưu Thị Bắc", Role.AGENCY_HEAD, north, "Chủ tịch UBND phường")
        assert not Record.objects.visible_to(desk.by(bac)).exists()
        assert Record.objects.visible_to(desk.by(desk.world.hung)).get() == record

    def test_before_the_day_the_successor_knows_nothing(self, desk):
        desk.sent()
        duc = person("duc", "Cao Minh Đức", Role.AGENCY_HEAD, desk.world.other_ward, "Chủ tịch")
        assert not Record.objects.visible_to(desk.by(duc)).exists()
        assert not Inspection.objects.visible_to(desk.by(duc)).exists()


class TestNobodyJudgesTheOwnLine:
    def test_an_inspector_whose_agency_the_former_one_became(self, told):
        """Hoa works in Ba Đình ward beside her desk: Hoàn Kiếm went into it."""
        limits = [limit.pk for limit in told.limits]
        merged(told.world)
        with recording.recorded(may_be_idle=True):
            person("hoa", "", Role.AGENCY_OFFICER, told.world.other_ward, "Chuyên viên")
        with pytest.raises(NotAllowed):
            duty.draw_up(
                limits=limits,
                agency=told.world.ward,
                period=duty.Period(date(2026, 10, 1), date(2026, 10, 31)),
                by=told.by(told.world.hoa),
                now=NOW,
            )

    def test_nor_is_sent_to_an_agency_whose_heir_is_theirs(self, desk):
        inspection = desk.prepared()
        merged(desk.world)
        Appointment.objects.create(
            user=desk.nga, agency=desk.world.other_ward, role=Role.AGENCY_OFFICER,
            post="Chuyên viên", started_on=date(2026, 11, 20),
        )  # fmt: skip
        found = policies.belonging([desk.nga.pk, desk.hoa.pk], inspection, NOW.date())
        assert [post.user for post in found] == [desk.nga]


class TestTwoHeadsOfOnePeriod:
    """Hùng headed the ward until 14 October, Yến since: each answers for the own days."""

    def test_one_press_on_the_page_makes_a_record_for_each(self, told, sign_in):
        hoa = sign_in(told.world.hoa)
        address = (
            f"{reverse('inspections:draw_up_lateness')}?don-vi={told.world.ward.pk}"
            "&tu=01/10/2026&den=31/10/2026"
        )
        page = hoa.get(address)
        groups = {group["head"].full_name: len(group["lines"]) for group in page.context["groups"]}
        assert groups == {"Nguyễn Văn Hùng": 2, "Mai Hải Yến": 1}
        fields = typed(
            hoa, address, agency=str(told.world.ward.pk), first="01/10/2026", last="31/10/2026"
        )
        keys = [str(limit.pk) for limit in told.limits]
        assert hoa.post(address, {**fields, "limits": keys}).status_code == 302
        named = {
            record.head_name: [one.time_limit.started_at for one in record.findings.order_by("pk")]
            for record in Record.objects.all()
        }
        assert named == {
            "Nguyễn Văn Hùng": [hanoi(2026, 10, 1, 9), hanoi(2026, 10, 5, 9)],
            "Mai Hải Yến": [hanoi(2026, 10, 19, 9)],
        }
        for record in Record.objects.all():
            shown = hoa.get(reverse("inspections:duty_record", args=[record.public_id]))
            lines = shown.context["findings"]
            assert {line.head for line in lines} == {record.head_name}
            assert len(lines) == len(named[record.head_name])


class TestAVisitThatFoundSomeInTime:
    """A sampled dossier without a late limit stands in the record, and in no table of late ones."""

    def test_is_asked_about_what_was_late_alone(self, desk, sign_in):
        desk.world.submitted(hanoi(2026, 11, 2, 9))
        record = desk.final()
        assert record.findings.count() == 2
        hoa = sign_in(desk.hoa)
        for name in ("ask_explanation", "duty_record"):
            page = hoa.get(reverse(f"inspections:{name}", args=[record.public_id]))
            assert page.status_code == 200, name
            assert len(page.context["findings"]) == 1, name
        asked = duty.ask_explanation(
            record, text="Vì sao?", last_day=ANSWER_BY, version=None, by=desk.by(desk.hoa), now=NOW
        )
        late = record.findings.get(facts__late=True)
        letter = str(asked.paper.content)
        assert late.facts["dossier"] in letter
        assert record.findings.exclude(pk=late.pk).get().facts["dossier"] not in letter
