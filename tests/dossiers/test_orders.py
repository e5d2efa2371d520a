"""Impossible orders: what papers state against what was recorded; shown, never blocked."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deadlines.published import published
from dossiers import importing, orders
from dossiers import transitions as verbs
from dossiers.models import Dossier
from dossiers.transitions import ReportFacts
from ledger import recording
from tests.dossiers.desk import text_of
from tests.dossiers.test_verbs import everything
from tests.world import NOW, hanoi

PAGE = "/ho-so/thu-tu-bat-thuong/"
MONDAY = hanoi(2026, 11, 16, 9)


def kinds(dossier: Dossier) -> list[str]:
    """The kinds found in a dossier, in the order of the table."""
    found = orders.of_dossier(dossier, calendar=published().calendar)
    slugs = [finding.kind.slug for finding in found]
    return [slug for slug in orders.BY_SLUG for _ in range(slugs.count(slug))]


def answered(world, asked_at: datetime, at: datetime, stated_on: date | None = None) -> Dossier:
    """A dossier whose head answered at an instant, with a paper of some date."""
    direction = world.directed(asked_at)
    verbs.report_back(
        direction,
        facts=ReportFacts(text="Căn cứ là Luật.", stated_on=stated_on, late_reason="Chờ ý kiến"),
        files={}, version=None, by=world.by(world.hung, at), now=at,
    )  # fmt: skip
    return direction.dossier


def issued(world, concluded_at: datetime, at: datetime, issued_on: date) -> Dossier:
    """A dossier whose notice was filed at an instant, with a document of some date."""
    dossier = answered(world, concluded_at - timedelta(days=4), concluded_at - timedelta(hours=1))
    verbs.conclude(dossier, text="Đồng ý.", version=None, by=world.by(world.minh), now=concluded_at)
    verbs.issue_notice(
        dossier, ref="12/TB-VP", issued_on=issued_on, late_reason="Chờ ký", files={}, version=None,
        by=world.by(world.phuc), now=at,
    )  # fmt: skip
    return dossier


class TestPapersAndActs:
    @pytest.mark.parametrize(
        ("stated_on", "expected"),
        [
            (date(2026, 11, 15), ["tra-loi-truoc"]),
            (date(2026, 11, 16), []),  # on the day of the request, perhaps an hour later
            (date(2026, 11, 17), []),
            (None, []),
        ],
    )
    def test_a_report_dated_before_it_was_asked_for(self, world, stated_on, expected):
        assert kinds(answered(world, MONDAY, hanoi(2026, 11, 17, 9), stated_on)) == expected

    def test_the_day_is_hanois_not_greenwichs(self, world):
        """Asked at 00:30 on the 17th, which is the 16th in UTC: a report of the 16th is too old."""
        dossier = answered(
            world, hanoi(2026, 11, 17, 0, 30), hanoi(2026, 11, 17, 9), date(2026, 11, 16)
        )
        assert kinds(dossier) == ["tra-loi-truoc"]

    @pytest.mark.parametrize(
        ("issued_on", "expected"),
        [(date(2026, 11, 13), ["thong-bao-truoc"]), (date(2026, 11, 16), [])],
    )
    def test_a_document_dated_before_the_conclusion(self, world, issued_on, expected):
        assert kinds(issued(world, MONDAY, hanoi(2026, 11, 17, 9), issued_on)) == expected

    def test_a_letter_dated_after_its_submission_by_whatever_way_it_came(self, world):
        dossier = world.submitted()
        with recording.recorded(may_be_idle=True):
            Dossier.objects.filter(pk=dossier.pk).update(letter_on=date(2026, 11, 26))
        assert kinds(dossier) == ["to-trinh-sau"]

    @pytest.mark.parametrize("which", ["signed_on", "initialled_on"])
    def test_a_signature_later_than_the_letter(self, world, which):
        dossier = world.submitted(letter_on=date(2026, 11, 23), **{which: date(2026, 11, 25)})
        same = {"signed_on": date(2026, 11, 23), "initialled_on": date(2026, 11, 23)}
        other = world.submitted(letter_on=date(2026, 11, 23), **same)
        assert kinds(dossier) == ["ky-sau"]
        assert kinds(other) == []

    def test_a_draft_is_still_its_writers_own(self, world):
        dossier = world.draft(letter_on=date(2026, 11, 23), signed_on=date(2026, 11, 25))
        assert kinds(dossier) == []


class TestTooSoon:
    """Within two minutes of being opened; at two minutes it is not too soon."""

    @pytest.mark.parametrize(("seconds", "soon"), [(0, True), (119, True), (120, False)])
    def test_received_and_put_to_the_leader(self, world, seconds, soon):
        dossier, later = world.submitted(MONDAY), MONDAY + timedelta(hours=1)
        verbs.receive(dossier, version=None, by=world.by(world.phuc), now=later)
        verbs.put_to_leader(
            dossier, summary="Đủ.", proposal="Xem xét.", version=None, by=world.by(world.thu),
            now=later + timedelta(seconds=seconds),
        )  # fmt: skip
        assert kinds(dossier) == ["tham-tra-nhanh"] * soon

    @pytest.mark.parametrize(("seconds", "soon"), [(0, True), (119, True), (120, False)])
    def test_asked_and_answered(self, world, seconds, soon):
        dossier = answered(world, MONDAY, MONDAY + timedelta(seconds=seconds))
        assert kinds(dossier) == ["giai-trinh-nhanh"] * soon

    @pytest.mark.parametrize(("seconds", "soon"), [(0, True), (119, True), (120, False)])
    def test_concluded_and_issued(self, world, seconds, soon):
        at = MONDAY + timedelta(seconds=seconds)
        assert kinds(issued(world, MONDAY, at, MONDAY.date())) == ["phat-hanh-nhanh"] * soon

    def test_a_dossier_directed_at_once_was_not_verified_at_once(self, world):
        """A leader may ask as soon as it has come in; the Office did not pass it on."""
        dossier = world.submitted(MONDAY)
        verbs.receive(dossier, version=None, by=world.by(world.phuc), now=MONDAY)
        verbs.direct_explanation(
            dossier, kind="explain", text="Vì sao?", version=None, by=world.by(world.minh),
            now=MONDAY,
        )  # fmt: skip
        assert kinds(dossier) == []

    def test_history_from_paper_knows_no_minutes(self, world):
        sheet = importing.read_sheet(
            b"dossier_code,agency_name,directed_at,reported_at\n"
            b"C-1,VP,2026-11-02T09:00+07:00,2026-11-02T09:01+07:00\n",
            None,
        )
        assert importing.import_sheet(sheet, by=world.by(world.thu), now=NOW).accepted == 1
        assert kinds(Dossier.objects.get(code="C-1")) == []


class TestDatedBack:
    @pytest.mark.parametrize(("days", "old"), [(30, False), (31, True)])
    def test_a_letter_logged_long_after_its_date(self, world, days, old):
        day = NOW.date() - timedelta(days=days)
        dossier = world.submitted(letter_on=day, signed_on=day, initialled_on=day)
        assert kinds(dossier) == ["to-trinh-cu"] * old

    @pytest.mark.parametrize(
        ("stated_on", "old"),
        [
            (date(2026, 11, 19), False),  # Friday, Monday, Wednesday: three; Tuesday was off
            (date(2026, 11, 18), True),
        ],
    )
    def test_a_report_recorded_working_days_after_its_date(self, world, stated_on, old):
        assert kinds(answered(world, MONDAY, NOW, stated_on)) == ["bao-cao-lui-ngay"] * old

    @pytest.mark.parametrize(
        ("issued_on", "old"), [(date(2026, 11, 19), False), (date(2026, 11, 18), True)]
    )
    def test_a_document_filed_working_days_after_its_date(self, world, issued_on, old):
        assert kinds(issued(world, MONDAY, NOW, issued_on)) == ["van-ban-lui-ngay"] * old

    def test_tet_makes_no_paper_old(self, world):
        """Dated the day before the holidays of 2026, recorded the Monday after: one working day."""
        dossier = answered(world, hanoi(2026, 2, 13, 9), hanoi(2026, 2, 23, 9), date(2026, 2, 13))
        assert kinds(dossier) == []


class TestPages:
    def test_the_list_says_what_does_not_fit_and_what_to_do(self, world, sign_in):
        dossier = answered(world, MONDAY, hanoi(2026, 11, 17, 9), date(2026, 11, 13))
        page = sign_in(world.hoa).get(PAGE)
        [line] = page.context["lines"]
        assert (line["dossier"], line["finding"].stated) == (dossier, date(2026, 11, 13))
        for words in (line["finding"].kind.sentence, line["finding"].kind.advice, "13/11/2026"):
            assert str(words) in text_of(page)
        assert [(kind["title"], kind["count"]) for kind in page.context["kinds"]] == [
            (line["finding"].kind.title, 1)
        ]

    def test_a_kind_and_an_agency_filter_the_list(self, world, sign_in):
        answered(world, MONDAY, MONDAY, date(2026, 11, 13))
        browser = sign_in(world.thu)
        assert len(browser.get(PAGE).context["lines"]) == 2
        only = browser.get(f"{PAGE}?loai=giai-trinh-nhanh").context
        assert [line["finding"].kind.slug for line in only["lines"]] == ["giai-trinh-nhanh"]
        assert [chip["remove_url"] for chip in only["filters"]] == ["?"]
        assert browser.get(f"{PAGE}?don-vi=ba+dinh").context["lines"] == []
        assert browser.get(f"{PAGE}?loai=bao-cao-lui-ngay").context["lines"] == []
        assert browser.get(f"{PAGE}?loai=x").status_code == 200

    def test_it_looks_ninety_days_back_and_further_when_asked(self, world, sign_in):
        answered(world, hanoi(2026, 6, 1, 9), hanoi(2026, 6, 1, 9))
        browser = sign_in(world.thu)
        assert browser.get(PAGE).context["lines"] == []
        assert len(browser.get(f"{PAGE}?ky=365").context["lines"]) == 1
        assert len(browser.get(f"{PAGE}?ky=tat-ca").context["lines"]) == 1
        assert browser.get(f"{PAGE}?ky=x").context["asked"]["period"] == "90"

    def test_pages_follow_each_other(self, world, sign_in):
        for hour in range(30):
            at = MONDAY + timedelta(hours=hour)
            answered(world, at, at)
        first = sign_in(world.thu).get(PAGE).context["page"]
        second = sign_in(world.thu).get(PAGE + first.next_url).context["page"]
        assert (first.from_, first.to, first.total) == (1, 25, 30)
        assert (second.from_, second.to, second.next_url) == (26, 30, "")
        assert not {f.dossier_id for f in first.rows} & {f.dossier_id for f in second.rows}

    def test_an_agency_sees_its_own_alone(self, world, sign_in):
        dossier = answered(world, MONDAY, MONDAY)
        assert [line["dossier"] for line in sign_in(world.lan).get(PAGE).context["lines"]] == [
            dossier
        ]
        stranger = sign_in(world.tuan).get(PAGE)
        assert (stranger.context["lines"], stranger.context["kinds"]) == ([], [])
        assert dossier.code not in text_of(stranger)

    @pytest.mark.parametrize(
        ("who", "status"),
        [("thu", 200), ("minh", 200), ("hoa", 200), ("an", 200), ("hung", 200), ("son", 403)],
    )
    def test_who_opens_the_list(self, world, sign_in, who, status):
        assert sign_in(getattr(world, who)).get(PAGE).status_code == status

    def test_the_dossier_says_so_and_goes_on_all_the_same(self, world, sign_in):
        dossier = answered(world, MONDAY, MONDAY, date(2026, 11, 13))
        page = sign_in(world.minh).get(f"/ho-so/{dossier.code}/")
        assert {finding.kind.slug for finding in page.context["findings"]} == {
            "tra-loi-truoc",
            "giai-trinh-nhanh",
        }
        assert 'id="bat-thuong"' in text_of(page)
        verbs.conclude(dossier, text="Đồng ý.", version=None, by=world.by(world.minh), now=NOW)

    def test_reading_changes_nothing(self, world, sign_in):
        answered(world, MONDAY, MONDAY, date(2026, 11, 13))
        before = everything()
        sign_in(world.thu).get(PAGE)
        assert everything() == before

    @pytest.mark.parametrize(("who", "expected"), [("lan", 9), ("thu", 9)])
    def test_asks_the_same_for_one_row_and_for_twenty(self, world, sign_in, who, expected):
        browser = sign_in(getattr(world, who))

        def asked() -> int:
            browser.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(PAGE).status_code == 200
            return len(queries)

        answered(world, MONDAY, MONDAY, date(2026, 11, 13))
        once = asked()
        for hour in range(19):
            at = MONDAY + timedelta(hours=hour)
            answered(world, at, at, date(2026, 11, 9))
        assert asked() == once == expected
