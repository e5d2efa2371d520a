"""The sweep notices every breach once, dates it to its true instant, and tells the right people."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Appointment, Message, MessageKind, User
from accounts.roles import Role
from config.celery import app as celery
from deadlines import clocks, sweeping, tasks
from deadlines.models import DueDateRevision, OverdueFlag, Reminder, SweepRun, TimeLimit
from deadlines.transitions import PaperLimit, Subject, import_limits, meet, revise_due
from ledger import recording
from ledger.models import Event
from tests.world import NOW, World, hanoi, person

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
DUE = hanoi(2026, 11, 28)


def told(kind: MessageKind = MessageKind.OVERDUE) -> Counter:
    return Counter(
        Message.objects.filter(kind=kind).values_list("recipient__username", "limit_code")
    )


class TestFlagging:
    def test_not_an_instant_too_early(self, world):
        limit = world.limit()
        assert sweeping.flag_overdue(DUE - INSTANT).flagged == 0
        assert sweeping.flag_overdue(DUE).flagged == 1
        flag = limit.flags.get()
        assert (flag.due_at, flag.flagged_at) == (DUE, DUE)

    def test_what_was_met_in_time_is_never_flagged(self, world):
        limit = world.limit()
        meet(limit, by=world.by(world.hung), now=DUE - INSTANT)
        assert sweeping.flag_overdue(DUE + 30 * DAY).flagged == 0

    def test_five_days_without_a_sweep_then_one_then_three_more(self, world):
        """Limits that ran out on each of the days, two that were met, one that still runs."""
        starts = [hanoi(2026, 11, day, 9) for day in (16, 17, 18, 19, 20)]
        missed = {world.limit(start) for start in starts for _ in range(3)}
        meet(world.limit(starts[0]), by=world.by(world.hung), now=starts[0] + DAY)
        late = world.limit(starts[0])
        meet(late, by=world.by(world.hung), now=hanoi(2026, 11, 24, 8))
        world.limit(hanoi(2026, 11, 25, 8))

        back_again = hanoi(2026, 11, 26, 14, 20)
        runs = [sweeping.flag_overdue(back_again + n * timedelta(minutes=1)) for n in range(4)]
        assert [run.flagged for run in runs] == [15, 0, 0, 0]
        flags = {flag.time_limit_id: flag for flag in OverdueFlag.objects.all()}
        assert OverdueFlag.objects.count() == 16
        assert set(flags) == {limit.pk for limit in missed} | {late.pk}
        for limit in missed:
            assert flags[limit.pk].due_at == limit.due_at
            assert flags[limit.pk].flagged_at == back_again
        entries = Event.objects.filter(action="limit_overdue")
        assert Counter(entries.values_list("object_code", flat=True)) == {
            limit.code: 1 for limit in [*missed, late]
        }
        assert set(told().values()) == {1}
        assert len(told()) == 15 * 3  # Hùng, Lan and Thu of each that is still open

    def test_the_entry_says_since_when_to_the_microsecond(self, world):
        to = hanoi(2026, 11, 27, 15, 30) + timedelta(microseconds=123456)
        for due_at in (DUE, to):
            limit = world.limit()
            if due_at != DUE:
                revise_due(
                    limit,
                    to=due_at,
                    cause=DueDateRevision.Cause.CORRECTION,
                    reason="Đến 15 giờ 30",
                    document="",
                    by=world.by(world.minh),
                    now=NOW,
                )
            sweeping.flag_overdue(DUE)
            entry = Event.objects.get(action="limit_overdue", object_code=limit.code)
            assert entry.after["overdue_since"] == recording.plain(due_at)
            assert entry.after["agency"] == world.ward.code
            assert entry.after["head"] == "Nguyễn Văn Hùng"
            assert entry.at == DUE

    def test_the_head_of_the_last_day_answers_for_it(self, world):
        """Hùng was head until Thursday; the limit ended on Friday."""
        with recording.recorded(may_be_idle=True):
            world.hung.appointments.update(ended_on=date(2026, 11, 26))
            dung = person(
                "dung", "Đặng Tiến Dũng", Role.AGENCY_HEAD, world.ward, "Chủ tịch",
                since=date(2026, 11, 27),
            )  # fmt: skip
        limit = world.limit()
        assert limit.head_at_start == world.hung
        sweeping.flag_overdue(DUE + 5 * DAY)
        assert limit.flags.get().head == dung

    def test_the_database_itself_refuses_a_second_flag_and_an_early_one(self, world):
        limit = world.limit()
        run = sweeping.flag_overdue(DUE)
        flag = {"time_limit": limit, "run": run, "agency": world.ward}
        for due_at, flagged_at in ((DUE, DUE + DAY), (DUE + DAY, DUE + DAY - INSTANT)):
            with pytest.raises(IntegrityError), transaction.atomic():
                OverdueFlag.objects.create(due_at=due_at, flagged_at=flagged_at, **flag)

    def test_one_that_waits_in_vain_does_not_stop_the_others(self, world):
        """An agency without anybody in post: flagged like the rest, and the City Office is told."""
        alone = world.limit(agency=world.home_affairs)
        other = world.limit()
        assert sweeping.flag_overdue(DUE).flagged == 2
        assert alone.flags.get().head is None
        assert {who for who, code in told() if code == alone.code} == {"thu"}
        assert {who for who, code in told() if code == other.code} == {"hung", "lan", "thu"}


class TestStatements:
    def count(self, world: World, limits: int) -> int:
        with recording.recorded(may_be_idle=True):
            first = world.limit()
            copies = [
                TimeLimit(**{
                    field.attname: getattr(first, field.attname)
                    for field in TimeLimit._meta.concrete_fields
                    if field.attname not in ("id", "code")
                } | {"code": f"{first.code}-{n}"})
                for n in range(limits - 1)
            ]  # fmt: skip
            TimeLimit.objects.bulk_create(copies)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert sweeping.flag_overdue(DUE).flagged == limits
        assert len(told()) >= limits
        assert Reminder.objects.filter(kind=Reminder.Kind.RUNG).count() >= 2 * limits
        return len(queries)

    def test_a_thousand_cost_no_more_statements_than_ten(self, world):
        assert self.count(world, 10) == self.count(world, 1000) <= 15

    def test_nothing_to_do_costs_three(self, world):
        with CaptureQueriesContext(connection) as queries:
            sweeping.flag_overdue(DUE)
        written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "\n"))]
        assert len(written) <= 2, written  # the run and the look for flags


class TestWhoIsTold:
    """Officer or clerks, head, chief of the City Office: each once, and nobody who has left."""

    def officer(self, world: World, **dates) -> User:
        return person("mai", "Đỗ Thị Mai", Role.AGENCY_OFFICER, world.ward, "Chuyên viên", **dates)

    def test_without_an_officer_the_clerks(self, world):
        limit = world.limit()
        sweeping.flag_overdue(DUE)
        assert told() == {(who, limit.code): 1 for who in ("lan", "hung", "thu")}

    def test_with_an_officer_not_the_clerks(self, world):
        limit = world.limit(officer=self.officer(world))
        sweeping.flag_overdue(DUE)
        assert told() == {(who, limit.code): 1 for who in ("mai", "hung", "thu")}

    def test_an_officer_who_has_left_is_not_told_and_the_clerks_are(self, world):
        mai = self.officer(world, until=date(2026, 11, 27))
        limit = world.limit(officer=mai)
        sweeping.flag_overdue(DUE)
        assert told() == {(who, limit.code): 1 for who in ("lan", "hung", "thu")}
        assert limit.flags.get().officer == mai  # who held it stays on record

    def test_an_officer_of_today_only_elsewhere_is_not_told(self, world):
        mai = self.officer(world, until=date(2026, 11, 26))
        person("mai", "", Role.AGENCY_OFFICER, world.other_ward, "Chuyên viên")
        limit = world.limit(officer=mai)
        sweeping.flag_overdue(DUE)
        assert told() == {(who, limit.code): 1 for who in ("lan", "hung", "thu")}

    def test_nobody_whose_account_is_closed(self, world):
        mai = self.officer(world)
        limit = world.limit(officer=mai)
        with recording.recorded(may_be_idle=True):
            User.objects.filter(pk__in=[mai.pk, world.hung.pk]).update(is_active=False)
        sweeping.flag_overdue(DUE)
        assert told() == {(who, limit.code): 1 for who in ("lan", "thu")}

    @pytest.mark.parametrize(
        ("ended_on", "is_told"), [(date(2026, 11, 27), False), (date(2026, 11, 28), True)]
    )
    def test_a_head_until_and_with_the_last_day_of_the_post(self, world, ended_on, is_told):
        """The sweep looks on Saturday the 28th."""
        with recording.recorded(may_be_idle=True):
            world.hung.appointments.update(ended_on=ended_on)
        limit = world.limit()
        sweeping.flag_overdue(DUE)
        assert (("hung", limit.code) in told()) is is_told
        assert limit.flags.get().head == world.hung

    def test_whoever_holds_two_posts_is_told_once(self, world):
        with recording.recorded(may_be_idle=True):
            for role in (Role.AGENCY_CLERK, Role.AGENCY_HEAD):
                Appointment.objects.create(
                    user=world.hung, agency=world.ward, role=role, post="Kiêm nhiệm",
                    started_on=date(2026, 1, 1), acting=True,
                )  # fmt: skip
        limit = world.limit(officer=world.hung)
        sweeping.flag_overdue(DUE)
        assert told() == {("hung", limit.code): 1, ("thu", limit.code): 1}

    def test_the_city_offices_own_limit_tells_its_chief_and_its_clerk_once(self, world):
        limit = world.limit(agency=world.office)
        sweeping.flag_overdue(DUE)
        assert told() == {("thu", limit.code): 1, ("phuc", limit.code): 1}

    def test_none_once_met(self, world):
        meet(world.limit(), by=world.by(world.hung), now=DUE)
        sweeping.flag_overdue(DUE + DAY)
        assert told() == {}

    def test_a_second_breach_after_an_extension_is_told_anew(self, world):
        limit = world.limit()
        sweeping.flag_overdue(DUE)
        revise_due(
            limit,
            to=DUE + 4 * DAY,
            cause=DueDateRevision.Cause.EXTENSION,
            reason="Gia hạn",
            document="1/UBND",
            by=world.by(world.minh),
            now=DUE + DAY,
        )
        sweeping.flag_overdue(DUE + 4 * DAY)
        assert set(told().values()) == {2}

    def test_the_message_carries_what_the_inbox_shows(self, world):
        direction = world.directed()
        sweeping.flag_overdue(DUE)
        message = Message.objects.get(kind=MessageKind.OVERDUE, recipient=world.hung)
        dossier = direction.dossier
        assert (message.about, message.title) == (dossier.code, dossier.matter)
        assert (message.agency_name, message.due_at) == (world.ward.name, DUE)
        assert (message.created_at, message.read_at) == (DUE, None)


class TestHowSoon:
    """A flag is there at most 60 seconds after the breach; pages say how far the sweep looked."""

    def test_tick_and_settling_together_stay_below_a_minute(self):
        entry = celery.conf.beat_schedule["flag what is overdue"]
        assert entry["task"] == "deadlines.tasks.sweep"
        assert entry["schedule"] + sweeping.SETTLING.total_seconds() < 60
        assert 0 < entry["options"]["expires"] < entry["schedule"]
        assert entry["task"] in celery.tasks

    def test_every_task_of_the_schedule_exists_and_expires_before_it_stacks(self):
        celery.loader.import_default_modules()
        for entry in celery.conf.beat_schedule.values():
            assert entry["task"] in celery.tasks
            assert entry["options"]["expires"] <= entry["schedule"]

    def test_the_task_looks_as_of_a_moment_ago(self, world, monkeypatch):
        """A report that arrived in the last second is still being stored when the clock strikes."""
        limit = world.limit()
        monkeypatch.setattr(clocks, "drift", lambda now: timedelta())
        monkeypatch.setattr(tasks.timezone, "now", lambda: DUE + sweeping.SETTLING - INSTANT)
        assert tasks.sweep() == 0
        monkeypatch.setattr(tasks.timezone, "now", lambda: DUE + sweeping.SETTLING)
        assert tasks.sweep() == 1
        assert limit.flags.get().flagged_at == DUE

    def test_every_look_leaves_a_run_with_what_it_found(self, world):
        world.limit()
        for now in (DUE - DAY, DUE, DUE + DAY):
            sweeping.flag_overdue(now)
        runs = SweepRun.objects.order_by("swept_to").values_list("kind", "swept_to", "flagged")
        assert list(runs) == [
            ("sweep", DUE - DAY, 0),
            ("sweep", DUE, 1),
            ("sweep", DUE + DAY, 0),
        ]

    @pytest.mark.parametrize(("age", "stale"), [(0, False), (300, False), (301, True)])
    def test_pages_and_health_say_when_it_falls_behind(self, world, sign_in, age, stale):
        assert settings.SWEEP_STALE_SECONDS == 300
        sweeping.flag_overdue(NOW - timedelta(seconds=age))
        leader = sign_in(world.minh)
        frame = leader.get("/tong-quan/").context["frame"]
        assert frame.swept_to == NOW - timedelta(seconds=age)
        assert frame.sweep_stale is stale
        health = leader.get("/healthz")
        assert health.json()["sweep_age_seconds"] == age
        assert health.status_code == (503 if stale else 200)

    def test_no_sweep_at_all_is_behind(self, world, sign_in):
        assert sign_in(world.minh).get("/tong-quan/").context["frame"].sweep_stale

    def test_what_meet_or_an_extension_notices_does_not_count_as_a_sweep(self, world, sign_in):
        meet(world.limit(), by=world.by(world.hung, NOW), now=DUE)
        frame = sign_in(world.minh).get("/tong-quan/").context["frame"]
        assert frame.swept_to is None


class TestImport:
    def test_history_is_marked_counted_by_the_same_engine_and_flagged(self, world):
        def paper(n: int, met_at: datetime | None) -> PaperLimit:
            return PaperLimit(
                code=f"GIAY-{n}",
                rule_code="agency_report",
                agency=world.ward,
                subject=Subject(code=f"GIAY-{n}", title="Trên giấy"),
                started_at=started_at,
                met_at=met_at,
            )

        started_at, end = hanoi(2026, 2, 12, 15), hanoi(2026, 2, 24)
        rows = [paper(1, end - INSTANT), paper(2, end), paper(3, None)]
        batch = UUID("5bd4e0a2-9c0b-4a38-94ff-2f8a5d2f7f3e")
        import_limits(rows, batch=batch, by=world.by(world.son), now=NOW)

        limits = {limit.code: limit for limit in TimeLimit.objects.all()}
        assert {limit.due_at for limit in limits.values()} == {end}
        assert {limit.imported_batch for limit in limits.values()} == {batch}
        entries = Event.objects.filter(action="limit_imported")
        assert {entry.after["imported"] for entry in entries} == {True}
        assert {entry.stated_at for entry in entries} == {started_at}
        flagged = OverdueFlag.objects.values_list("time_limit__code", "due_at", "flagged_at")
        assert list(flagged) == [("GIAY-2", end, NOW)]
        sweeping.flag_overdue(NOW)
        assert set(OverdueFlag.objects.values_list("time_limit__code", flat=True)) == {
            "GIAY-2",
            "GIAY-3",
        }
