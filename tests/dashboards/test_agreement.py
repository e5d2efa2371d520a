"""Tile = list = file = ``figures`` = a count in SQL that somebody else wrote, for every role."""

import csv
import functools
import io
import json
import random
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict

from agencies.models import Agency, Kind
from dashboards import views
from dashboards.overview import Morning
from dashboards.selection import select
from deadlines.calendar import is_weekend
from deadlines.counting import last_day_before
from deadlines.models import CalendarDay, CalendarEdition, LimitRule, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from dossiers.models import Dossier, Urgency
from dossiers.states import State
from ledger import recording
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

ROLES = ("lan", "hung", "minh", "thu", "hoa")
FIELDS = ("Đất đai", "Xây dựng", "Y tế")
RULES = ("agency_report", "office_draft", "consultation")
INSTANT = timedelta(microseconds=1)
TODAY = date(2026, 11, 25)


@pytest.fixture
def crowd(world) -> list[int]:
    """A hundred and twenty limits of every sort, around now and at its edges; the agencies."""
    dice = random.Random(20261125)  # noqa: S311
    keys = [
        world.ward.pk,
        world.ward.pk,
        world.other_ward.pk,
        world.office.pk,
        world.home_affairs.pk,
    ]
    former = Agency.objects.exclude(valid_to=None).order_by("pk").first()
    rules = {rule.code: rule for rule in LimitRule.objects.filter(code__in=RULES)}
    edition = CalendarEdition.objects.get()
    with recording.recorded(may_be_idle=True):
        Dossier.objects.bulk_create(
            Dossier(
                code=f"HS-{n}", agency_id=dice.choice(keys), matter=f"Việc {n}",
                urgency=dice.choice(Urgency.values), field=dice.choice(("", *FIELDS)),
                state=State.EXPLANATION_DUE, created_at=NOW, search_key="",
            )
            for n in range(60)
        )  # fmt: skip
        TimeLimit.objects.bulk_create(
            _limit(n, dice, keys, former, rules, edition) for n in range(120)
        )
    return [*dict.fromkeys(keys), former.pk]


def _limit(n, dice, keys, former, rules, edition) -> TimeLimit:
    day = date(2026, 11, 25) + timedelta(
        days=dice.choice((-40, -16, -9, -5, -2, -1, 0, 0, 1, 2, 5))
    )
    due_at = hanoi(day.year, day.month, day.day) + timedelta(days=1)
    started_at = due_at - timedelta(days=dice.randint(2, 6), hours=dice.randint(0, 20))
    started_at = min(started_at, NOW)
    met_at = dice.choice(
        (None, None, due_at, due_at - INSTANT, due_at + timedelta(hours=9), started_at, NOW)
    )
    if met_at is not None and not started_at <= met_at <= NOW:
        met_at = None
    late = dice.random() < 0.15
    due_on = last_day_before(due_at)
    return TimeLimit(
        code=f"C-{n}", rule=rules[dice.choice(RULES)], calendar_edition=edition,
        agency_id=dice.choice(keys), charged_to=former if dice.random() < 0.1 else None,
        subject_code=f"HS-{dice.randint(0, 79)}", subject_title="Việc",
        started_at=started_at, due_at=due_at, due_on=due_on, due_month=due_on.replace(day=1),
        first_due_at=due_at, met_at=met_at, lifted=bool(met_at) and dice.random() < 0.2,
        breached_at=started_at + timedelta(hours=1) if late else None,
    )  # fmt: skip


def filters(count: int, agencies: list[int]) -> list[dict[str, str]]:
    dice = random.Random(50)  # noqa: S311
    words = {
        "don-vi": [str(key) for key in agencies],
        "loai": [Kind.WARD, Kind.CITY_OFFICE, Kind.DEPARTMENT, Kind.RURAL_DISTRICT],
        "noi-giu": [str(key) for key in agencies],
        "linh-vuc": FIELDS,
        "khan": Urgency.values,
        "quy-tac": RULES,
        "tu": ["2026-11-01", "20/11/2026", "25/11/2026"],
        "den": ["2026-11-24", "25/11/2026", "30/11/2026"],
        "tuoi": ["1", "2", "3-5", "6-10", "tren-10"],
    }
    found = []
    for _n in range(count):
        chosen = dice.sample(sorted(words), dice.choice((0, 1, 1, 2, 2, 3)))
        found.append({name: str(dice.choice(words[name])) for name in chosen})
    return found


# --- the second hand ------------------------------------------------------------------------------


def counted_in_sql(who: str, world, asked: dict[str, str]) -> dict[str, int]:
    """The four counts and the two of what is near, from the columns, without our code."""
    where, params = ["1 = 1"], []

    def add(sql: str, *values: Any) -> None:
        where.append(sql)
        params.extend(values)

    if who in ("lan", "hung"):
        add("l.agency_id = %s", world.ward.pk)
    if "don-vi" in asked:
        add("COALESCE(l.charged_to_id, l.agency_id) = %s", int(asked["don-vi"]))
    if "noi-giu" in asked:
        add("l.agency_id = %s", int(asked["noi-giu"]))
    if "loai" in asked:
        add("COALESCE(c.kind, a.kind) = %s", asked["loai"])
    if "quy-tac" in asked:
        add("r.code = %s", asked["quy-tac"])
    if "linh-vuc" in asked:
        add("d.field = %s", asked["linh-vuc"])
    if "khan" in asked:
        add("d.urgency = %s", asked["khan"])
    if "tu" in asked:
        add("l.due_on >= %s", _day(asked["tu"]))
    if "den" in asked:
        add("l.due_on <= %s", _day(asked["den"]))
    if "tuoi" in asked:
        days = [day for day in _days_back() if _in_age(_late_by(day), asked["tuoi"])]
        marks = ", ".join(["%s"] * len(days)) or "NULL"
        add(f"l.met_at IS NULL AND l.due_at <= %s AND l.due_on IN ({marks})", _sql(NOW), *days)
    counts = {
        "on_time": "l.met_at < l.due_at AND l.breached_at IS NULL AND NOT l.lifted",
        "late": "l.met_at >= l.due_at OR (l.met_at IS NOT NULL AND l.breached_at IS NOT NULL)",
        "overdue": "l.met_at IS NULL AND l.due_on < %s",
        "running": "l.met_at IS NULL AND l.due_on >= %s",
        "hom-nay": "l.met_at IS NULL AND l.due_on = %s",
        "sap-den-han": "l.met_at IS NULL AND l.due_on IN (%s, %s)",
    }
    today, near = date(2026, 11, 25), (date(2026, 11, 26), date(2026, 11, 27))
    columns = ", ".join(f"SUM(CASE WHEN {sql} THEN 1 ELSE 0 END)" for sql in counts.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {columns} FROM deadlines_timelimit l
            JOIN deadlines_limitrule r ON r.id = l.rule_id
            JOIN agencies_agency a ON a.id = l.agency_id
            LEFT JOIN agencies_agency c ON c.id = l.charged_to_id
            LEFT JOIN dossiers_dossier d ON d.code = l.subject_code
            WHERE {" AND ".join(where)}""",  # noqa: S608
            [today, today, today, *near, *params],
        )
        return {name: n or 0 for name, n in zip(counts, cursor.fetchone(), strict=True)}


def _sql(instant: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(instant)


def _day(text: str) -> date:
    return date.fromisoformat(text) if "-" in text else datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007


def _days_back() -> list[date]:
    return [date(2026, 11, 24) - timedelta(days=n) for n in range(60)]


@functools.cache
def _special() -> dict[date, str]:
    return {row.date: row.kind for row in CalendarDay.objects.filter(date__year=2026)}


@functools.cache
def _late_by(last_day: date) -> int:
    """Working days after the last day, today included, one by one."""
    days = [
        last_day + timedelta(days=n) for n in range(1, (date(2026, 11, 25) - last_day).days + 1)
    ]
    off = [_special().get(day, "day_off" if is_weekend(day) else "") == "day_off" for day in days]
    return off.count(False)


def _in_age(late: int, age: str) -> bool:
    least, most = {"1": (0, 1), "2": (2, 2), "3-5": (3, 5), "6-10": (6, 10), "tren-10": (11, 999)}[
        age
    ]
    return least <= late <= most


# --- the agreement --------------------------------------------------------------------------------

#: State in an address → its count in SQL.
NAMES = {
    "dung-han": "on_time", "xong-muon": "late", "qua-han": "overdue", "dang-chay": "running",
    "hom-nay": "hom-nay", "sap-den-han": "sap-den-han",
}  # fmt: skip


def test_fifty_filters_and_five_roles(world, crowd, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    moment = Moment(NOW, published().calendar)
    told, dice = set(), random.Random(4)  # noqa: S311
    for asked in filters(50, crowd):
        for who in ROLES:
            by = world.by(getattr(world, who))
            seen = TimeLimit.objects.visible_to(by)
            expected = counted_in_sql(who, world, asked)
            total = figures_command(who, asked)
            assert total == {name: expected[name] for name in total}, (who, asked)
            numbers = Morning(seen, asked, moment, by, present=NOW).open_counts
            assert numbers == {slug: expected[NAMES[slug]] for slug in numbers}, (who, asked)
            slug = dice.choice(list(NAMES))
            listed = select(seen, {**asked, "tinh-trang": slug}, moment)
            assert listed.count() == expected[NAMES[slug]], (who, asked, slug)
            file = list(views.cells(listed.for_list().order_by("pk"), moment))
            assert len(file) == expected[NAMES[slug]], (who, asked, slug)
            told.add(tuple(total.values()))
    assert len(told) > 30  # they are not all nothing


def figures_command(who: str, asked: dict[str, str]) -> dict[str, int]:
    out, words = io.StringIO(), urlencode(asked)
    call_command("figures", "--json", "--by=", "--as", who, "--filter", words, stdout=out)
    return json.loads(out.getvalue())["total"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("lan", ""),
        ("hung", "khan=urgent"),
        ("minh", "luc=2026-11-24T08:00&quy-tac=consultation"),
        ("thu", "loai=phuong"),
        ("hoa", "linh-vuc=Y tế"),
    ],
)
def test_what_is_pressed_on_the_page_is_what_the_list_and_the_file_hold(
    world, crowd, sign_in, who, words
):
    browser = sign_in(getattr(world, who))
    page = browser.get(f"/tong-quan/?{words}").context
    pressed = [(tile.value, tile.href) for tile in [*page["tiles"][:3], *page["news"]]]
    pressed += [(str(bar.value), bar.href) for bar in [*page["agencies"], *page["ages"]]]
    pressed += [(n.value, n.href) for row in page["heads"] for n in row.counts if n.href]
    for value, href in pressed:
        assert browser.get(href).context["page"].total == int(value), href
        assert QueryDict(words).dict().items() <= QueryDict(href.partition("?")[2]).dict().items()
    value, href = max(pressed, key=lambda one: int(one[0]))
    answer = browser.post(href.replace("/thoi-han/?", "/thoi-han/xuat/?"), {"dang": "csv"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(content), delimiter=";"))) == int(value) + 1
