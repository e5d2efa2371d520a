"""What leaves the straight line: an agency that says nothing, a due date that is moved or falls
away. The leader decides on the phone, and gives the password again."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from deadlines import sweeping
from deadlines.models import Adjustment
from dossiers.models import Dossier
from dossiers.states import State
from tests.browser.desk import vi
from tests.world import NOW, PASSWORD, hanoi, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Chờ ý kiến của hai cơ quan."
MINE = "/ho-so/viec-cua-toi/"


def state_of(dossier: Dossier) -> str:
    return Dossier.objects.get(pk=dossier.pk).state


def test_the_office_records_that_an_agency_said_nothing(world, desk, wall_clock):
    person("yen", "Lý Thị Yến", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch UBND phường")
    dossier = world.consulted()
    limit = dossier.consultations.get().time_limit
    phuc = desk("phuc")
    phuc.look(f"/ho-so/{dossier.code}/")
    phuc.misses(vi("Record the silence"))  # the agency still has time

    wall_clock(limit.due_at + timedelta(seconds=30))
    assert sweeping.flag_overdue(limit.due_at + timedelta(seconds=30)).flagged == 1
    phuc = desk("phuc")
    phuc.look(f"/ho-so/{dossier.code}/")
    phuc.follow(vi("Record the silence"))
    last_day = vi("end of %(day)s", day="T4 02/12/2026")
    expect(phuc.field(f"{world.other_ward.name} – {last_day}")).to_be_checked()
    phuc.press(vi("Record the silence"))
    phuc.is_told(vi("The silence is recorded."))
    assert state_of(dossier) == State.UNDER_VERIFICATION

    yen = desk("yen")
    yen.look(f"/ho-so/{dossier.code}/")
    yen.misses(vi("Give the opinion"))
    yen.sees(vi("No answer came; the City Office recorded it at %(moment)s.",
                moment="00:00 03/12/2026"))  # fmt: skip


def test_the_head_asks_for_time_and_the_leader_grants_it(world, desk, wall_clock):
    dossier = world.directed().dossier
    hung = desk("hung")
    hung.look(MINE)
    hung.page.locator("main").get_by_role("link", name=dossier.code).first.click()
    hung.follow(vi("Ask for an extension"))
    hung.write(vi("New last day asked for"), "01/12/2026")
    hung.choose(vi("Class of reason"), Adjustment.Reason.OPINIONS)
    hung.write(vi("Reason"), REASON)
    hung.press(vi("Send the request for an extension"))
    hung.is_told(vi("The request is sent. Until it is decided the present due date counts."))

    minh = desk("minh", phone=True)
    wall_clock(NOW + timedelta(minutes=11))  # the password of the morning is too old for a decision
    minh.look(MINE, sees=dossier.code)
    minh.follow(vi("Decide"))
    minh.sees(REASON, "27/11/2026", "01/12/2026")
    minh.press(vi("Grant"), refused=True)
    minh.write(vi("Your password"), "không phải câu ấy")
    minh.press(vi("Grant"), refused=True)
    minh.sees(vi("The password is not right. What you decided is not recorded yet; type it again."))
    assert Adjustment.objects.get().state == Adjustment.State.ASKED
    minh.write(vi("Your password"), PASSWORD)
    minh.write(vi("Answer"), "Đây là lần gia hạn duy nhất.")
    minh.press(vi("Grant"))
    minh.is_told(vi("The decision is recorded and in force."))
    minh.sees("01/12/2026")
    limit = dossier.directions.get().time_limit
    assert limit.due_at == hanoi(2026, 12, 2)

    hung.look("/hop-thu/", sees=dossier.code)


def test_two_persons_correct_a_date_and_lift_a_duty(world, desk, wall_clock):
    dated = world.directed(letter_ref="1/TTr-UBND").dossier
    lifted = world.directed(letter_ref="2/TTr-UBND").dossier
    thu = desk("thu")
    thu.look(f"/ho-so/{dated.code}/")
    thu.follow(vi("Propose a correction or a waiver"))
    thu.tick(vi("Correct the due date"))
    thu.press(vi("Send the proposal"), refused=True)  # no day, no reason
    thu.write(vi("Corrected last day"), "30/11/2026")
    thu.write(vi("Reason"), "Ghi nhầm ngày nhận công văn.")
    thu.press(vi("Send the proposal"))
    thu.is_told(vi("The proposal is sent; a City leader decides."))
    thu.look(f"/ho-so/{lifted.code}/dieu-chinh/")
    thu.tick(vi("Lift the obligation: nothing is owed any more"))
    thu.choose(vi("Class of reason"), Adjustment.Reason.OTHER)
    thu.write(vi("Reason"), "Nội dung đã có trong hồ sơ.")
    thu.press(vi("Send the proposal"))
    thu.look("/thoi-han/de-nghi/")
    thu.sees(dated.code, lifted.code)
    expect(thu.page.get_by_role("link", name=vi("Decide"))).to_have_count(0)  # not her own

    minh = desk("minh", phone=True)
    minh.look("/thoi-han/de-nghi/", sees=lifted.code)
    minh.follow(vi("Decide"))
    minh.sees("Ghi nhầm ngày nhận công văn.")
    minh.press(vi("Refuse"), refused=True)  # a refusal has a reason
    minh.write(vi("Answer"), "Công văn đến ngày 25/11, không có nhầm lẫn.")
    minh.press(vi("Refuse"))
    minh.is_told(vi("The decision is recorded and in force."))
    minh.look("/thoi-han/de-nghi/")
    minh.misses(dated.code)
    minh.follow(vi("Decide"))
    minh.sees(vi("Nothing is owed any more: the time limit ends now, and the dossier goes back to "
                 "the City leadership."))  # fmt: skip
    minh.press(vi("Grant"))
    assert [state_of(dated), state_of(lifted)] == [State.EXPLANATION_DUE, State.WITH_LEADER]
    kept, gone = (one.directions.get().time_limit for one in (dated, lifted))
    assert (kept.due_at, kept.met_at) == (hanoi(2026, 11, 28), None)
    assert gone.lifted
