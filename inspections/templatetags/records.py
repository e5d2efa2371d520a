"""Counts of records for pages of other desks: how many, never who or what."""

from collections.abc import Mapping
from typing import Any

from django import template

from inspections.duty import counts

register = template.Library()


@register.simple_tag(takes_context=True)
def records_of(context: Mapping[str, Any], code: str) -> int:
    """In how many standing records the limits of a dossier or task are; 0 for whoever may not see
    counts, without a query."""
    return counts.of_subjects([code], context["request"].actor).get(code, 0)
