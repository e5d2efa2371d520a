"""An agency that is asked for its opinion sees what it needs to answer, and nothing else of the
dossier; everybody else sees what they saw before (invariant 37).

Tuấn is clerk of the ward that is asked, Hải its head; Giang is clerk of a third ward.
"""

import pytest
from django.urls import reverse

from accounts.roles import Role
from agencies.models import Agency
from dossiers import transitions as verbs
from dossiers.models import Attachment, Consultation, Dossier
from ledger import recording
from tests.dossiers.desk import open_form, pdf, text_of
from tests.dossiers.test_isolation import nowhere, pages_of, without_its_number
from tests.world import NOW, person

pytestmark = pytest.mark.django_db

QUESTION = "Phương án có phù hợp quy hoạch phường bên không?"
SUMMARY, PROPOSAL = "Tóm tắt chỉ để Thành phố đọc", "Đề xuất trình Phó Chủ tịch"
OTHERS_OPINION, RETURNED = "Sở cho rằng chưa đủ vốn", "Thiếu bảng tính hao mòn"


@pytest.fixture
def hai(world):
    with recording.recorded(may_be_idle=True):
        return person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")


@pytest.fixture
def giang(world):
    third = Agency.objects.as_of(NOW.date()).filter(kind="phuong").exclude(
        pk__in=(world.ward.pk, world.other_ward.pk)
    )[0]  # fmt: skip
    with recording.recorded(may_be_idle=True):
        return person("giang", "Cao Hương Giang", Role.AGENCY_CLERK, third, "Văn thư")


@pytest.fixture
def asked(world) -> Dossier:
    """Returned once, submitted again, then sent to Tuấn's ward and Home Affairs for opinions."""
    dossier = world.submitted()
    phuc, lan = world.by(world.phuc), world.by(world.lan)
    verbs.return_for_form(
        dossier, reason="composition", text=RETURNED, version=None, by=phuc, now=NOW
    )
    verbs.resubmit(dossier, version=None, by=lan, now=NOW)
    verbs.receive(dossier, version=None, by=phuc, now=NOW)
    verbs.consult(
        dossier, agencies=[world.other_ward, world.home_affairs], question=QUESTION, due_on=None,
        version=None, by=phuc, now=NOW,
    )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def detail(browser, dossier):
    return browser.get(reverse("dossiers:detail", args=[dossier.code]))


def answer_of_home_affairs(world, dossier) -> None:
    with recording.recorded(may_be_idle=True):
        thanh = person("thanh", "Vũ Thị Thanh", Role.AGENCY_HEAD, world.home_affairs, "Giám đốc")
    verbs.answer_consultation(
        Consultation.objects.get(dossier=dossier, agency=world.home_affairs),
        position="other", text=OTHERS_OPINION, ref="99/SNV-CB",
        files={"opinion": [world.staged(thanh, "y-kien-so.pdf")]},
        version=None, by=world.by(thanh), now=NOW,
    )  # fmt: skip


class TestTheAskedAgency:
    def test_sees_the_page_from_the_moment_it_is_asked(self, world, sign_in, wall_clock):
        dossier, tuan = world.received(), sign_in(world.tuan)
        assert detail(tuan, dossier).status_code == 404
        verbs.consult(
            dossier, agencies=[world.other_ward], question=QUESTION, due_on=None, version=None,
            by=world.by(world.phuc), now=NOW,
        )  # fmt: skip
        page = detail(tuan, dossier)
        assert page.status_code == 200
        assert QUESTION in text_of(page)
        assert "123/TTr-UBND" in text_of(page)

    def test_gets_what_was_submitted_and_no_other_file(self, world, asked, sign_in):
        answer_of_home_affairs(world, asked)
        tuan = sign_in(world.tuan)
        page = text_of(detail(tuan, asked))
        assert "to-trinh.pdf" in page and "du-thao.pdf" in page and "y-kien-so.pdf" not in page
        visible = Attachment.objects.visible_to(world.by(world.tuan))
        assert set(visible.values_list("purpose", flat=True)) == {"letter", "draft"}
        hidden = Attachment.objects.get(purpose="opinion")
        assert tuan.get(reverse("dossiers:file", args=[hidden.public_id])).status_code == 404

    def test_reads_nothing_of_returns_slips_timeline_and_other_agencies(
        self, world, asked, hai, sign_in
    ):
        answer_of_home_affairs(world, asked)
        verbs.answer_consultation(
            Consultation.objects.get(dossier=asked, agency=world.other_ward),
            position="agrees", text="", ref="", files={}, version=None, by=world.by(hai), now=NOW,
        )  # fmt: skip
        verbs.put_to_leader(
            asked, summary=SUMMARY, proposal=PROPOSAL, version=None, by=world.by(world.phuc),
            now=NOW,
        )  # fmt: skip
        for user in (world.tuan, hai):
            page = text_of(detail(sign_in(user), asked))
            for secret in (
                RETURNED, SUMMARY, PROPOSAL, OTHERS_OPINION, "Sở Nội vụ", "99/SNV-CB",
                "Trần Thị Lan", "Nguyễn Văn Hùng",
            ):  # fmt: skip
                assert secret not in page, secret

    def test_its_head_answers_and_its_clerk_does_not(self, world, asked, hai, sign_in):
        where = reverse("dossiers:answer", args=[asked.code])
        assert sign_in(world.tuan).get(where).status_code in {403, 404}
        browser = sign_in(hai)
        assert where in detail(browser, asked).content.decode()
        form = open_form(browser, "dossiers:answer", asked.code)
        typed = {"position": "disagrees", "text": "Chồng lấn ranh giới.", "ref": "45/UBND"}
        sent = {**form, **typed, "opinion_files": pdf("y-kien.pdf")}
        answers = [browser.post(where, sent) for _ in range(2)]
        assert {answer.status_code for answer in answers} == {302}
        opinion = Consultation.objects.get(agency=world.other_ward)
        assert (opinion.position, opinion.answered_by) == ("disagrees", hai)
        page = text_of(detail(browser, asked))
        assert "Chồng lấn ranh giới." in page and "y-kien.pdf" in page
        assert where not in page
        assert browser.get(where).status_code == 302  # the question is settled

    def test_a_position_is_needed_and_another_than_yes_needs_words(
        self, world, asked, hai, sign_in
    ):
        browser = sign_in(hai)
        where = reverse("dossiers:answer", args=[asked.code])
        form = open_form(browser, "dossiers:answer", asked.code)
        for typed in ({"position": ""}, {"position": "disagrees"}, {"position": "silent"}):
            assert browser.post(where, {**form, **typed}).status_code == 422
        assert not Consultation.objects.exclude(position="").exists()

    def test_every_other_page_of_the_dossier_stays_closed(self, world, asked, hai, sign_in):
        own = {
            reverse("dossiers:detail", args=[asked.code]),
            reverse("dossiers:answer", args=[asked.code]),
            reverse("dossiers:ask_extension", args=[asked.code]),  # of the limit that it owes
        }
        for user in (world.tuan, hai):
            browser = sign_in(user)
            for address in pages_of(asked):
                if address in own or "/tep/" in address:
                    continue
                for method in (browser.get, browser.post):
                    assert method(address).status_code in {403, 404, 405}, address

    def test_lists_and_search_stay_their_own(self, world, asked, sign_in):
        page = sign_in(world.tuan).get(f"{reverse('dossiers:list')}?q=pho+co")
        assert asked.code not in page.content.decode()
        assert not Dossier.objects.visible_to(world.by(world.tuan)).exists()

    def test_its_work_shows_the_limit_it_owes(self, world, asked, sign_in):
        page = sign_in(world.tuan).get(reverse("dossiers:mine"))
        limits = sign_in(world.tuan).get(reverse("dashboards:limits"))
        assert asked.code in limits.content.decode()
        assert page.status_code == 200


class TestEverybodyElse:
    def test_for_a_third_agency_it_does_not_exist(self, world, asked, giang, sign_in):
        browser = sign_in(giang)
        for address in pages_of(asked):
            for method in (browser.get, browser.post):
                his, other = method(address), method(nowhere(asked, address))
                assert his.status_code in {404, 405}, address
                assert without_its_number(his) == without_its_number(other), address

    def test_the_system_administrator_reads_nothing(self, world, asked, sign_in):
        assert detail(sign_in(world.son), asked).status_code == 404

    def test_the_submitting_agency_sees_who_is_asked_and_not_what_they_say(
        self, world, asked, sign_in
    ):
        answer_of_home_affairs(world, asked)
        page = text_of(detail(sign_in(world.lan), asked))
        assert "Sở Nội vụ" in page and QUESTION in page
        assert OTHERS_OPINION not in page and "y-kien-so.pdf" not in page
        hidden = Attachment.objects.get(purpose="opinion")
        where = reverse("dossiers:file", args=[hidden.public_id])
        assert sign_in(world.lan).get(where).status_code == 404

    def test_the_city_reads_it_all(self, world, asked, sign_in):
        answer_of_home_affairs(world, asked)
        for user in (world.minh, world.phuc, world.hoa, world.an):
            page = text_of(detail(sign_in(user), asked))
            assert OTHERS_OPINION in page and "y-kien-so.pdf" in page and RETURNED in page


class TestPapersOfTheCity:
    def test_cover_slips_and_drafts_are_not_for_agencies(self, world, sign_in):
        dossier = world.received()
        phuc = world.by(world.phuc)
        verbs.put_to_leader(
            dossier, summary=SUMMARY, proposal=PROPOSAL, version=None, by=phuc, now=NOW
        )
        verbs.conclude(dossier, text="Đồng ý.", version=None, by=world.by(world.minh), now=NOW)
        draft = verbs.attach_draft_version(
            dossier, files={"office_draft": [world.staged(world.phuc, "du-thao-vp.docx")]},
            text="", version=None, by=phuc, now=NOW,
        )  # fmt: skip
        dossier.refresh_from_db()
        secrets = (SUMMARY, PROPOSAL, "du-thao-vp.docx")
        lan, minh = sign_in(world.lan), sign_in(world.minh)
        for secret in secrets:
            assert secret not in text_of(detail(lan, dossier)), secret
            assert secret in text_of(detail(minh, dossier)), secret
        where = reverse("dossiers:file", args=[draft.public_id])
        assert lan.get(where).status_code == 404
        # whoever comes too late is told what happened, without the City's papers
        late = lan.get(reverse("dossiers:edit", args=[dossier.code]))
        assert late.status_code == 409 and "du-thao-vp" not in text_of(late)
