"""A rule gets another ladder by a new version; what runs keeps the one it began under."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from deadlines import ruling, rungs
from deadlines.models import LimitRule
from deadlines.rules import NoSuchRule
from deadlines.rungs import Rung, Told
from ledger.models import Event
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

LADDER = (Rung(-3, (Told.OFFICER,)), Rung(2, (Told.HEAD, Told.LEADERS)))
TODAY = date(2026, 11, 25)


def change(world, **facts):
    given = {"code": "agency_report", "ladder": LADDER, "valid_from": TODAY, "document": "7/QĐ"}
    given |= facts
    return ruling.change_ladder(
        given.pop("code"), given.pop("ladder"), by=world.by(world.thu), now=NOW, **given
    )


def test_a_new_version_with_everything_else_as_it_was(world):
    before = world.limit()
    new = change(world)
    after = world.limit()
    assert (before.rule.version, after.rule) == (1, new)
    assert rungs.read(new.warning_rungs) == LADDER
    old = before.rule
    assert (new.amount, new.unit, new.name, new.legal_source) == (
        old.amount, old.unit, old.name, old.legal_source,
    )  # fmt: skip
    assert after.due_at == before.due_at
    entry = Event.objects.get(action="rule_ladder_changed")
    assert (entry.document, entry.after["version"]) == ("7/QĐ", 2)


def test_from_a_later_day_on(world):
    change(world, valid_from=date(2026, 11, 26))
    assert world.limit().rule.version == 1
    assert world.limit(hanoi(2026, 11, 26, 9)).rule.version == 2


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"code": "none"}, NoSuchRule),
        ({"valid_from": date(2026, 11, 24)}, ruling.BadVersion),
        ({"document": ""}, ruling.BadVersion),
        ({"ladder": (Rung(1, ()),)}, ruling.BadVersion),
        ({"ladder": (LADDER[0], LADDER[0])}, ruling.BadVersion),
    ],
)
def test_refused(world, facts, refusal):
    with pytest.raises(refusal):
        change(world, **facts)
    assert not LimitRule.objects.filter(version=2).exists()


def test_from_a_terminal(world, monkeypatch):
    monkeypatch.setattr("deadlines.management.commands.warning_rungs.timezone.now", lambda: NOW)
    out = io.StringIO()
    call_command(
        "warning_rungs", "agency_report", "--rung=-2:officer,head", "--rung=1:office",
        "--document", "7/QĐ-UBND", stdout=out,
    )  # fmt: skip
    assert out.getvalue().splitlines() == [
        "agency_report/1\t2020-09-14\t-1:officer  +0:officer  +1:head,office  "
        "+3:leaders,home_affairs",
        "agency_report/2\t2026-11-25\t-2:officer,head  +1:office",
    ]
    for wrong in ("x:head", "1:everybody", "1"):
        with pytest.raises(CommandError):
            call_command("warning_rungs", "agency_report", f"--rung={wrong}", document="7/QĐ-UBND")
