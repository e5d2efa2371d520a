"""A letter in words: what happened, until when, why that date, and the page where one can act.

Letters are made when they are sent, so a letter that waited speaks of how things stand then.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import actors, news
from accounts.actors import Actor
from accounts.mail.letters import Entry, Letter, Section, absolute, one_line
from accounts.mail.weights import LADDER, MUST_COME
from accounts.mail_models import Mail
from accounts.models import Message, MessageKind
from agencies.dates import local_day
from deadlines import rules, strips
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.mailing import hours, owing
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.wording import chip, day_text

#: How many lines a section of a letter shows; the rest is behind a link.
MOST_SHOWN = 25
#: A due date with more days than this is told without its strip.
MOST_DAYS = 15
#: Codes of our own making that a subject may name.
_CODE = re.compile(r"(HS|NV)\d{4}-\d{1,9}")


@dataclass(frozen=True, slots=True)
class _At:
    """The instant of a letter, and the calendar in force; none where nothing can be counted."""

    now: datetime
    calendar: Calendar | None

    @property
    def soon(self) -> date:
        """The last day of what ends soon."""
        return Moment(self.now, self.calendar).soon() if self.calendar else local_day(self.now)


def compose(mail: Mail, now: datetime) -> Letter | None:
    """The letter as of now; nothing when there is nothing left to say."""
    if mail.kind == Mail.Kind.ACCOUNT:
        return _of_account(mail)
    at = _At(now, hours.calendar_or_none())
    by = actors.person(mail.recipient, local_day(now))
    found = Message.objects.filter(mailed__mail=mail).order_by("-created_at", "-pk")
    told = [one for one in found if by.posts or one.kind in MUST_COME]
    if mail.kind == Mail.Kind.NEWS:
        return _of_news(mail, by, told, at) if told else None
    return _of_morning(mail, by, told, at)


# --- the account ----------------------------------------------------------------------------------


def _of_account(mail: Mail) -> Letter:
    at = f"{timezone.localtime(mail.created_at):%H:%M %d/%m/%Y}"
    user = mail.recipient
    if mail.about == MessageKind.PASSWORD_CHANGED:
        subject = _("Đúng Hạn: the password of your account was changed")
        said = _("The password of the account %(name)s was changed at %(at)s.")
    else:
        subject = _("Đúng Hạn: the e-mail address of your account was changed")
        said = _("The e-mail address of the account %(name)s was changed at %(at)s.")
    advice = _(
        "If it was you, nothing is to be done. If not, tell the system administrator at once."
    )
    return Letter(
        subject=subject,
        greeting=_greeting(user.full_name),
        opening=f"{said % {'name': user.username, 'at': at}} {advice}",
        why=_("You get this e-mail because it is about your account."),
    )


# --- news at once ---------------------------------------------------------------------------------


def _of_news(mail: Mail, by: Actor, told: Sequence[Message], at: _At) -> Letter:
    limits = _limits_of(told, by)
    entries = tuple(_entry(one, limits, at, in_full=len(told) == 1) for one in told)
    opening = ngettext("There is %(n)d piece of news for you.", "There are %(n)d pieces of news "
                       "for you.", len(told)) % {"n": len(told)}  # fmt: skip
    return Letter(
        subject=_subject_of_news(told),
        greeting=_greeting(mail.recipient.full_name),
        opening=opening,
        sections=_sections((("", entries, reverse("accounts:inbox")),)),
        bases=_bases(limits.values()) if len(told) > 1 else (),
        why=_why(by),
    )


def _subject_of_news(told: Sequence[Message]) -> str:
    """Fixed words, a number, a code of ours."""
    if len(told) == 1:
        kind = str(MessageKind(told[0].kind).label)
        code = told[0].about if _CODE.fullmatch(told[0].about) else ""
        return _("Đúng Hạn: %(what)s") % {"what": f"{kind} – {code}" if code else kind}
    late = sum(one.kind == MessageKind.OVERDUE for one in told)
    count = ngettext("%(n)d piece of news", "%(n)d pieces of news", len(told)) % {"n": len(told)}
    if late:
        passed = ngettext("%(n)d time limit passed", "%(n)d time limits passed", late)
        count = f"{count}, {passed % {'n': late}}"
    return _("Đúng Hạn: %(what)s") % {"what": count}


def _limits_of(told: Iterable[Message], by: Actor) -> dict[str, TimeLimit]:
    """The limits on which news hang, as far as the person may see them; one query."""
    codes = {one.limit_code for one in told}
    visible = TimeLimit.objects.visible_to(by).filter(code__in=codes)
    return {limit.code: limit for limit in visible.select_related("rule")}


def _entry(message: Message, limits: dict[str, TimeLimit], at: _At, *, in_full: bool) -> Entry:
    item, limit = news.item(message), limits.get(message.limit_code)
    facts = {}
    if limit:
        facts["due"] = _due(limit, at)
        if in_full:
            facts["reason"] = _reason(limit)
        if in_full and limit.met_at is None:
            facts["strip"] = _strip(limit, at.calendar)
    return Entry(
        sentence=item.sentence,
        title=one_line(item.title),
        url=absolute(item.url),
        tone=item.tone,
        **facts,
    )


# --- the morning ----------------------------------------------------------------------------------


def _of_morning(mail: Mail, by: Actor, told: Sequence[Message], at: _At) -> Letter | None:
    now, today = at.now, local_day(at.now)
    limits = list(
        owing.pressing_first(
            owing.owed_by(by).filter(due_on__lte=at.soon).exclude(suspended_until__gte=today)
        )
    )
    if _wants_nothing(mail):
        limits = []
    overdue = [one for one in limits if one.due_at <= now]
    due_today = [one for one in limits if one.due_at > now and one.due_on == today]
    soon = [one for one in limits if one.due_on > today]
    listed = {one.code for one in limits}
    told = [one for one in told if one.kind not in LADDER or one.limit_code not in listed]
    if not limits and not told:
        return None
    hung_on = _limits_of(told, by)
    page = reverse("dashboards:limits")
    parts = (
        (_("Overdue"), _lines(overdue, at), f"{page}?tinh-trang=qua-han"),
        (_("Due today"), _lines(due_today, at), page),
        (_("Due within two working days"), _lines(soon, at), page),
        (
            _("News since the last letter"),
            tuple(_entry(one, hung_on, at, in_full=False) for one in told),
            reverse("accounts:inbox"),
        ),
    )
    day = f"{today:%d/%m/%Y}"
    counts = _counts(len(overdue), len(due_today), len(soon), len(told))
    return Letter(
        subject=_("Đúng Hạn %(day)s: %(counts)s") % {"day": day, "counts": counts},
        greeting=_greeting(mail.recipient.full_name),
        opening=_("Today, %(day)s: %(counts)s.") % {"day": day_text(today), "counts": counts},
        sections=_sections(parts),
        bases=_bases([*limits, *hung_on.values()]),
        why=_why(by),
    )


def _wants_nothing(mail: Mail) -> bool:
    choice = getattr(mail.recipient, "mail_choice", None)
    return choice is not None and choice.news == choice.News.NONE


def _counts(overdue: int, due_today: int, soon: int, told: int) -> str:
    parts = (
        ngettext("%(n)d overdue", "%(n)d overdue", overdue) % {"n": overdue} if overdue else "",
        ngettext("%(n)d due today", "%(n)d due today", due_today) % {"n": due_today}
        if due_today
        else "",
        ngettext("%(n)d due soon", "%(n)d due soon", soon) % {"n": soon} if soon else "",
        ngettext("%(n)d piece of news", "%(n)d pieces of news", told) % {"n": told} if told else "",
    )
    return ", ".join(part for part in parts if part)


def _lines(limits: Sequence[TimeLimit], at: _At) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            sentence=_("%(code)s: %(rule)s") % {"code": _said(one), "rule": one.rule.name},
            title=one_line(one.subject_title),
            due=_due(one, at),
            url=absolute(reverse("dossiers:detail", args=[one.subject_code])),
            tone="overdue" if one.due_at <= at.now else "soon",
        )
        for one in limits
    )


def _said(limit: TimeLimit) -> str:
    """The code of what a limit is about, where people say it; else whose it is."""
    return limit.subject_code if _CODE.fullmatch(limit.subject_code) else limit.agency.name


# --- common ---------------------------------------------------------------------------------------


def _sections(parts: Iterable[tuple[str, tuple[Entry, ...], str]]) -> tuple[Section, ...]:
    found = []
    for heading, entries, page in parts:
        if not entries:
            continue
        more, left = "", len(entries) - MOST_SHOWN
        if left > 0:
            more = _("%(n)d more here: %(address)s") % {"n": left, "address": absolute(page)}
        title = f"{heading} ({len(entries)})" if heading else ""
        found.append(Section(title, entries[:MOST_SHOWN], more))
    return tuple(found)


def _greeting(name: str) -> str:
    return _("Dear %(name)s,") % {"name": one_line(name)}


def _due(limit: TimeLimit, at: _At) -> str:
    """Until when, and how far away or past that is."""
    said = _("Time limit: end of %(day)s") % {"day": day_text(limit.due_on)}
    if at.calendar is None:
        return said
    return f"{said} · {chip(limit, now=at.now, calendar=at.calendar).text}"


def _reason(limit: TimeLimit) -> str:
    """Why that date: rule, amount and article; of a date set in writing, that it was set."""
    if limit.rule.code == rules.BY_DATE:
        return _("The date is set in writing by the level that gives the task.")
    return strips.rule_sentence(limit.rule)


def _bases(limits: Iterable[TimeLimit]) -> tuple[str, ...]:
    """Why those dates, each rule once."""
    return tuple(dict.fromkeys(_reason(one) for one in limits))


def _strip(limit: TimeLimit, calendar: Calendar | None) -> tuple[str, ...]:
    """Day by day from the event to the end; nothing for long ways and moved dates."""
    if calendar is None or limit.rule.code == rules.BY_DATE or limit.due_at != limit.first_due_at:
        return ()
    try:
        explained = rules.explain(calendar, limit.rule, limit.started_at)
    except CalendarNotPublished:
        return ()
    if explained.due_at != limit.due_at or len(explained.days) > MOST_DAYS:
        return ()
    return tuple(strips.as_text(explained))


def _why(by: Actor) -> str:
    if not by.author.post:
        return _("You get this e-mail because it names you.")
    return _("You get this e-mail as %(post)s.") % {"post": one_line(by.author.post)}
