"""Pages of analysis count what the lists behind them show, for everybody who may open them."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from html import unescape

import pytest

from agencies.models import Agency, Kind
from dashboards import figures
from dashboards.analysis import counting, ranking
from dashboards.analysis.asked import Asked
from dashboards.analysis.charts import Column, Part, columns, percentile
from dashboards.selection import AGES, select
from deadlines.models import DueDateRevision, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.transitions import meet, revise_due
from dossiers.models import Dossier, Report
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import in_english, text_of
from tests.world import NOW, hanoi

DAY = timedelta(days=1)
RULES = ("agency_report", "office_draft")
#: A number of a page with its link to the list of time limits.
LINKED = re.compile(r'<a href="(/thoi-han/\?[^"]+)"(?: title="[^"]*")?>([\d.,]+)</a>')
PAGES = ("", "don-vi/", "ban-do-nhiet/", "qua-han/", "so-ngay/", "chat-luong/", "khoi-luong/")


@pytest.fixture
def moment(world) -> Moment:
    return Moment(NOW, published().calendar)


@pytest.fixture
def year(world) -> list[TimeLimit]:
    """Limits of a year at four agencies of three kinds, of two rules: on time, late, overdue for a
    day or for months, running, extended and kept, extended and broken, extended and still open."""
    agencies = (world.ward, world.other_ward, world.home_affairs, world.office)
    found = []
    for n in range(28):
        start = hanoi(2026, 11, 24, 9) - timedelta(days=13 * n)
        limit = world.limit(start, rule_code=RULES[n % 2], agency=agencies[n % 4])
        found.append(limit)
        if n % 7 in (1, 2, 3):
            days = {1: 1, 2: 30, 3: 1}[n % 7]
            at = min(limit.due_at - timedelta(hours=30) + timedelta(days=days - 1), NOW)
            meet(limit, by=world.by(world.hung), now=at)
        elif n % 7 == 4:
            extend(world, limit, limit.due_at + timedelta(days=5), limit.due_at - timedelta(days=1))
            meet(limit, by=world.by(world.hung), now=limit.due_at - timedelta(days=2))
        elif n % 7 == 5:
            extend(world, limit, hanoi(2026, 11, 29), NOW - timedelta(hours=1))
    for days in (2, 3, 4, 5, 6, 8, 10, 11, 12, 20):
        found.append(world.limit(NOW - timedelta(days=days + 2), agency=agencies[days % 4]))
    return found


def extend(world, limit: TimeLimit, to: datetime, now: datetime) -> None:
    revise_due(
        limit,
        to=to,
        cause=DueDateRevision.Cause.EXTENSION,
        reason="Phức tạp.",
        document="5/UBND-TH",
        by=world.by(world.minh),
        now=now,
    )


def asked(moment: Moment, world, who: str = "minh", months: int = 12, **words: str) -> Asked:
    words = {name.replace("_", "-"): str(value) for name, value in words.items()}
    return Asked.read(words, world.by(getattr(world, who)), moment, months=months)


def four(found: dict) -> dict:
    return {
        key: c.figures.as_dict() for key, c in found.items() if any(c.figures.as_dict().values())
    }


def direct(moment: Moment, by: list[str], limits) -> dict:
    """The same from every limit, by the code of the ``figures`` command."""
    found = {}
    for row in figures.grouped(limits, moment.now, by):
        month = date.fromisoformat(f"{row['month']}-01") if row["month"] else None
        key = tuple({"agency": row["agency_id"], "month": month}[name] for name in by)
        found[key] = {name: row[name] for name in ("on_time", "late", "overdue", "running")}
    return {key: counts for key, counts in found.items() if any(counts.values())}


class TestCounts:
    def test_they_are_those_of_the_direct_count_whatever_is_asked(self, world, moment, year):
        for by in (["agency"], ["month"], ["agency", "month"]):
            for words in (
                {},
                {"don_vi": world.ward.pk},
                {"loai": Kind.WARD.value},
                {"quy_tac": "office_draft"},
                {"loai": Kind.WARD.value, "quy_tac": "agency_report"},
            ):
                question = asked(moment, world, **words)
                found = counting.counted(question, moment, by)
                if by[-1] == "month":
                    found = {(*key[:-1], counting.month_of(key[-1])): c for key, c in found.items()}
                limits = select(
                    TimeLimit.objects.all(),
                    {
                        **{name.replace("_", "-"): str(value) for name, value in words.items()},
                        "tu": "2025-12-01",
                        "den": "2026-11-30",
                    },
                    moment,
                )
                assert four(found) == direct(moment, by, limits), (by, words)
                assert found

    def test_rule_and_kind_of_agency(self, world, moment, year):
        found = counting.counted(asked(moment, world), moment, ["kind", "rule"])
        for (kind, rule), counts in found.items():
            words = {"loai": kind, "quy-tac": rule, "tu": "2025-12-01", "den": "2026-11-30"}
            limits = select(TimeLimit.objects.all(), words, moment)
            assert counts.figures == figures.total(limits, NOW)
        assert {rule for _kind, rule in found} == set(RULES)

    def test_gross_judges_by_the_first_due_date(self, world, moment, year):
        whole = counting.total(
            counting.counted(asked(moment, world, months=24), moment, ["month"]).values()
        )
        kept = broken = 0
        for limit in TimeLimit.objects.all():
            if limit.first_due_at <= (limit.met_at or NOW):
                broken += 1
            elif limit.met_at:
                kept += 1
        assert (whole.gross_kept, whole.gross_of) == (kept, kept + broken)
        assert whole.extended == 4, "met in time, but after the first due date"
        assert whole.running_past_first > 0

    def test_ages_are_those_of_the_list(self, world, moment, year):
        """With one limit for each number of working days, so that no edge of an age is missed."""
        for days in range(1, 13):
            start = moment.calendar.add_working_days(moment.today, -days - 2)
            world.limit(hanoi(start.year, start.month, start.day, 9))
        found = counting.overdue_by_age(asked(moment, world), moment, AGES)
        for agency in (world.ward, world.other_ward, world.home_affairs, world.office):
            for slug in AGES:
                words = {"tuoi": slug, "don-vi": str(agency.pk)}
                listed = select(TimeLimit.objects.all(), words, moment).count()
                assert found[agency.pk].get(slug, 0) == listed, (agency.code, slug)
        assert {slug for ages in found.values() for slug, n in ages.items() if n} == set(AGES)

    def test_what_is_open_now(self, world, moment, year):
        found = counting.open_now(asked(moment, world), moment)
        limits = TimeLimit.objects.filter(met_at=None)
        assert found[world.ward.pk] == (
            limits.counted_at(world.ward.pk).count(),
            limits.counted_at(world.ward.pk).overdue(NOW).count(),
        )

    def test_days_from_start_to_answer(self, world, moment, year):
        found = counting.days_taken(asked(moment, world, months=24), by_agency=False)
        taken = Counter(
            (limit.met_at + timedelta(hours=7)).date().toordinal()
            - (limit.started_at + timedelta(hours=7)).date().toordinal()
            for limit in TimeLimit.objects.exclude(met_at=None)
        )
        assert found == {None: dict(taken)}


@pytest.mark.parametrize("who", ["minh", "lan"])
def test_every_number_is_the_length_of_the_list_behind_it(world, year, sign_in, who):
    """Links of all pages, one of each kind."""
    browser = in_english(sign_in(getattr(world, who)))
    seen = {}
    narrowed = ("qua-han/?quy-tac=office_draft", "qua-han/?loai=phuong", "?loai=phuong&quy-tac=x")
    for page in (*PAGES, *narrowed) if who == "minh" else ("", "qua-han/"):
        body = browser.get(f"/phan-tich/{page}").content.decode()
        for href, number in LINKED.findall(body):
            if page not in ("ban-do-nhiet/", "so-ngay/"):  # rates and days, no counts
                seen[unescape(href)] = int(number.replace(",", "").replace(".", ""))
    kinds = {re.sub(r"\d+", "0", href): href for href in seen}
    assert len(kinds) > 6
    for href, number in ((href, seen[href]) for href in kinds.values()):
        assert browser.get(href).context["page"].total == number, href


class TestWhoSeesWhat:
    def test_a_clerk_sees_the_own_agency_alone(self, world, year, sign_in):
        lan = sign_in(world.lan)
        for page in ("", "qua-han/", "so-ngay/", "chat-luong/", "khoi-luong/"):
            for words in ("", f"?don-vi={world.other_ward.pk}", "?loai=so"):
                body = text_of(lan.get(f"/phan-tich/{page}{words}"))
                assert world.ward.name in body
                assert world.other_ward.name not in body
                assert world.home_affairs.name not in body

    def test_her_figures_are_those_of_her_agency(self, world, moment, year):
        question = asked(moment, world, "lan", don_vi=world.other_ward.pk)
        assert question.agency == world.ward.pk
        found = counting.counted(question, moment, ["agency"])
        assert {key for (key,) in found} == {world.ward.pk}

    def test_agencies_beside_each_other_are_for_the_city(self, world, sign_in):
        lan, son = sign_in(world.lan), sign_in(world.son)
        assert {lan.get(f"/phan-tich/{page}").status_code for page in PAGES[1:3]} == {403}
        assert {son.get(f"/phan-tich/{page}").status_code for page in PAGES} == {403}


@pytest.mark.once
class TestRanking:
    def test_few_outcomes_have_no_rank(self, world, moment, sign_in):
        """Eleven outcomes, seven of them late, are ranked; a single one on time is not."""
        for n in range(11):
            limit = world.limit(hanoi(2026, 10, 5 + n, 9))
            if n < 4:
                meet(limit, by=world.by(world.hung), now=hanoi(2026, 10, 5 + n, 10))
        single = world.limit(hanoi(2026, 10, 5, 9), agency=world.other_ward)
        meet(single, by=world.by(world.hung), now=hanoi(2026, 10, 5, 10))
        page = sign_in(world.minh).get("/phan-tich/don-vi/").context
        assert [(row.rank, row.line.label) for row in page["ranked"]] == [(1, world.ward.name)]
        assert [(row.rank, row.line.label) for row in page["few"]] == [
            (None, world.other_ward.name)
        ]

    def test_equal_rates_share_a_rank(self):
        counts = {
            1: counting.Counts(on_time=5, late=5),
            2: counting.Counts(on_time=10, late=10),
            3: counting.Counts(on_time=9, late=1),
        }
        assert ranking._places([2, 1, 3], counts) == [(1, 2), (1, 1), (3, 3)]

    @pytest.mark.parametrize(
        ("rate", "name"),
        [(100, "h1"), (95, "h1"), (94.9, "h2"), (70, "h3"), (69.9, "h4"), (0, "h5"), (None, "")],
    )
    def test_cells_have_a_class_by_their_rate(self, rate, name):
        assert ranking.heat_class(rate) == name


@pytest.mark.once
def test_the_verdict_says_whether_it_gets_better(world, sign_in):
    """Three late in summer, all on time in autumn."""
    for month in (5, 6, 7, 8, 9, 10):
        limit = world.limit(hanoi(2026, month, 12, 9))
        late = timedelta(days=30 if month < 8 else 0, hours=1)
        meet(limit, by=world.by(world.hung), now=hanoi(2026, month, 12, 9) + late)
    page = in_english(sign_in(world.minh)).get("/phan-tich/")
    assert page.context["verdict"] == (
        "It gets better: 100.0 % on time in the last three whole months, 0.0 % in the three before."
    )


@pytest.mark.once
def test_quality_stands_beside_time(world, sign_in):
    """Sent back once, explained twice, an exception at the gate, a late report with its reason."""
    world.returned(NOW - timedelta(days=3))
    direction = world.reported(NOW - timedelta(days=20))
    dossier = direction.dossier
    with recording.recorded(may_be_idle=True):
        Report.objects.filter(pk=direction.report.pk).update(late_reason="Chờ Sở Tài chính.")
        Dossier.objects.filter(pk=dossier.pk).update(round=2, gate_exception="Đi công tác.")
    page = in_english(sign_in(world.thu)).get("/phan-tich/chat-luong/")
    [row] = page.context["rows"]
    assert (row.submitted, row.returned, row.rounds, row.exceptions) == (2, 1, 1, 1)
    assert row.returned_rate == "50,0 %"
    assert [bar.label for bar in page.context["reasons"]] == ["Documents missing"]
    assert "Chờ Sở Tài chính." in text_of(page)
    assert page.context["verdict"].startswith("Of 2 dossiers submitted, 1 had to be explained")


@pytest.mark.once
def test_work_by_unit_and_person(world, sign_in):
    """What nobody is named for stands as such."""
    world.limit(NOW - timedelta(days=9))
    world.limit(officer=world.lan)
    page = in_english(sign_in(world.hung)).get("/phan-tich/khoi-luong/")
    people = {load.label: (load.open, load.overdue) for load in page.context["people"]}
    assert people == {"No officer named": (1, 1), "Trần Thị Lan": (1, 0)}
    assert page.context["verdict"] == "2 open, 1 of them overdue; nobody is named for 1."
    [unit] = page.context["units"]
    assert (unit.label, unit.open, unit.figures.overdue) == ("No unit named", 2, 1)


@pytest.mark.once
def test_pages_without_any_limit_say_so(world, sign_in):
    browser = in_english(sign_in(world.minh))
    said = [text_of(browser.get(f"/phan-tich/{page}")) for page in PAGES]
    assert "No time limit in these months" in said[0]
    assert all("%(" not in body for body in said)
    assert Agency.objects.exists()


def cells(page) -> list[list]:
    return [[cell for _head, cell in row] for row in page.context["rows"]]


class TestFiguresForOthers:
    @pytest.mark.once
    def test_progress_of_a_month_by_person_and_unit(self, world, sign_in):
        """Lan answered one on time and one late in October; one of nobody is overdue."""
        for days, officer in ((1, world.lan), (20, world.lan), (None, None)):
            limit = world.limit(hanoi(2026, 10, 5, 9), officer=officer)
            if days:
                meet(limit, by=world.by(world.hung), now=hanoi(2026, 10, 5, 10) + days * DAY)
        page = in_english(sign_in(world.hung)).get("/phan-tich/so-lieu/?ky=2026-10")
        assert [row[1:] for row in cells(page)] == [
            ["No unit named", "The whole unit", 3, 1, 1, 1, 0, 33.3],
            ["No unit named", "No officer named", 1, 0, 0, 1, 0, 0.0],
            ["No unit named", "Trần Thị Lan", 2, 1, 1, 0, 0, 50.0],
        ]
        assert "335/2025" in text_of(page)

    def test_evidence_of_a_year_is_the_direct_count(self, world, moment, year, sign_in):
        page = sign_in(world.minh).get("/phan-tich/so-lieu/?bang=cchc&ky=2026")
        limits = TimeLimit.objects.falling_due(date(2026, 1, 1), date(2026, 11, 30))
        expected = {
            row["agency_code"]: [row["on_time"], row["late"], row["overdue"], row["running"]]
            for row in figures.grouped(limits, NOW, ["agency"])
        }
        assert {row[0]: row[4:8] for row in cells(page)} == expected

    @pytest.mark.once
    def test_a_file_carries_its_definitions_and_the_ledger_who_took_it(self, world, sign_in):
        world.limit(hanoi(2026, 10, 5, 9))
        answer = in_english(sign_in(world.hung)).post(
            "/phan-tich/so-lieu/?bang=cchc&ky=2026", {"dang": "csv"}
        )
        body = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert body.splitlines()[1].startswith('"P-00070";')
        assert "On-time rate = on time ÷ outcomes." in body
        assert "cchc-2026" in answer["Content-Disposition"]
        entry = Event.objects.get(action="list_exported")
        assert (entry.object_code, entry.actor_name) == ("analysis_cchc", world.hung.full_name)

    @pytest.mark.once
    def test_an_agency_takes_its_own_alone(self, world, year, sign_in):
        page = sign_in(world.lan).get(
            f"/phan-tich/so-lieu/?bang=cchc&ky=2026&don-vi={world.other_ward.pk}"
        )
        assert [row[0] for row in cells(page)] == [world.ward.code]


class TestCharts:
    def test_half_and_nine_of_ten(self):
        counts = {1: 5, 2: 4, 9: 1}
        assert [percentile(counts, share) for share in (0.5, 0.9, 1)] == [1, 2, 9]
        assert percentile({}, 0.5) is None

    def test_a_whole_column_fills_its_height_whatever_it_counts(self):
        parts = (Part(3, "on_time"), Part(1, "overdue"))
        chart = columns([Column("11", parts), Column("12", ())], width=100, whole=True)
        heights = [float(box.height) for box in chart.columns[0].boxes]
        assert heights == [112.5, 37.5]
        assert chart.columns[1].boxes == []

    def test_what_is_there_is_seen_however_small(self):
        chart = columns(
            [Column("1", (Part(1, "days"),)), Column("2", (Part(9999, "days"),))], width=90
        )
        assert float(chart.columns[0].boxes[0].height) == 1.5

    def test_coordinates_are_read_by_every_browser(self):
        """ "12.5", never "12,5", whatever the language of the page."""
        chart = columns([Column(str(n), (Part(n, "days"),)) for n in range(1, 8)], width=333)
        for column in chart.columns:
            for box in column.boxes:
                assert re.fullmatch(r"\d+(\.\d)?", box.x + "") and "," not in box.height
