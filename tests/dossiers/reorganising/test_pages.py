"""Sơn sets it up, says who goes where, hands it over; Thu looks at the counts and applies it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Appointment
from agencies.models import Agency
from dossiers.models import Reorganisation
from tests.dossiers.desk import in_english, open_form, text_of
from tests.dossiers.reorganising.stories import (
    Kind,
    State,
    applied,
    existing,
    heir_agency,
    new,
    prepared,
    put_forward,
)
from tests.pages.test_query_counts import queries
from tests.world import NOW, PASSWORD, hanoi

pytestmark = [pytest.mark.once, pytest.mark.django_db]

RENAME = {
    "formers": "P-00070",
    "code": "P-MOI",
    "name": "UBND phường Hồ Gươm",
    "kind": "phuong",
    "effective_on": "25/11/2026",
    "document": "1656/NQ-UBTVQH15",
    "document_on": "16/11/2026",
}


@pytest.fixture
def son(world, sign_in):
    return in_english(sign_in(world.son))


@pytest.fixture
def thu(world, sign_in):
    return in_english(sign_in(world.thu))


def set_up(browser, view: str = "rename", **changes):
    form = open_form(browser, f"agencies:{view}")
    return browser.post(reverse(f"agencies:{view}"), {**form, **RENAME, **changes})


def form_names(form) -> set[str]:
    """The codes of the single matters that a page offers a choice for."""
    return {name.removeprefix("item_") for name in form if name.startswith("item_")}


def plan_form(browser, plan: Reorganisation) -> dict[str, str]:
    """The key and version that the plan's page carries for its second person."""
    text = text_of(browser.get(reverse("agencies:plan", args=[plan.public_id])))
    key = text.split('name="form_key" value="')[1].split('"')[0]
    version = text.split('name="version" value="')[1].split('"')[0]
    return {"form_key": key, "version": version}


class TestTheWholeWay:
    def test_from_setting_up_to_the_result(self, world, son, thu):
        direction = world.directed(hanoi(2026, 11, 25, 8))
        response = set_up(son)
        plan = Reorganisation.objects.get()
        assert response.headers["Location"] == reverse("agencies:arrange", args=[plan.public_id])
        form = open_form(son, "agencies:arrange", plan.public_id)
        where = reverse("agencies:arrange", args=[plan.public_id])
        response = son.post(where, {**form, "viec": "trinh"}, follow=True)
        assert "Waiting for the second person" in text_of(response)
        page = text_of(thu.get(reverse("agencies:plan", args=[plan.public_id])))
        assert "UBND phường Hồ Gươm" in page
        apply = reverse("agencies:apply", args=[plan.public_id])
        response = thu.post(apply, plan_form(thu, plan), follow=True)
        assert "What moved" in text_of(response)
        plan.refresh_from_db()
        assert plan.state == State.APPLIED
        direction.dossier.refresh_from_db()
        assert direction.dossier.agency == heir_agency(plan)

    def test_the_page_of_the_preparer_has_no_button_to_apply(self, world, son):
        plan = prepared(world)
        put_forward(world, plan)
        page = text_of(son.get(reverse("agencies:plan", args=[plan.public_id])))
        assert "Apply now" not in page
        assert "Another person applies it" in page
        form = {"form_key": "", "version": plan.version}
        assert son.post(reverse("agencies:apply", args=[plan.public_id]), form).status_code == 403
        plan.refresh_from_db()
        assert plan.state == State.READY

    def test_the_same_form_twice_leads_to_the_same_result(self, world, thu):
        plan = prepared(world)
        put_forward(world, plan)
        form = plan_form(thu, plan)
        apply = reverse("agencies:apply", args=[plan.public_id])
        first, second = thu.post(apply, form), thu.post(apply, form)
        assert first.status_code == second.status_code == 302
        assert first.headers["Location"] == second.headers["Location"]
        assert Agency.objects.filter(code="P-MOI").count() == 1

    def test_somebody_was_faster(self, world, thu):
        plan = prepared(world)
        put_forward(world, plan)
        form = plan_form(thu, plan)
        applied_by_another = {**form, "form_key": ""}
        apply = reverse("agencies:apply", args=[plan.public_id])
        assert thu.post(apply, applied_by_another).status_code == 302
        response = thu.post(apply, form)
        assert response.status_code == 409
        assert "Đỗ Minh Thu already applied it at 09:00 25/11/2026." in text_of(response)

    def test_the_second_person_gives_the_password_again(self, world, thu, wall_clock):
        """Ten minutes after it was last given (S10); nothing happens before it is right."""
        plan = prepared(world)
        put_forward(world, plan)
        wall_clock(NOW + timedelta(minutes=11))
        page = text_of(thu.get(reverse("agencies:plan", args=[plan.public_id])))
        assert "Your password" in page
        form = plan_form(thu, plan)
        apply = reverse("agencies:apply", args=[plan.public_id])
        for typed in ("", "sai rồi"):
            assert thu.post(apply, {**form, "password": typed}).status_code == 422
        plan.refresh_from_db()
        assert plan.state == State.READY
        assert thu.post(apply, {**form, "password": PASSWORD}).status_code == 302
        plan.refresh_from_db()
        assert plan.state == State.APPLIED


class TestSettingUp:
    @pytest.mark.parametrize(
        ("view", "changes", "words"),
        [
            ("rename", {"formers": "Hoàn"}, "No agency of today fits “Hoàn”"),
            ("rename", {"formers": "VP"}, "The City Office keeps its desks"),
            ("rename", {"code": "P-00004"}, "P-00004 is in use."),
            ("rename", {"code": "P 1/2"}, "A code has letters"),
            ("rename", {"effective_on": "25/09/2026"}, "Choose a day between"),
            ("rename", {"document_on": "26/11/2026"}, "This date cannot be after today"),
            ("rename", {"document": "khong so"}, "Write number and symbol as on the paper"),
            ("merge", {}, "Name at least two agencies."),
            ("merge", {"formers": "P-00070\nP-00070"}, "Name each agency once."),
            ("close", {"successor": "P-00070"}, "An agency cannot be its own successor."),
            ("split", {"code_1": "P-A", "name_1": "A"}, "Code of successor 2"),
            ("split", {"code_1": "P-A", "code_2": "P-B", "name_2": "B"}, "Write the name of the"),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_lost(self, son, view, changes, words):
        response = set_up(son, view, **changes)
        assert response.status_code == 422
        assert words in text_of(response)
        assert "1656/NQ-UBTVQH15" in text_of(response) or "khong so" in text_of(response)
        assert not Reorganisation.objects.exists()

    def test_a_merger_by_names_and_codes(self, world, son):
        formers = "UBND phường Hoàn Kiếm\nP-00004"
        set_up(son, "merge", formers=formers)
        plan = Reorganisation.objects.get()
        assert set(plan.formers.all()) == {world.ward, world.other_ward}

    def test_a_closure(self, world, son):
        set_up(son, "close", successor="P-00004")
        plan = Reorganisation.objects.get()
        assert plan.heirs[0]["agency_id"] == world.other_ward.pk

    def test_a_division_with_single_matters_elsewhere(self, world, son):
        first, second = world.directed(hanoi(2026, 11, 25, 8)), world.draft()
        changes = {"code_1": "P-00070", "name_1": "UBND phường A", "code_2": "P-00004"}
        set_up(son, "split", **changes)
        plan = Reorganisation.objects.get()
        form = open_form(son, "agencies:arrange", plan.public_id)
        assert form[f"item_{second.code}"] == ""
        form |= {f"item_{second.code}": "2", "viec": "trinh"}
        where = reverse("agencies:arrange", args=[plan.public_id])
        assert son.post(where, form).status_code == 302
        plan.refresh_from_db()
        assert plan.choices["items"] == {second.code: "2"}
        assert first.dossier.code in form_names(form)
        assert plan.state == State.READY

    def test_an_agency_is_in_one_pending_plan_at_a_time(self, world, son):
        prepared(world)
        response = set_up(son, "close", successor="P-00004")
        assert response.status_code == 422
        assert "in another reorganisation (1656/NQ-UBTVQH15)" in text_of(response)


class TestArranging:
    def test_a_head_may_become_an_officer(self, world, son):
        plan = prepared(world, Kind.CLOSE, heirs=[existing(world.other_ward)])
        post = Appointment.objects.get(user=world.hung)
        form = open_form(son, "agencies:arrange", plan.public_id)
        form |= {f"post_{post.pk}": "1:officer", f"title_{post.pk}": "Phó Chủ tịch"}
        where = reverse("agencies:arrange", args=[plan.public_id])
        assert son.post(where, {**form, "viec": "luu"}).status_code == 302
        plan.refresh_from_db()
        assert plan.choices["posts"][str(post.pk)] == {
            "key": "1", "role": "agency_officer", "title": "Phó Chủ tịch",
        }  # fmt: skip
        again = open_form(son, "agencies:arrange", plan.public_id)
        assert again[f"post_{post.pk}"] == "1:officer"

    def test_a_page_opened_before_somebody_saved_is_told(self, world, son):
        plan = prepared(world)
        old = open_form(son, "agencies:arrange", plan.public_id)
        where = reverse("agencies:arrange", args=[plan.public_id])
        fresh = open_form(son, "agencies:arrange", plan.public_id)
        assert son.post(where, {**fresh, "viec": "luu"}).status_code == 302
        response = son.post(where, {**old, "viec": "luu"})
        assert response.status_code == 409
        assert "since you opened the page" in text_of(response)

    def test_what_was_handed_over_is_no_longer_arranged(self, world, son):
        plan = prepared(world)
        put_forward(world, plan)
        assert son.get(reverse("agencies:arrange", args=[plan.public_id])).status_code == 409


class TestTakingBack:
    def test_the_administrator_arranges_it_anew(self, world, son):
        plan = prepared(world)
        put_forward(world, plan)
        where = reverse("agencies:withdraw", args=[plan.public_id])
        assert son.post(where, {**plan_form(son, plan), "viec": "sua"}).status_code == 302
        plan.refresh_from_db()
        assert plan.state == State.PREPARING

    def test_cancelling_needs_a_reason(self, world, thu):
        plan = prepared(world)
        put_forward(world, plan)
        where = reverse("agencies:withdraw", args=[plan.public_id])
        response = thu.post(where, {**plan_form(thu, plan), "viec": "huy"})
        assert response.status_code == 422
        assert "Say why it is cancelled." in text_of(response)
        form = {**plan_form(thu, plan), "viec": "huy", "reason": "Nghị quyết hoãn."}
        assert thu.post(where, form).status_code == 302
        plan.refresh_from_db()
        assert (plan.state, plan.remark) == (State.CANCELLED, "Nghị quyết hoãn.")


def test_the_pages_ask_the_same_for_one_matter_and_for_twenty(world, son):
    heirs = [new("1", "P-A", "A"), existing(world.other_ward, "2")]
    plan = prepared(world, Kind.SPLIT, heirs=heirs)
    pages = [reverse(f"agencies:{view}", args=[plan.public_id]) for view in ("plan", "arrange")]
    world.directed(hanoi(2026, 11, 25, 8))
    once = [queries(son, page) for page in pages]
    for minute in range(1, 20):
        world.directed(hanoi(2026, 11, 25, 8, minute))
    assert [queries(son, page) for page in pages] == once
    assert max(once) <= 20


def test_the_list_asks_the_same_for_one_plan_and_for_many(world, son):
    where = reverse("agencies:reorganisations")
    wards = Agency.objects.as_of(NOW.date()).filter(code__startswith="P-").order_by("code")[:8]
    plans = [
        prepared(world, formers=[ward], heirs=[new(code=f"P-M{number}", name=f"Phường {number}")])
        for number, ward in enumerate(wards[:2])
    ]
    applied(world, plans[0])
    once = queries(son, where)
    for number, ward in enumerate(wards[2:], start=2):
        heir = new(code=f"P-M{number}", name=f"Phường {number}")
        plan = prepared(world, formers=[ward], heirs=[heir])
        if number % 2:
            applied(world, plan)
    assert queries(son, where) == once


class TestWhatIsShown:
    def test_no_business_content_reaches_the_administrator(self, world, son):
        """Counts and codes alone (S5): neither the matter nor a question nor a task's text."""
        direction = world.directed(hanoi(2026, 11, 25, 8))
        world.consulted(agencies=[world.other_ward])
        plan = prepared(
            world, Kind.SPLIT, heirs=[new("1", "P-A", "A"), existing(world.other_ward, "2")]
        )
        for view in ("plan", "arrange"):
            page = text_of(son.get(reverse(f"agencies:{view}", args=[plan.public_id])))
            assert direction.dossier.matter not in page
            assert "Giải trình căn cứ" not in page
            assert "Đề nghị cho ý kiến" not in page
        assert direction.dossier.code in page

    @pytest.mark.parametrize(
        ("name", "status"),
        [("lan", 404), ("hung", 404), ("minh", 404), ("hoa", 404), ("an", 200), ("phuc", 200)],
    )
    def test_who_may_look_at_it(self, world, sign_in, name, status):
        plan = prepared(world)
        browser = sign_in(getattr(world, name))
        response = browser.get(reverse("agencies:plan", args=[plan.public_id]))
        assert response.status_code == status

    def test_the_life_of_an_agency(self, world, son):
        plan = applied(world, prepared(world, heirs=[new(code="P-00070")]))
        page = text_of(son.get("/don-vi/P-00070/"))
        assert page.count("UBND phường Hồ Gươm") > 1
        assert "until 24/11/2026" in page
        assert "from 25/11/2026" in page
        assert plan.document in page
        assert son.get("/don-vi/P-99999/").status_code == 404

    def test_the_list_of_a_day(self, world, sign_in):
        lan = in_english(sign_in(world.lan))
        assert "Quận Hoàn Kiếm" not in text_of(lan.get("/don-vi/?q=hoan+kiem"))
        then = text_of(lan.get("/don-vi/?q=hoan+kiem&ngay=30/06/2025"))
        assert "quận Hoàn Kiếm" in then or "Quận Hoàn Kiếm" in then
        assert "no date" in text_of(lan.get("/don-vi/?ngay=31/02/2026"))
