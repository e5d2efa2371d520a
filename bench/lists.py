"""The list of dossiers at size: open, filter, search, sort, page deep, by a leader and a clerk.

The pages are asked in this process through Django's test client, against a throw-away PostgreSQL
(``BENCH_DATABASE=sqlite``: a throw-away SQLite file). ``BENCH_DOSSIERS`` says how many dossiers
there are (100,000 unless told). A row gives the time of the whole answer, of its SQL as the
application waits for it, and the number of queries; goals at 1,000,000 on PostgreSQL: 30 ms a page
and 10 ms of SQL.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone

from bench import REPEATS, print_table
from tests.postgres import find_postgres, start_postgres

SECONDS_APART = 150  # a million dossiers reach back almost five years
MATTERS = (
    ("Điều chỉnh quy hoạch chi tiết khu phố cổ", "dieu chinh quy hoach chi tiet khu pho co"),
    ("Phê duyệt dự toán sửa chữa trường học", "phe duyet du toan sua chua truong hoc"),
    ("Cải tạo hồ và công viên", "cai tao ho va cong vien"),
    ("Giao đất thực hiện dự án nhà ở xã hội", "giao dat thuc hien du an nha o xa hoi"),
    ("Bổ nhiệm chức danh lãnh đạo", "bo nhiem chuc danh lanh dao"),
    ("Chủ trương đầu tư đường vành đai", "chu truong dau tu duong vanh dai"),
    ("Thu hồi đất, bồi thường, tái định cư", "thu hoi dat boi thuong tai dinh cu"),
    ("Ban hành quy chế phối hợp", "ban hanh quy che phoi hop"),
)
#: Of twenty dossiers: states and how often. Two of twenty wait for somebody with a limit running.
STATES = ["closed"] * 14 + [
    "issued", "explanation_due", "office_drafting", "with_leader", "submitted", "drafting",
]  # fmt: skip


def run() -> None:
    """Print what each page takes."""
    count = int(os.environ.get("BENCH_DOSSIERS", "100000"))
    on_sqlite = os.environ.get("BENCH_DATABASE") == "sqlite"
    with (
        tempfile.TemporaryDirectory(prefix="dunghan-bench-") as folder,
        _database(Path(folder), on_sqlite),
    ):
        begun = time.perf_counter()
        now = datetime.now(UTC).replace(microsecond=0)
        _fill(count, now)
        seconds = time.perf_counter() - begun
        print(f"{connection.vendor}, {count:,} dossiers, made in {seconds:.0f} s")
        rows = [_measured(*subject) for subject in _subjects(count, now)]
        print_table("median of one page", ["page", "whole ms", "SQL ms", "queries"], rows)
        connection.close()


@contextmanager
def _database(folder: Path, on_sqlite: bool) -> Iterator[None]:
    """A throw-away database with the tables, guards and reference data of an installation."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["VAR_DIR"] = str(folder / "var")
    os.environ["STATICFILES_BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    folder.chmod(0o755)
    server = None
    if on_sqlite:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    else:
        programs = find_postgres()
        if programs is None:
            raise SystemExit("No PostgreSQL was found: install it, or BENCH_DATABASE=sqlite.")
        server = start_postgres(programs, folder / "postgres")
        host = folder / "postgres"
        os.environ["DATABASE_URL"] = f"postgres://postgres@/postgres?host={host}"
    try:
        django.setup()
        get_resolver().url_patterns  # noqa: B018  all modules now, not after the filling
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        yield
    finally:
        connection.close()
        if server:
            server.stop()


def _fill(count: int, now: datetime) -> None:
    """People, dossiers, limits and whose hands they are in, by few statements."""
    from ledger import guards  # noqa: PLC0415  after django.setup()
    from tests.world import World  # noqa: PLC0415

    World.build()
    sqlite = connection.vendor == "sqlite"
    begin = f"{now:%Y-%m-%d %H:%M:%S}"
    values = {
        "count": count,
        "at": (
            f"strftime('%Y-%m-%d %H:%M:%S', '{begin}', '-' || (n * {SECONDS_APART}) || ' seconds')"
            if sqlite
            else f"TIMESTAMPTZ '{begin}+00' - n * INTERVAL '{SECONDS_APART} seconds'"
        ),
        "matter": _turn("n * 7", [words for words, _key in MATTERS]),
        "key": _turn("n * 7", [key for _words, key in MATTERS]),
        "state": _turn("n * 3", STATES),
        "false": "0" if sqlite else "false",
        "two_days": "datetime(at, '+2 days')" if sqlite else "at + INTERVAL '2 days'",
        "three_days": "datetime(at, '+3 days')" if sqlite else "at + INTERVAL '3 days'",
        "day": "date(at, '+2 days')" if sqlite else "(at + INTERVAL '2 days')::date",
    }
    with connection.cursor() as cursor:
        # Triggers for a million rows take minutes, and reading never fires one.
        for statement in guards.remove_statements():
            cursor.execute(statement)
        for statement in _FILLING:
            cursor.execute(statement.format(**values))
        cursor.execute("ANALYZE" if sqlite else "VACUUM ANALYZE")


def _turn(number: str, choices: Sequence[str]) -> str:
    """SQL that takes the choices in turn."""
    cases = " ".join(f"WHEN {at} THEN '{choice}'" for at, choice in enumerate(choices))
    return f"CASE {number} % {len(choices)} {cases} END"


_FILLING = (
    """CREATE TABLE bench_agency AS
       SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place
       FROM agencies_agency WHERE valid_to IS NULL""",
    "CREATE INDEX bench_agency_place ON bench_agency (place)",
    """INSERT INTO dossiers_dossier (code, agency_id, matter, urgency, letter_ref, signed_by,
         initialled_by, gate_exception, state, round, version, created_at, field, search_key)
       WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count})
       SELECT 'HS2026-' || CAST(10000000 + n AS text),
         (SELECT id FROM bench_agency
          WHERE place = n * 13 % (SELECT COUNT(*) FROM bench_agency)),
         {matter} || ' số ' || CAST(n AS text),
         CASE WHEN n % 50 = 0 THEN 'express' WHEN n % 10 = 0 THEN 'urgent' ELSE 'normal' END,
         CAST(n % 9999 AS text) || '/TTr-UBND', '', '', '', {state}, 0, 1, {at}, '',
         'hs2026 ' || CAST(10000000 + n AS text) || ' ' || CAST(n % 9999 AS text)
           || ' ttr ubnd ' || {key} || ' so ' || CAST(n AS text)
       FROM series""",
    """INSERT INTO deadlines_timelimit (code, rule_id, calendar_edition_id, agency_id,
         subject_code, subject_title, started_at, due_at, due_on, due_month, first_due_at, met_at,
         lifted)
       SELECT code || '/1', (SELECT MIN(id) FROM deadlines_limitrule),
         (SELECT MIN(number) FROM deadlines_calendaredition), agency_id, code, matter, at,
         {three_days}, {day}, {day}, {three_days},
         CASE WHEN state IN ('explanation_due', 'office_drafting') THEN NULL
              ELSE {two_days} END, {false}
       FROM (SELECT code, agency_id, matter, state, created_at AS at FROM dossiers_dossier) AS made
       WHERE state <> 'drafting'""",
    """INSERT INTO dossiers_holding (dossier_id, desk, agency_id, from_at, last_act_at)
       SELECT id, 'office', agency_id, created_at, created_at FROM dossiers_dossier
       WHERE state <> 'closed'""",
)


def _subjects(count: int, now: datetime) -> list[tuple[str, str, str]]:
    """Name of the page, who opens it, its address."""
    from agencies.models import Agency  # noqa: PLC0415
    from dossiers.models import Dossier  # noqa: PLC0415

    middle = Dossier.objects.get(code=f"HS2026-{10000000 + count // 2}")
    deep = f"{middle.created_at.isoformat()}_{middle.pk}".replace("+", "%2B")
    ends = (now - timedelta(seconds=SECONDS_APART * count // 2)).isoformat().replace("+", "%2B")
    agency = Agency.objects.get(pk=middle.agency_id)
    return [
        ("open, City", "minh", ""),
        ("open, one ward", "lan", ""),
        ("filter: state", "minh", "trang-thai=with_leader"),
        ("filter: urgency, kind", "minh", "khan=express&loai=so"),
        ("filter: agency by words", "minh", "don-vi=hoan+kiem"),
        ("filter: overdue", "minh", "han=qua-han"),
        ("filter: overdue, one ward", "lan", "han=qua-han"),
        ("search: one code", "minh", f"q={middle.code}"),
        ("search: rare words", "minh", f"q=quy+hoach+{count // 2 - 3}"),
        ("search: common words", "minh", "q=quy+hoach"),
        ("search: nothing fits", "minh", "q=khong+co+gi"),
        ("search with state", "minh", "q=vanh+dai&trang-thai=closed"),
        ("sort: oldest", "minh", "sap-xep=cu"),
        ("sort: what ends first", "minh", "sap-xep=han"),
        ("sort: agency", "minh", "sap-xep=don-vi"),
        ("sort: waits longest", "minh", "sap-xep=lau"),
        ("deep: newest", "minh", f"sau={deep}"),
        ("deep: newest, backwards", "minh", f"truoc={deep}"),
        ("deep: what ends first", "minh", f"sap-xep=han&sau={ends}_1"),
        ("deep: agency", "minh", f"sap-xep=don-vi&sau={deep}_{agency.pk}"),
    ]


def _measured(name: str, who: str, words: str) -> tuple[str, ...]:
    """The median time of a page and of its SQL in milliseconds."""
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(username=who))
    address = f"/ho-so/?{words}"
    whole, sql, queries = [], [], 0
    for repeat in range(REPEATS + 1):
        spent: list[float] = []

        def timed(execute: Any, *args: Any, spent: list[float] = spent) -> Any:
            begun = time.perf_counter()
            try:
                return execute(*args)
            finally:
                spent.append(time.perf_counter() - begun)

        with connection.execute_wrapper(timed):
            begun = time.perf_counter()
            answer = browser.get(address)
            took = time.perf_counter() - begun
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code} at {timezone.now()}")
        if repeat:
            whole.append(took)
            sql.append(sum(spent))
            queries = len(spent)
    return (
        name,
        f"{statistics.median(whole) * 1000:.1f}",
        f"{statistics.median(sql) * 1000:.1f}",
        str(queries),
    )
