"""Inspections: who decides, who is sent, who knows of it, and what is drawn."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Appointment, Message
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from agencies.models import Agency, InternalUnit
from documents import printing
from documents.models import Paper
from inspections import drawing
from inspections.bases import CITY_INSPECTORATE, HOME_AFFAIRS_INSPECTORATE
from inspections.models import Inspection, TeamMember
from inspections.transitions import raising, visiting
from inspections.transitions.checking import OwnAgency
from inspections.transitions.rows import Stale, Unfit
from ledger import recording
from ledger.models import Event
from tests.inspections.desk import LEAD, LONG_AGO, SECRETARY, SEED
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db
_Kind, _State, _Trigger = Inspection.Kind, Inspection.State, Inspection.Trigger


class TestPrepare:
    def test_an_inspector_prepares_and_the_director_hears(self, desk):
        inspection = desk.prepared()
        assert inspection.code == "KT2026-0001" and inspection.state == _State.PREPARING
        assert [one.post for one in inspection.team.order_by("pk")] == [
            "Chuyên viên kiểm tra, Sở Nội vụ",
            "Thanh tra viên, Sở Nội vụ",
        ]
        [told] = Message.objects.filter(kind="inspection_prepared")
        assert told.recipient == desk.quang

    @pytest.mark.parametrize("who", ["lan", "hung", "minh", "thu", "an", "son"])
    def test_nobody_else_does(self, desk, who):
        with pytest.raises(NotAllowed):
            visiting.prepare(visit=desk.visit(), by=desk.by(getattr(desk.world, who)), now=NOW)
        assert not Inspection.objects.exists()

    def test_from_a_plan_it_belongs_to_an_approved_one_and_the_same_agency(self, desk):
        draft = desk.plan().items.get()
        with pytest.raises(Unfit):
            desk.prepared(trigger=_Trigger.PLAN, plan_item=draft, evidence="")
        item = desk.approved().items.get()
        made = desk.prepared(trigger=_Trigger.PLAN, plan_item=item, evidence="", announced=True)
        assert made.plan_item == item
        with pytest.raises(Unfit):
            desk.prepared(trigger=_Trigger.PLAN, plan_item=item, agency=desk.world.other_ward)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"evidence": ""},
            {"period_from": date(2026, 11, 25), "period_to": date(2026, 11, 1)},
            {"period_from": date(2026, 12, 1), "period_to": date(2026, 12, 2)},
            {"planned_on": date(2026, 11, 24)},
            {"team": []},
        ],
    )
    def test_what_does_not_fit_is_refused_and_nothing_is_kept(self, desk, wrong):
        with pytest.raises(Unfit):
            desk.prepared(**wrong)
        assert not Inspection.objects.exists() and not TeamMember.objects.exists()

    def test_a_team_has_exactly_one_head_and_a_person_one_part(self, desk):
        for team in (
            [(desk.hoa, SECRETARY)],
            [(desk.hoa, LEAD), (desk.nga, LEAD)],
            [(desk.hoa, LEAD), (desk.hoa, SECRETARY)],
        ):
            with pytest.raises(Unfit):
                desk.prepared(team=team)

    def test_an_agency_that_ended_is_inspected_at_its_successor(self, desk):
        former = Agency.objects.filter(valid_to__isnull=False).first()
        with pytest.raises(Unfit):
            desk.prepared(agency=former)


class TestKindByDate:
    """Luật Thanh tra 2025: since 01/7/2025 no department has an inspectorate."""

    def test_home_affairs_carries_out_no_thanh_tra_any_more(self, desk):
        for body in (HOME_AFFAIRS_INSPECTORATE, CITY_INSPECTORATE):
            with pytest.raises(Unfit):
                desk.prepared(kind=_Kind.INSPECTORATE, lead_body=body)

    def test_it_could_until_30_6_2025_on_the_texts_of_that_day(self, desk):
        then = hanoi(2025, 6, 20, 9)
        Appointment.objects.update(started_on=date(2025, 1, 1))
        # Home Affairs is a new agency since the merger of 1/3/2025.
        decided = desk.decided(
            then,
            agency=Agency.objects.as_of(date(2025, 6, 20)).get(code="STC"),
            kind=_Kind.INSPECTORATE,
            lead_body=HOME_AFFAIRS_INSPECTORATE,
            period_from=date(2025, 4, 1),
            period_to=date(2025, 6, 1),
        )
        assert any("Luật Thanh tra ngày 14 tháng 11 năm 2022" in b for b in decided.legal_bases)

    def test_the_decision_copies_the_bases_valid_on_its_day(self, desk):
        decided = desk.decided()
        assert "Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025" in decided.legal_bases
        assert not any("Luật Thanh tra" in basis for basis in decided.legal_bases)
        bases = decided.decision.content["layout"]["bases"]
        assert bases == decided.legal_bases


class TestOwnAgency:
    """Nobody inspects their own agency: today's, that of the period, or one that went into it."""

    def add_post(self, user, agency, since, until=None):
        Appointment.objects.create(
            user=user, agency=agency, role=Role.AGENCY_OFFICER, post="Chuyên viên",
            started_on=since, ended_on=until,
        )  # fmt: skip

    def test_not_who_works_there_today(self, desk):
        self.add_post(desk.nga, desk.world.ward, date(2026, 11, 20))
        with pytest.raises(OwnAgency) as refusal:
            desk.prepared()
        assert "Đặng Thu Nga" in refusal.value.sentence

    def test_not_who_worked_there_in_the_period(self, desk):
        self.add_post(desk.nga, desk.world.ward, date(2026, 9, 1), date(2026, 10, 1))
        with pytest.raises(OwnAgency):
            desk.prepared()

    def test_who_left_before_the_period_is_free(self, desk):
        self.add_post(desk.nga, desk.world.ward, date(2026, 7, 1), date(2026, 9, 30))
        assert desk.prepared().team.count() == 2

    def test_not_who_worked_at_an_agency_that_went_into_it(self, desk):
        heir = Agency.objects.filter(predecessors__isnull=False, valid_to__isnull=True).first()
        former = heir.predecessors.first()
        self.add_post(desk.nga, former, date(2024, 1, 1), date(2026, 11, 1))
        with pytest.raises(OwnAgency):
            desk.prepared(agency=heir)

    def test_a_transfer_between_preparing_and_deciding_stops_the_decision(self, desk):
        inspection = desk.prepared()
        self.add_post(desk.nga, desk.world.ward, date(2026, 11, 25))
        with pytest.raises(OwnAgency):
            visiting.decide(inspection, days=2, version=None, by=desk.by(desk.quang), now=NOW)
        inspection.refresh_from_db()
        assert inspection.state == _State.PREPARING and inspection.decision is None

    def test_a_transfer_after_the_decision_stops_the_opening(self, desk):
        inspection = desk.decided()
        self.add_post(desk.nga, desk.world.ward, date(2026, 11, 26))
        later = NOW + timedelta(days=1)
        with pytest.raises(OwnAgency):
            visiting.open_visit(inspection, version=None, by=desk.by(desk.hoa, later), now=later)


class TestDecide:
    def test_the_director_decides_and_the_decision_has_its_number(self, desk):
        decided = desk.decided()
        assert decided.state == _State.DECIDED and decided.decided_by == desk.quang
        assert decided.decision.ref == "01/QĐ-SNV"
        assert [one["part"] for one in decided.decision.content["team"]] == ["lead", "secretary"]

    def test_nobody_decides_what_they_prepared(self, desk):
        inspection = desk.prepared()
        for user in (desk.hoa, desk.nga, desk.world.minh):
            with pytest.raises(NotAllowed):
                visiting.decide(inspection, days=2, version=None, by=desk.by(user), now=NOW)

    def test_also_not_after_being_promoted(self, desk):
        """S1 through a change of role: Hoa directs Home Affairs now."""
        inspection = desk.prepared()
        Appointment.objects.create(
            user=desk.hoa, agency=desk.world.home_affairs, role=Role.HOME_AFFAIRS_DIRECTOR,
            post="Giám đốc", started_on=date(2026, 11, 25),
        )  # fmt: skip
        with pytest.raises(NotAllowed):
            visiting.decide(inspection, days=2, version=None, by=desk.by(desk.hoa), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Inspection.objects.filter(pk=inspection.pk).update(decided_by=desk.hoa)

    def test_once(self, desk):
        inspection = desk.decided()
        with pytest.raises(Conflict):
            visiting.decide(inspection, days=2, version=None, by=desk.by(desk.quang), now=NOW)

    def test_an_older_form_is_refused(self, desk):
        inspection = desk.prepared()
        with pytest.raises(Stale):
            visiting.decide(inspection, days=2, version=99, by=desk.by(desk.quang), now=NOW)

    def test_posts_of_the_team_are_those_of_the_day_of_the_decision(self, desk):
        inspection = desk.prepared()
        Appointment.objects.filter(user=desk.nga).update(post="Thanh tra viên chính")
        visiting.decide(inspection, days=2, version=None, by=desk.by(desk.quang), now=NOW)
        assert inspection.team.get(user=desk.nga).post.startswith("Thanh tra viên chính")


class TestWhoKnows:
    def knows(self, desk, user, inspection) -> bool:
        visible = Inspection.objects.visible_to(desk.by(user))
        return visible.filter(pk=inspection.pk).exists()

    def test_an_announced_one_is_told_with_the_decision(self, desk):
        inspection = desk.decided(announced=True)
        [told] = Message.objects.filter(kind="inspection_announced")
        assert told.recipient == desk.world.hung and inspection.notified_at == NOW
        assert self.knows(desk, desk.world.hung, inspection)

    def test_the_letter_names_the_unit_of_whoever_prepared_it(self, desk):
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(
                agency=desk.world.home_affairs, name="Phòng Cải cách hành chính", code="CCHC"
            )
            desk.hoa.appointments.update(unit=unit)
        visit = desk.decided(announced=True)
        letter = Paper.objects.get(about_kind="inspection_notice")
        assert letter.ref == "01/SNV-CCHC" and visit.decision.ref == "01/QĐ-SNV"
        assert printing.layout_of(letter).copies[-1] == "Lưu: VT, CCHC"

    def test_an_announced_one_begins_after_the_day_of_telling(self, desk):
        with pytest.raises(Unfit):
            desk.decided(announced=True, planned_on=date(2026, 11, 25))

    def test_an_unannounced_one_is_unseen_until_it_is_opened(self, desk, sign_in):
        inspection = desk.decided()
        hung = desk.world.hung
        browser = sign_in(hung)
        page = reverse("inspections:detail", args=[inspection.public_id])
        printed = reverse("inspections:print_visit", args=[inspection.public_id])
        before = browser.get(reverse("inspections:list"))
        assert before.context["page"].total == 0
        assert browser.get(page).status_code == browser.get(printed).status_code == 404
        assert not Message.objects.filter(recipient=hung).exists()
        visiting.open_visit(inspection, version=None, by=desk.by(desk.hoa), now=NOW)
        assert browser.get(reverse("inspections:list")).context["page"].total == 1
        assert browser.get(page).status_code == browser.get(printed).status_code == 200
        assert Message.objects.get(recipient=hung).kind == "inspection_opened"

    @pytest.mark.parametrize("who", ["lan", "tuan", "thu", "phuc", "son"])
    def test_others_never_know(self, desk, sign_in, who):
        inspection = desk.opened(announced=False)
        browser = sign_in(getattr(desk.world, who))
        page = reverse("inspections:detail", args=[inspection.public_id])
        assert browser.get(page).status_code == 404
        assert browser.get(reverse("inspections:list")).status_code == 403

    def test_the_agency_never_sees_where_it_comes_from(self, desk, sign_in):
        inspection = desk.opened(trigger=_Trigger.COMPLAINT, evidence="Đơn của ông Nguyễn Văn X.")
        page = sign_in(desk.world.hung).get(
            reverse("inspections:detail", args=[inspection.public_id])
        )
        assert "Nguyễn Văn X" not in page.content.decode()
        page = sign_in(desk.hoa).get(reverse("inspections:detail", args=[inspection.public_id]))
        assert "Nguyễn Văn X" in page.content.decode()


class TestRun:
    def test_the_team_alone_opens_draws_and_ends(self, desk):
        inspection = desk.decided(team=[(desk.nga, LEAD)])
        for act in (visiting.open_visit, visiting.end_visit):
            with pytest.raises(NotAllowed):
                act(inspection, version=None, by=desk.by(desk.hoa), now=NOW)
        visiting.open_visit(inspection, version=None, by=desk.by(desk.nga), now=NOW)
        ended = visiting.end_visit(inspection, version=None, by=desk.by(desk.nga), now=NOW)
        assert (ended.state, ended.ended_at) == (_State.ENDED, NOW)

    def test_a_step_is_neither_skipped_nor_repeated(self, desk):
        inspection = desk.prepared()
        by = desk.by(desk.hoa)
        for act in (visiting.open_visit, visiting.end_visit):
            with pytest.raises(Conflict):
                act(inspection, version=None, by=by, now=NOW)
        inspection = desk.opened()
        with pytest.raises(Conflict):
            visiting.open_visit(inspection, version=None, by=by, now=NOW)

    def test_is_cancelled_before_it_is_opened_with_the_reason(self, desk):
        decided = desk.decided(announced=True)
        with pytest.raises(NotAllowed):
            visiting.cancel(decided, reason="x", version=None, by=desk.by(desk.nga), now=NOW)
        cancelled = visiting.cancel(
            decided, reason="Trùng lịch.", version=None, by=desk.by(desk.quang), now=NOW
        )
        assert (
            cancelled.state == _State.CANCELLED and cancelled.decision.void.reason == "Trùng lịch."
        )
        assert Message.objects.filter(recipient=desk.world.hung).count() == 2
        opened = desk.opened()
        with pytest.raises(Conflict):
            visiting.cancel(opened, reason="x", version=None, by=desk.by(desk.quang), now=NOW)

    def test_an_unannounced_one_that_is_cancelled_stays_unseen(self, desk):
        decided = desk.decided()
        visiting.cancel(decided, reason="x", version=None, by=desk.by(desk.quang), now=NOW)
        assert not Inspection.objects.visible_to(desk.by(desk.world.hung)).exists()
        assert not Message.objects.filter(recipient=desk.world.hung).exists()

    def test_a_follow_up_goes_to_the_same_agency(self, desk):
        earlier = desk.opened()
        assert desk.prepared(after=earlier).after == earlier
        with pytest.raises(Unfit):
            desk.prepared(after=earlier, agency=desk.world.other_ward)


class TestSample:
    def test_draws_by_strata_with_the_stored_seed(self, desk):
        for hour in range(3):
            desk.world.directed(LONG_AGO.replace(hour=8 + hour))
            desk.world.returned(LONG_AGO.replace(hour=12 + hour))
        desk.world.submitted(LONG_AGO)
        desk.world.draft(LONG_AGO)
        inspection = desk.sampled(size=4)
        sample = list(inspection.sample.order_by("position"))
        assert (inspection.population, inspection.sample_size) == (7, 4)
        event = Event.objects.get(action="sample_drawn")
        assert event.after["strata"] == {"late": 3, "returned": 3, "open": 1, "on_time": 0}
        strata = {
            **{f"HS2026-{n:05d}": "late" for n in (1, 3, 5)},
            **{f"HS2026-{n:05d}": "returned" for n in (2, 4, 6)},
            "HS2026-00007": "open",
        }
        again = drawing.sample(SEED, strata, 4)
        assert [(one.dossier.code, one.stratum) for one in sample] == [
            (one.name, one.stratum) for one in again
        ]

    def test_facts_are_copied_from_the_limits(self, desk):
        desk.world.directed(LONG_AGO)
        [one] = desk.sampled().sample.all()
        [facts] = one.facts["limits"]
        assert facts["late"] and facts["head"]["name"] == "Nguyễn Văn Hùng"
        assert one.facts["matter"] == one.dossier.matter

    def test_another_period_or_agency_is_not_drawn_from(self, desk):
        desk.world.submitted(hanoi(2026, 9, 30, 23, 59))
        desk.world.submitted(hanoi(2026, 10, 1, 0, 0))
        assert desk.sampled().population == 1

    def test_there_is_one_draw(self, desk):
        desk.world.submitted(LONG_AGO)
        inspection = desk.sampled()
        with pytest.raises(Conflict):
            visiting.draw_sample(inspection, size=1, version=None, by=desk.by(desk.hoa), now=NOW)

    def test_the_page_explains_the_draw_to_the_inspected_head(self, desk, sign_in):
        desk.world.submitted(LONG_AGO)
        inspection = desk.sampled()
        page = sign_in(desk.world.hung).get(
            reverse("inspections:detail", args=[inspection.public_id])
        )
        assert f"{SEED}:HS2026-00001" in page.content.decode()
        assert drawing.ticket(SEED, "HS2026-00001") in page.content.decode()


class TestFromOverdue:
    def test_names_every_overdue_limit_and_waits_for_the_director(self, desk):
        for hour in range(2):
            desk.world.directed(LONG_AGO.replace(hour=9 + hour))
        made = raising.raise_from_overdue(desk.world.ward, by=desk.by(desk.hoa), now=NOW)
        assert made.trigger == _Trigger.SIGNAL and not made.announced
        assert "HS2026-00001" in made.evidence and "HS2026-00002" in made.evidence
        assert made.planned_on == date(2026, 11, 26) and made.state == _State.PREPARING

    def test_nothing_overdue_nothing_raised(self, desk):
        with pytest.raises(Unfit):
            raising.raise_from_overdue(desk.world.ward, by=desk.by(desk.hoa), now=NOW)

    def test_not_by_somebody_of_that_agency(self, desk):
        desk.world.directed(LONG_AGO)
        eve = person(
            "eve", "Trần Thu Hà", Role.INSPECTOR, desk.world.home_affairs, "Chuyên viên",
            since=date(2026, 11, 1),
        )  # fmt: skip
        person("eve", "", Role.AGENCY_CLERK, desk.world.ward, "Văn thư", until=date(2026, 10, 31))
        with pytest.raises(OwnAgency):
            raising.raise_from_overdue(desk.world.ward, by=desk.by(eve), now=NOW)
