"""What a play leaves behind, in the words of the story, so that two plays can be compared."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.mail.letters import message_id
from accounts.mail_models import Mail, MailItem
from accounts.models import Message
from deadlines.models import OverdueFlag, Reminder, TimeLimit
from ledger import chain
from ledger.models import Event
from tests.drill import postbox

#: Messages of the ladder tell of levels; an outage may put several into one message.
_LADDER = {"due_soon", "overdue", "escalated"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counted facts: a second one of anything shows as 2."""

    limits: Counter
    """Limit, last day, when it was met."""
    flags: Counter
    """Limit, instant of the breach, who headed the agency."""
    noted: Counter
    """Limit and instant of the breach, as the ledger says it."""
    reminders: Counter
    """Limit, due instant, kind, rung, the rung's own instant."""
    told: Counter
    """Who was told which level of which limit, and every other piece of news."""
    mailed: Counter
    """The same, of news in letters that were sent."""
    trouble: tuple[str, ...]
    """What must never be, whatever the play."""
    messages: int
    letters: int
    deliveries: int

    def differences(self, other: "Outcome") -> list[str]:
        """Facts that stand here and not in the other, or the other way round; letters are compared
        when there are any here."""
        found = list(self.trouble)
        mailed = ("mailed",) if self.letters else ()
        for name in ("limits", "flags", "noted", "reminders", "told", *mailed):
            mine, theirs = getattr(self, name), getattr(other, name)
            found += [f"{name} +{n} {fact}" for fact, n in (mine - theirs).items()]
            found += [f"{name} -{n} {fact}" for fact, n in (theirs - mine).items()]
        return found


def look(now: datetime) -> Outcome:
    """Reads the rows of a play that is over."""
    news = {row["pk"]: row for row in _news()}
    sent = MailItem.objects.filter(mail__state=Mail.State.SENT).values_list("message", flat=True)
    return Outcome(
        limits=Counter(TimeLimit.objects.values_list("code", "due_on", "met_at")),
        flags=Counter(
            OverdueFlag.objects.values_list("time_limit__code", "due_at", "head__username")
        ),
        noted=Counter(
            (code, after["overdue_since"])
            for code, after in Event.objects.filter(action="limit_overdue").values_list(
                "object_code", "after"
            )
        ),
        reminders=Counter(
            Reminder.objects.values_list("time_limit__code", "due_at", "kind", "rung", "at")
        ),
        told=Counter(fact for row in news.values() for fact in _levels(row)),
        mailed=Counter(fact for key in sent for fact in _levels(news[key])),
        trouble=tuple(_trouble(now)),
        messages=len(news),
        letters=Mail.objects.count(),
        deliveries=len(postbox.taken),
    )


def _news():
    columns = ("pk", "recipient__username", "kind", "rung", "limit_code", "due_at", "levels")
    return Message.objects.values(*columns)


def _levels(row):
    who, limit, due = row["recipient__username"], row["limit_code"], row["due_at"]
    if row["kind"] in _LADDER:
        return [(who, limit, due, level) for level in row["levels"].split(",")]
    return [(who, "" if limit.startswith("lich-") else limit, due, row["kind"])]  # a random name


def _trouble(now: datetime):
    names = {message_id(mail): mail for mail in Mail.objects.select_related("recipient")}
    delivered = Counter(postbox.taken)
    if len({name for name, _to in delivered}) != len(delivered):
        yield "a letter went to two people"
    for name in {name for name, _to in delivered} - set(names):
        yield f"a letter went out under a name of nobody: {name}"
    sent = {name for name, mail in names.items() if mail.state == Mail.State.SENT}
    if missing := sent - {name for name, _to in delivered}:
        yield f"said to be sent and never taken: {sorted(missing)}"
    for mail in names.values():
        if mail.state in {Mail.State.WAITING, Mail.State.DEAD}:
            yield f"letter {mail.key} is {mail.state} after {mail.tries} tries: {mail.last_error}"
    chain.seal_all(thorough=True)
    checked, broken = chain.verify(now=now)
    if broken or checked != Event.objects.count():
        yield f"the chain is broken: {broken}"
