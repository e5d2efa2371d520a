"""In whose hands a dossier was: intervals without gap or overlap, days that add up exactly."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as limits_of_hypothesis
from hypothesis import strategies as st

from accounts.refusals import Refused
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import InternalUnit
from deadlines import adjusting
from deadlines.models import Suspension, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import holding, importing, policies
from dossiers import transitions as verbs
from dossiers.holding import DESK_OF, divide, pauses_of, split
from dossiers.models import Dossier, Holding
from dossiers.states import State
from dossiers.transitions import Hands, ReportFacts
from dossiers.views.holding import hands
from ledger import recording
from tests.deadlines import official_calendar
from tests.dossiers.desk import text_of
from tests.world import NOW, World, hanoi, person

Desk = Holding.Desk
REAL = official_calendar()


def story(dossier: Dossier) -> list[Holding]:
    """The intervals in order."""
    rows = dossier.holdings.select_related("agency", "unit", "person")
    return list(rows.order_by("from_at", "pk"))


def told(dossier: Dossier) -> list[tuple[str, str]]:
    """Desk and person of each interval that lasted."""
    return [
        (row.desk, row.person.username if row.person else "")
        for row in story(dossier)
        if row.to_at != row.from_at
    ]


class TestDesks:
    def test_every_state_says_where_a_dossier_lies(self):
        assert set(DESK_OF) == set(State)
        assert {state for state, desk in DESK_OF.items() if desk is None} == {
            State.CLOSED,
            State.REJECTED,
            State.WITHDRAWN,
        }

    def test_a_whole_life_goes_from_desk_to_desk(self, world):
        """Lan, the head, Phúc, the leader, the head again, the leader, Phúc again, the end."""
        at = [NOW + timedelta(days=day) for day in range(9)]
        lan, hung, phuc, minh = map(world.by, (world.lan, world.hung, world.phuc, world.minh))
        dossier = world.draft()
        verbs.submit(dossier, version=None, by=lan, now=at[1])
        verbs.receive(dossier, version=None, by=phuc, now=at[2])
        verbs.put_to_leader(
            dossier, summary="Đủ hồ sơ.", proposal="Xem xét.", version=None, by=phuc, now=at[3]
        )
        direction = verbs.direct_explanation(
            dossier, kind="explain", text="Vì sao?", version=None, by=minh, now=at[4]
        )
        verbs.report_back(
            direction, facts=ReportFacts(text="Vì thế."), files={}, version=None, by=hung, now=at[5]
        )
        verbs.conclude(dossier, text="Đồng ý.", version=None, by=minh, now=at[6])
        verbs.issue_notice(
            dossier, ref="12/TB-VP", issued_on=local_day(at[7]), late_reason="", files={},
            version=None, by=phuc, now=at[7],
        )  # fmt: skip
        verbs.close(dossier, version=None, by=phuc, now=at[8])
        assert told(dossier) == [
            (Desk.AGENCY, "hung"),  # nobody is assigned, so the head has it
            (Desk.OFFICE_CLERK, ""),  # nobody at the Office has acted yet
            (Desk.OFFICE, "phuc"),
            (Desk.LEADER, ""),  # which leader, nobody knows yet
            (Desk.AGENCY, "hung"),
            (Desk.LEADER, "minh"),  # whoever asked
            (Desk.OFFICE, "phuc"),  # whoever verified
            (Desk.OFFICE_CLERK, "phuc"),
        ]
        rows = story(dossier)
        assert [row.from_at for row in rows] == at[:8]
        assert [row.to_at for row in rows] == at[1:]
        assert {
            row.agency.code for row in rows if row.desk in {Desk.OFFICE, Desk.OFFICE_CLERK}
        } == {"VP"}

    def test_two_intervals_are_never_open_at_once(self, world):
        """The database refuses what the code must not do."""
        dossier = world.draft()
        second = Holding(dossier=dossier, desk=Desk.LEADER, from_at=NOW, last_act_at=NOW)
        with (
            recording.recorded(may_be_idle=True),
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            second.save()


class TestWithinADesk:
    def test_an_act_touches_and_moves_nothing(self, world):
        dossier, later = world.draft(), NOW + timedelta(hours=5)
        verbs.edit(
            dossier, facts=world.facts(), files={}, version=1, by=world.by(world.lan), now=later
        )
        [row] = story(dossier)
        assert (row.from_at, row.to_at, row.last_act_at) == (NOW, None, later)

    def test_an_assignment_puts_it_into_other_hands(self, world):
        """Tú of a section gets it; when the section alone is named, the head has it again."""
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
            tu = person("tu", "Mai Anh Tú", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
        dossier = world.draft()
        by, later = world.by(world.hung), [NOW + timedelta(days=day) for day in (1, 2)]
        verbs.assign(dossier, hands=Hands(unit, tu), version=None, by=by, now=later[0])
        verbs.assign(dossier, hands=Hands(unit), version=None, by=by, now=later[1])
        assert told(dossier) == [(Desk.AGENCY, "hung"), (Desk.AGENCY, "tu"), (Desk.AGENCY, "hung")]
        assert [row.unit for row in story(dossier)] == [None, unit, unit]

    def test_a_new_head_has_it_from_the_next_act_on(self, world):
        dossier = world.draft()
        with recording.recorded(may_be_idle=True):
            world.hung.appointments.update(ended_on=date(2026, 11, 26))
            person(
                "nga", "Lý Thị Nga", Role.AGENCY_HEAD, world.ward, "Chủ tịch",
                since=date(2026, 11, 27),
            )  # fmt: skip
        monday = hanoi(2026, 11, 30, 8, 0)
        verbs.edit(
            dossier, facts=world.facts(), files={}, version=1, by=world.by(world.lan), now=monday
        )
        assert told(dossier) == [(Desk.AGENCY, "hung"), (Desk.AGENCY, "nga")]

    def test_once_somebody_of_the_office_acts_the_desk_has_a_name(self, world):
        dossier, later = world.concluded(), NOW + timedelta(days=1)
        verbs.attach_draft_version(
            dossier, files={"office_draft": [world.staged(world.thu, "du-thao.pdf", later)]},
            text="", version=None, by=world.by(world.thu, later), now=later,
        )  # fmt: skip
        assert told(dossier)[-2:] == [(Desk.OFFICE, ""), (Desk.OFFICE, "thu")]

    def test_a_clock_set_back_makes_no_interval_that_ends_before_it_begins(self, world):
        dossier, before = world.draft(), NOW - timedelta(hours=1)
        verbs.submit(dossier, version=None, by=world.by(world.lan), now=before)
        first, second = story(dossier)
        assert (first.to_at, second.from_at, second.to_at) == (NOW, NOW, None)

    def test_a_refused_act_leaves_the_hands_as_they_were(self, world):
        dossier = world.submitted()
        before = list(dossier.holdings.order_by("pk").values())
        with pytest.raises(Refused):
            verbs.submit(dossier, version=None, by=world.by(world.lan), now=NOW + timedelta(days=1))
        assert list(dossier.holdings.order_by("pk").values()) == before


# --- days -----------------------------------------------------------------------------------------

_DAYS = st.dates(date(2025, 11, 1), date(2027, 3, 31))


def walked(spans, pauses, calendar) -> tuple[list[int], int]:
    """The same count, day by day."""
    counts, suspended = [], 0
    for after, through in spans:
        days = [after + timedelta(days=n + 1) for n in range((through - after).days)]
        worked = [day for day in days if calendar.is_working_day(day)]
        paused = [day for day in worked if any(a < day <= b for a, b in pauses)]
        counts.append(len(worked) - len(paused))
        suspended += len(paused)
    return counts, suspended


class TestSplit:
    @given(
        cuts=st.lists(_DAYS, min_size=2, max_size=8).map(sorted),
        pauses=st.lists(st.tuples(_DAYS, _DAYS), max_size=5),
    )
    @limits_of_hypothesis(max_examples=300)
    def test_adds_up_and_agrees_with_a_walk_day_by_day(self, cuts, pauses):
        calendar = REAL
        spans = list(zip(cuts, cuts[1:], strict=False))
        days, suspended = split(spans, pauses, calendar)
        assert sum(days) + suspended == calendar.working_days_between(cuts[0], cuts[-1])
        assert (days, suspended) == walked(spans, pauses, calendar)

    def test_two_pauses_over_the_same_days_count_once(self):
        """Tuesday to Friday, paused Wednesday and Thursday by two orders."""
        span = [(date(2026, 11, 30), date(2026, 12, 4))]
        pauses = [(date(2026, 12, 1), date(2026, 12, 3)), (date(2026, 12, 2), date(2026, 12, 3))]
        assert split(span, pauses, REAL) == ([2], 2)


# --- random histories -----------------------------------------------------------------------------


class History:
    """A dossier to which people do whatever fits, at random instants over months."""

    def __init__(self, world: World, rng: random.Random, tu, unit):
        self.world, self.rng = world, rng
        self.tu, self.unit = tu, unit
        self.at = hanoi(2025, 12, 1, 8, 0) + timedelta(minutes=rng.randrange(60 * 24 * 150))
        self.dossier = world.draft(self.at)
        self.acts: dict[str, Callable[[], object]] = {
            "submit": lambda: verbs.submit(self.dossier, **self._by(world.lan)),
            "resubmit": lambda: verbs.resubmit(self.dossier, **self._by(world.lan)),
            "receive": lambda: verbs.receive(self.dossier, **self._by(world.phuc)),
            "return_for_form": lambda: verbs.return_for_form(
                self.dossier, reason="form", text="Thiếu ký tắt.", **self._by(world.thu)
            ),
            "put_to_leader": lambda: verbs.put_to_leader(
                self.dossier, summary="Đủ.", proposal="Xem xét.", **self._by(world.thu)
            ),
            "direct_explanation": lambda: verbs.direct_explanation(
                self.dossier, kind="explain", text="Vì sao?", **self._by(world.minh)
            ),
            "report_back": lambda: verbs.report_back(
                self.dossier.directions.order_by("-round").first(),
                facts=ReportFacts(text="Vì thế."), files={}, **self._by(world.hung),
            ),
            "conclude": lambda: verbs.conclude(
                self.dossier, text="Đồng ý.", **self._by(world.minh)
            ),
            "call_meeting": lambda: verbs.call_meeting(
                self.dossier, planned_at=self.at + timedelta(days=2), place="Phòng 1", agenda="",
                **self._by(world.minh),
            ),
            "issue_notice": lambda: verbs.issue_notice(
                self.dossier, ref="1/TB", issued_on=local_day(self.at), late_reason="", files={},
                **self._by(world.phuc),
            ),
            "close": lambda: verbs.close(self.dossier, **self._by(world.phuc)),
            "assign": lambda: verbs.assign(
                self.dossier, hands=rng.choice((Hands(unit, tu), Hands(unit), Hands(None, tu))),
                **self._by(world.hung),
            ),
            "reject": lambda: rng.random() < 0.3 and verbs.reject(
                self.dossier, text="Không phù hợp.", **self._by(world.minh)
            ),
            "suspend": self._suspend,
            "resume": self._resume,
        }  # fmt: skip

    def live(self, steps: int) -> None:
        """So many acts, from a minute to a fortnight apart."""
        for _step in range(steps):
            self.dossier.refresh_from_db()
            gap = self.rng.choice((30, 60 * 5, 60 * 24, 60 * 24 * 4, 60 * 24 * 14))
            self.at += timedelta(minutes=self.rng.randrange(1, gap))
            fitting = [
                name
                for name in self.acts
                if name in {"suspend", "resume"} or policies.fits(name, self.dossier)
            ]
            self.acts[self.rng.choice(fitting)]()
            self.dossier.refresh_from_db()

    def _by(self, user) -> dict:
        return {"version": None, "by": self.world.by(user, self.at), "now": self.at}

    def _suspend(self) -> None:
        limit = TimeLimit.objects.filter(subject_code=self.dossier.code, met_at=None).first()
        until = published().calendar.add_working_days(local_day(self.at), self.rng.randint(1, 6))
        by = self.world.by(self.world.minh, self.at)
        try:
            if limit:
                adjusting.suspend(
                    limit, until_on=until, reason="Bão", document="9/CĐ", by=by, now=self.at
                )
        except Refused:
            pass  # overdue, or standing still already

    def _resume(self) -> None:
        running = Suspension.objects.filter(
            time_limit__subject_code=self.dossier.code, resumed_at=None
        ).last()
        by = self.world.by(self.world.minh, self.at)
        try:
            if running:
                adjusting.resume(running, reason="Hết bão", by=by, now=self.at)
        except Refused:
            pass  # it has ended by itself


def held_at_midnight(history: History, day: date) -> Holding | None:
    """Who had it when a local day began."""
    begin = hanoi(day.year, day.month, day.day)
    rows = story(history.dossier)
    return next(
        (row for row in rows if row.from_at < begin and (row.to_at is None or begin <= row.to_at)),
        None,
    )


def paused_on(dossier: Dossier, day: date) -> bool:
    """Whether a limit of the dossier stood still on a day that it gives back."""
    rows = Suspension.objects.filter(time_limit__subject_code=dossier.code)
    for row in rows.select_related("time_limit"):
        ends = [row.until_on]
        ends += [local_day(at) for at in (row.resumed_at, row.time_limit.met_at) if at]
        if local_day(row.from_at) < day <= min(ends):
            return True
    return False


@pytest.mark.parametrize("seed", range(8))
def test_random_histories_add_up_to_the_elapsed_working_days(world, seed):
    """Issue 3, "It must show" 5: all hands and suspensions together are the elapsed days."""
    rng = random.Random(seed)
    with recording.recorded(may_be_idle=True):
        unit = InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
        tu = person("tu", "Mai Anh Tú", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
    calendar = published().calendar
    for _history in range(3):
        history = History(world, rng, tu, unit)
        history.live(rng.randint(1, 16))
        dossier, rows = history.dossier, story(history.dossier)

        assert rows[0].from_at == dossier.created_at
        for row, following in zip(rows, rows[1:], strict=False):
            assert row.to_at == following.from_at
        ended = DESK_OF[State(dossier.state)] is None
        assert [row.to_at is None for row in rows] == [False] * (len(rows) - 1) + [not ended]
        assert ended or rows[-1].desk == DESK_OF[State(dossier.state)]

        today = local_day(history.at + timedelta(days=rng.randrange(20)))
        end = local_day(rows[-1].to_at) if ended else today
        division = divide(rows, pauses_of(dossier, today=today), today=today, calendar=calendar)
        elapsed = calendar.working_days_between(local_day(dossier.created_at), end)
        assert sum(s.days for s in division.shares) + division.suspended == elapsed
        assert division.total == elapsed

        counted: Counter = Counter()
        day = local_day(dossier.created_at)
        while (day := day + timedelta(days=1)) <= end:
            if calendar.is_working_day(day):
                row = held_at_midnight(history, day)
                key = (row.desk, row.agency_id, row.unit_id, row.person_id)
                counted["paused" if paused_on(dossier, day) else key] += 1
        shown = {
            (s.holding.desk, s.holding.agency_id, s.holding.unit_id, s.holding.person_id): s.days
            for s in division.shares
        }
        assert counted.pop("paused", 0) == division.suspended
        assert {key: days for key, days in shown.items() if days} == dict(counted)


# --- import and reorganisation --------------------------------------------------------------------


def imported(*rows: str, now: datetime = NOW, by) -> None:
    head = "dossier_code,agency_name,directed_at,reported_at"
    sheet = importing.read_sheet("\n".join([head, *rows]).encode(), None)
    outcome = importing.import_sheet(sheet, by=by, now=now)
    assert outcome.errors == []


class TestImport:
    def test_history_from_paper_lies_with_the_agency_until_it_was_answered(self, world):
        imported(
            "C-1,UBND phường Hoàn Kiếm,2026-11-02T09:00+07:00,2026-11-04T15:00+07:00",
            "C-2,UBND phường Hoàn Kiếm,2026-11-03T09:00+07:00,",
            by=world.by(world.thu),
        )
        [first] = story(Dossier.objects.get(code="C-1"))
        [second] = story(Dossier.objects.get(code="C-2"))
        assert (first.from_at, first.to_at) == (hanoi(2026, 11, 2, 9), hanoi(2026, 11, 4, 15))
        assert (second.from_at, second.to_at) == (hanoi(2026, 11, 3, 9), None)
        assert [row.person for row in (first, second)] == [world.hung, world.hung]

    def test_a_second_file_that_brings_the_answer_closes_what_was_open(self, world):
        """Even if somebody assigned the dossier after the answer that nobody had entered."""
        row = "C-2,UBND phường Hoàn Kiếm,2026-11-03T09:00+07:00,"
        imported(row, by=world.by(world.thu))
        dossier = Dossier.objects.get(code="C-2")
        verbs.assign(
            dossier, hands=Hands(officer=world.lan), version=None, by=world.by(world.hung), now=NOW
        )
        imported(row + "2026-11-05T10:00+07:00", by=world.by(world.thu))
        answered = hanoi(2026, 11, 5, 10)
        assert told(dossier) == [(Desk.AGENCY, "hung")]
        assert {holding.to_at for holding in story(dossier)} == {answered}

    def test_many_rows_take_as_many_statements_as_one(self, world):
        def statements(count: int, first: int) -> int:
            rows = [
                f"M-{first + n},UBND phường Hoàn Kiếm,2026-11-03T09:00+07:00," for n in range(count)
            ]
            with CaptureQueriesContext(connection) as asked:
                imported(*rows, by=world.by(world.thu))
            return len([query for query in asked if "dossiers_holding" in query["sql"]])

        assert statements(1, 0) == statements(40, 100) == 1


class TestHandOver:
    def test_the_days_before_stay_with_the_former_agency_and_its_head(self, world):
        dossier, later = world.directed().dossier, NOW + timedelta(days=5)
        other = world.directed().dossier
        verbs.report_back(
            other.directions.get(), facts=ReportFacts(text="Xong."), files={}, version=None,
            by=world.by(world.hung), now=NOW + timedelta(hours=1),
        )  # fmt: skip
        with recording.recorded(may_be_idle=True):
            person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
            Dossier.objects.filter(agency=world.ward).update(agency=world.other_ward)
            assert holding.hand_over(world.ward, world.other_ward, now=later) == 1
        last = story(dossier)[-2:]
        assert [(row.agency, row.person.username) for row in last] == [
            (world.ward, "hung"),
            (world.other_ward, "hai"),
        ]
        assert last[0].to_at == last[1].from_at == later
        assert story(other)[-1].desk == Desk.LEADER


# --- pages ----------------------------------------------------------------------------------------


class TestTheDossiersPage:
    def test_says_who_had_it_how_long_and_how_much_it_is_in_all(self, world, sign_in):
        """Drafted on Monday the 9th, submitted Thursday, received Monday, seen on the 25th."""
        monday, thursday, next_monday = (hanoi(2026, 11, day, 9) for day in (9, 12, 16))
        dossier = world.draft(monday)
        verbs.submit(dossier, version=None, by=world.by(world.lan), now=thursday)
        verbs.receive(dossier, version=None, by=world.by(world.phuc), now=next_monday)
        page = sign_in(world.thu).get(f"/ho-so/{dossier.code}/")
        bars = page.context["hands"]["bars"]
        assert [(bar.name, bar.days) for bar in bars] == [
            ("Nguyễn Văn Hùng", 3),
            (str(Desk.OFFICE_CLERK.label), 2),
            ("Vũ Hồng Phúc", 6),
        ]
        assert page.context["hands"]["total_text"] == "11 ngày làm việc"
        assert [float(bar.start) for bar in bars] == pytest.approx([0, 27.27, 45.45], abs=0.01)
        assert sum(float(bar.width) for bar in bars) == pytest.approx(100, abs=0.05)
        assert page.context["holder"]["name"] == "Vũ Hồng Phúc"
        assert 'id="theo-tay"' in text_of(page)

    def test_a_pause_is_a_hand_of_its_own(self, world):
        """Suspended on Wednesday the 25th to the end of Monday: Thursday, Friday, Monday."""
        direction = world.directed()
        adjusting.suspend(
            direction.time_limit, until_on=date(2026, 11, 30), reason="Bão", document="9/CĐ",
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        calendar = published().calendar
        shown = hands(direction.dossier, Moment(hanoi(2026, 12, 2, 9), calendar))
        assert [(bar.tone, bar.days) for bar in shown["bars"]] == [("", 2), ("suspended", 3)]

    def test_a_dossier_older_than_the_calendar_still_opens(self, world):
        dossier = world.draft()
        with recording.recorded(may_be_idle=True):
            dossier.holdings.update(from_at=hanoi(2019, 5, 6, 9))
        shown = hands(dossier, Moment(NOW, published().calendar))
        assert shown["bars"] == []

    def test_costs_the_same_however_often_it_changed_hands(self, world, django_assert_num_queries):
        dossier = world.reported().dossier
        moment = Moment(NOW, published().calendar)
        with django_assert_num_queries(2):
            hands(dossier, moment)


class TestWhoHoldsWhat:
    URL = "/ho-so/dang-giu/"

    def test_a_head_sees_what_each_unit_and_person_of_the_agency_has(self, world, sign_in):
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
        old = world.draft(hanoi(2026, 11, 18, 9))
        verbs.assign(
            old, hands=Hands(unit, world.lan), version=None, by=world.by(world.hung),
            now=hanoi(2026, 11, 19, 9),
        )  # fmt: skip
        world.draft(hanoi(2026, 11, 20, 9))
        page = sign_in(world.hung).get(self.URL)
        assert [(g["name"], g["count"], g["days"]) for g in page.context["groups"]] == [
            ("Trần Thị Lan", 1, 3),  # Friday, Monday, Wednesday; Tuesday the 24th was off
            ("Nguyễn Văn Hùng", 1, 2),
        ]
        only = sign_in(world.hung).get(self.URL + page.context["groups"][0]["url"])
        assert [line.dossier for line in only.context["lines"]] == [old]
        assert len(only.context["filters"]) == 4

    def test_the_office_sees_agencies_first_then_their_people(self, world, sign_in):
        world.directed(NOW - timedelta(days=7))
        browser = sign_in(world.thu)
        page = browser.get(self.URL)
        assert [group["name"] for group in page.context["groups"]] == ["UBND phường Hoàn Kiếm"]
        inside = browser.get(self.URL + page.context["groups"][0]["url"])
        assert [group["name"] for group in inside.context["groups"]] == ["Nguyễn Văn Hùng"]

    def test_a_stranger_sees_nothing_of_it_not_even_a_name(self, world, sign_in):
        dossier = world.directed().dossier
        page = sign_in(world.tuan).get(f"{self.URL}?nguoi={world.hung.pk}&don-vi={world.ward.pk}")
        assert page.context["lines"] == []
        for word in (dossier.code, "Nguyễn Văn Hùng", "Hoàn Kiếm"):
            assert word not in text_of(page)

    def test_the_city_sees_nothing_of_what_is_still_drafted(self, world, sign_in):
        world.draft()
        assert sign_in(world.thu).get(self.URL).context["lines"] == []

    @pytest.mark.parametrize("query", ["ban=x&don-vi=-1&nguoi=9999999999999999999", "trang=x"])
    def test_words_of_no_meaning_are_no_error(self, world, sign_in, query):
        assert sign_in(world.hung).get(f"{self.URL}?{query}").status_code == 200

    @pytest.mark.parametrize(("who", "expected"), [("hung", 9), ("thu", 9)])
    def test_asks_the_same_for_one_row_and_for_twenty(self, world, sign_in, who, expected):
        browser = sign_in(getattr(world, who))

        def asked() -> int:
            browser.get(self.URL)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(self.URL).status_code == 200
            return len(queries)

        world.directed(NOW - timedelta(days=30))
        once = asked()
        for day in range(19):
            world.directed(NOW - timedelta(days=day))
        assert asked() == once == expected
