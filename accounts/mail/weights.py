"""How much a kind of news weighs: what must come, what is urgent, what may wait for the morning.

A kind that is not named here may wait.
"""

from accounts.models import MessageKind

#: What the warning ladder says of a limit: a morning letter that lists the limit itself
#: does not say it again.
LADDER = frozenset({MessageKind.DUE_SOON, MessageKind.OVERDUE, MessageKind.ESCALATED})
#: A breach, and what names the person: these come whatever the person chose.
MUST_COME = frozenset(
    {
        MessageKind.OVERDUE,
        MessageKind.ESCALATED,
        MessageKind.EXPLANATION_ASKED,
        MessageKind.RECORD_FINALISED,
        MessageKind.RECORD_DROPPED,
        MessageKind.RECORD_VOIDED,
        MessageKind.RECORD_SENT,
        MessageKind.RECORD_SERVED,
        MessageKind.REMEDY_ASKED,
        MessageKind.POST_GIVEN,
        MessageKind.POST_ENDED,
    }
)
#: A time limit begins, moves or asks for a person's hand today.
URGENT = frozenset(
    {
        MessageKind.DIRECTED,
        MessageKind.CONCLUDED,
        MessageKind.ASSIGNED,
        MessageKind.FORM_RETURNED,
        MessageKind.CONSULTED,
        MessageKind.MEETING,
        MessageKind.TASK_GIVEN,
        MessageKind.TASK_ASSIGNED,
        MessageKind.TASK_SENT_BACK,
        MessageKind.REMINDED,
        MessageKind.EXTENSION_ASKED,
        MessageKind.REQUEST_GRANTED,
        MessageKind.REQUEST_REFUSED,
        MessageKind.LIFTED,
        MessageKind.SUSPENDED,
        MessageKind.RESUMED,
        MessageKind.CALENDAR_MOVED,
        MessageKind.CALENDAR_MISSING,
        MessageKind.INSPECTION_ANNOUNCED,
        MessageKind.INSPECTION_OPENED,
    }
)
#: Told by a notice of its own, which goes to the address as it was.
TOLD_APART = frozenset({MessageKind.PASSWORD_CHANGED, MessageKind.ADDRESS_CHANGED})
