"""Proposal and decision: separation of duties by rule (quality.md §4, S1 to S10)."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from deadlines import adjusting
from inspections import duty, ladder
from inspections.models import Decision, Proposal, ProposalHand
from ledger import recording
from ledger.models import Event
from tests.inspections.duty.story import Duty, fresh
from tests.world import NOW, World, hanoi, person

YES = duty.Verdict("approve", "admonition", "Mức độ nhẹ.")


def promoted(user, role=Role.CITY_LEADER, agency=None, post="Phó Chủ tịch UBND Thành phố"):
    """The person gets another post, beside those held."""
    with recording.recorded(may_be_idle=True):
        return person(user.username, "", role, agency, post)


def left(user, *roles):
    """The person leaves posts as of yesterday."""
    with recording.recorded(may_be_idle=True):
        Appointment.objects.filter(user=user, role__in=roles).update(
            ended_on=NOW.date() - timedelta(days=1)
        )


def decide(told, proposal, by, verdict=YES, now=NOW):
    return duty.decide(proposal, verdict=verdict, version=None, by=by, now=now)


class TestS1NobodyEndorsesOrDecidesTheirOwn:
    def test_two_inspectors_who_edited_are_hands_for_ever(self, told):
        proposal = told.proposal()
        duty.edit_proposal(
            proposal,
            draft=told.draft(asked="Đề nghị xem xét."),
            version=None,
            by=told.by(told.khanh),
            now=NOW,
        )
        hands = ProposalHand.objects.filter(proposal=proposal).order_by("pk")
        assert [hand.user.username for hand in hands] == ["hoa", "khanh"]
        assert "Chuyên viên" in hands[0].post

    @pytest.mark.parametrize("who", ["hoa", "khanh"])
    def test_a_hand_who_became_director_does_not_endorse(self, told, who):
        """In any role held then or now: the drafter or the editor is director today."""
        proposal = told.proposal()
        duty.edit_proposal(
            proposal, draft=told.draft(), version=None, by=told.by(told.khanh), now=NOW
        )
        duty.propose(proposal, version=None, by=told.by(told.world.hoa), now=NOW)
        user = getattr(told, who, None) or getattr(told.world, who)
        left(user, Role.INSPECTOR)
        promoted(user, Role.HOME_AFFAIRS_DIRECTOR, told.world.home_affairs, "Giám đốc")
        with pytest.raises(NotAllowed):
            duty.endorse(fresh(proposal), version=None, by=told.by(user), now=NOW)

    @pytest.mark.parametrize("who", ["hoa", "khanh", "dung"])
    def test_a_hand_or_the_endorser_who_became_a_leader_does_not_decide(self, told, who):
        proposal = told.proposal()
        duty.edit_proposal(
            proposal, draft=told.draft(), version=None, by=told.by(told.khanh), now=NOW
        )
        duty.propose(proposal, version=None, by=told.by(told.world.hoa), now=NOW)
        duty.endorse(fresh(proposal), version=None, by=told.by(told.dung), now=NOW)
        user = getattr(told, who, None) or getattr(told.world, who)
        left(user, Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR)
        promoted(user)
        with pytest.raises(NotAllowed):
            decide(told, fresh(proposal), told.by(user))
        assert not Decision.objects.exists()

    def test_the_database_refuses_one_person_for_both(self, told):
        from django.db import IntegrityError, transaction  # noqa: PLC0415

        proposal = told.proposal()
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(endorsed_by=proposal.drafted_by)

    def test_through_the_address(self, told, sign_in):
        proposal = told.endorsed()
        left(told.dung, Role.HOME_AFFAIRS_DIRECTOR)
        promoted(told.dung)
        address = f"/kiem-tra/trach-nhiem/de-xuat/{proposal.public_id}/quyet-dinh/"
        browser = sign_in(told.dung)
        made = {"kind": "approve", "outcome": "admonition", "reason": "Vì."}
        assert browser.get(address).status_code == 403
        assert browser.post(address, made).status_code == 403
        assert not Decision.objects.exists()


class TestS2ThePersonConcernedDecidesNothing:
    def test_also_if_promoted_to_leader(self, told):
        proposal = told.endorsed()
        promoted(told.world.hung)
        with pytest.raises(NotAllowed):
            decide(told, proposal, told.by(told.world.hung))

    def test_nor_does_whose_agency_it_is_or_was_since_the_period_began(self, told):
        """Yến heads the ward today; Lan left it yesterday; both are leaders now."""
        proposal = told.endorsed()
        for user in (told.yen, told.world.lan):
            promoted(user)
        left(told.world.lan, Role.AGENCY_CLERK)
        for user in (told.yen, told.world.lan):
            with pytest.raises(NotAllowed):
                decide(told, proposal, told.by(user))

    def test_a_director_who_is_the_person_concerned_neither_endorses_nor_returns(self, told):
        proposal = told.proposed()
        promoted(told.world.hung, Role.HOME_AFFAIRS_DIRECTOR, told.world.home_affairs, "Giám đốc")
        by = told.by(told.world.hung)
        with pytest.raises(NotAllowed):
            duty.endorse(proposal, version=None, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            duty.return_proposal(proposal, text="Thiếu.", version=None, by=by, now=NOW)


class TestS3TwoRolesThatCouldProposeAndDecide:
    def test_whoever_holds_both_today_does_neither(self, told):
        """Quang inspects and leads at once: he neither drafts nor decides."""
        quang = person("quang", "Hà Đăng Quang", Role.CITY_LEADER, None, "Phó Chủ tịch")
        person("quang", "", Role.INSPECTOR, told.world.home_affairs, "Chuyên viên")
        record = told.final()
        with pytest.raises(NotAllowed):
            duty.draft_proposal(
                record, draft=told.draft(), version=None, by=told.by(quang), now=NOW
            )
        proposal = duty.draft_proposal(
            record, draft=told.draft(), version=None, by=told.by(told.world.hoa), now=NOW
        )
        duty.propose(proposal, version=None, by=told.by(told.world.hoa), now=NOW)
        duty.endorse(fresh(proposal), version=None, by=told.by(told.dung), now=NOW)
        with pytest.raises(NotAllowed):
            decide(told, fresh(proposal), told.by(quang))

    def test_history_keeps_the_role_of_the_act(self, told):
        proposal = told.proposal()
        left(told.world.hoa, Role.INSPECTOR)
        assert "Sở Nội vụ" in ProposalHand.objects.get(proposal=proposal).post


class TestS5ReadersAndAdministratorsDoNothing:
    def test_auditor_and_system_administrator(self, told):
        proposal = told.endorsed()
        for user in (told.world.an, told.world.son):
            with pytest.raises(NotAllowed):
                decide(told, proposal, told.by(user))
        assert not Proposal.objects.visible_to(told.by(told.world.son)).exists()


class TestS6NothingIsDelegated:
    def test_a_decision_on_behalf_of_somebody_is_refused(self, told):
        proposal, by = told.endorsed(), told.by(told.world.minh)
        for_another = Actor(
            author=replace(by.author, on_behalf_of="Trịnh Thanh Bình"),
            posts=by.posts,
            user=by.user,
        )
        with pytest.raises(NotAllowed):
            decide(told, proposal, for_another)


class TestS8WhoLeftHasNoRight:
    def test_a_leader_who_left_does_not_decide_and_stays_author_of_what_was(self, told):
        decision = told.decided()
        left(told.world.minh, Role.CITY_LEADER)
        assert fresh(decision).by == told.world.minh
        by = told.by(told.world.minh)
        assert not Proposal.objects.visible_to(by).exists()

    def test_a_transferred_inspector_withdraws_nothing(self, told):
        proposal = told.proposal()
        left(told.world.hoa, Role.INSPECTOR)
        with pytest.raises(NotAllowed):
            duty.withdraw(
                proposal, reason="Rút.", version=None, by=told.by(told.world.hoa), now=NOW
            )


class TestDeciding:
    @pytest.mark.parametrize("kind", ["approve", "amend"])
    def test_an_outcome_starts_ninety_days(self, told, kind):
        decision = told.decided(kind=kind)
        limit = decision.time_limit
        assert (limit.rule.code, limit.rule.amount) == ("responsibility_processing", 90)
        assert limit.agency == told.world.home_affairs
        assert "Hùng" not in limit.subject_title

    def test_a_refusal_has_no_outcome_and_no_limit(self, told):
        decision = told.decided(kind="refuse", outcome="")
        assert decision.time_limit is None
        assert decision.paper.ref == "01/UBND-TKBT"

    @pytest.mark.parametrize(
        ("kind", "outcome", "reason"),
        [
            ("approve", "", "Vì."),
            ("approve", "no such outcome", "Vì."),
            ("refuse", "admonition", "Vì."),
            ("approve", "admonition", ""),
            ("no such kind", "", "Vì."),
        ],
    )
    def test_what_does_not_fit_is_refused(self, told, kind, outcome, reason):
        proposal = told.endorsed()
        with pytest.raises(duty.Unfit):
            decide(told, proposal, told.by(told.world.minh), duty.Verdict(kind, outcome, reason))
        assert not Decision.objects.exists()

    def test_the_second_is_told_who_was_first(self, told):
        proposal = told.endorsed()
        told.decided(proposal=proposal)
        with pytest.raises(duty.AlreadyDecided) as refused:
            decide(
                told, proposal, told.by(told.binh), duty.Verdict("refuse", "", "Chưa đủ căn cứ.")
            )
        assert "Phạm Quang Minh" in refused.value.sentence
        assert Decision.objects.get().kind == "approve"

    def test_a_decision_names_no_discipline_by_itself(self, told):
        """The papers of Home Affairs name no form of discipline: people write what they ask."""
        proposal = told.endorsed()
        said = str(proposal.paper.content).lower()
        for form in ("khiển trách", "cảnh cáo", "cách chức", "buộc thôi việc", "bãi nhiệm"):
            assert form not in said


class TestAbolishedForms:
    """Giáng chức and hạ bậc lương end with 30/6/2025 (Nghị định 172/2025/NĐ-CP)."""

    @pytest.mark.parametrize(
        ("day", "person_class", "outcome", "allowed"),
        [
            (date(2025, 6, 30), "leading_official", "demotion", True),
            (date(2025, 7, 1), "leading_official", "demotion", False),
            (date(2025, 6, 30), "official", "salary_reduction", True),
            (date(2025, 7, 1), "official", "salary_reduction", False),
            (date(2026, 11, 25), "elected", "recall", True),
            (date(2026, 11, 25), "official", "recall", False),
            (date(2026, 11, 25), "official", "removal_from_post", False),
        ],
    )
    def test_the_list_is_that_of_the_day_and_the_class(self, day, person_class, outcome, allowed):
        codes = {one.code for one in ladder.outcomes_for(person_class, day)}
        assert (outcome in codes) is allowed

    def test_by_the_verb(self, told):
        proposal = told.endorsed(person_class="leading_official")
        with pytest.raises(duty.Unfit):
            decide(
                told, proposal, told.by(told.world.minh), duty.Verdict("approve", "demotion", "Vì.")
            )

    def test_measures_of_management_and_discipline_are_apart(self):
        groups = ladder.grouped(ladder.outcomes_for("elected", date(2026, 11, 25)))
        names = {nature: {one.code for one in found} for nature, found in groups.items()}
        assert {"admonition", "criticism", "accountability_review"} <= names["management"]
        assert "reprimand" in names["discipline"]
        assert not names["management"] & names["discipline"]


class TestResult:
    def test_meets_the_limit(self, told):
        decision = told.decided()
        later = NOW + timedelta(days=20)
        duty.enter_result(
            decision,
            ref="15/QĐ-UBND",
            on=later.date(),
            text="Đã nhắc nhở.",
            by=told.by(told.khanh, later),
            now=later,
        )
        assert fresh(decision).time_limit.met_at == later

    def test_is_entered_once_by_an_inspector(self, told):
        decision = told.decided()
        facts = {"ref": "15/QĐ-UBND", "on": NOW.date(), "text": "Đã nhắc nhở.", "now": NOW}
        for user in (told.world.minh, told.dung, told.world.hung, told.world.an):
            with pytest.raises(NotAllowed):
                duty.enter_result(decision, by=told.by(user), **facts)
        duty.enter_result(decision, by=told.by(told.world.hoa), **facts)
        with pytest.raises(duty.WrongState):
            duty.enter_result(fresh(decision), by=told.by(told.world.hoa), **facts)

    def test_more_time_goes_to_the_hundred_and_fiftieth_day_at_most(self, told):
        """90 days, in complex cases up to 150 (Nghị định 172/2025/NĐ-CP)."""
        decision, dung = told.decided(), told.by(told.dung)
        last = date(2026, 11, 25) + timedelta(days=150)
        while not adjusting.checking.published().calendar.is_working_day(last):
            last += timedelta(days=1)
        with pytest.raises(adjusting.Unfit):
            beyond = last + timedelta(days=1)
            while not adjusting.checking.published().calendar.is_working_day(beyond):
                beyond += timedelta(days=1)
            duty.ask_more_time(decision, wanted_on=beyond, reason="Phức tạp.", by=dung, now=NOW)
        asked = duty.ask_more_time(decision, wanted_on=last, reason="Phức tạp.", by=dung, now=NOW)
        duty.decide_more_time(
            asked,
            grant=True,
            granted_on=last,
            answer="",
            document="20/UBND-TKBT",
            by=told.by(told.binh),
            now=NOW,
        )
        assert fresh(decision).time_limit.due_on == last

    def test_the_person_concerned_grants_no_time_on_their_own_case(self, told):
        decision = told.decided()
        asked = duty.ask_more_time(
            decision, wanted_on=date(2027, 3, 1), reason="Phức tạp.", by=told.by(told.dung), now=NOW
        )
        promoted(told.world.hung)
        with pytest.raises(NotAllowed):
            duty.decide_more_time(
                asked, grant=True, granted_on=date(2027, 3, 1), answer="", document="",
                by=told.by(told.world.hung), now=NOW,
            )  # fmt: skip


class TestSuperseding:
    def fresh_one(self, told, decision):
        proposal = duty.draft_fresh(
            decision, draft=told.draft(), version=None, by=told.by(told.khanh), now=NOW
        )
        duty.propose(proposal, version=None, by=told.by(told.khanh), now=NOW)
        return duty.endorse(fresh(proposal), version=None, by=told.by(told.dung), now=NOW)

    def test_needs_a_fresh_proposal_and_endorsement(self, told):
        decision = told.decided()
        again = self.fresh_one(told, decision)
        later = told.decided(proposal=again, kind="amend", outcome="lessons_learned")
        assert later.proposal.after == decision
        assert fresh(decision).outcome == "admonition"

    def test_ends_what_the_earlier_one_still_asked_for(self, told):
        decision = told.decided()
        told.decided(proposal=self.fresh_one(told, decision))
        assert fresh(decision).time_limit.lifted

    def test_is_drafted_once(self, told):
        decision = told.decided()
        self.fresh_one(told, decision)
        with pytest.raises(Conflict):
            duty.draft_fresh(
                fresh(decision), draft=told.draft(), version=None, by=told.by(told.khanh), now=NOW
            )


class TestReturningAndWithdrawing:
    def test_returned_with_words_edited_and_put_again(self, told):
        proposal = told.proposed()
        with pytest.raises(duty.Unfit):
            duty.return_proposal(proposal, text="", version=None, by=told.by(told.dung), now=NOW)
        duty.return_proposal(
            proposal, text="Thiếu căn cứ.", version=None, by=told.by(told.dung), now=NOW
        )
        hoa = told.by(told.world.hoa)
        duty.edit_proposal(fresh(proposal), draft=told.draft(), version=None, by=hoa, now=NOW)
        duty.propose(fresh(proposal), version=None, by=hoa, now=NOW)
        assert fresh(proposal).state == "proposed"

    def test_withdrawn_by_its_drafter_alone(self, told):
        proposal = told.proposed()
        for user in (told.khanh, told.dung, told.world.minh):
            with pytest.raises(NotAllowed):
                duty.withdraw(proposal, reason="Rút.", version=None, by=told.by(user), now=NOW)
        by = told.by(told.world.hoa)
        duty.withdraw(proposal, reason="Rút.", version=None, by=by, now=NOW)
        with pytest.raises(duty.WrongState):
            duty.endorse(fresh(proposal), version=None, by=told.by(told.dung), now=NOW)

    def test_what_was_put_to_the_leadership_is_not_withdrawn(self, told):
        proposal = told.endorsed()
        with pytest.raises(duty.WrongState):
            duty.withdraw(
                proposal, reason="Rút.", version=None, by=told.by(told.world.hoa), now=NOW
            )

    def test_one_open_proposal_for_a_record(self, told):
        record = told.proposal().record
        with pytest.raises(duty.WrongState):
            duty.draft_proposal(
                record, draft=told.draft(), version=None, by=told.by(told.khanh), now=NOW
            )

    def test_a_stale_version_is_refused(self, told):
        proposal = told.proposal()
        seen = proposal.version
        by = told.by(told.world.hoa)
        duty.edit_proposal(proposal, draft=told.draft(), version=None, by=by, now=NOW)
        with pytest.raises(duty.Stale):
            duty.propose(proposal, version=seen, by=by, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_exactly_one_is_stored_and_the_other_is_told():
    """One approves, one refuses in the same moment (invariant 24, F25)."""
    told = Duty.build(World.build())
    proposal = told.endorsed()
    verdicts = {
        told.world.minh: YES,
        told.binh: duty.Verdict("refuse", "", "Chưa đủ căn cứ."),
    }
    start, found = threading.Barrier(2), []

    def press(user, verdict):
        by = told.by(user)
        start.wait(10)
        try:
            found.append(decide(told, proposal, by, verdict))
        except Conflict as refusal:
            found.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in verdicts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    stored = [one for one in found if isinstance(one, Decision)]
    told_off = [one for one in found if isinstance(one, duty.AlreadyDecided)]
    assert (len(stored), len(told_off)) == (1, 1)
    assert stored[0].by.full_name in told_off[0].sentence
    assert Event.objects.filter(action="proposal_decided").count() == 1
    assert fresh(proposal).state == "decided"


def test_the_page_of_a_decision_names_the_law_and_the_bound(told, sign_in):
    decision = told.decided()
    page = sign_in(told.world.minh).get(
        f"/kiem-tra/trach-nhiem/de-xuat/{decision.proposal.public_id}/"
    )
    text = page.content.decode()
    assert "150 ngày" in text
    assert hanoi(2027, 2, 23).strftime("%d/%m/%Y") in text
