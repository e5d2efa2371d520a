"""What a clerk was typing when the session ended is there again after signing in."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dossiers.models import Dossier
from dossiers.states import State
from tests.browser.conftest import enter
from tests.browser.desk import vi
from tests.world import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_half_typed_submission_outlives_two_sessions(world, desk, wall_clock):
    """The first session ends while Lan is away, the second while she fills in the rest."""
    lan = desk("lan")
    lan.page.clock.install()
    lan.look("/ho-so/viec-cua-toi/")
    lan.follow(vi("Log a submission"))
    lan.write(vi("Number and symbol of the submission letter"), "123/TTr-UBND")
    lan.write(vi("Date of the submission letter"), "25/11")
    lan.write(vi("Matter"), "Mở rộng trường mầm non")
    with lan.page.expect_response("**/tu-luu/") as kept:
        lan.page.clock.fast_forward(4_000)
    assert kept.value.status == 204

    wall_clock(NOW + timedelta(hours=1))
    lan.page.locator("main").get_by_role("link", name=vi("Not now")).click()
    enter(lan.page, "lan")  # idle for too long
    lan.follow(vi("Log a submission"))
    lan.sees(vi("You were filling in this form at %(at)s on %(day)s and did not send it.",
                at="09:00", day="25/11/2026"))  # fmt: skip
    expect(lan.field(vi("Matter"))).to_have_value("")
    lan.follow(vi("Go on with it"))
    expect(lan.field(vi("Matter"))).to_have_value("Mở rộng trường mầm non")
    expect(lan.field(vi("Date of the submission letter"))).to_have_value("25/11")

    lan.write(vi("Who signed the submission letter"), world.hung.full_name)
    lan.write(vi("Signed on"), "hôm nay")
    lan.write(vi("Who initialled the draft"), world.hung.full_name)
    lan.write(vi("Initialled on"), "hôm nay")
    lan.attach(vi("Signed submission letter (file)"), "Tờ trình 123.pdf")
    lan.attach(vi("Initialled draft (file)"), "Dự thảo.pdf")
    wall_clock(NOW + timedelta(hours=2))
    lan.press(vi("Submit to the City"))
    lan.sees(vi("Your session has ended. What you typed is kept: sign in to go on."))
    assert not Dossier.objects.exists()
    enter(lan.page, "lan")
    lan.check()
    expect(lan.field(vi("Matter"))).to_have_value("Mở rộng trường mầm non")
    lan.sees("Tờ trình 123.pdf", "Dự thảo.pdf")
    lan.press(vi("Submit to the City"))
    lan.is_told(vi("Submitted to the City."))
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.letter_ref) == (State.SUBMITTED, "123/TTr-UBND")
    assert dossier.attachments.count() == 2

    lan.look("/ho-so/moi/")
    lan.misses(vi("Go on with it"))  # it was sent: nothing is left over
