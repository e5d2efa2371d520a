"""The demo: invented people in real agencies, a story that the real verbs could have written."""

import io
import random
import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actors
from accounts.models import Appointment, Message, User
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.models import Agency
from config import demo
from config.demo import plan
from config.demo.lives import Planner
from dashboards.selection import AGES, select
from deadlines import rules
from deadlines.models import OverdueFlag, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from dossiers.models import Attachment, Dossier, Report
from dossiers.states import State
from inspections.models import (
    ExplanationRequest,
    Finding,
    Inspection,
    Plan,
    PlanItem,
    Proposal,
    Recommendation,
    Record,
    SampledDossier,
)
from ledger import chain
from ledger.models import Event
from tests.world import NOW

#: Enough for the whole tail and some finished ones.
DOSSIERS = 110


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker):
    """The demo as a person finds it who starts the site at nine on a Wednesday; undone at the end
    of the class. The tests of the class run inside its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(dossiers=DOSSIERS, seed=1, now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def at_nine(wall_clock):
    """Pages and commands live at the instant of the demo."""


#: Public ids and digests of what carries them: new each time, because nobody may guess them.
MADE_ANEW = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}")


def rows() -> list:
    """What the demo consists of, without keys that are made anew each time."""
    return [
        sorted(MADE_ANEW.sub("…", repr(row)) for row in queryset)
        for queryset in (
            User.objects.order_by("username").values_list("username", "full_name"),
            Appointment.objects.order_by("user__username", "started_on", "role").values_list(
                "user__username", "agency__code", "unit__name", "role", "post", "started_on",
                "ended_on", "acting",
            ),
            Dossier.objects.order_by("code").values_list(
                "code", "agency__code", "matter", "letter_ref", "signed_by", "signed_on", "state",
                "gate_exception", "created_by__username", "created_at", "closed_at", "version",
            ),
            Attachment.objects.order_by("pk").values_list(
                "dossier__code", "purpose", "name", "sha256", "added_by__username", "added_at"
            ),
            TimeLimit.objects.order_by("code").values_list(
                "code", "agency__code", "head_at_start__username", "started_at", "due_at", "met_at"
            ),
            OverdueFlag.objects.order_by("time_limit__code", "due_at").values_list(
                "time_limit__code", "due_at", "flagged_at", "head__username"
            ),
            Report.objects.order_by("direction__time_limit__code").values_list(
                "direction__time_limit__code", "text", "ref", "sent_by__username", "sent_at"
            ),
            Message.objects.order_by("limit_code", "recipient__username", "kind").values_list(
                "recipient__username", "kind", "limit_code", "due_at", "created_at", "read_at"
            ),
            Event.objects.order_by("pk").values_list(
                "at", "action", "object_code", "actor_name", "actor_post", "reason"
            ),
            PlanItem.objects.values_list("plan__code", "agency__code", "month", "chosen", "score"),
            SampledDossier.objects.values_list("inspection__code", "position", "dossier__code"),
            Record.objects.values_list(
                "kind", "agency_name", "head_name", "state", "created_at", "finalised_at",
                "paper__number",
            ),
            Finding.objects.values_list(
                "record__created_at", "record__head_name", "position", "time_limit__subject_code"
            ),
            Recommendation.objects.values_list("position", "text", "state", "time_limit__due_at"),
            Proposal.objects.values_list("person_name", "state", "drafted_at", "endorsed_at"),
        )
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestLoadDemo:
    def test_shows_every_state_and_every_age(self):
        assert Dossier.objects.count() == DOSSIERS
        assert set(Dossier.objects.values_list("state", flat=True)) == set(State.values)
        limits, moment = TimeLimit.objects.all(), Moment(NOW, published().calendar)
        for asked in (
            *({"tuoi": age} for age in AGES),
            *({"tinh-trang": state} for state in ("hom-nay", "sap-den-han", "dung-han")),
            {"tinh-trang": "xong-muon"},
        ):
            assert select(limits, asked, moment).exists(), asked
        by_lan = Dossier.objects.filter(agency__code="P-00070")
        assert {State.DRAFTING, State.EXPLANATION_DUE} <= set(
            by_lan.values_list("state", flat=True)
        )

    def test_each_agency_of_the_day_has_its_people(self):
        agencies = Agency.objects.as_of(date(2026, 11, 25))
        posts = Appointment.objects.in_force_on(date(2026, 11, 25))
        heads = posts.filter(role__in=HEAD_ROLES)
        assert agencies.count() == heads.values("agency").distinct().count() == 147
        assert heads.count() == 147
        clerks = posts.filter(role__in=(Role.AGENCY_CLERK, Role.OFFICE_CLERK))
        assert clerks.values("agency").distinct().count() == 147
        assert posts.filter(acting=True).count() == 1
        assert Appointment.objects.filter(ended_on__isnull=False).count() == 6
        assert set(posts.values_list("role", flat=True)) == set(Role.values)
        assert not User.objects.exclude(username=F("username")).exists()

    def test_flags_are_those_of_a_site_that_ran_all_along(self):
        late = TimeLimit.objects.exclude(met_at__lt=F("due_at")).filter(due_at__lte=NOW)
        flags = OverdueFlag.objects.all()
        assert set(flags.values_list("time_limit_id", flat=True)) == {limit.pk for limit in late}
        assert len(late) == flags.count() > 20
        assert not flags.exclude(due_at=F("time_limit__due_at")).exists()
        noticed = flags.values_list("due_at", "flagged_at")
        assert all(at - due == timedelta(seconds=30) for due, at in noticed)

    def test_whoever_owed_a_limit_is_the_head_of_that_day(self):
        for limit in TimeLimit.objects.select_related("head_at_start")[:60]:
            day = timezone.localtime(limit.started_at).date()
            head = Appointment.objects.head_on(limit.agency_id, day)
            assert head.user == limit.head_at_start

    def test_the_ledger_is_sealed_and_nothing_went_past_it(self):
        count, faults = chain.verify(now=NOW)
        assert faults == []
        assert count == Event.objects.count()
        assert not Event.objects.filter(action__startswith="direct_").exists()
        assert not Event.objects.filter(at__gt=NOW).exists()

    def test_home_affairs_plans_by_risk_and_by_chance(self):
        plan = Plan.objects.get(year=2026)
        assert (plan.state, plan.drafted_by.username, plan.approved_by.username) == (
            Plan.State.APPROVED, "hoa", "quang"
        )  # fmt: skip
        chosen = list(plan.items.values_list("chosen", flat=True))
        assert (chosen.count("risk"), chosen.count("chance")) == (6, 4)
        assert Plan.objects.get(year=2027).state == Plan.State.DRAFTING

    def test_inspections_of_each_kind_are_to_be_seen(self):
        ended = Inspection.objects.filter(state=Inspection.State.ENDED, announced=True)
        assert ended.filter(plan_item__isnull=False).count() == ended.count() == 3
        assert ended.filter(sample_size__gt=0).exists()
        [found] = Inspection.objects.filter(state=Inspection.State.OPEN)
        assert not found.announced
        assert found.trigger == Inspection.Trigger.SIGNAL
        records = Record.objects.filter(kind=Record.Kind.INSPECTION)
        assert set(records.values_list("state", flat=True)) == {"drafting", "sent", "finalised"}
        [correction] = records.filter(corrects__isnull=False)
        assert correction.state == correction.corrects.state == Record.State.FINALISED
        remedies = Recommendation.objects.order_by("position")
        assert list(remedies.values_list("state", flat=True)) == ["done", "partly", "open"]
        assert list(Recommendation.objects.overdue(NOW)) == [remedies[2]]

    def test_explanations_and_proposals_of_each_kind_are_to_be_seen(self):
        asked = ExplanationRequest.objects.filter(record__kind=Record.Kind.LATENESS)
        assert asked.filter(answered_at__isnull=False).exists()
        open_ = asked.filter(answered_at__isnull=True)
        assert [one.record.head.username for one in open_.filter(time_limit__due_at__gt=NOW)] == [
            "hung"
        ]
        assert open_.filter(time_limit__due_at__lte=NOW).count() == 1
        proposals = Proposal.objects.order_by("drafted_at")
        assert [
            (one.state, one.decision.kind, bool(one.decision.result_ref))
            for one in proposals.filter(state="decided")
        ] == [("decided", "approve", True), ("decided", "refuse", False)]
        assert proposals.filter(state="endorsed").count() == 1

    @pytest.mark.once
    @pytest.mark.parametrize("username", ["hoa", "quang", "minh", "an", "hung"])
    def test_each_page_of_a_record_opens(self, username):
        client, user = Client(), User.objects.get(username=username)
        client.force_login(user)
        by = actors.person(user, date(2026, 11, 25))
        visible = Record.objects.visible_to(by)
        assert visible.exists()
        for record in visible:
            late = record.kind == Record.Kind.LATENESS
            names = ["duty_record"] if late else ["duty_record", "record"]
            for name in names:
                address = reverse(f"inspections:{name}", args=[record.public_id])
                assert client.get(address).status_code == 200, (name, record)
        for proposal in Proposal.objects.visible_to(by):
            address = reverse("inspections:proposal", args=[proposal.public_id])
            assert client.get(address).status_code == 200, proposal

    def test_files_can_be_opened(self):
        client = Client()
        client.force_login(User.objects.get(username="hung"))
        attachment = Attachment.objects.filter(dossier__agency__code="P-00070").first()
        answer = client.get(reverse("dossiers:file", args=[attachment.public_id]))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        assert body.startswith(b"%PDF-")
        assert len(body) == attachment.size

    def test_each_sample_account_signs_in(self):
        names = [username for username, _name, _post in demo.accounts()]
        assert names == [
            "lan", "hung", "minh", "phuc", "thu", "hoa", "quang", "tuan", "an", "son"
        ]  # fmt: skip
        client = Client()
        typed = {"username": names[0], "password": demo.DEMO_PASSWORD}
        assert client.post(reverse("accounts:sign_in"), typed).status_code == 302
        assert set(User.objects.values_list("password", flat=True).distinct()) == {
            User.objects.get(username="lan").password
        }

    def test_the_terminal_says_who_and_with_which_password(self):
        text = demo.accounts_text()
        assert demo.DEMO_PASSWORD in text
        assert "Trần Thị Lan, Văn thư · UBND phường Hoàn Kiếm" in text


@pytest.mark.once
class TestAnotherTime:
    def test_the_same_seed_and_day_give_the_same_rows(self, db):
        found = []
        for seed in (7, 7, 8):
            with transaction.atomic():
                demo.load(dossiers=8, seed=seed, now=NOW)
                found.append(rows())
                transaction.set_rollback(True)
        assert found[0] == found[1]
        assert found[0] != found[2]

    def test_another_day_gives_a_story_up_to_that_day(self, db):
        sunday = NOW.replace(year=2027, month=2, day=14)
        demo.load(dossiers=14, seed=1, now=sunday)
        assert Dossier.objects.count() == 14
        last = Event.objects.filter(actor_id__isnull=False).order_by("-at").first()
        assert sunday - timedelta(days=14) < last.at < sunday


class TestWithoutDemo:
    def test_without_demo_data_there_are_none(self, db):
        assert demo.accounts() == []
        assert demo.accounts_text() == ""


class TestRefusals:
    def test_a_database_with_people_is_left_alone(self, world):
        with pytest.raises(CommandError):
            call_command("load_demo", stdout=io.StringIO())
        assert User.objects.count() == 9
        assert not Dossier.objects.exists()

    def test_production_is_left_alone(self, db, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="DUNGHAN_ENV"):
            call_command("load_demo", stdout=io.StringIO())
        assert not User.objects.exists()

    def test_a_year_without_calendar_gets_no_demo(self, db, wall_clock):
        wall_clock(NOW.replace(year=2030))
        with pytest.raises(CommandError, match="2027"):
            call_command("load_demo", stdout=io.StringIO())
        assert not User.objects.exists()


class TestPlan:
    def test_every_day_of_a_year_has_a_story(self, db):
        """Each life in order, on working days, whatever day the demo is loaded on."""
        calendar, agencies = published().calendar, list(Agency.objects.in_order())
        for offset in range(0, 365, 5):
            today = date(2026, 4, 1) + timedelta(days=offset)
            planner = Planner(
                calendar=calendar,
                report_rule=rules.rule_on("agency_report", today),
                draft_rule=rules.rule_on("office_draft", today),
                today=today,
                rng=random.Random(offset),
            )
            since = plan.first_day(today)
            valid = {a.code: a for a in agencies if a.is_valid_on(today) and a.is_valid_on(since)}
            lives = plan.plan(planner, valid, 100)
            assert len(lives) == 100
            for life in lives:
                instants = [step.at for step in life.steps]
                assert instants == sorted(set(instants)), (today, life)
                assert all(calendar.is_working_day(at.date()) for at in instants), (today, life)
