"""Who may do what to which task. Buttons, views and verbs ask the same function.

The lead agency acts through its head alone; cooperating agencies read. The City decides, and nobody
decides on a report of their own agency: whoever answers for the task cannot call it done.
"""

from accounts.actors import Actor
from accounts.querysets import HEAD_ROLES
from accounts.rights import allows
from dossiers.models import Task

#: Verb → the act of the rights table that it needs, and the state that it starts from.
ACTS = {
    "report": ("task_report", Task.State.GIVEN),
    "accept": ("task_decide", Task.State.REPORTED),
    "send_back": ("task_decide", Task.State.REPORTED),
    "assign": ("task_assign", Task.State.GIVEN),
}
_OF_THE_HEAD = frozenset({"report", "assign"})


def may(by: Actor, verb: str, task: Task) -> bool:
    """Whether a post held today carries the right, whatever state the task is in."""
    if not allows(by, ACTS[verb][0], task.lead_id):
        return False
    if verb in _OF_THE_HEAD:
        return any(p.agency_id == task.lead_id and p.role in HEAD_ROLES for p in by.posts)
    return task.lead_id not in by.agency_ids()


def fits(verb: str, task: Task) -> bool:
    """Whether the verb starts from the state that the task is in, and there is still a duty."""
    return task.state == ACTS[verb][1] and not task.time_limit.lifted


def possible(by: Actor, task: Task) -> list[str]:
    """The verbs that this person may do to this task now, the nearest first."""
    return [verb for verb in ACTS if fits(verb, task) and may(by, verb, task)]
