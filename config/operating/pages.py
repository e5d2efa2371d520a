"""What the operator's pages show: gauges with their signs, findings in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.rights import allows
from agencies.dates import local_day
from config.models import SelfCheck, SelfCheckFinding
from config.operating.gauges import BAD, OK, WARN, Shown, ago
from config.operating.questions import QUESTIONS, Question
from deadlines.wording import Chip, day_text
from dossiers.models import Task
from dossiers.states import State

#: Level → tone and icon of the chip, and the word in it.
_SIGNS = {
    OK: ("on_time", "check", _("Well")),
    WARN: ("due_soon", "info", _("Look")),
    BAD: ("overdue", "warning", _("Act now")),
}
_WHOLE = {
    OK: _("Everything runs."),
    WARN: _("Something needs a look; nothing stands still."),
    BAD: _("Something stands still or does not fit. What is red says what to do."),
}

#: The name of a fact as a reader is told it.
_FACTS: Mapping[str, Any] = {
    "stored": _("stored"),
    "computed": _("counted anew"),
    "uncountable": _("time limits that cannot be counted"),
    "due_at": _("passed"),
    "started_at": _("begun"),
    "met_at": _("met"),
    "subject_code": _("said to belong to"),
    "about": _("belongs to"),
    "state": _("state"),
    "from": _("held from"),
    "to": _("held to"),
    "next": _("next held from"),
    "created_at": _("logged"),
    "submitted_at": _("submitted"),
    "closed_at": _("closed"),
    "begun": _("asked"),
    "ended": _("answered"),
    "agency": _("agency"),
    "open": _("open time limits"),
    "first": _("by its time limits"),
    "shown": _("in lists"),
    "table": _("table"),
    "path": _("path in the store"),
    "wrong": _("what is wrong"),
    "event": _("entry"),
    "text": _("what is wrong"),
    "error": _("could not be asked"),
}
_WRONG = {"missing": _("missing"), "changed": _("changed"), "unreadable": _("cannot be read")}
_STATES = {**dict(State.choices), **dict(Task.State.choices)}
#: Facts that are ends of time limits: the day on which they end is what people know.
_ENDS = frozenset({"stored", "computed", "due_at", "first", "shown"})

#: So many findings of a question stand on the page before somebody asks for all of them.
FIRST = 10


@dataclass(frozen=True, slots=True)
class GaugeLine:
    """One gauge of the page."""

    slug: str
    title: str
    chip: Chip
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: what it is about, its facts in words, a link where this person may follow it."""

    code: str
    facts: list[tuple[str, str]]
    url: str


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One question with what it found."""

    question: Question
    number: int
    lines: list[FindingLine]
    more_url: str


def gauge_lines(shown: Iterable[Shown]) -> list[GaugeLine]:
    """The gauges as lines of a page."""
    return [
        GaugeLine(
            one.slug,
            one.title,
            chip(one.reading.level),
            one.reading.text,
            one.reading.advice,
        )
        for one in shown
    ]


def chip(level: str) -> Chip:
    """The sign of a level: colour, icon and word."""
    tone, icon, word = _SIGNS[level]
    return Chip(tone, icon, str(word))


def whole(level: str) -> str:
    """One sentence for all gauges together."""
    return str(_WHOLE[level])


def parts(run: SelfCheck, *, only: str, by: Actor) -> list[QuestionPart]:
    """The questions that found something; all findings of ``only``, the first of the others."""
    found = []
    for question in QUESTIONS:
        number = run.counts.get(question.slug, 0)
        if not number or (only and question.slug != only):
            continue
        rows = run.findings.filter(question=question.slug).order_by("pk")
        lines = [_line(one, by) for one in (rows if only else rows[:FIRST])]
        more = f"{reverse('self_check')}?muc={question.slug}" if number > len(lines) else ""
        found.append(QuestionPart(question, number, lines, "" if only else more))
    return found


def asked(run: SelfCheck) -> list[tuple[Question, int | None]]:
    """Every question with how much it found; ``None`` where this run did not ask it."""
    return [(question, run.counts.get(question.slug)) for question in QUESTIONS]


def ran_text(run: SelfCheck, now: datetime) -> str:
    """When a run was made."""
    return f"{_instant(run.started_at)} ({ago(run.started_at, now)})"


def _line(finding: SelfCheckFinding, by: Actor) -> FindingLine:
    facts = [
        (str(_FACTS.get(name, name)), _said(name, value))
        for name, value in finding.facts.items()
        if value not in (None, "")
    ]
    code = "" if finding.code == "-" else finding.code
    return FindingLine(code, facts, _url(finding, by))


def _said(name: str, value: Any) -> str:
    if name == "state":
        return str(_STATES.get(value, value))
    if name == "wrong":
        return str(_WRONG.get(value, value))
    if isinstance(value, str) and value[:4].isdigit() and value[4:5] == "-":
        if len(value) == 10:
            return day_text(date.fromisoformat(value))
        if value.endswith("Z"):
            moment = datetime.fromisoformat(value)
            return _end(moment) if name in _ENDS else _instant(moment)
    return str(value)


def _end(moment: datetime) -> str:
    """An end of a limit: a midnight is the end of the day before; anything else is shown whole."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        day = local_day(moment).fromordinal(local_day(moment).toordinal() - 1)
        return str(_("end of %(day)s") % {"day": day_text(day)})
    return _instant(moment)


def _instant(moment: datetime) -> str:
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%H:%M:%S} {day_text(local.date())}"


def _url(finding: SelfCheckFinding, by: Actor) -> str:
    if finding.kind == "dossier" and allows(by, "dossier_view"):
        return reverse("dossiers:detail", args=[finding.code])
    if finding.kind == "task" and allows(by, "task_view"):
        return reverse("tasks:detail", args=[finding.code])
    if finding.kind == "agency" and allows(by, "user_list"):
        return f"{reverse('accounts:people')}?q={finding.code}"
    return ""
