"""Who makes packs, what is entered, and how much one may hold and ask."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.refusals import NotAllowed
from deadlines import sweeping
from deadlines.models import TimeLimit
from inspections import duty, evidence
from inspections.evidence import TooMuch, building, gathering, timeline
from inspections.evidence.verifying import LEDGER
from ledger.models import Event
from tests.inspections.desk import LONG_AGO
from tests.inspections.duty.story import ANSWER_BY
from tests.inspections.evidence.story import (
    FIRST,
    agency_scope,
    facts,
    late,
    lines,
    made,
    pack_of,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db


class TestRights:
    @pytest.mark.parametrize("who", ["lan", "hung", "tuan", "minh", "thu", "phuc", "son"])
    def test_nobody_else_makes_one(self, world, who):
        before = Event.objects.count()
        with pytest.raises(NotAllowed):
            evidence.build(agency_scope(world), by=world.by(getattr(world, who)), now=NOW)
        assert Event.objects.count() == before

    def test_drafts_of_records_stay_with_their_authors(self, told, world):
        """Khánh and the auditor do not see what Hoa is still drafting; Hoa and Dũng do."""
        told.drawn()
        for who, seen in ((world.hoa, 2), (told.dung, 2), (told.khanh, 0), (world.an, 0)):
            found = pack_of(agency_scope(world), world, who)
            assert len(json.loads(found["bien-ban.json"])["records"]) == seen, who
            kinds = {line["event"]["object_kind"] for line in lines(found[LEDGER])}
            assert ("record" in kinds) is bool(seen)

    def test_making_one_is_entered_and_opens_its_records(self, told, world):
        record = told.final()
        built = evidence.build(agency_scope(world), by=world.by(world.hoa), now=NOW)
        built.file.close()
        entry = Event.objects.get(action="evidence_packed")
        assert entry.after["manifest_sha256"] == built.manifest
        assert (entry.actor_name, entry.after["agency"]) == ("Bùi Thị Hoa", world.ward.name)
        opened = Event.objects.filter(action="record_opened", object_code=str(record.public_id))
        assert [one.after["how"] for one in opened] == ["evidence pack"]


class TestBounds:
    def test_too_long_a_period_is_refused_whole(self, told, world, monkeypatch):
        monkeypatch.setattr(gathering, "MOST_LIMITS", 2)
        before = Event.objects.count()
        with pytest.raises(TooMuch):
            made(agency_scope(world), world.by(world.hoa))
        assert Event.objects.count() == before
        made(agency_scope(world, FIRST, told.limits[0].due_on), world.by(world.hoa))

    def test_one_dossier_or_fifteen_ask_the_same_questions(self, world):
        counts = []
        for dossiers in (1, 14):
            for n in range(dossiers):
                late(world, LONG_AGO + timedelta(minutes=n))
            sweeping.flag_overdue(NOW)
            with CaptureQueriesContext(connection) as asked:
                found = pack_of(agency_scope(world), world)
            counts.append(len(asked))
        assert len(facts(found)) == 15 == TimeLimit.objects.count()
        marks = 2 if connection.vendor == "postgresql" else 0  # the making is written down
        assert counts[0] == counts[1] == 31 + marks

    def test_one_record_or_three_ask_the_same_questions(self, told, world):
        counts = []
        for limits in (told.limits[:1], told.limits[1:]):
            for record in told.drawn(limits=limits):
                duty.ask_explanation(
                    record, text="Vì sao?", last_day=ANSWER_BY, version=None,
                    by=told.by(world.hoa), now=NOW,
                )  # fmt: skip
            with CaptureQueriesContext(connection) as asked:
                found = pack_of(agency_scope(world), world)
            counts.append(len(asked))
        assert len(json.loads(found["bien-ban.json"])["records"]) == 3
        assert counts[0] == counts[1]

    def test_the_timeline_says_what_it_does_not_print(self, told, world, monkeypatch):
        said = []
        monkeypatch.setattr(timeline, "pdf", lambda layout: said.append(layout) or b"%PDF")
        made(agency_scope(world), world.by(world.hoa))
        monkeypatch.setattr(timeline, "MOST_ENTRIES", 4)
        monkeypatch.setattr(timeline, "MOST_COUNTED", 2)
        found = pack_of(agency_scope(world), world)
        whole, cut = ("\n".join(getattr(b, "text", "") for b in one.body) for one in said)
        assert "so-cai.jsonl" not in whole and "in 4 diễn biến" in cut and "in 2 thời hạn" in cut
        assert len(facts(found)) == 3 and len(lines(found[LEDGER])) == 9

    def test_the_form_of_the_pack_is_named_in_it(self, world):
        about = json.loads(pack_of(agency_scope(world), world)["goi.json"])
        assert about["form"] == building.FORM and about["made_by"] == "Bùi Thị Hoa"
        assert [one["name"] for one in about["heads"]] == ["Nguyễn Văn Hùng"]
