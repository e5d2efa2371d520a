"""The sections of Home Affairs' desk, as tabs above its lists."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.rights import allows

#: Label, view and the act that shows it, in the order of the work.
SECTIONS: tuple[tuple[Any, str, str], ...] = (
    (_("Inspections"), "inspections:list", "inspection_list"),
    (_("Records"), "inspections:records", "violation_list"),
    (_("Plans"), "inspections:plans", "plan_view"),
    (_("Visits by quarter"), "inspections:coverage", "plan_view"),
    (_("Evidence packs"), "inspections:evidence", "evidence_pack"),
)


def tabs(by: Actor, here: str) -> list[dict[str, Any]]:
    """The sections that this person may open, the present one marked."""
    return [
        {"label": label, "url": reverse(view), "is_current": view == here}
        for label, view, act in SECTIONS
        if allows(by, act)
    ]
