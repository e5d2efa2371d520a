"""Office hours of working days: news waits for them, across nights, Tết and swapped Saturdays."""

import pytest
from django.core import mail as box

from accounts.mail_models import Mail
from accounts.models import MessageKind
from deadlines import mailing, sweeping
from deadlines.mailing import hours
from deadlines.models import CalendarDay, CalendarYear
from deadlines.published import make_edition
from ledger import recording
from tests.accounts.mail.postman import give_addresses, news
from tests.world import NOW, hanoi

OPENING = (7, 30)


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        (hanoi(2026, 11, 25, 7, 29, 59), False),
        (hanoi(2026, 11, 25, 7, 30), True),
        (hanoi(2026, 11, 25, 17, 29, 59), True),
        (hanoi(2026, 11, 25, 17, 30), False),
        (hanoi(2026, 11, 24, 9), False),  # the day of Vietnamese culture
        (hanoi(2026, 11, 28, 9), False),  # an ordinary Saturday
        (hanoi(2026, 8, 22, 9), True),  # worked in exchange for Monday 31/8/2026
        (hanoi(2026, 8, 31, 9), False),
        (hanoi(2026, 2, 17, 9), False),  # the first day of Tết
    ],
)
def test_the_office_is_open_on_working_days_alone(db, instant, is_open):
    assert bool(hours.opened_at(instant)) is is_open


def test_where_the_calendar_ends_news_goes_as_in_an_ordinary_week(db):
    assert hours.opened_at(hanoi(2031, 3, 5, 9))
    assert not hours.opened_at(hanoi(2031, 3, 8, 9))


class TestABreach:
    """Noticed by the first sweep after midnight, told in the inbox, mailed when work begins."""

    @pytest.mark.parametrize(
        ("started_at", "ends", "mailed_at"),
        [
            # two working days from Wednesday end on Friday
            (hanoi(2026, 12, 2, 9), hanoi(2026, 12, 5), hanoi(2026, 12, 7, *OPENING)),
            # the last working day before Tết is Friday 13/2/2026; work begins on Monday 23/2
            (hanoi(2026, 2, 11, 9), hanoi(2026, 2, 14), hanoi(2026, 2, 23, *OPENING)),
            # Friday 21/8/2026 before the Saturday that is worked for Monday 31/8
            (hanoi(2026, 8, 19, 9), hanoi(2026, 8, 22), hanoi(2026, 8, 22, *OPENING)),
        ],
        ids=["Friday", "Tết", "swapped Saturday"],
    )
    def test_is_mailed_on_the_next_working_morning(self, world, started_at, ends, mailed_at):
        give_addresses(world, world.hung)
        limit = world.limit(started_at)
        assert limit.due_at == ends
        for seconds in (1, 40):
            sweeping.flag_overdue(ends.replace(second=seconds))
        for hour in (0, 1, 7):
            assert mailing.run(ends.replace(hour=hour, minute=5)).sent == 0
        just_before = mailed_at.replace(minute=29)
        assert mailing.run(just_before).sent == 0 and not Mail.objects.exists()
        assert mailing.run(mailed_at).sent == 1
        text = box.outbox[0].body
        assert limit.subject_code in text and f"{limit.due_on:%d/%m/%Y}" in text
        assert mailing.run(mailed_at.replace(minute=31)).sent == 0

    def test_every_day_of_a_holiday_is_silent(self, world):
        give_addresses(world, world.hung)
        news([world.hung], kind=MessageKind.OVERDUE, at=hanoi(2026, 2, 14, 0, 0, 30))
        for day in range(14, 23):
            assert mailing.run(hanoi(2026, 2, day, 10)).sent == 0
        assert mailing.run(hanoi(2026, 2, 23, 7, 30)).sent == 1

    def test_a_swap_entered_ahead_moves_the_morning_with_it(self, world):
        """Monday 4/1/2027 off, Saturday 9/1/2027 worked."""
        give_addresses(world, world.hung)
        with recording.recorded(may_be_idle=True):
            assert CalendarYear.objects.filter(year=2027).exists()
            facts = {"legal_source": "Công văn", "entered_by": "Lịch"}
            CalendarDay.objects.create(date="2027-01-04", kind="day_off", name="Hoán đổi", **facts)
            CalendarDay.objects.create(
                date="2027-01-09", kind="make_up_day", name="Làm bù", **facts
            )
            make_edition(NOW)
        news([world.hung], kind=MessageKind.OVERDUE, at=hanoi(2027, 1, 2, 0, 0, 30))
        assert mailing.run(hanoi(2027, 1, 4, 9)).sent == 0
        assert mailing.run(hanoi(2027, 1, 5, 7, 30)).sent == 1
        news([world.hung], kind=MessageKind.OVERDUE, at=hanoi(2027, 1, 9, 0, 0, 30))
        assert mailing.run(hanoi(2027, 1, 9, 7, 30)).sent == 1


def test_a_letter_tried_in_vain_before_closing_waits_for_the_morning(world, settings):
    give_addresses(world, world.hung)
    mailing.run(hanoi(2026, 11, 25, 7, 30))
    news([world.hung], at=hanoi(2026, 11, 25, 17, 28))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert mailing.run(hanoi(2026, 11, 25, 17, 29)).error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mailing.run(hanoi(2026, 11, 25, 17, 30)).sent == 0
    assert mailing.run(hanoi(2026, 11, 26, 7, 30)).sent == 1
