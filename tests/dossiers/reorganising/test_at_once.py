"""Two second persons at once, and how many statements a handover takes."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.refusals import Conflict
from accounts.roles import Role
from agencies.models import Agency
from deadlines.models import TimeLimit
from dossiers import reorganising
from dossiers.models import Dossier, Holding
from ledger import recording
from ledger.models import Event
from tests.dossiers.reorganising.stories import Kind, new, prepared, put_forward
from tests.world import NOW, World, hanoi, person


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_applies_it_and_the_other_is_told():
    world = World.build()
    with recording.recorded(may_be_idle=True):
        binh = person("binh", "Lê Thanh Bình", Role.SYSTEM_ADMINISTRATOR, world.office, "QTHT")
    limit = world.limit()
    plan = prepared(world)
    put_forward(world, plan)
    actors = [world.by(world.thu), world.by(binh)]
    start, told = threading.Barrier(2), []

    def apply(by) -> None:
        start.wait()
        try:
            reorganising.approve(plan, version=plan.version, by=by, now=NOW)
            told.append("applied")
        except Conflict as refusal:
            told.append(refusal.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=[by]) for by in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(told) == 2
    assert told.count("applied") == 1
    assert Agency.objects.filter(code="P-MOI").count() == 1
    assert Event.objects.filter(action="agencies_reorganised").count() == 1
    assert Event.objects.filter(action="limit_moved", object_code=limit.code).count() == 1


@pytest.mark.django_db
def test_the_statements_do_not_grow_with_what_moves(world):
    """Ba Đình ward with one matter of each sort, Hoàn Kiếm ward with eighteen."""
    with recording.recorded(may_be_idle=True):
        person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
    few = world.directed(hanoi(2026, 11, 25, 8)), world.directed(hanoi(2026, 11, 18, 8))
    with recording.recorded(may_be_idle=True):
        for direction in few:
            Dossier.objects.filter(pk=direction.dossier_id).update(agency=world.other_ward)
            TimeLimit.objects.filter(pk=direction.time_limit_id).update(agency=world.other_ward)
            Holding.objects.filter(dossier=direction.dossier_id).update(agency=world.other_ward)
    world.limit(hanoi(2026, 11, 25, 8), agency=world.other_ward)
    for minute in range(1, 19):
        world.directed(hanoi(2026, 11, 25, 8, minute))
        world.directed(hanoi(2026, 11, 18, 8, minute))
        world.limit(hanoi(2026, 11, 25, 8, minute))
    once, often = divided(world, world.other_ward, "P-A"), divided(world, world.ward, "P-C")
    assert once == often
    assert often < 90


def divided(world, former: Agency, code: str) -> int:
    """The statements of one division with two people in posts."""
    heirs = [new("1", code, f"UBND phường {code}"), new("2", f"{code}2", f"UBND phường {code} 2")]
    plan = prepared(world, Kind.SPLIT, [former], heirs)
    put_forward(world, plan)
    by = world.by(world.thu)
    with CaptureQueriesContext(connection) as asked:
        reorganising.approve(plan, version=plan.version, by=by, now=NOW)
    return len(asked)
