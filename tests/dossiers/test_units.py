"""Internal units and their abbreviations, as the symbols of letters bear them."""

import pytest
from django.urls import reverse

from accounts.refusals import NotAllowed
from accounts.units import NewUnit, UnitsChanged, UnitTaken, name_units, seen_of
from agencies.models import InternalUnit
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import fields, open_form
from tests.dossiers.test_verbs import people
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(world) -> dict[str, InternalUnit]:
    names = ("Phòng Cải cách hành chính", "Phòng Công chức, viên chức")
    with recording.recorded(may_be_idle=True):
        return {
            name: InternalUnit.objects.create(agency=world.home_affairs, name=name)
            for name in names
        }


def named(world, who="son", codes=None, added=None, seen=None) -> None:
    name_units(
        world.home_affairs,
        codes=codes or {},
        seen=seen_of(world.home_affairs) if seen is None else seen,
        added=added,
        by=world.by(getattr(world, who)),
        now=NOW,
    )


class TestNaming:
    def test_the_administrator_names_and_adds_and_the_ledger_has_both_values(self, world, units):
        first, second = units.values()
        named(world, codes={first.pk: "CCHC", second.pk: "CCVC"}, added=NewUnit("Thanh tra", "TT"))
        assert seen_of(world.home_affairs) == {
            first.pk: ("Phòng Cải cách hành chính", "CCHC"),
            second.pk: ("Phòng Công chức, viên chức", "CCVC"),
            InternalUnit.objects.get(code="TT").pk: ("Thanh tra", "TT"),
        }
        named(world, codes={first.pk: "KSTT"})
        event = Event.objects.filter(action="units_named").latest("pk")
        assert event.before == {"Phòng Cải cách hành chính": "CCHC"}
        assert event.after == {"Phòng Cải cách hành chính": "KSTT"}

    def test_nobody_else_does(self, world, units):
        for name, by in people(world).items():
            if name == "son":
                continue
            with pytest.raises(NotAllowed):
                name_units(
                    world.home_affairs, codes={}, seen=seen_of(world.home_affairs),
                    added=NewUnit("Thanh tra"), by=by, now=NOW,
                )  # fmt: skip
        assert InternalUnit.objects.count() == 2

    def test_what_somebody_changed_meanwhile_is_not_written_over(self, world, units):
        seen, [first, _second] = seen_of(world.home_affairs), list(units.values())
        named(world, codes={first.pk: "CCHC"})
        with pytest.raises(UnitsChanged):
            named(world, codes={first.pk: "KHAC"}, seen=seen)
        assert InternalUnit.objects.get(pk=first.pk).code == "CCHC"

    def test_two_units_have_neither_name_nor_abbreviation_in_common(self, world, units):
        first, second = units.values()
        for codes, added in (
            ({first.pk: "CC", second.pk: "CC"}, None),
            ({}, NewUnit("phòng cải cách hành chính")),
        ):
            with pytest.raises(UnitTaken):
                named(world, codes=codes, added=added)
        named(world, codes={first.pk: "", second.pk: ""})  # without one, as many as like


@pytest.mark.once
class TestThePage:
    def where(self) -> str:
        return reverse("agencies:units", args=["SNV"])

    def test_from_the_agency_to_its_units_and_back(self, world, sign_in, units):
        son = sign_in(world.son)
        life = reverse("agencies:life", args=["SNV"])
        assert self.where() in son.get(life).content.decode()
        first, second = units.values()
        form = {**open_form(son, "agencies:units", "SNV"), f"unit_{second.pk}": "ccvc"}
        sent = {**form, "new_name": "Phòng Thi đua", "new_code": "TĐ"}
        assert son.post(self.where(), sent).headers["Location"] == life
        assert son.post(self.where(), sent).headers["Location"] == life  # once more, no effect
        assert Event.objects.filter(action="units_named").count() == 1
        shown = son.get(life).content.decode()
        assert "CCVC" in shown and "Phòng Thi đua" in shown
        assert self.where() not in sign_in(world.hung).get(life).content.decode()

    @pytest.mark.parametrize("code", ["SNV-CCVC", "cc vc", "5/CC", "phòng.một.hai.ba"])
    def test_what_is_no_abbreviation_is_told_beside_its_field(self, world, sign_in, units, code):
        son, [first, _second] = sign_in(world.son), list(units.values())
        form = {**open_form(son, "agencies:units", "SNV"), f"unit_{first.pk}": code}
        answer = son.post(self.where(), form)
        assert answer.status_code == 422 and fields(answer)[f"unit_{first.pk}"] == code
        assert not Event.objects.filter(action="units_named").exists()

    def test_an_older_form_is_refused_and_keeps_what_was_typed(self, world, sign_in, units):
        son, [first, second] = sign_in(world.son), list(units.values())
        form = {**open_form(son, "agencies:units", "SNV"), f"unit_{first.pk}": "CCHC"}
        named(world, codes={second.pk: "CCVC"})
        answer = son.post(self.where(), form)
        assert answer.status_code == 409
        assert fields(answer)[f"unit_{first.pk}"] == "CCHC"
        again = {**fields(answer), f"unit_{second.pk}": "CCVC"}
        assert son.post(self.where(), again).status_code == 302
        codes = {code for _name, code in seen_of(world.home_affairs).values()}
        assert codes == {"CCHC", "CCVC"}

    @pytest.mark.parametrize("who", ["lan", "hung", "minh", "thu", "hoa", "an"])
    def test_is_found_by_nobody_else(self, world, sign_in, units, who):
        browser = sign_in(getattr(world, who))
        for answer in (browser.get(self.where()), browser.post(self.where(), {"new_name": "x"})):
            assert answer.status_code in {403, 404}
        assert InternalUnit.objects.count() == 2

    def test_an_agency_that_is_no_more_has_none_to_name(self, world, sign_in):
        son = sign_in(world.son)
        assert son.get(reverse("agencies:units", args=["KHONG-CO"])).status_code == 404
