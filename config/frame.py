"""What frames every page: who is here, where they can go, how far the sweep has looked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.mail import desk
from accounts.rights import allows
from config.demo import DEMO_PASSWORD, accounts
from deadlines.models import SweepRun


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its act decides who sees it, ``key`` is its letter after "g"."""

    label: Any
    view: str
    icon: str
    key: str
    act: str


PLACES = (
    Place(_("Overview"), "dashboards:overview", "chart", "t", "dash_city"),
    Place(_("My work"), "dossiers:mine", "list", "v", "dossier_list"),
    Place(_("Dossiers"), "dossiers:list", "file", "h", "dossier_list"),
    Place(_("Tasks"), "tasks:list", "check", "u", "task_list"),
    Place(_("Who holds what"), "dossiers:held", "users", "a", "hands_view"),
    Place(_("Import lists"), "dossiers:imports", "upload", "n", "import_view"),
    Place(_("Time limits"), "dashboards:limits", "clock", "d", "window_view"),
    Place(_("For the briefing"), "dashboards:briefing", "bell", "b", "dash_city"),
    Place(_("Public-duty inspections"), "inspections:list", "shield", "k", "inspection_list"),
    Place(_("Requests about time limits"), "adjustments", "pause", "e", "window_view"),
    Place(_("Responsibility"), "inspections:pipeline", "book", "y", "duty_pipeline"),
    Place(_("Proposals of Home Affairs"), "inspections:proposals", "send", "x", "acc_approve"),
    Place(_("My file on responsibility"), "inspections:mine", "user", "q", "violation_answer"),
    Place(_("Due date calculator"), "deadlines:calculator", "calculator", "c", "calendar_view"),
    Place(_("Working calendar"), "deadlines:calendar", "calendar", "l", "calendar_view"),
    Place(_("Agencies"), "agencies:list", "building", "o", "agency_view"),
    Place(_("People and posts"), "accounts:people", "user", "p", "user_list"),
    Place(_("Operations"), "operations", "settings", "b", "health"),
    Place(_("Inbox"), "accounts:inbox", "inbox", "i", "own_account"),
)

#: The one entry of a person who holds no post any more.
OWN_FILE = "inspections:mine"
PEOPLE_ROUTE = "nguoi-dung/"
IMPORT_ROUTE = "ho-so/nhap/"
OPERATING_ROUTE = "van-hanh/"
#: Pages on responsibility stand below the entry by which this person comes to them.
DUTY_ROUTE = "kiem-tra/trach-nhiem/"
DUTY_HOMES = (
    ("inspections:pipeline", "duty_pipeline"),
    ("inspections:proposals", "acc_approve"),
    ("inspections:mine", "violation_answer"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The ``frame`` of base.html; two small queries for a signed-in person, none otherwise."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"frame": _Gate()}
    return {"frame": _Frame(request, actor)}


class _Gate:
    """The frame before anybody has signed in; it asks the database only where a page shows it."""

    is_signed_in = False
    demo = not settings.PRODUCTION
    demo_password = DEMO_PASSWORD

    @cached_property
    def demo_accounts(self) -> list[tuple[str, str, str]]:
        """Whom a visitor of the demo may be; nobody in production."""
        return accounts() if self.demo else []


class _Frame:
    """Read by the template alone, so pages that use no base cost no query."""

    is_signed_in = True
    demo = not settings.PRODUCTION

    def __init__(self, request: HttpRequest, actor: Actor):
        self._request, self._actor = request, actor
        self._once: dict[str, Any] = {}

    @property
    def person(self) -> Any:
        return self._actor.user

    @property
    def has_left(self) -> bool:
        """Whether this person holds no post any more, and so has no inbox of a post."""
        return not self._actor.posts

    @property
    def post_line(self) -> str:
        return self._actor.author.post

    @property
    def unread(self) -> int:
        return self._remember("unread", lambda: self._actor.user.messages.unread().count())

    @property
    def _last_run(self) -> dict[str, Any]:
        """How far the last sweep looked, and how the outbox stood when a worker last passed."""
        runs = SweepRun.objects.filter(kind=SweepRun.Kind.SWEEP).order_by("-swept_to")
        columns = {"swept_at": F("swept_to"), **desk.columns()}
        return self._remember("last_run", lambda: runs.values(**columns).first() or {})

    @property
    def swept_to(self) -> Any:
        return self._last_run.get("swept_at")

    @property
    def news_delayed(self) -> bool:
        """Whether e-mail is behind; messages in the inbox of what people do are not."""
        passed_at, since = (
            self._last_run.get(name) for name in ("mail_passed_at", "mail_waits_since")
        )
        return desk.is_delayed(passed_at, since, self._request.now)

    @property
    def sweep_stale(self) -> bool:
        stale = timedelta(seconds=settings.SWEEP_STALE_SECONDS)
        return self.swept_to is None or self._request.now - self.swept_to > stale

    @property
    def nav(self) -> list[dict[str, Any]]:
        match = self._request.resolver_match
        here = match.view_name if match else ""
        section = {
            "dossiers": "dossiers:list",
            "tasks": "tasks:list",
            "inspections": "inspections:list",
            "agencies": "agencies:list",
            "deadlines": "deadlines:calendar",
        }.get(match.namespace if match else "", "")
        if match and match.route.startswith(PEOPLE_ROUTE):
            section = "accounts:people"
        if match and match.route.startswith(OPERATING_ROUTE):
            section = "operations"
        if match and match.route.startswith(IMPORT_ROUTE):
            section = "dossiers:imports"
        if match and match.route.startswith(DUTY_ROUTE):
            homes = (view for view, act in DUTY_HOMES if allows(self._actor, act))
            section = next(homes, OWN_FILE)
        places = {place.view for place in PLACES}
        return [
            {
                "label": place.label,
                "url": reverse(place.view),
                "icon": place.icon,
                "key": place.key,
                "count": (self.unread or None) if place.view == "accounts:inbox" else None,
                "counts_news": place.view == "accounts:inbox",
                "current": _current(place.view, here, section if here not in places else ""),
            }
            for place in PLACES
            if allows(self._actor, place.act) or (self.has_left and place.view == OWN_FILE)
        ]

    def _remember(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self._once:
            self._once[name] = read()
        return self._once[name]


def _current(view: str, here: str, section: str) -> str:
    """What ``aria-current`` says of an entry: this page, a page below it, or nothing."""
    if view == here:
        return "page"
    return "true" if view == section else ""
