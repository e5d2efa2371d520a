"""No calendar, no guess: a count that touches a year nobody has published is refused in words."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.utils import translation

from accounts.models import Message
from deadlines import published as published_calendar
from deadlines.calendar import CalendarNotPublished
from deadlines.models import CalendarDay, CalendarEdition, CalendarYear, TimeLimit
from deadlines.published import UnnumberedChange, make_edition, published
from deadlines.transitions import PaperLimit, Subject, import_limits
from dossiers import transitions as verbs
from dossiers.models import Direction
from ledger import recording
from ledger.models import Event
from tests.world import NOW, hanoi

from . import LAST_PUBLISHED, days_worked_by_the_table

WORKED = days_worked_by_the_table()
DAY = dt.timedelta(days=1)
TOO_LATE = hanoi(2027, 12, 30, 9)  # a Thursday: the second working day lies in 2028


@pytest.fixture
def without_year(db) -> Callable[..., None]:
    """Takes years out of the calendar, as if nobody had entered them yet."""

    def take_out(*years: int) -> None:
        with recording.recorded(may_be_idle=True):
            CalendarYear.objects.filter(year__in=years).delete()
            CalendarDay.objects.filter(date__year__in=years).delete()
            make_edition(NOW)

    return take_out


def counts() -> tuple[int, int, int]:
    return TimeLimit.objects.count(), Event.objects.count(), Message.objects.count()


def refuses(world, started_at: dt.datetime, **changes) -> None:
    before = counts()
    with pytest.raises(CalendarNotPublished):
        world.limit(started_at, **changes)
    assert counts() == before


class TestRefused:
    def test_past_the_last_published_day(self, world):
        refuses(world, TOO_LATE)
        refuses(world, hanoi(2028, 1, 3, 9))
        refuses(world, hanoi(2035, 6, 1, 9))

    def test_before_the_first(self, world, without_year):
        without_year(2020, 2021)
        refuses(world, hanoi(2021, 12, 31, 23, 59))
        assert world.limit(hanoi(2022, 1, 1)).due_on == dt.date(2022, 1, 5)

    @pytest.mark.parametrize("rule", ["agency_report", "office_draft"])
    def test_exactly_the_days_whose_end_is_not_published(self, world, rule):
        for back in range(12):
            day = LAST_PUBLISHED - back * DAY
            later = [day + n * DAY for n in range(1, 12) if day + n * DAY in WORKED]
            if rule == "office_draft":
                later = later[1:]
            worked = [one for one in later if WORKED[one]]
            has_end = len(worked) >= (2 if rule == "agency_report" else 1)
            started_at = hanoi(day.year, day.month, day.day, 23, 59)
            if has_end:
                assert world.limit(started_at, rule_code=rule).due_on <= LAST_PUBLISHED
            else:
                refuses(world, started_at, rule_code=rule)

    def test_a_year_that_is_missing_at_the_end(self, world, without_year):
        without_year(2027)
        refuses(world, hanoi(2026, 12, 31, 9))
        assert world.limit(hanoi(2026, 12, 28, 9)).due_on == dt.date(2026, 12, 30)

    def test_a_gap_in_the_middle(self, world, without_year):
        """What lies before the gap is not guessed either: nobody counts across it."""
        without_year(2025)
        refuses(world, hanoi(2024, 12, 31, 9))
        refuses(world, hanoi(2024, 3, 4, 9))
        assert world.limit(hanoi(2026, 1, 5, 9)).due_on == dt.date(2026, 1, 7)

    def test_no_calendar_at_all(self, world, without_year):
        without_year(*range(2020, 2028))
        refuses(world, NOW)

    def test_no_edition_at_all(self, world):
        CalendarEdition.objects.all().delete()
        refuses(world, NOW)

    def test_a_direction_leaves_the_dossier_as_it_was(self, world, without_year):
        dossier = world.submitted()
        without_year(2026)
        before = counts()
        with pytest.raises(CalendarNotPublished):
            verbs.direct_explanation(
                dossier, kind=Direction.Kind.EXPLAIN, text="Giải trình.", version=None,
                by=world.by(world.minh), now=NOW,
            )  # fmt: skip
        dossier.refresh_from_db()
        assert (dossier.state, dossier.round) == ("submitted", 0)
        assert counts() == before

    def test_the_page_says_so_and_sends_nothing(self, world, sign_in, without_year):
        dossier = world.submitted()
        without_year(2026, 2027)
        leader, url = sign_in(world.minh), f"/ho-so/{dossier.code}/chi-dao/"
        before = counts()
        form = {
            "form_key": str(uuid.uuid4()),
            "version": dossier.version,
            "kind": "explain",
            "text": "Giải trình rõ căn cứ.",
        }
        shown, sent = leader.get(url), leader.post(url, form)
        assert (shown.status_code, sent.status_code) == (200, 422)
        for answer in (shown, sent):
            assert "31/12/2025" in answer.text
        assert "Giải trình rõ căn cứ." in sent.text
        assert counts() == before

    def test_the_calculator_and_the_overview_still_open(self, world, sign_in, without_year):
        without_year(2026, 2027)
        leader = sign_in(world.minh)
        for url in ("/tinh-han/", "/tinh-han/?bat_dau=25/11/2026&quy_tac=agency_report"):
            answer = leader.get(url)
            assert answer.status_code == 200
            assert "31/12/2025" in answer.text
        assert leader.get("/tong-quan/").status_code == 200
        assert leader.get("/thoi-han/").status_code == 200

    def test_an_import_of_one_such_row_imports_none(self, world):
        def paper(n: int, started_at: dt.datetime) -> PaperLimit:
            return PaperLimit(
                code=f"GIAY-{n}", rule_code="agency_report", agency=world.ward,
                subject=Subject(code=f"GIAY-{n}", title="Trên giấy"),
                started_at=started_at, met_at=None,
            )  # fmt: skip

        rows = [paper(1, NOW), paper(2, TOO_LATE)]
        before = counts()
        with pytest.raises(CalendarNotPublished):
            import_limits(rows, batch=uuid.uuid4(), by=world.by(world.son), now=NOW)
        assert counts() == before

    def test_entering_the_missing_year_is_the_cure(self, world):
        refuses(world, TOO_LATE)
        with recording.recorded(may_be_idle=True):
            CalendarYear.objects.create(year=2028, source="Thông báo mới")
            CalendarDay.objects.create(
                date=dt.date(2028, 1, 3), kind="day_off", name="Nghỉ bù Tết Dương lịch",
                legal_source="Thông báo mới", entered_by="Thu",
            )  # fmt: skip
            make_edition(NOW)
        assert world.limit(TOO_LATE).due_on == dt.date(2028, 1, 4)


class TestChangedByHand:
    """Rows that are not those of the last edition: two processes would count differently."""

    @pytest.fixture(autouse=True)
    def as_a_new_process(self, db):
        published_calendar._calendar.cache_clear()
        yield
        published_calendar._calendar.cache_clear()

    def test_a_new_process_refuses_to_count(self, world):
        CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
        before = counts()
        with pytest.raises(UnnumberedChange):
            world.limit(NOW)
        assert counts() == before

    def test_it_says_so_on_the_page_and_nothing_breaks(self, world, sign_in):
        CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
        answer = sign_in(world.minh).get("/tong-quan/")
        assert answer.status_code == 409

    def test_making_an_edition_of_it_is_the_cure(self, world):
        number = published().edition
        with recording.recorded(may_be_idle=True):
            CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
            make_edition(NOW)
        assert world.limit(hanoi(2026, 11, 20, 9)).calendar_edition_id == number + 1
        assert TimeLimit.objects.get().due_on == dt.date(2026, 11, 24)

    def test_an_edition_made_between_the_two_queries_is_no_change_by_hand(self, world, monkeypatch):
        rows, once = published_calendar._rows, []

        def meanwhile():
            if not once:
                once.append(True)
                with recording.recorded(may_be_idle=True):
                    CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
                    make_edition(NOW)
            return rows()

        number = published().edition
        published_calendar._calendar.cache_clear()
        monkeypatch.setattr(published_calendar, "_rows", meanwhile)
        assert published().edition == number + 1

    def test_the_same_rows_make_no_new_edition(self, db):
        number = published().edition
        assert make_edition(NOW) is False
        assert published().edition == number

    def test_the_refusal_is_a_sentence(self, world):
        CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
        with translation.override("en"), pytest.raises(UnnumberedChange) as refusal:
            published()
        assert refusal.value.sentence.endswith("until then no time limit can be counted.")
