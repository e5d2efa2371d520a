"""Codes of dossiers (HS2026-00001) and of assigned tasks (NV2026-00001), from the city's series."""

from datetime import datetime

from documents.issuing import take_number

DOSSIER, TASK = "HS", "NV"


def next_dossier_codes(count: int, now: datetime) -> list[str]:
    """The next codes of the local year, taken in this transaction: a failed one takes none."""
    return _next_codes(DOSSIER, count, now)


def next_task_code(now: datetime) -> str:
    """The next task code of the local year, taken in this transaction: a failed one takes none."""
    return _next_codes(TASK, 1, now)[0]


def _next_codes(symbol: str, count: int, now: datetime) -> list[str]:
    series = take_number(None, symbol, now, count=count)
    numbers = range(series.last - count + 1, series.last + 1)
    return [f"{symbol}{series.year}-{number:05d}" for number in numbers]
