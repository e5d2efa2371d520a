"""Dossiers with all that belongs to them, by few statements: a million in minutes.

Of twenty dossiers fourteen are closed; two wait for somebody with a limit running, so of a million
a hundred thousand limits are open, most of them overdue for years. Each dossier was directed once,
nine of ten were answered, one of seven of them too late; of the closed every fourth was concluded
and issued. Every tenth gave a task. Each lay on four desks before the one on which it lies now.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from deadlines import tallying
from ledger import guards
from tests.world import World

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


def fill(count: int, now: datetime) -> None:
    """People, dossiers, limits, papers, tasks, and whose hands they are in."""
    world = World.build()
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
        "day": "date(at, '+2 days')" if sqlite else "(at + INTERVAL '2 days')::date",
        "month": (
            "date(at, '+2 days', 'start of month')"
            if sqlite
            else "date_trunc('month', at + INTERVAL '2 days')::date"
        ),
        "on": "date(at)" if sqlite else "at::date",
        "office": world.office.pk,
        "leader": world.minh.pk,
        "chief": world.thu.pk,
        "clerk": world.phuc.pk,
        "first_rule": "(SELECT MIN(id) FROM deadlines_limitrule)",
        "edition": "(SELECT MIN(number) FROM deadlines_calendaredition)",
    }
    for name, hours in _LATER.items():
        values[name] = f"datetime(at, '+{hours} hours')" if sqlite else f"at + INTERVAL '{hours}h'"
    with connection.cursor() as cursor:
        # Triggers for a million rows take minutes, and reading never fires one.
        if sqlite:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for statement in guards.remove_statements():
                cursor.execute(statement)
        else:
            cursor.execute("SET session_replication_role = replica")
        for statement in _FILLING:
            cursor.execute(statement.format(**values))
        if not sqlite:
            cursor.execute("SET session_replication_role = DEFAULT")
        tallying.rebuild()
        cursor.execute("ANALYZE" if sqlite else "VACUUM ANALYZE")
        if sqlite:
            guards.install()


def _turn(number: str, choices: Sequence[str]) -> str:
    """SQL that takes the choices in turn."""
    cases = " ".join(f"WHEN {at} THEN '{choice}'" for at, choice in enumerate(choices))
    return f"CASE {number} % {len(choices)} {cases} END"


#: Names of instants in the statements → hours after the dossier was logged.
_LATER = {
    "hour": 1,
    "hour2": 2,
    "hour9": 9,
    "hour30": 30,
    "two_days": 48,
    "three_days": 72,
    "four_days": 96,
}

_HOLDING = """INSERT INTO dossiers_holding (dossier_id, desk, agency_id, person_id, from_at, to_at,
         last_act_at)
       SELECT id, '{{desk}}', {{agency}}, {{person}}, {{from_}}, {{to}}, {{to}}
       FROM (SELECT id, agency_id, created_at AS at FROM dossiers_dossier
             WHERE state <> 'drafting') AS made"""


def _holding(desk: str, agency: str, person: str, from_: str, to: str) -> str:
    """The statement for one desk on which every dossier lay once."""
    values = {"desk": desk, "agency": agency, "person": person, "from_": from_, "to": to}
    statement = _HOLDING
    for name, value in values.items():
        statement = statement.replace("{{" + name + "}}", value)
    return statement


_FILLING = (
    """CREATE TABLE bench_agency AS
       SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place
       FROM agencies_agency WHERE valid_to IS NULL""",
    "CREATE INDEX bench_agency_place ON bench_agency (place)",
    """INSERT INTO dossiers_dossier (code, agency_id, matter, urgency, letter_ref, letter_on,
         signed_by, initialled_by, gate_exception, state, round, version, created_at, submitted_at,
         field, search_key)
       SELECT code, agency_id, matter, urgency, letter_ref, {on}, '', '', '', state, 0, 1, at,
         CASE WHEN state = 'drafting' THEN NULL ELSE {hour} END, '', search_key
       FROM (
         WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count})
         SELECT 'HS2026-' || CAST(10000000 + n AS text) AS code,
           (SELECT id FROM bench_agency
            WHERE place = n * 13 % (SELECT COUNT(*) FROM bench_agency)) AS agency_id,
           {matter} || ' số ' || CAST(n AS text) AS matter,
           CASE WHEN n % 50 = 0 THEN 'express' WHEN n % 10 = 0 THEN 'urgent' ELSE 'normal' END
             AS urgency,
           CAST(n % 9999 AS text) || '/TTr-UBND' AS letter_ref, {state} AS state, {at} AS at,
           'hs2026 ' || CAST(10000000 + n AS text) || ' ' || CAST(n % 9999 AS text)
             || ' ttr ubnd ' || {key} || ' so ' || CAST(n AS text) AS search_key
         FROM series) AS made""",
    """INSERT INTO deadlines_timelimit (code, rule_id, calendar_edition_id, agency_id,
         subject_code, subject_title, started_at, due_at, due_on, due_month, first_due_at, met_at,
         lifted)
       SELECT code || '/1', {first_rule}, {edition}, agency_id, code, matter, at,
         {three_days}, {day}, {month}, {three_days},
         CASE WHEN state IN ('explanation_due', 'office_drafting') THEN NULL
              WHEN id % 7 = 0 THEN {four_days} ELSE {two_days} END, {false}
       FROM (SELECT id, code, agency_id, matter, state, created_at AS at
             FROM dossiers_dossier) AS made
       WHERE state <> 'drafting'""",
    """INSERT INTO dossiers_direction (dossier_id, round, kind, text, by_id, at, time_limit_id)
       SELECT dossiers_dossier.id, 1, 'explain', 'Giải trình.', {leader}, started_at,
         deadlines_timelimit.id
       FROM dossiers_dossier JOIN deadlines_timelimit ON subject_code = dossiers_dossier.code""",
    """INSERT INTO dossiers_report (direction_id, text, ref, stated_on, late_reason, sent_at,
         version)
       SELECT dossiers_direction.id, 'Đã giải trình.', '', met.on_, '', met.met_at, 1
       FROM (SELECT id, met_at, {on} AS on_ FROM (SELECT id, met_at, met_at AS at
             FROM deadlines_timelimit WHERE met_at IS NOT NULL) AS found) AS met
       JOIN dossiers_direction ON time_limit_id = met.id""",
    """INSERT INTO deadlines_timelimit (code, rule_id, calendar_edition_id, agency_id,
         subject_code, subject_title, started_at, due_at, due_on, due_month, first_due_at, met_at,
         lifted)
       SELECT code || '/2', {first_rule}, {edition}, {office}, code, matter, {two_days},
         {three_days}, {day}, {month}, {three_days}, {three_days}, {false}
       FROM (SELECT code, matter, created_at AS at FROM dossiers_dossier
             WHERE state = 'closed' AND id % 4 = 0) AS made""",
    """INSERT INTO dossiers_conclusion (dossier_id, text, by_id, at, time_limit_id)
       SELECT dossiers_dossier.id, 'Đồng ý.', {leader}, started_at, deadlines_timelimit.id
       FROM deadlines_timelimit JOIN dossiers_dossier ON dossiers_dossier.code = subject_code
       WHERE deadlines_timelimit.code LIKE '%/2'""",
    """INSERT INTO dossiers_notice (conclusion_id, ref, issued_on, late_reason, by_id, at)
       SELECT dossiers_conclusion.id, '12/TB-VP', met.on_, '', {clerk}, met.met_at
       FROM dossiers_conclusion
       JOIN (SELECT id, met_at, {on} AS on_ FROM (SELECT id, met_at, met_at AS at
             FROM deadlines_timelimit WHERE code LIKE '%/2') AS found) AS met
         ON time_limit_id = met.id""",
    """INSERT INTO deadlines_timelimit (code, rule_id, calendar_edition_id, agency_id,
         subject_code, subject_title, started_at, due_at, due_on, due_month, first_due_at, met_at,
         lifted)
       SELECT 'NV' || code || '/1', {first_rule}, {edition}, agency_id, 'NV' || code, matter,
         {two_days}, {three_days}, {day}, {month}, {three_days},
         CASE WHEN id % 4 = 0 THEN NULL ELSE {three_days} END, {false}
       FROM (SELECT id, code, agency_id, matter, created_at AS at FROM dossiers_dossier
             WHERE id % 10 = 0) AS made""",
    """INSERT INTO dossiers_task (code, level, source_ref, source_paragraph, text, product, lead_id,
         time_limit_id, round, breached, state, version, given_by_id, given_at, search_key)
       SELECT subject_code, 'city', '', '', subject_title, 'Báo cáo', agency_id, id, 1, {false},
         CASE WHEN met_at IS NULL THEN 'given' ELSE 'accepted' END, 1, {leader}, started_at,
         LOWER(subject_code)
       FROM deadlines_timelimit WHERE code LIKE 'NV%'""",
    _holding("agency", "agency_id", "NULL", "at", "{hour}"),
    _holding("office_clerk", "{office}", "{clerk}", "{hour}", "{hour2}"),
    _holding("office", "{office}", "{chief}", "{hour2}", "{hour9}"),
    _holding("leader", "NULL", "{leader}", "{hour9}", "{hour30}"),
    """INSERT INTO dossiers_holding (dossier_id, desk, agency_id, person_id, from_at, last_act_at)
       SELECT id,
         CASE WHEN state IN ('drafting', 'explanation_due') THEN 'agency'
              WHEN state IN ('submitted', 'issued') THEN 'office_clerk'
              WHEN state = 'with_leader' THEN 'leader' ELSE 'office' END,
         CASE WHEN state IN ('drafting', 'explanation_due') THEN agency_id
              WHEN state = 'with_leader' THEN NULL ELSE {office} END,
         CASE WHEN state = 'with_leader' THEN {leader}
              WHEN state IN ('submitted', 'issued') THEN {clerk} END, {hour30}, {hour30}
       FROM (SELECT id, agency_id, state, created_at AS at FROM dossiers_dossier
             WHERE state <> 'closed') AS made""",
)
