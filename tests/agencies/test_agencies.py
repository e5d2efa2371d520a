"""The real agencies of Hanoi as they were on a date, and how people find them."""

import csv
from collections import Counter
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from agencies.dates import local_day
from agencies.models import Agency, InternalUnit, Kind
from agencies.reference import SOURCE, load_agencies
from agencies.text import sort_key
from ledger import recording
from ledger.models import Event
from tests.world import hanoi

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)


class TestTheList:
    def test_has_every_row_of_the_source(self):
        rows = list(csv.DictReader(SOURCE.open(encoding="utf-8-sig")))
        assert len(rows) == Agency.objects.count() == 195

    def test_loading_it_again_changes_nothing_and_says_nothing(self):
        before, events = list(Agency.objects.order_by("pk").values()), Event.objects.count()
        with recording.recorded(may_be_idle=True):
            assert load_agencies() == 0
        assert list(Agency.objects.order_by("pk").values()) == before
        assert Event.objects.count() == events

    def test_a_row_changed_by_hand_is_brought_back(self):
        with recording.recorded(may_be_idle=True):
            Agency.objects.filter(code="STP").update(name="Sở gì đó", search_key="")
            assert load_agencies() == 1
        assert Agency.objects.get(code="STP").name == "Sở Tư pháp"

    def test_a_code_lives_once_at_a_time(self):
        stp = Agency.objects.get(code="STP")
        with pytest.raises(IntegrityError), transaction.atomic():
            Agency.objects.create(code=stp.code, name="Hai", name_en="Two", kind=stp.kind)

    def test_validity_runs_forward(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agency.objects.create(
                code="X", name="X", name_en="X", kind="so",
                valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1),
            )  # fmt: skip

    def test_a_unit_is_named_once_in_its_agency(self):
        agency = Agency.objects.get(code="STP")
        InternalUnit.objects.create(agency=agency, name="Văn phòng Sở")
        with pytest.raises(IntegrityError), transaction.atomic():
            InternalUnit.objects.create(agency=agency, name="Văn phòng Sở")


class TestOnADate:
    """28/2 and 1/3/2025: the departments merged. 30/6 and 1/7/2025: districts ended."""

    @pytest.mark.parametrize(
        ("day", "departments", "districts", "wards"),
        [
            (date(2020, 1, 1), 18, 30, 0),
            (date(2025, 2, 28), 18, 30, 0),
            (date(2025, 3, 1), 13, 30, 0),
            (date(2025, 6, 30), 13, 30, 0),
            (date(2025, 7, 1), 13, 0, 126),
            (TODAY, 13, 0, 126),
        ],
    )
    def test_so_many_existed(self, day, departments, districts, wards):
        kinds = Counter(Agency.objects.as_of(day).values_list("kind", flat=True))
        assert kinds[Kind.DEPARTMENT] == departments
        found = kinds[Kind.URBAN_DISTRICT] + kinds[Kind.RURAL_DISTRICT] + kinds[Kind.TOWN]
        assert found == districts
        assert kinds[Kind.WARD] + kinds[Kind.COMMUNE] == wards

    @pytest.mark.parametrize("code", ["SNV", "STC", "SXD", "SKHCN"])
    def test_a_code_that_lived_on_names_one_agency_on_each_day(self, code):
        last, first = date(2025, 2, 28), date(2025, 3, 1)
        before = Agency.objects.as_of(last).get(code=code)
        after = Agency.objects.as_of(first).get(code=code)
        assert before != after
        assert (before.valid_to, after.valid_from) == (last, first)
        assert list(before.successors.all()) == [after]
        assert before.is_valid_on(last) and not before.is_valid_on(first)
        assert after.is_valid_on(first) and not after.is_valid_on(last)

    def test_every_agency_that_ended_names_its_heirs_or_had_many(self):
        ended = Agency.objects.filter(valid_to__isnull=False)
        for agency in ended.exclude(kind__in=[Kind.URBAN_DISTRICT, Kind.RURAL_DISTRICT, Kind.TOWN]):
            heirs = list(agency.successors.all())
            assert heirs, agency
            for heir in heirs:
                assert heir.valid_to is None or heir.valid_to > agency.valid_to
                assert heir.pk != agency.pk

    def test_a_merger_gathers_its_predecessors(self):
        finance = Agency.objects.as_of(TODAY).get(code="STC")
        codes = set(finance.predecessors.values_list("code", flat=True))
        assert {"STC", "KHĐT"} <= codes

    def test_the_day_is_hanois(self):
        assert local_day(hanoi(2025, 7, 1, 0, 30)) == date(2025, 7, 1)  # still June in Greenwich


class TestFinding:
    @pytest.mark.parametrize("words", ["Sở Nội vụ", "SNV", "so noi vu", "SỞ NỘI VỤ", "nội vụ sở"])
    def test_all_ways_to_write_it_find_the_same(self, words):
        found = Agency.objects.as_of(TODAY).search(words)
        assert [agency.code for agency in found] == ["SNV"]

    def test_a_place_of_tone_is_not_a_difference(self):
        def found(words):
            return list(Agency.objects.search(words).in_order())

        assert found("Hòa Lạc") == found("Hoà Lạc") == found("hoa lac") != []

    def test_english_finds_it_too(self):
        found = Agency.objects.as_of(TODAY).search("home affairs")
        assert "SNV" in found.values_list("code", flat=True)

    @pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "x" * 5000])
    def test_signs_of_the_database_are_no_commands(self, words):
        found = Agency.objects.search(words).count()
        assert found in {0, 195}  # signs alone are no words, and no words narrow nothing

    def test_a_full_name_names_exactly_one(self):
        as_of = Agency.objects.as_of(TODAY)
        for agency in as_of:
            assert list(as_of.called(agency.name.upper())) == [agency]
        assert as_of.called("snv").get().name == "Sở Nội vụ"
        assert not as_of.called("Sở").exists()

    def test_lists_stand_in_the_order_of_the_dictionary_on_both_databases(self):
        names = list(Agency.objects.in_order().values_list("name", flat=True))
        assert names == sorted(names, key=sort_key)
        wards = [name for name in names if "phường" in name.lower()]
        assert wards.index("UBND phường Ba Đình") < wards.index("UBND phường Bạch Mai")
        assert wards.index("UBND phường Dương Nội") < wards.index("UBND phường Đại Mỗ")
