"""Pages say that news is delayed: when no worker passes, or what could go does not."""

from datetime import timedelta

import pytest

from accounts.mail import desk
from deadlines import mailing, sweeping
from tests.accounts.mail.postman import give_addresses, news
from tests.world import hanoi

NOON = hanoi(2026, 11, 25, 12)
MINUTE = timedelta(minutes=1)
SAID = "Tin báo đang đến chậm"


@pytest.fixture
def says(world, sign_in, wall_clock):
    """Whether Lan's page says so, at an instant at which the sweep is fresh."""

    def shown(at) -> bool:
        sweeping.flag_overdue(at)
        lan = sign_in(world.lan)
        wall_clock(at)
        return SAID in lan.get("/hop-thu/").text

    return shown


@pytest.fixture
def away(settings):
    """A mail server that does not answer."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def test_while_all_is_well_they_say_nothing(says, world):
    assert not says(NOON)  # no worker has ever passed: the sweep speaks for that
    mailing.run(NOON)
    assert not says(NOON + 5 * MINUTE)


def test_when_no_worker_passes_for_five_minutes_and_no_longer(says, world):
    mailing.run(NOON)
    assert says(NOON + 6 * MINUTE)
    mailing.run(NOON + 7 * MINUTE)
    assert not says(NOON + 8 * MINUTE)


def test_when_the_mail_server_is_away(says, world, away, settings):
    give_addresses(world)
    news([world.hung], at=NOON)
    for minute in range(12):
        mailing.run(NOON + minute * MINUTE)
    assert says(NOON + 11 * MINUTE)
    state = desk.state(NOON + 11 * MINUTE)
    assert (state.waiting, state.oldest_waiting, state.last_error) == (
        1, 11 * MINUTE, "ConnectionRefusedError",
    )  # fmt: skip
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mailing.run(NOON + 12 * MINUTE)
    assert not says(NOON + 12 * MINUTE)
    assert desk.state(NOON + 12 * MINUTE).waiting == 0


def test_what_waits_for_the_morning_is_not_late(says, world, away):
    give_addresses(world)
    evening, morning = hanoi(2026, 11, 25, 17, 29), hanoi(2026, 11, 26, 7, 31)
    news([world.hung], at=evening)
    mailing.run(evening)
    for at in (hanoi(2026, 11, 25, 22), morning):
        mailing.run(at)
        assert not says(at)
    mailing.run(morning + 10 * MINUTE)
    assert says(morning + 10 * MINUTE)


def test_one_wrong_address_delays_nobody_else(says, world, server):
    give_addresses(world)
    server.mode = "later"
    news([world.hung], at=NOON)
    for minute in range(0, 30, 5):
        mailing.run(NOON + minute * MINUTE)
    assert not says(NOON + 26 * MINUTE)
    assert desk.state(NOON + 26 * MINUTE).waiting == 1
