"""The real agencies of Hanoi, loaded from ``agencies/data/hanoi_agencies.csv``."""

import csv
from datetime import date, timedelta
from pathlib import Path

from agencies.models import Agency
from agencies.text import normalise, search_key, sort_key

SOURCE = Path(__file__).parent / "data" / "hanoi_agencies.csv"


def keys_of(code: str, name: str, name_en: str) -> dict[str, str]:
    """The stored search and sort keys of an agency: full name, code, English name, initials."""
    plain = search_key(name)
    initials = "".join(word[0] for word in plain.split())
    parts = [plain, search_key(code), initials, search_key(name_en)]
    return {"search_key": " | ".join(parts) + " | ", "sort_key": sort_key(name)}


def load_agencies() -> int:
    """Bring the table to the file's state, touching only what differs; how many rows changed.

    An agency that was ended by a reorganisation since the file was written stays ended.
    """
    with SOURCE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    present = {(a.code, a.valid_from): a for a in Agency.objects.all()}
    changed = 0
    for row in rows:
        code, start = normalise(row["code"]), _day(row["valid_from"])
        name = normalise(row["name_vi"])
        facts = {
            "name": name,
            "name_en": normalise(row["name_en"]),
            "kind": row["kind"],
            "valid_to": _day(row["valid_to"]),
            "source": normalise(row["source"]),
            **keys_of(code, name, row["name_en"]),
        }
        agency = present.get((code, start))
        if agency and agency.valid_to and facts["valid_to"] is None:
            del facts["valid_to"]
        if agency is None:
            present[code, start] = Agency.objects.create(code=code, valid_from=start, **facts)
            changed += 1
        elif any(getattr(agency, field) != value for field, value in facts.items()):
            Agency.objects.filter(pk=agency.pk).update(**facts)
            changed += 1
    _link_successors(rows, present)
    return changed


def _link_successors(
    rows: list[dict[str, str]], present: dict[tuple[str, date | None], Agency]
) -> None:
    through = Agency.successors.through
    links = set(through.objects.values_list("from_agency_id", "to_agency_id"))
    wanted = set()
    for row in rows:
        end = _day(row["valid_to"])
        for code in filter(None, row["successor_code"].split(";")):
            bearers = [a for (c, _start), a in present.items() if c == code]
            later = [a for a in bearers if (a.valid_from or date.min) > end]
            if later:  # the first after that day: a reorganisation may have added others since
                heir = min(later, key=lambda agency: agency.valid_from)
            else:
                heir = next(a for a in bearers if a.is_valid_on(end + timedelta(days=1)))
            wanted.add((present[row["code"], _day(row["valid_from"])].pk, heir.pk))
    through.objects.bulk_create(
        through(from_agency_id=a, to_agency_id=b) for a, b in sorted(wanted - links)
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
