"""The tally of limits by agency, rule and month says at any moment what the limits say."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from agencies.dates import local_day
from deadlines import adjusting, tallying, tasks
from deadlines.models import DueDateRevision, Tally, TimeLimit
from deadlines.transitions import meet, revise_due
from dossiers import importing
from ledger import recording
from tests.deadlines.keeping.conftest import SWAP, Keeper
from tests.deadlines.test_adjusting import ask, decide, propose
from tests.dossiers.reorganising.stories import applied, prepared
from tests.world import NOW, hanoi

KEY = ("month", "agency_id", "rule_id", "outcome", "first_kept", "days")
OCTOBER = hanoi(2026, 10, 5, 9)


def kept() -> Counter:
    """What the table adds up to."""
    sums = Tally.objects.values_list(*KEY).annotate(n=Sum("count")).order_by()
    return Counter({tuple(key): n for *key, n in sums if n})


def counted() -> Counter:
    """The same, asked of one limit after the other."""
    return Counter(key_of(limit) for limit in TimeLimit.objects.all())


def key_of(limit: TimeLimit) -> tuple:
    if limit.met_at is None:
        outcome, first_kept, days = "open", True, 0
    else:
        in_time = "lifted" if limit.lifted else "on_time"
        outcome = "late" if limit.met_late else in_time
        first_kept = limit.met_at < limit.first_due_at
        days = (local_day(limit.met_at) - local_day(limit.started_at)).days
    charged = limit.charged_to_id or limit.agency_id
    return (limit.due_on.replace(day=1), charged, limit.rule_id, outcome, first_kept, days)


def outcomes() -> dict[str, int]:
    found: Counter = Counter()
    for key, n in kept().items():
        found[key[3]] += n
    return dict(found)


def test_it_follows_every_verb_of_a_dossier_and_of_a_limit(world):
    """On time, late, extended in time and after the breach, corrected, lifted, suspended: each in
    its own count."""
    hung, minh = world.by(world.hung), world.by(world.minh)
    old = {name: world.limit(OCTOBER) for name in ("met", "late", "open", "waived", "granted")}
    fresh = {name: world.limit(NOW) for name in ("extended", "corrected", "lifted", "stands")}
    story = [
        lambda: meet(old["met"], by=hung, now=hanoi(2026, 10, 6, 23, 59)),
        lambda: meet(old["late"], by=hung, now=hanoi(2026, 10, 20, 0, 1)),
        lambda: decide(world, ask(world, fresh["extended"])),
        lambda: meet(fresh["extended"], by=hung, now=hanoi(2026, 12, 1, 9)),
        lambda: decide(world, ask(world, old["granted"])),
        lambda: meet(old["granted"], by=hung, now=hanoi(2026, 12, 1, 9)),
        lambda: decide(world, propose(world, fresh["corrected"])),
        lambda: decide(world, propose(world, fresh["lifted"], kind="waiver", wanted_on=None)),
        lambda: decide(world, propose(world, old["waived"], kind="waiver", wanted_on=None)),
        lambda: revise_due(
            old["open"],
            to=hanoi(2026, 12, 12),
            cause=DueDateRevision.Cause.EXTENSION,
            reason="Phức tạp.",
            document="",
            by=minh,
            now=NOW,
        ),
        lambda: adjusting.suspend(
            fresh["stands"],
            until_on=date(2026, 12, 4),
            reason="Chờ Trung ương.",
            document="12/UBND-TH",
            by=minh,
            now=NOW,
        ),
        lambda: world.concluded(),
        lambda: world.consulted(),
    ]
    for act in story:
        act()
        assert kept() == counted()
    assert outcomes() == {"on_time": 3, "late": 3, "lifted": 1, "open": 5}
    gross = {key[3:5] for key in kept()}
    assert ("on_time", False) in gross, "met in time thanks to an extension alone"


def test_days_are_local_days(world):
    """From 23:30 in Hanoi to half past midnight is a day, though in London it is the same day."""
    limit = world.limit(hanoi(2026, 11, 25, 23, 30))
    meet(limit, by=world.by(world.hung), now=hanoi(2026, 11, 26, 0, 30))
    assert [key[5] for key in kept()] == [1]


def test_it_follows_an_import_and_its_answers(world):
    def enter(reported: str) -> None:
        rows = f"CU-1-26,{world.ward.name},2026-11-02 09:00,{reported}\n"
        rows += f"CU-2-26,{world.ward.name},2026-10-05 09:00,2026-10-06 09:00\n"
        data = f"dossier_code,agency_name,directed_at,reported_at\n{rows}".encode()
        sheet = importing.read_sheet(data, None, name="cu.csv")
        assert not importing.import_sheet(sheet, by=world.by(world.thu), now=NOW).errors

    enter("")
    assert kept() == counted()
    assert outcomes() == {"open": 1, "on_time": 1}
    enter("2026-11-09 09:00")
    assert kept() == counted()
    assert outcomes() == {"late": 1, "on_time": 1}


def test_it_follows_a_change_of_the_calendar(world):
    """A limit over the swapped New Year moves with it, from one month to the next."""
    limit = world.limit(hanoi(2026, 12, 30, 9))
    before = set(kept())
    Keeper(world).changed(*SWAP)
    limit.refresh_from_db()
    assert kept() == counted()
    assert before == set(kept()) or limit.due_on.month == 1


def test_it_follows_a_reorganisation(world):
    """The breach stays with the former agency; what still runs counts at the successor."""
    world.limit(OCTOBER)
    world.limit(NOW)
    done = world.limit(OCTOBER)
    meet(done, by=world.by(world.hung), now=OCTOBER + timedelta(hours=1))
    applied(world, prepared(world))
    assert kept() == counted()
    assert len({key[1] for key in kept()}) == 2


def test_it_follows_what_is_done_by_hand(world):
    limits = [world.limit(OCTOBER + timedelta(days=n)) for n in range(4)]
    with recording.recorded(may_be_idle=True):
        TimeLimit.objects.filter(pk__in=[limits[0].pk, limits[1].pk]).update(
            met_at=F("started_at") + timedelta(days=40), agency=world.other_ward
        )
        assert kept() == counted()
        TimeLimit.objects.update(due_month=date(2026, 9, 1), due_on=date(2026, 9, 9))
        assert kept() == counted()
        TimeLimit.objects.update(first_due_at=F("first_due_at") + timedelta(days=90))
        assert kept() == counted()
        TimeLimit.objects.filter(pk=limits[3].pk).delete()
    assert kept() == counted()
    rows = Tally.objects.count()
    with recording.recorded(may_be_idle=True):
        TimeLimit.objects.update(subject_title="Một việc khác")
    assert Tally.objects.count() == rows, "nothing that is counted has changed"


def test_what_is_rolled_back_was_never_counted(world):
    limit = world.limit()
    before = kept()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        meet(limit, by=world.by(world.hung), now=NOW)
        assert kept() != before
        raise ZeroDivisionError
    assert kept() == before == counted()


def test_many_rows_of_a_key_become_one_and_what_cancels_out_goes(world):
    for _n in range(5):
        limit = world.limit()
        meet(limit, by=world.by(world.hung), now=NOW + timedelta(hours=1))
    assert Tally.objects.count() == 15
    assert tasks.compact_tally() == 2
    assert kept() == counted()
    assert [row.count for row in Tally.objects.all()] == [5]
    assert tallying.compact() == 0


def test_it_can_be_counted_anew(world):
    meet(world.limit(OCTOBER), by=world.by(world.hung), now=NOW)
    world.limit()
    Tally.objects.update(count=F("count") + 1)
    assert kept() != counted()
    tallying.rebuild()
    assert kept() == counted()


@pytest.mark.django_db(transaction=True)
def test_writers_and_two_who_add_up_at_once_lose_nothing():
    """Two compact all the time while three meet limits."""
    from tests.world import World

    world = World.build()
    limits = [world.limit(OCTOBER) for _n in range(12)]
    done, faults = threading.Event(), []

    def guarded(work):
        def run():
            try:
                work()
            except Exception as fault:
                faults.append(fault)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def adding():
        while not done.is_set():
            tallying.compact()
            done.wait(0.005)

    def meeting(mine):
        return lambda: [meet(limit, by=world.by(world.hung), now=NOW) for limit in mine]

    adders = [guarded(adding) for _n in range(2)]
    writers = [guarded(meeting(limits[n::3])) for n in range(3)]
    for thread in (*adders, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in adders:
        thread.join()
    assert faults == []
    assert kept() == counted()
    tallying.compact()
    assert kept() == counted()


@pytest.mark.parametrize("name", tallying._TRIGGERS)
def test_its_triggers_are_put_back_after_every_migration(name, db):
    table = "sqlite_master" if connection.vendor == "sqlite" else "pg_trigger"
    column = "name" if connection.vendor == "sqlite" else "tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE {column} = %s", [name])  # noqa: S608
        assert cursor.fetchone()[0] == 1
