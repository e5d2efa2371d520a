"""A person's due dates as iCalendar (RFC 5545): one all-day event on each last day.

Events keep their UID while the limit lives; a moved due date raises SEQUENCE. What is met leaves
the feed. Bounded by ``MOST_EVENTS``, what ends first on top.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.mail.letters import absolute, one_line
from deadlines.mailing import owing
from deadlines.models import TimeLimit

MOST_EVENTS = 500
_MOST_OCTETS = 75


def calendar_of(by: Actor, now: datetime) -> str:
    """The calendar of a person; a few queries whatever the number of limits."""
    found = owing.pressing_first(owing.owed_by(by)).annotate(
        moves=Count("revisions"), moved_at=Max("revisions__at")
    )
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//UBND thanh pho Ha Noi//Dung Han//VI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(_('Đúng Hạn: due dates of %(name)s') % {'name': by.author.name})}",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for limit in found[:MOST_EVENTS]:
        lines += _event(limit, now)
    return "".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(limit: TimeLimit, now: datetime) -> Iterator[str]:
    host = urlsplit(settings.PUBLIC_URL).hostname
    url = absolute(reverse("dossiers:detail", args=[limit.subject_code]))
    said = limit.subject_code if len(limit.subject_code) < 20 else limit.agency.name
    summary = _("Due: %(code)s, %(rule)s") % {"code": said, "rule": limit.rule.name}
    if limit.is_overdue(now):
        summary = _("Overdue: %(code)s, %(rule)s") % {"code": said, "rule": limit.rule.name}
    told = [limit.subject_title, limit.agency.name, url]
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(limit.code)}@{host}"
    yield f"DTSTAMP:{_instant(limit.moved_at or limit.started_at)}"
    yield f"SEQUENCE:{limit.moves}"
    yield f"DTSTART;VALUE=DATE:{limit.due_on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{limit.due_on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield "DESCRIPTION:" + "\\n".join(_escaped(text) for text in told)
    yield f"URL:{url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """TEXT of RFC 5545, section 3.3.11; a text of ours has one line."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return one_line(text)


def _folded(line: str) -> Iterator[str]:
    """A content line in pieces of at most 75 octets that cut no letter in two (section 3.1)."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _MOST_OCTETS:
            yield f"{piece}\r\n"
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield f"{piece}\r\n"
