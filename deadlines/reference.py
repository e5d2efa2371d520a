"""The announced calendar and the rules, as a new installation gets them."""

from datetime import date, datetime
from pathlib import Path

from agencies.reference import load_agencies
from agencies.text import normalise
from deadlines import rungs
from deadlines.calendar import read_special_days
from deadlines.counting import Unit
from deadlines.models import CalendarDay, CalendarYear, LimitRule
from deadlines.published import make_edition
from deadlines.rules import BY_DATE
from ledger import recording

CALENDAR_SOURCE = Path(__file__).parent / "data" / "vn_calendar.csv"
DIRECTIVE = "Công văn 4449/UBND-TKBT ngày 14/9/2020 của UBND thành phố Hà Nội"

#: Rule code → first version; its ladder of warnings is ``rungs.USUAL``.
RULES = {
    "agency_report": {
        "name": "Giải trình, bổ sung hồ sơ theo chỉ đạo",
        "amount": 2,
        "unit": Unit.WORKING_DAY,
        "legal_source": f"{DIRECTIVE} (02 ngày làm việc); Bộ luật Dân sự 2015 Điều 147, Điều 148",
    },
    "office_draft": {
        "name": "Văn phòng dự thảo thông báo, văn bản giải quyết công việc",
        "amount": 2,
        "unit": Unit.CALENDAR_DAY,
        "legal_source": f"{DIRECTIVE} (02 ngày); Bộ luật Dân sự 2015 Điều 147, Điều 148 khoản 5",
    },
    # The document names the last day; the amount is no part of it (see ``rules.BY_DATE``).
    BY_DATE: {
        "name": "Nhiệm vụ có hạn ghi trong văn bản",
        "amount": 1,
        "unit": Unit.WORKING_DAY,
        "legal_source": "Văn bản giao nhiệm vụ; Bộ luật Dân sự 2015 Điều 148",
    },
    # Counted by the law on discipline; "complex cases" may take 150 days (``rules.MOST_DAYS``).
    "responsibility_processing": {
        "name": "Xử lý trách nhiệm người đứng đầu",
        "amount": 90,
        "unit": Unit.CALENDAR_DAY,
        "legal_source": (
            "Luật Cán bộ, công chức (2008, sửa đổi 2019, Điều 80; từ 01/7/2025: Luật Cán bộ, công "
            "chức 2025 và Nghị định 172/2025/NĐ-CP): 90 ngày, kéo dài tối đa 150 ngày đối với vụ "
            "việc phức tạp; Bộ luật Dân sự 2015 Điều 147, Điều 148 khoản 5"
        ),
    },
    # No text sets one limit for all fields: this is a sector's; the City may enter its own version.
    "consultation": {
        "name": "Cơ quan được hỏi trả lời ý kiến",
        "amount": 5,
        "unit": Unit.WORKING_DAY,
        "valid_from": date(2022, 1, 10),
        "legal_source": (
            "Vận dụng thông lệ chuyên ngành tại Thông tư 02/2022/TT-BTNMT Điều 16 "
            "(05 ngày làm việc); Bộ luật Dân sự 2015 Điều 147, Điều 148"
        ),
    },
}


def load_reference(*, now: datetime) -> dict[str, int]:
    """Bring agencies, calendar and rules to what the project ships; how many rows changed of each.

    Idempotent. It adds and mends what it ships and leaves alone what the City entered itself: days
    and years that the file does not know, later versions of rules.
    """
    with recording.recorded(may_be_idle=True):
        changed = {"agencies": load_agencies(), "days": _load_days(), "rules": _load_rules()}
        edition = make_edition(now)
        if edition or any(changed.values()):
            recording.append(
                by=recording.Author(name="system: load_reference/1"),
                action="reference_loaded",
                kind="reference",
                code="reference",
                now=now,
                after=changed,
            )
    return changed


def _load_days() -> int:
    """Days of the shipped calendar that are missing; those present are the City's to change."""
    with CALENDAR_SOURCE.open(encoding="utf-8-sig", newline="") as file:
        shipped = list(read_special_days(file))
    present = set(CalendarDay.objects.values_list("date", flat=True))
    missing = [
        CalendarDay(
            date=day.date,
            kind=day.kind,
            name=normalise(day.name),
            legal_source=normalise(day.legal_source),
            provisional=day.provisional,
            entered_by="load_reference",
        )
        for day in shipped
        if day.date not in present
    ]
    CalendarDay.objects.bulk_create(missing)
    provisional = {day.date.year for day in shipped if day.provisional}
    for year in sorted({day.date.year for day in shipped}):
        CalendarYear.objects.get_or_create(
            year=year,
            defaults={"provisional": year in provisional, "source": "vn_calendar.csv"},
        )
    return len(missing)


def _load_rules() -> int:
    created = 0
    for code, facts in RULES.items():
        _rule, new = LimitRule.objects.get_or_create(
            code=code,
            version=1,
            defaults={
                "valid_from": date(2020, 9, 14),
                "warning_rungs": rungs.stored(rungs.USUAL),
                **facts,
            },
        )
        created += new
    return created
