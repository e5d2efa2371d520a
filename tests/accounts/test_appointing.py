"""How people get accounts and posts, and which posts nobody may hold together."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts import actors, transitions
from accounts.models import Appointment, User
from accounts.roles import Role
from agencies.models import Agency
from ledger.models import Event
from tests.world import NOW

BY = actors.job("test/1")


def appoint(user, role, agency=None, started_on=date(2026, 1, 1), **kwargs):
    return transitions.appoint(
        user,
        role=role,
        post="Chức vụ",
        agency=agency,
        started_on=started_on,
        by=BY,
        now=NOW,
        **kwargs,
    )


class TestAppoint:
    def test_a_post_carries_its_rights_from_its_first_day(self, world):
        appoint(world.lan, Role.AGENCY_HEAD, world.other_ward, started_on=date(2026, 12, 1))
        assert not world.by(world.lan).holds(Role.AGENCY_HEAD)
        later = NOW.replace(month=12, day=1)
        assert world.by(world.lan, later).holds(Role.AGENCY_HEAD)
        assert Event.objects.filter(action="appointed", object_code="lan").count() == 1

    def test_nobody_proposes_and_decides(self, world):
        with pytest.raises(transitions.AppointmentRefused):
            appoint(world.minh, Role.INSPECTOR, world.home_affairs)
        with pytest.raises(transitions.AppointmentRefused):
            appoint(world.hoa, Role.CITY_LEADER)
        assert not Event.objects.filter(action="appointed").exists()

    def test_but_one_after_the_other_may_be(self, world):
        post = world.hoa.appointments.get()
        transitions.end_appointment(
            post, ended_on=date(2026, 11, 30), reason="Điều động", by=BY, now=NOW
        )
        appoint(world.hoa, Role.CITY_LEADER, started_on=date(2026, 12, 1))
        assert world.hoa.appointments.count() == 2

    def test_an_agency_that_is_gone_appoints_nobody(self, world):
        district = Agency.objects.get(code="Q-002")
        with pytest.raises(transitions.AppointmentRefused):
            appoint(world.tuan, Role.AGENCY_HEAD, district, started_on=date(2025, 7, 1))

    def test_a_closed_account_holds_nothing(self, world):
        transitions.close_account(world.lan, reason="Nghỉ hưu", by=BY, now=NOW)
        assert world.by(world.lan).posts == ()


class TestTheCommand:
    def test_opens_an_account_and_appoints(self, db, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("một câu chỉ mình biết\n"))
        call_command(
            "appoint", "Bao", "--name", "Lý Gia Bảo", "--role", "agency_head", "--agency", "SXD",
            "--post", "Giám đốc Sở", "--from", "2026-11-01", stdout=io.StringIO(),
        )  # fmt: skip
        user = User.objects.get(username="bao")
        assert user.check_password("một câu chỉ mình biết")
        assert user.appointments.get().line() == "Giám đốc Sở · Sở Xây dựng"

    @pytest.mark.parametrize(
        ("password", "arguments"),
        [
            ("ngắn", ["--agency", "SXD"]),
            ("một câu chỉ mình biết", ["--agency", "KHÔNG-CÓ"]),
            ("một câu chỉ mình biết", []),
        ],
    )
    def test_a_refusal_leaves_no_half_account(self, db, monkeypatch, password, arguments):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        with pytest.raises(CommandError):
            call_command(
                "appoint", "bao", "--name", "Lý Gia Bảo", "--role", "agency_head",
                "--post", "Giám đốc Sở", *arguments,
            )  # fmt: skip
        assert not User.objects.exists()
        assert not Appointment.objects.exists()
