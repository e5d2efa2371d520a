"""Which agency is or was visited in which quarter; what was missed shows as an empty cell."""

from dataclasses import dataclass, field

from django.db.models import Q

from agencies.dates import local_day
from agencies.models import Agency
from inspections.models import Inspection, Plan, PlanItem
from inspections.planning.history import HOME_AFFAIRS

_I = Inspection.State


@dataclass(slots=True)
class Cell:
    """A quarter of an agency: the inspections that were opened, and the months planned."""

    done: list[Inspection] = field(default_factory=list)
    planned: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """An agency with its four quarters."""

    agency: Agency
    quarters: list[Cell]

    @property
    def is_empty(self) -> bool:
        return not any(cell.done or cell.planned for cell in self.quarters)


@dataclass(slots=True)
class Map:
    """The lines in Vietnamese order, how many agencies were visited and are planned."""

    lines: list[Line]
    agencies: int
    visited: int
    planned: int


def coverage(year: int, *, only_visited: bool = False) -> Map:
    """The visits of a year by agency and quarter; three queries.

    Inspections that were not opened yet stay out: an unannounced one must not be read from a map.
    Plans count once they are approved.
    """
    opened = Inspection.objects.filter(
        Q(opened_at__year=year), state__in=(_I.OPEN, _I.ENDED)
    ).order_by("opened_at", "pk")
    planned = PlanItem.objects.filter(plan__year=year, plan__state=Plan.State.APPROVED)
    cells: dict[int, list[Cell]] = {}
    for inspection in opened:
        day = local_day(inspection.opened_at)
        _of(cells, inspection.agency_id)[(day.month - 1) // 3].done.append(inspection)
    for agency_id, month in planned.order_by("month", "pk").values_list("agency_id", "month"):
        cell = _of(cells, agency_id)[(month - 1) // 3]
        if month not in cell.planned:
            cell.planned.append(month)
    existed = Q(valid_from__isnull=True) | Q(valid_from__year__lte=year)
    existed &= Q(valid_to__isnull=True) | Q(valid_to__year__gte=year)
    agencies = Agency.objects.filter(existed).exclude(code=HOME_AFFAIRS).in_order()
    lines = [Line(agency, _of(cells, agency.pk)) for agency in agencies]
    return Map(
        lines=[line for line in lines if not (only_visited and line.is_empty)],
        agencies=len(lines),
        visited=sum(any(cell.done for cell in line.quarters) for line in lines),
        planned=sum(any(cell.planned for cell in line.quarters) for line in lines),
    )


def _of(cells: dict[int, list[Cell]], agency_id: int) -> list[Cell]:
    return cells.setdefault(agency_id, [Cell() for _quarter in range(4)])
