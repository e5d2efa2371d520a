"""An agency sees its own and nothing of another's; the City sees no drafts (invariants 37 and 40).

Tuấn is clerk of another ward. For him Lan's dossier does not exist, whatever he asks.
"""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actors
from accounts.models import Appointment
from accounts.roles import Role
from dossiers import transitions as verbs
from dossiers.models import Attachment, Dossier
from dossiers.transitions import ReportFacts
from dossiers.urls import urlpatterns
from ledger import recording
from tests.dossiers.desk import open_form, pdf, submission
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db

#: Words that occur in Lan's dossier and nowhere else.
MATTER, LETTER, QUESTION = "Cải tạo hồ Thiền Quang", "777/TTr-LAN", "Vì sao chậm lấy ý kiến dân?"
ANSWER, FILE, REASON = "Đã lấy ý kiến ba lần", "ban-ve-ho-thien-quang.pdf", "Chủ tịch nằm viện"


@pytest.fixture
def hers(world) -> Dossier:
    """Lan's dossier with everything that could leak; its limit is overdue by now."""
    begin = NOW - timedelta(days=12)
    files = {
        Attachment.Purpose.LETTER: [world.staged(world.lan, FILE, begin)],
        Attachment.Purpose.DRAFT: [world.staged(world.lan, FILE, begin)],
    }
    dossier = verbs.log_submission(
        facts=world.facts(
            begin, matter=MATTER, letter_ref=LETTER, gate_exception=REASON, signed_by="Lê Thị Phó"
        ),
        agency=world.ward, files=files, by=world.by(world.lan, begin), now=begin,
    )  # fmt: skip
    verbs.submit(dossier, version=None, by=world.by(world.lan, begin), now=begin)
    direction = verbs.direct_explanation(
        dossier, kind="explain", text=QUESTION, version=None, by=world.by(world.minh, begin),
        now=begin,
    )  # fmt: skip
    verbs.prepare_report(
        direction, facts=ReportFacts(text=ANSWER), files={}, version=None,
        by=world.by(world.lan, begin), now=begin,
    )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def traces(dossier: Dossier) -> list[str]:
    ids = dossier.attachments.values_list("public_id", flat=True)
    return [
        MATTER, "Thiền Quang", LETTER, QUESTION, ANSWER, FILE, REASON, "Lê Thị Phó",
        dossier.code, "Hoàn Kiếm", "Trần Thị Lan", "Nguyễn Văn Hùng", *map(str, ids),
    ]  # fmt: skip


def pages_of(dossier: Dossier) -> list[str]:
    """Every address that names the dossier or one of its files, read from the resolver."""
    found = [
        reverse(f"dossiers:{pattern.name}", args=[dossier.code])
        for pattern in urlpatterns
        if "code" in pattern.pattern.converters
    ]
    files = dossier.attachments.values_list("public_id", flat=True)
    return found + [reverse("dossiers:file", args=[file]) for file in files]


def nowhere(dossier: Dossier, address: str) -> str:
    """The same address of a dossier that never was."""
    return re.sub("tep/[^/]+", f"tep/{uuid.uuid4()}", address.replace(dossier.code, "HS2026-99999"))


def without_its_number(response) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers, but for the number of the request."""
    number = response.headers["X-Request-ID"]
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    headers.pop("Content-Length", None)
    body = response.content.replace(number.encode(), b"")
    body = re.sub(rb'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"', b"", body)
    return response.status_code, body, headers


class TestForTuanItDoesNotExist:
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_every_address_of_it_is_answered_like_one_that_never_was(
        self, world, hers, sign_in, method
    ):
        tuan = sign_in(world.tuan)
        addresses = pages_of(hers)
        assert len(addresses) >= 12
        for address in addresses:
            his = getattr(tuan, method)(address)
            other = getattr(tuan, method)(nowhere(hers, address))
            assert his.status_code in {404, 405}, address
            assert without_its_number(his) == without_its_number(other), address

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
    def test_other_methods_tell_nothing_either(self, world, hers, sign_in, method):
        tuan = sign_in(world.tuan)
        for address in pages_of(hers):
            his = getattr(tuan, method)(address)
            assert his.status_code == 405
            assert without_its_number(his) == without_its_number(
                getattr(tuan, method)(nowhere(hers, address))
            )

    def test_nothing_he_posts_there_changes_it(self, world, hers, sign_in):
        tuan, before = sign_in(world.tuan), Dossier.objects.filter(pk=hers.pk).values().get()
        form = {
            "form_key": str(uuid.uuid4()), "version": hers.version, "viec": "gui",
            "matter": "Chiếm", "text": "Chiếm", "ref": "1/BC-X", "kind": "explain",
            "letter_file": pdf(),
        }  # fmt: skip
        for address in pages_of(hers):
            assert tuan.post(address, form).status_code in {404, 405}
        assert Dossier.objects.filter(pk=hers.pk).values().get() == before

    def test_no_byte_of_it_is_in_any_page_list_count_or_search(self, world, hers, sign_in):
        tuan = sign_in(world.tuan)
        ward = world.ward.pk
        asked = [
            reverse("dossiers:list"),
            *(
                f"{reverse('dossiers:list')}?{query}"
                for query in (
                    "q=Thi%E1%BB%81n+Quang", f"q={hers.code}", "q=777/TTr-LAN",
                    "trang-thai=explanation_due", "don-vi=Hoan+Kiem", "don-vi=P-00070",
                )
            ),
            reverse("dossiers:mine"),
            reverse("dashboards:limits"),
            *(
                f"{reverse('dashboards:limits')}?{query}"
                for query in ("tinh-trang=qua-han", f"don-vi={ward}", "tuoi=6-10")
            ),
            reverse("accounts:inbox"),
            reverse("dossiers:log"),
            "/",
        ]  # fmt: skip
        for address in asked:
            response = tuan.get(address, follow=True)
            assert response.status_code == 200, address
            page = response.content.decode()
            echoed = address.partition("?")[2]  # his own words come back to him, and the public
            for trace in traces(hers):  # name of an agency that he asked for
                if trace in {hers.code, LETTER, "Thiền Quang"} and "q=" in echoed:
                    continue
                if trace == "Hoàn Kiếm" and "don-vi=" in echoed:
                    continue
                assert trace not in page, (trace, address)

    @pytest.mark.parametrize(
        "query", ["", "q=Thien+Quang", "trang-thai=explanation_due", "don-vi=Hoan+Kiem"]
    )
    def test_lists_and_counts_are_what_they_were_before_it_came(
        self, world, sign_in, query, request
    ):
        tuan = sign_in(world.tuan)
        addresses = [f"{reverse('dossiers:list')}?{query}", reverse("dossiers:mine"), "/thoi-han/"]
        before = [without_its_number(tuan.get(address))[1] for address in addresses]
        request.getfixturevalue("hers")
        after = [without_its_number(tuan.get(address))[1] for address in addresses]
        assert before == after

    def test_his_overview_counts_nothing_of_hers(self, world, hers, sign_in):
        response = sign_in(world.tuan).get(reverse("dashboards:overview"))
        assert {tile.value for tile in response.context["tiles"][:3]} == {"0"}
        assert {tile.value for tile in response.context["news"]} == {"0"}
        for word in (hers.code, hers.matter, world.ward.name, world.hung.full_name):
            assert word not in response.content.decode()
        assert not any(trace in response.content.decode() for trace in traces(hers))

    def test_the_system_administrator_reads_no_dossier(self, world, hers, sign_in):
        son = sign_in(world.son)
        for address in pages_of(hers):
            assert son.get(address).status_code == 404
        for view in ("dossiers:list", "dossiers:mine", "dashboards:limits", "dashboards:overview"):
            assert son.get(reverse(view)).status_code == 403

    def test_he_cannot_log_for_her_ward(self, world, sign_in):
        tuan = sign_in(world.tuan)
        response = tuan.post(reverse("dossiers:log"), submission(tuan, agency=str(world.ward.pk)))
        assert response.status_code == 422
        assert not Dossier.objects.exists()


class TestAnonymous:
    def test_is_sent_to_sign_in_from_every_page_and_told_nothing(self, hers, wall_clock):
        client = Client()
        for address in pages_of(hers):
            for method in (client.get, client.head, client.post):
                response = method(address)
                assert response.status_code == 302
                assert response.headers["Location"].startswith("/dang-nhap/?next=/ho-so/")
                assert not response.content


class TestDraftsStayAtTheAgency:
    CITY = ("minh", "thu", "phuc", "hoa", "an")

    def test_nobody_of_the_city_sees_a_draft(self, world, sign_in):
        draft = world.draft(matter=MATTER)
        for name in self.CITY:
            browser = sign_in(getattr(world, name))
            for address in pages_of(draft):
                response = browser.get(address)
                assert response.status_code == 404, (name, address)
            page = browser.get(f"{reverse('dossiers:list')}?q=Thien").content.decode()
            assert draft.code not in page and MATTER not in page

    def test_everybody_of_the_agency_does(self, world, sign_in):
        draft = world.draft(matter=MATTER)
        for user in (world.lan, world.hung):
            assert (
                sign_in(user).get(reverse("dossiers:detail", args=[draft.code])).status_code == 200
            )

    def test_a_city_post_in_an_agency_opens_none_of_its_drafts(self, world):
        """Hoa inspects for Home Affairs; what its clerks are drafting is not hers."""
        with recording.recorded(may_be_idle=True):
            mai = person("mai", "Ngô Mai", Role.AGENCY_CLERK, world.home_affairs, "Văn thư")
        draft = verbs.log_submission(
            facts=world.facts(), agency=world.home_affairs, files={}, by=world.by(mai), now=NOW
        )
        visible = Dossier.objects.visible_to
        assert visible(world.by(mai)).get() == draft
        assert not visible(world.by(world.hoa)).exists()

    def test_what_the_agency_is_still_writing_is_not_in_the_citys_page(self, world, hers, sign_in):
        page = sign_in(world.minh).get(reverse("dossiers:detail", args=[hers.code]))
        assert QUESTION in page.content.decode()
        assert ANSWER not in page.content.decode()


class TestPostsOfOnePersonInTwoPlaces:
    def test_a_post_opens_only_what_it_carries_the_right_for(self, world, hers):
        """Clerk in Ba Đình, system administrator in Hoàn Kiếm: Lan's dossier stays closed."""
        with recording.recorded(may_be_idle=True):
            both = person("both", "Đặng Hai Nơi", Role.AGENCY_CLERK, world.other_ward, "Văn thư")
            person("both", "", Role.SYSTEM_ADMINISTRATOR, world.ward, "Quản trị")
        assert not Dossier.objects.visible_to(world.by(both)).exists()

    def test_two_clerks_posts_open_both(self, world, hers):
        with recording.recorded(may_be_idle=True):
            both = person("both", "Đặng Hai Nơi", Role.AGENCY_CLERK, world.other_ward, "Văn thư")
            person("both", "", Role.AGENCY_CLERK, world.ward, "Văn thư")
        assert Dossier.objects.visible_to(world.by(both)).get() == hers


class TestRightsChangeAtOnce:
    """Invariant 40: the next request of an open session is refused."""

    def test_a_closed_account_is_out_with_its_next_click(self, world, hers, sign_in):
        lan = sign_in(world.lan)
        assert lan.get(reverse("dossiers:detail", args=[hers.code])).status_code == 200
        with recording.recorded(may_be_idle=True):
            world.lan.is_active = False
            world.lan.save()
        response = lan.get(reverse("dossiers:detail", args=[hers.code]))
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("accounts:sign_in"))

    def test_a_post_that_ended_yesterday_opens_nothing_today(self, world, hers, sign_in):
        lan = sign_in(world.lan)
        form = open_form(lan, "dossiers:report", hers.code)
        with recording.recorded(may_be_idle=True):
            Appointment.objects.filter(user=world.lan).update(ended_on=date(2026, 11, 24))
        where = reverse("dossiers:report", args=[hers.code])
        assert lan.post(where, {**form, "text": "Sau khi nghỉ"}).status_code == 404
        assert lan.get(where).status_code == 404
        assert lan.get(reverse("dossiers:list")).status_code == 403

    def test_a_post_ends_with_hanois_midnight(self, world, hers):
        with recording.recorded(may_be_idle=True):
            Appointment.objects.filter(user=world.lan).update(ended_on=date(2026, 11, 24))
        last, first = hanoi(2026, 11, 24, 23, 59, 59), hanoi(2026, 11, 25)
        assert Dossier.objects.visible_to(world.by(world.lan, last)).exists()
        assert not Dossier.objects.visible_to(world.by(world.lan, first)).exists()

    def test_a_transfer_moves_what_she_sees(self, world, hers, sign_in):
        lan = sign_in(world.lan)
        with recording.recorded(may_be_idle=True):
            Appointment.objects.filter(user=world.lan).update(ended_on=date(2026, 11, 24))
            person(
                "lan", "", Role.AGENCY_CLERK, world.other_ward, "Văn thư", since=date(2026, 11, 25)
            )
        assert lan.get(reverse("dossiers:detail", args=[hers.code])).status_code == 404
        actor = actors.person(world.lan, date(2026, 11, 25))
        assert actor.agency_ids() == {world.other_ward.pk}
