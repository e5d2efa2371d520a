"""Time limits: who sets their dates, when they are met, what becomes of them when moved."""

import datetime as dt
import inspect
import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts import actors
from deadlines import sweeping, transitions
from deadlines.models import (
    CalendarDay,
    CalendarEdition,
    DueDateRevision,
    LimitRule,
    OverdueFlag,
    SweepRun,
    TimeLimit,
)
from deadlines.published import make_edition
from deadlines.rules import NoSuchRule
from deadlines.transitions import (
    AlreadyMet,
    Subject,
    WrongOrder,
    import_limits,
    meet,
    revise_due,
    start_limit,
)
from ledger import recording
from ledger.models import Event
from tests.world import NOW, World, hanoi

from . import days_worked_by_the_table

UTC, DAY, INSTANT = dt.UTC, dt.timedelta(days=1), dt.timedelta(microseconds=1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WORKED = days_worked_by_the_table()
DUE = hanoi(2026, 11, 28)  # two working days after NOW, a Wednesday: the end of Friday 27/11


# --- the oracle: written from the law, reads the table of days and nothing of the code ------------


def last_day(started_at: dt.datetime, rule: str) -> dt.date:
    day = started_at.astimezone(ZONE).date()
    if rule == "agency_report":
        for _ in range(2):
            day += DAY
            while not WORKED[day]:
                day += DAY
        return day
    day += 2 * DAY
    while not WORKED[day]:
        day += DAY
    return day


def midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + DAY, dt.time(), ZONE).astimezone(UTC)


# --- starting -------------------------------------------------------------------------------------

CLOCKS = (dt.time(), dt.time(9, 15), dt.time(17), dt.time(23, 59, 59), dt.time(23, 59, 59, 999999))


def two_years() -> list[tuple[dt.datetime, str]]:
    """Every day from 11/2025 to 11/2027, at changing hours and under both rules in turn; around
    each announced day both at its first and at its last second."""
    first, days = dt.date(2025, 11, 1), [dt.date(2025, 11, 1) + n * DAY for n in range(760)]
    odd = {day for day in WORKED if WORKED[day] != (day.weekday() < 5)}
    near = {day + n * DAY for day in odd for n in range(-2, 2)}
    rules = ("agency_report", "office_draft")
    found = [
        (dt.datetime.combine(day, CLOCKS[n % 5], ZONE), rules[n % 2]) for n, day in enumerate(days)
    ]
    found += [
        (dt.datetime.combine(day, clock, ZONE), rule)
        for day in days
        if day in near and day >= first
        for clock, rule in zip((CLOCKS[0], CLOCKS[3]), rules, strict=True)
    ]
    return found


class TestStart:
    def test_every_stored_due_date_of_two_years_is_the_oracles(self, world):
        by = actors.job("test/1")
        cases = two_years()
        assert len(cases) > 900
        for n, (started_at, rule) in enumerate(cases):
            start_limit(
                code=f"TH-{n}",
                rule_code=rule,
                agency=world.ward,
                subject=Subject(code="HS", title="Một việc"),
                by=by,
                now=started_at,
            )
        columns = ("code", "started_at", "due_at", "due_on", "due_month", "first_due_at")
        stored = {row[0]: row[1:] for row in TimeLimit.objects.values_list(*columns)}
        for n, (started_at, rule) in enumerate(cases):
            day = last_day(started_at, rule)
            due_at = midnight_after(day)
            expected = (started_at, due_at, day, day.replace(day=1), due_at)
            assert stored[f"TH-{n}"] == expected, (started_at, rule)

    def test_nobody_can_give_it_an_instant_but_now(self):
        given = set(inspect.signature(start_limit).parameters)
        assert "now" in given
        assert not given & {"due_at", "due_on", "started_at", "opened_at", "first_due_at", "met_at"}

    def test_what_a_browser_sends_about_dates_is_ignored(self, world, sign_in, wall_clock):
        dossier = world.submitted()
        dates = ("due_at", "due_on", "started_at", "opened_at", "met_at", "at", "now")
        forged = dict.fromkeys(dates, "2030-01-01T00:00:00+07:00")
        answer = sign_in(world.minh).post(
            f"/ho-so/{dossier.code}/chi-dao/",
            {
                "form_key": str(uuid.uuid4()),
                "version": dossier.version,
                "kind": "explain",
                "text": "Giải trình rõ căn cứ.",
                "rule": "office_draft",
                "amount": "99",
                **forged,
            },
        )
        assert answer.status_code == 302
        limit = TimeLimit.objects.get()
        assert (limit.started_at, limit.due_at, limit.met_at) == (NOW, DUE, None)
        assert limit.rule.code == "agency_report"

        answered_at = NOW + DAY
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr("config.middleware.timezone.now", lambda: answered_at)
            answer = sign_in(world.hung).post(
                f"/ho-so/{dossier.code}/bao-cao/",
                {
                    "form_key": str(uuid.uuid4()),
                    "version": 0,
                    "viec": "gui",
                    "text": "Căn cứ là Luật Quy hoạch đô thị.",
                    "ref": "45/BC-UBND",
                    "stated_on": "25/11/2026",
                    "sent_at": "2026-11-25T09:00:01+07:00",
                    **forged,
                },
            )
        limit.refresh_from_db()
        assert answer.status_code == 302
        assert limit.met_at in (
            NOW,
            answered_at,
        )  # the clock of the server, whichever it was set to

    def test_rule_version_and_calendar_edition_are_stored_with_it(self, world):
        before = world.limit()
        with recording.recorded(may_be_idle=True):
            LimitRule.objects.create(
                code="agency_report",
                version=2,
                valid_from=dt.date(2026, 11, 26),
                name="Giải trình",
                amount=3,
                unit="working_day",
                legal_source="Văn bản mới",
            )
            CalendarDay.objects.create(
                date=dt.date(2026, 11, 27),
                kind="day_off",
                name="Nghỉ bù",
                legal_source="Thông báo mới",
                entered_by="Thu",
            )
            assert make_edition(NOW + DAY)
        after = world.limit(NOW + DAY)

        before.refresh_from_db()
        assert (before.rule.version, before.due_at) == (1, DUE)
        newest = CalendarEdition.objects.latest("number")
        assert after.calendar_edition == newest
        assert before.calendar_edition.number == newest.number - 1
        assert after.rule.version == 2
        assert after.due_at == hanoi(2026, 12, 3)  # after the 27th off: 30, 1 and 2

        entry = Event.objects.get(action="limit_started", object_code=after.code)
        assert entry.after["rule"] == "agency_report/2"
        assert entry.after["calendar_edition"] == newest.number
        assert entry.document == "Văn bản mới"

    def test_the_last_instant_before_a_version_takes_the_one_before(self, world):
        LimitRule.objects.create(
            code="agency_report",
            version=2,
            valid_from=dt.date(2026, 11, 26),
            name="Giải trình",
            amount=3,
            unit="working_day",
            legal_source="Văn bản mới",
        )
        midnight = hanoi(2026, 11, 26)
        assert world.limit(midnight - INSTANT).rule.version == 1
        assert world.limit(midnight).rule.version == 2

    def test_a_rule_that_nobody_wrote_starts_nothing(self, world):
        with pytest.raises(NoSuchRule):
            world.limit(rule_code="mười_ngày")
        assert not TimeLimit.objects.exists()

    def test_the_head_of_that_day_is_on_record(self, world):
        assert world.limit().head_at_start == world.hung
        assert world.limit(hanoi(2025, 6, 30, 9)).head_at_start is None

    def test_the_database_refuses_an_end_before_the_start(self, world):
        limit = world.limit()
        for change in ({"due_at": NOW}, {"met_at": NOW - INSTANT}):
            with pytest.raises(IntegrityError), transaction.atomic():
                TimeLimit.objects.filter(pk=limit.pk).update(**change)


# --- meeting --------------------------------------------------------------------------------------


class TestMeet:
    def test_the_last_instant_is_in_time_and_the_next_is_late(self, world):
        by = world.by(world.hung, DUE)
        in_time = meet(world.limit(), by=by, now=DUE - INSTANT)
        late = meet(world.limit(), by=by, now=DUE)
        assert (in_time.met_late, in_time.flags.count()) == (False, 0)
        assert (late.met_late, late.flags.count()) == (True, 1)
        assert in_time.met_at == DUE - INSTANT
        assert late.flags.get().due_at == DUE

    def test_answered_at_three_past_midnight_before_any_sweep_it_is_flagged(self, world):
        limit = world.limit()
        answered_at = DUE + dt.timedelta(minutes=3)
        meet(limit, by=world.by(world.hung, DUE), now=answered_at)
        flag = OverdueFlag.objects.get(time_limit=limit)
        assert (flag.due_at, flag.flagged_at) == (DUE, answered_at)
        assert flag.head == world.hung
        sweeping.flag_overdue(DUE + DAY)
        assert OverdueFlag.objects.count() == 1
        actions = Counter(Event.objects.filter(object_code=limit.code).values_list("action"))
        assert actions == {("limit_started",): 1, ("limit_met",): 1, ("limit_overdue",): 1}

    def test_what_meet_notices_is_no_sweep(self, world):
        """Else a page would say that everything was looked through when nothing was."""
        meet(world.limit(), by=world.by(world.hung, DUE), now=DUE)
        assert [run.kind for run in SweepRun.objects.all()] == [SweepRun.Kind.MET_LATE]

    def test_the_second_time_is_refused(self, world):
        limit, by = world.limit(), world.by(world.hung)
        meet(limit, by=by, now=NOW + DAY)
        with pytest.raises(AlreadyMet):
            meet(limit, by=by, now=NOW + 2 * DAY)
        limit.refresh_from_db()
        assert limit.met_at == NOW + DAY
        assert Event.objects.filter(action="limit_met").count() == 1

    @pytest.mark.parametrize("early_by", [INSTANT, dt.timedelta(seconds=4)])
    def test_a_flag_is_never_contradicted_by_a_request_that_was_stored_later(self, world, early_by):
        limit = world.limit()
        swept_at = DUE + dt.timedelta(seconds=20)
        sweeping.flag_overdue(swept_at)
        met = meet(limit, by=world.by(world.hung, DUE), now=DUE - early_by)
        assert (met.met_at, met.met_late) == (swept_at, True)
        assert OverdueFlag.objects.count() == 1
        entry = Event.objects.get(action="limit_met")
        assert entry.at == DUE - early_by  # when the request said it came stays on record
        assert entry.after["late"] is True

    def test_a_clock_that_runs_behind_meets_nothing_before_its_start(self, world):
        met = meet(world.limit(), by=world.by(world.hung), now=NOW - dt.timedelta(seconds=1))
        assert met.met_at == NOW


# --- moving ---------------------------------------------------------------------------------------


def extend(world: World, limit: TimeLimit, to: dt.datetime, now: dt.datetime) -> DueDateRevision:
    return revise_due(
        limit,
        to=to,
        cause=DueDateRevision.Cause.EXTENSION,
        reason="Vụ việc phức tạp",
        document="12/UBND-TH",
        by=world.by(world.minh, now),
        now=now,
    )


class TestRevise:
    NEW = hanoi(2026, 12, 2)

    def test_the_first_date_stays_and_every_move_is_on_record(self, world):
        limit = world.limit()
        extend(world, limit, self.NEW, NOW)
        extend(world, limit, self.NEW + DAY, NOW + DAY)
        stored = TimeLimit.objects.get(pk=limit.pk)
        assert (stored.first_due_at, stored.due_at) == (DUE, self.NEW + DAY)
        assert (stored.due_on, stored.due_month) == (dt.date(2026, 12, 2), dt.date(2026, 12, 1))
        assert (limit.due_at, limit.due_on) == (stored.due_at, stored.due_on)
        moves = stored.revisions.order_by("at").values_list("from_due_at", "to_due_at", "document")
        assert list(moves) == [
            (DUE, self.NEW, "12/UBND-TH"),
            (self.NEW, self.NEW + DAY, "12/UBND-TH"),
        ]
        assert stored.revisions.first().decided_by == world.minh
        entry = Event.objects.filter(action="limit_revised").earliest("pk")
        assert entry.before == {"due_at": "2026-11-27T17:00:00.000000Z"}
        assert entry.after["due_at"] == "2026-12-01T17:00:00.000000Z"
        assert (entry.reason, entry.document) == ("Vụ việc phức tạp", "12/UBND-TH")

    def test_moved_in_time_it_is_overdue_only_past_the_new_date(self, world):
        limit = world.limit()
        extend(world, limit, self.NEW, DUE - INSTANT)
        assert sweeping.flag_overdue(DUE + DAY).flagged == 0
        assert sweeping.flag_overdue(self.NEW).flagged == 1
        assert limit.flags.get().due_at == self.NEW

    def test_an_extension_after_the_flag_leaves_it_and_a_second_breach_gets_its_own(self, world):
        limit = world.limit()
        sweeping.flag_overdue(DUE)
        extend(world, limit, self.NEW, DUE + DAY)
        assert not TimeLimit.objects.overdue(DUE + DAY).exists()
        sweeping.flag_overdue(self.NEW + DAY)
        assert list(limit.flags.order_by("due_at").values_list("due_at", flat=True)) == [
            DUE,
            self.NEW,
        ]

    def test_an_extension_after_the_end_that_no_sweep_has_seen_hides_nothing(self, world):
        """At 00:03 nobody has swept yet; the extension must not make the breach unseen for ever."""
        limit = world.limit()
        asked_at = DUE + dt.timedelta(minutes=3)
        extend(world, limit, self.NEW, asked_at)
        flag = limit.flags.get()
        assert (flag.due_at, flag.flagged_at) == (DUE, asked_at)
        assert Event.objects.filter(action="limit_overdue").count() == 1
        assert not SweepRun.objects.filter(kind=SweepRun.Kind.SWEEP).exists()
        sweeping.flag_overdue(asked_at + dt.timedelta(seconds=1))
        assert limit.flags.count() == 1

    def test_at_the_very_instant_of_the_end_too(self, world):
        first, second = world.limit(), world.limit()
        extend(world, first, self.NEW, DUE - INSTANT)
        extend(world, second, self.NEW, DUE)
        assert (first.flags.count(), second.flags.count()) == (0, 1)

    def test_what_is_met_is_not_moved(self, world):
        limit = world.limit()
        meet(limit, by=world.by(world.hung), now=NOW)
        with pytest.raises(AlreadyMet):
            extend(world, limit, self.NEW, NOW)
        limit.refresh_from_db()
        assert (limit.due_at, limit.revisions.count()) == (DUE, 0)

    @pytest.mark.parametrize("back", [dt.timedelta(0), INSTANT, DAY])
    def test_it_cannot_end_before_it_starts(self, world, back):
        limit = world.limit()
        with pytest.raises(WrongOrder):
            extend(world, limit, NOW - back, NOW)
        assert limit.revisions.count() == 0

    def test_met_after_the_move_it_is_judged_by_the_new_date(self, world):
        limit = world.limit()
        extend(world, limit, self.NEW, NOW)
        assert not meet(limit, by=world.by(world.hung), now=self.NEW - INSTANT).met_late
        assert limit.flags.count() == 0


def test_every_verb_is_told_who_acts_and_when():
    verbs = [
        verb
        for name, verb in vars(transitions).items()
        if inspect.isfunction(verb)
        and verb.__module__ == transitions.__name__
        and not name.startswith("_")
    ]
    assert {start_limit, meet, revise_due, import_limits} <= set(verbs)
    for verb in verbs:
        parameters = inspect.signature(verb).parameters
        for name in ("by", "now"):
            assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY, verb
            assert parameters[name].default is inspect.Parameter.empty, verb
