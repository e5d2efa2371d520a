"""Who may inspect in which way on a date, and on which texts (domain.md §3.6)."""

from dataclasses import dataclass
from datetime import date

from inspections.models.visits import Inspection

#: Luật Thanh tra 2025 (84/2025/QH15), in force 01/7/2025, keeps no inspectorate of a department.
DEPARTMENT_INSPECTORATE_ENDS = date(2025, 6, 30)
HOME_AFFAIRS = "Sở Nội vụ"
HOME_AFFAIRS_INSPECTORATE = "Thanh tra Sở Nội vụ"
CITY_INSPECTORATE = "Thanh tra Thành phố"

_Kind = Inspection.Kind


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A text that inspections are decided on, with the local dates between which it applies."""

    text: str
    kinds: frozenset[str]
    valid_from: date
    valid_to: date | None = None


_BOTH = frozenset(_Kind.values)
BASES = (
    LegalBasis(
        "Luật Cán bộ, công chức ngày 13 tháng 11 năm 2008; Luật sửa đổi, bổ sung một số điều của "
        "Luật Cán bộ, công chức và Luật Viên chức ngày 25 tháng 11 năm 2019",
        _BOTH,
        date(2020, 7, 1),
        date(2025, 6, 30),
    ),
    LegalBasis("Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025", _BOTH, date(2025, 7, 1)),
    LegalBasis(
        "Luật Thanh tra ngày 15 tháng 11 năm 2010",
        frozenset({_Kind.INSPECTORATE}),
        date(2011, 7, 1),
        date(2023, 6, 30),
    ),
    LegalBasis(
        "Luật Thanh tra ngày 14 tháng 11 năm 2022",
        frozenset({_Kind.INSPECTORATE}),
        date(2023, 7, 1),
        date(2025, 6, 30),
    ),
    LegalBasis(
        "Luật Thanh tra số 84/2025/QH15",
        frozenset({_Kind.INSPECTORATE}),
        date(2025, 7, 1),
    ),
    LegalBasis(
        "Nghị định số 157/2007/NĐ-CP ngày 27 tháng 10 năm 2007 của Chính phủ quy định chế độ trách "
        "nhiệm đối với người đứng đầu cơ quan, tổ chức, đơn vị của Nhà nước trong thi hành nhiệm "
        "vụ, công vụ",
        _BOTH,
        date(2007, 12, 1),
    ),
    LegalBasis(
        "Công văn số 4449/UBND-TKBT ngày 14 tháng 9 năm 2020 của Ủy ban nhân dân thành phố Hà Nội",
        _BOTH,
        date(2020, 9, 14),
    ),
)


def bases_on(kind: str, day: date) -> list[str]:
    """The texts that an inspection of this kind is decided on at a local date."""
    return [
        basis.text
        for basis in BASES
        if kind in basis.kinds
        and basis.valid_from <= day
        and (basis.valid_to is None or day <= basis.valid_to)
    ]


def lead_bodies_on(kind: str, day: date) -> list[str]:
    """Who may lead an inspection of this kind at a local date."""
    if kind == _Kind.CONTROL:
        return [HOME_AFFAIRS]
    if day <= DEPARTMENT_INSPECTORATE_ENDS:
        return [HOME_AFFAIRS_INSPECTORATE, CITY_INSPECTORATE]
    return [CITY_INSPECTORATE]
