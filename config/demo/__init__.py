"""Demo data: invented people in the real agencies, and eight months of their dossiers and of
Home Affairs' inspections."""

import random
from datetime import datetime, time, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Appointment, Message, User
from accounts.refusals import Refused
from agencies.dates import local_day
from agencies.models import Agency
from config.demo import asides, people, plan
from config.demo.affairs import Affairs
from config.demo.lives import Planner
from config.demo.papers import store_papers
from config.demo.people import AUTHOR, DEMO_PASSWORD, MAIN
from config.demo.story import Player
from deadlines import rules, sweeping
from deadlines.calendar import HANOI
from deadlines.published import published
from ledger import chain, recording

__all__ = ["DEMO_PASSWORD", "NotEmpty", "accounts", "accounts_text", "load"]

_UNREAD_FOR = timedelta(days=4)


class NotEmpty(Refused):
    """There are accounts already; demo data would mix with what people entered."""


def accounts() -> list[tuple[str, str, str]]:
    """The demo's main people that exist here: (username, full name, post and agency).

    Empty on an installation without demo data. One query.
    """
    usernames = [main[0] for main in MAIN]
    held = Appointment.objects.filter(user__username__in=usernames, ended_on__isnull=True)
    found = {}
    for post in held.select_related("user", "agency").order_by("pk"):
        person = (post.user.username, post.user.full_name)
        if person in {main[:2] for main in MAIN}:
            found.setdefault(person[0], (*person, post.line()))
    return [found[username] for username in usernames if username in found]


def accounts_text() -> str:
    """The same for a terminal, with the password; empty without demo data."""
    rows = accounts()
    if not rows:
        return ""
    intro = _("Sample accounts (password of all: %(password)s)") % {"password": DEMO_PASSWORD}
    return "\n".join([intro, *(f"  {name:<6} {who}, {post}" for name, who, post in rows)])


def load(*, dossiers: int, seed: int, now: datetime) -> None:
    """Enter the demo into a database with reference data and without people, or nothing of it.

    The same seed, day and hour give the same rows; stored names of files and public ids are always
    new, because nobody may be able to guess them. ``now`` is aware.
    Raises ``NotEmpty``, and ``CalendarNotPublished`` when the calendar does not reach today.
    """
    today = local_day(now)
    since = plan.first_day(today)
    rng = random.Random(f"{seed} {today}")  # noqa: S311 - invented data, no secret
    with recording.recorded():
        if User.objects.exists():
            raise NotEmpty(
                _("There are accounts in this database. Demo data go into an empty one only.")
            )
        planner = Planner(
            calendar=published().calendar,
            report_rule=rules.rule_on("agency_report", today),
            draft_rule=rules.rule_on("office_draft", today),
            today=today,
            rng=rng,
        )
        valid = Agency.objects.as_of(today).in_order()
        agencies = {agency.code: agency for agency in valid}
        cast = people.appoint(
            agencies=agencies,
            today=today,
            since=datetime.combine(since, time(7, 0), HANOI),
            rng=rng,
        )
        submitting = {c: a for c, a in agencies.items() if c != "VP" and a.is_valid_on(since)}
        lives = plan.plan(planner, submitting, dossiers)
        asides.add(lives, planner, random.Random(rng.random()))  # noqa: S311 - invented data
        player = Player(cast, store_papers(), rng)
        chance = random.Random(f"{seed} {today} SNV")  # noqa: S311 - invented data, no secret
        player.play(lives, since=since, now=now, beside=Affairs(player, planner, chance))
        sweeping.flag_overdue(now)
        _mark_read(cast, rng, now)
        recording.append(
            by=AUTHOR,
            action="demo_loaded",
            kind="reference",
            code="demo",
            now=now,
            after={"dossiers": len(lives), "people": len(cast.users), "seed": seed},
        )
        chain.seal_all()


def _mark_read(cast: people.Cast, rng: random.Random, now: datetime) -> None:
    """Most people have read what is some days old, an hour or two after it came."""
    behind = [user.pk for user in list(cast.users.values())[len(MAIN) :] if rng.random() < 0.1]
    Message.objects.filter(~Q(recipient_id__in=behind), created_at__lt=now - _UNREAD_FOR).update(
        read_at=F("created_at") + timedelta(minutes=95)
    )
