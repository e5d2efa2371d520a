"""Numbers as every page of figures says them."""

from django.utils.formats import number_format


def number(count: int) -> str:
    """A count with its thousands apart."""
    return number_format(count, force_grouping=True)


def percent(rate: float | None) -> str:
    """A rate with one decimal, rounded; a dash without a denominator."""
    return "–" if rate is None else f"{number_format(round(rate, 1), 1)} %"
