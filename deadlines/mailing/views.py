"""The feed of a person's due dates, read by calendars with a secret link and no session."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from accounts import actors
from accounts.mail import links
from agencies.dates import local_day
from deadlines.mailing.feed import calendar_of


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The due dates that whoever made the link sees today; 404 once the link or the account is
    gone, 429 when it is read too often."""
    link = links.find(secret)
    by = actors.person(link.user, local_day(request.now)) if link else None
    if link is None or not links.may_have_link(by):
        raise Http404
    if not links.may_read(link, request.now):
        return HttpResponse(status=429, headers={"Retry-After": "600"})
    with override(settings.LANGUAGE_CODE):
        text = calendar_of(by, request.now)
    return HttpResponse(
        text.encode(),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="dung-han.ics"',
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
