"""The words of the warning ladder: before a time limit ends, when it passes, and while nobody
answers."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Message, MessageKind

#: The kinds of messages that the ladder writes.
LADDER = {MessageKind.DUE_SOON, MessageKind.OVERDUE, MessageKind.ESCALATED}
BREACH = "breach"


def sentence(message: Message, of: str) -> str:
    """What a message of the ladder says, with ``%(dossier)s``, ``%(agency)s`` and ``%(day)s`` to
    fill in; nothing for any other message. ``of`` is "dossier", "task" or "duty"."""
    if message.kind not in LADDER:
        return ""
    passed = [] if not message.levels else message.levels.split(",")
    days = [int(level) for level in passed if level != BREACH]
    if message.kind == MessageKind.DUE_SOON:
        parts = [_ahead(-message.rung, of) if message.rung < 0 else _on_the_day(of)]
    elif message.kind == MessageKind.ESCALATED:
        parts = [_after(message.rung, of)]
    else:
        most = max(days, default=0)
        parts = [_passed(of), *([_since(most)] if most > 0 else [])]
    if len(passed) > 1:
        parts.append(_at_once(days, with_breach=message.kind == MessageKind.OVERDUE))
    return " ".join(part for part in parts if part)


def _ahead(days: int, of: str) -> str:
    if of == "task":
        text = ngettext(
            "A reminder %(n)d working day ahead: %(agency)s is to report on task %(dossier)s by "
            "the end of %(day)s.",
            "A reminder %(n)d working days ahead: %(agency)s is to report on task %(dossier)s by "
            "the end of %(day)s.",
            days,
        )
    elif of == "duty":
        text = ngettext(
            "A reminder %(n)d working day ahead: what Home Affairs asked of %(agency)s is due by "
            "the end of %(day)s.",
            "A reminder %(n)d working days ahead: what Home Affairs asked of %(agency)s is due by "
            "the end of %(day)s.",
            days,
        )
    else:
        text = ngettext(
            "A reminder %(n)d working day ahead: %(agency)s is to answer on dossier %(dossier)s by "
            "the end of %(day)s.",
            "A reminder %(n)d working days ahead: %(agency)s is to answer on dossier %(dossier)s "
            "by the end of %(day)s.",
            days,
        )
    return text.replace("%(n)d", str(days))


def _on_the_day(of: str) -> str:
    return {
        "task": _(
            "A reminder on the last day: %(agency)s is to report on task %(dossier)s by the end of "
            "%(day)s."
        ),
        "duty": _(
            "A reminder on the last day: what Home Affairs asked of %(agency)s is due by the end "
            "of %(day)s."
        ),
    }.get(
        of,
        _(
            "A reminder on the last day: %(agency)s is to answer on dossier %(dossier)s by the end "
            "of %(day)s."
        ),
    )


def _passed(of: str) -> str:
    return {
        "task": _(
            "Task %(dossier)s of %(agency)s passed its time limit at the end of %(day)s without a "
            "report."
        ),
        "duty": _(
            "What Home Affairs asked of %(agency)s passed its time limit at the end of %(day)s."
        ),
    }.get(
        of,
        _(
            "Dossier %(dossier)s of %(agency)s passed its time limit at the end of %(day)s without "
            "an answer."
        ),
    )


def _after(days: int, of: str) -> str:
    if of == "task":
        text = ngettext(
            "Task %(dossier)s of %(agency)s was due by the end of %(day)s. %(n)d full working day "
            "has gone by since, without a report.",
            "Task %(dossier)s of %(agency)s was due by the end of %(day)s. %(n)d full working days "
            "have gone by since, without a report.",
            days,
        )
    elif of == "duty":
        text = ngettext(
            "What Home Affairs asked of %(agency)s was due by the end of %(day)s. %(n)d full "
            "working day has gone by since.",
            "What Home Affairs asked of %(agency)s was due by the end of %(day)s. %(n)d full "
            "working days have gone by since.",
            days,
        )
    else:
        text = ngettext(
            "Dossier %(dossier)s of %(agency)s was due by the end of %(day)s. %(n)d full working "
            "day has gone by since, without an answer.",
            "Dossier %(dossier)s of %(agency)s was due by the end of %(day)s. %(n)d full working "
            "days have gone by since, without an answer.",
            days,
        )
    return text.replace("%(n)d", str(days))


def _since(days: int) -> str:
    text = ngettext(
        "%(n)d full working day has gone by since.",
        "%(n)d full working days have gone by since.",
        days,
    )
    return text.replace("%(n)d", str(days))


def _at_once(days: list[int], *, with_breach: bool) -> str:
    """Why one message tells of several levels: the others could not be told in their time."""
    early, late = [n for n in days if n <= 0], [n for n in days if n > 0]
    if with_breach and early:
        return _("The reminders before the end could not be sent in time.")
    if len(early) > 1 and not late:
        return _("An earlier reminder could not be sent in time.")
    return _("An earlier message about this could not be sent in time.")
