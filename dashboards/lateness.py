"""From what is late to a record of it: the way from the leadership's figures to Home Affairs'
desk."""

from collections.abc import Collection

from django.db.models import Min
from django.urls import reverse
from django.utils.http import urlencode

from accounts.actors import Actor
from accounts.rights import allows
from deadlines.counting import last_day_before
from inspections.duty import signals


def draw_urls(agency_ids: Collection[int], by: Actor) -> dict[int, str]:
    """Agency key → where this person draws up records from its late limits, since the oldest that
    stands in none. Agencies without such limits, and the person's own, have no such address. One
    query; none for whoever draws up nothing."""
    wanted = set(agency_ids) - by.agency_ids()
    if not wanted or not allows(by, "violation_draft"):
        return {}
    late = signals.unrecorded().filter(agency__in=wanted).order_by()
    oldest = dict(late.values_list("agency").annotate(oldest=Min("due_at")))
    page = reverse("inspections:draw_up_lateness")
    return {
        agency: f"{page}?{urlencode({'don-vi': agency, 'tu': f'{last_day_before(at):%d/%m/%Y}'})}"
        for agency, at in oldest.items()
    }
