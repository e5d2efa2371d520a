"""The facts of a limit, copied: who was head on the day, how late, why, and what was said."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Appointment
from accounts.roles import Role
from deadlines.models import CalendarDay, DueDateRevision
from deadlines.transitions import revise_due
from dossiers.transitions.reminding import remind
from inspections.facts import facts_of, facts_of_all
from tests.inspections.desk import LONG_AGO
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db


def replace_head(world, on: date):
    """Hùng's last day is the one before; Dũng heads the ward from that day."""
    Appointment.objects.filter(user=world.hung).update(ended_on=on - timedelta(days=1))
    return person(
        "dung", "Hoàng Tiến Dũng", Role.AGENCY_HEAD, world.ward, "Chủ tịch UBND phường", since=on
    )


class TestFacts:
    def test_a_limit_not_kept(self, world):
        limit = world.directed(LONG_AGO).time_limit
        facts = facts_of(limit, now=hanoi(2026, 10, 19, 9))
        assert facts["late"] and facts["breach_on"] == "2026-10-14"
        assert (facts["days_late"], facts["days_late_gross"]) == (3, 3)
        assert facts["head"]["name"] == "Nguyễn Văn Hùng"
        assert facts["head"]["post"] == "Chủ tịch UBND phường"
        assert facts["rule"] == "agency_report/1" and "4449" in facts["legal_source"]
        assert facts["dossier"] == limit.subject_code and facts["met_at"] is None
        assert facts["desk"]["desk"] == "agency"
        assert facts["direction"]["text"].startswith("Giải trình căn cứ")
        assert facts["explanations"] == [] and facts["reminders"] == []

    def test_are_plain_json_and_stay_so(self, world):
        facts = facts_of(world.directed(LONG_AGO).time_limit, now=NOW)
        assert json.loads(json.dumps(facts)) == facts

    def test_special_days_between_start_and_end_stand_with_their_source(self, world):
        started = hanoi(2026, 8, 31, 9)
        facts = facts_of(world.directed(started).time_limit, now=hanoi(2026, 9, 10, 9))
        assert facts["special_days"], facts["strip"]
        assert all(day["legal_source"] for day in facts["special_days"])
        assert facts["strip"]["days"][-1]["is_last"]

    def test_a_head_changed_after_the_last_day_answers_for_the_days_after(self, world):
        limit = world.directed(LONG_AGO).time_limit
        replace_head(world, date(2026, 10, 16))
        facts = facts_of(limit, now=hanoi(2026, 10, 20, 9))
        assert facts["head"]["name"] == "Nguyễn Văn Hùng"
        shares = [(one["name"], one["from"], one["to"], one["days_late"]) for one in facts["heads"]]
        assert shares == [
            ("Nguyễn Văn Hùng", "2026-10-14", "2026-10-15", 1),
            ("Hoàng Tiến Dũng", "2026-10-16", "2026-10-20", 3),
        ]
        assert sum(one["days_late"] for one in facts["heads"]) == facts["days_late"]

    def test_a_head_changed_before_the_last_day_is_named_for_the_breach(self, world):
        limit = world.directed(LONG_AGO).time_limit
        replace_head(world, date(2026, 10, 14))
        facts = facts_of(limit, now=hanoi(2026, 10, 20, 9))
        assert facts["head"]["name"] == "Hoàng Tiến Dũng"
        assert facts["head_at_start"] == "Nguyễn Văn Hùng"

    def test_an_extension_in_time_leaves_the_gross_days(self, world):
        limit = world.directed(LONG_AGO).time_limit
        asked = hanoi(2026, 10, 13, 9)
        revise_due(
            limit,
            to=hanoi(2026, 10, 17),
            cause=DueDateRevision.Cause.EXTENSION,
            reason="Chờ ý kiến",
            document="45/UBND-TH",
            by=world.by(world.minh, asked),
            now=asked,
        )
        facts = facts_of(limit, now=hanoi(2026, 10, 20, 9))
        assert (facts["days_late"], facts["days_late_gross"]) == (2, 4)
        assert facts["revisions"][0]["document"] == "45/UBND-TH"
        assert facts["breach_on"] == "2026-10-16"

    def test_an_answer_in_time_is_not_late(self, world):
        facts = facts_of(world.reported(LONG_AGO).time_limit, now=NOW)
        assert not facts["late"] and facts["days_late"] == 0 and facts["heads"] == []
        assert facts["explanations"][0]["text"] == "Căn cứ là Luật Quy hoạch đô thị."

    def test_reminders_of_the_limit_are_counted(self, world):
        direction = world.directed(LONG_AGO)
        at = hanoi(2026, 10, 16, 9)
        remind(direction.dossier, by=world.by(world.thu, at), now=at)
        facts = facts_of(direction.time_limit, now=NOW)
        assert [one["by"] for one in facts["reminders"]] == ["Đỗ Minh Thu"]

    def test_later_changes_do_not_reach_a_copy(self, world):
        limit = world.directed(LONG_AGO).time_limit
        facts = facts_of(limit, now=hanoi(2026, 10, 19, 9))
        kept = json.dumps(facts, sort_keys=True)
        CalendarDay.objects.filter(date__year=2026).update(name="khác")
        world.ward.name = "Tên khác"
        world.ward.save()
        assert json.dumps(facts, sort_keys=True) == kept

    def test_asks_the_same_for_one_limit_and_for_twenty(self, world):
        def asked(limits):
            with CaptureQueriesContext(connection) as queries:
                assert len(facts_of_all(limits, now=NOW)) == len(limits)
            return len(queries)

        limits = [world.directed(LONG_AGO).time_limit]
        facts_of_all(limits, now=NOW)
        once = asked(limits)
        limits += [world.directed(LONG_AGO + timedelta(hours=n)).time_limit for n in range(1, 20)]
        assert asked(limits) == once == 11
