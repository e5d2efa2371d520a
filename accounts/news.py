"""The words of a message, made when it is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rung_news
from accounts.models import Message, MessageKind

_ICONS = {
    MessageKind.DIRECTED: "return",
    MessageKind.REPORTED: "send",
    MessageKind.CONCLUDED: "book",
    MessageKind.ASSIGNED: "list",
    MessageKind.FORM_RETURNED: "return",
    MessageKind.RESUBMITTED: "send",
    MessageKind.CONSULTED: "return",
    MessageKind.OPINION: "send",
    MessageKind.MEETING: "calendar",
    MessageKind.REJECTED: "warning",
    MessageKind.WITHDRAWAL_ASKED: "return",
    MessageKind.WITHDRAWAL_DECIDED: "check",
    MessageKind.TASK_GIVEN: "list",
    MessageKind.TASK_ASSIGNED: "list",
    MessageKind.TASK_REPORTED: "send",
    MessageKind.TASK_ACCEPTED: "check",
    MessageKind.TASK_SENT_BACK: "return",
    MessageKind.REMINDED: "bell",
    MessageKind.EXTENSION_ASKED: "calendar",
    MessageKind.CHANGE_PROPOSED: "calendar",
    MessageKind.REQUEST_GRANTED: "check",
    MessageKind.REQUEST_REFUSED: "close",
    MessageKind.LIFTED: "check",
    MessageKind.SUSPENDED: "pause",
    MessageKind.RESUMED: "clock",
    MessageKind.CALENDAR_PROPOSED: "calendar",
    MessageKind.CALENDAR_APPLIED: "check",
    MessageKind.CALENDAR_REFUSED: "close",
    MessageKind.CALENDAR_MOVED: "calendar",
    MessageKind.CALENDAR_MISSING: "warning",
    MessageKind.IMPORT_FINISHED: "check",
    MessageKind.IMPORT_FAILED: "warning",
    MessageKind.DUE_SOON: "clock",
    MessageKind.OVERDUE: "warning",
    MessageKind.ESCALATED: "warning",
    MessageKind.EXPLANATION_ASKED: "return",
    MessageKind.EXPLANATION_GIVEN: "send",
    MessageKind.RECORD_FINALISED: "stamp",
    MessageKind.RECORD_DROPPED: "close",
    MessageKind.RECORD_VOIDED: "close",
    MessageKind.REMEDY_ASKED: "list",
    MessageKind.REMEDY_REPORTED: "send",
    MessageKind.REMEDY_JUDGED: "check",
    MessageKind.PROPOSAL_PUT: "send",
    MessageKind.PROPOSAL_RETURNED: "return",
    MessageKind.PROPOSAL_ENDORSED: "send",
    MessageKind.PROPOSAL_DECIDED: "check",
    MessageKind.RESULT_ENTERED: "stamp",
    MessageKind.INSPECTION_PREPARED: "search",
    MessageKind.INSPECTION_DECIDED: "stamp",
    MessageKind.INSPECTION_ANNOUNCED: "calendar",
    MessageKind.INSPECTION_OPENED: "clock",
    MessageKind.INSPECTION_CANCELLED: "close",
    MessageKind.RECORD_SENT: "send",
    MessageKind.RECORD_TAKEN_BACK: "return",
    MessageKind.RECORD_ANSWERED: "user",
    MessageKind.RECORD_SERVED: "stamp",
    MessageKind.RECORD_ANNULLED: "close",
    MessageKind.REORGANISATION_PUT: "building",
    MessageKind.REORGANISATION_STOP: "warning",
    MessageKind.REORGANISED: "building",
    MessageKind.POST_PROPOSED: "user",
    MessageKind.POST_DECIDED: "check",
    MessageKind.POST_GIVEN: "user",
    MessageKind.POST_ENDED: "user",
    MessageKind.PASSWORD_CHANGED: "lock",
    MessageKind.ADDRESS_CHANGED: "send",
}


#: Messages about a change of the calendar; their ``about`` is its public id.
_ABOUT_CALENDAR = {
    MessageKind.CALENDAR_PROPOSED,
    MessageKind.CALENDAR_APPLIED,
    MessageKind.CALENDAR_REFUSED,
}

_LATE = {MessageKind.OVERDUE, MessageKind.ESCALATED}
#: How codes of assigned tasks begin; all others are dossiers'.
TASK_CODES = "NV"
#: Messages about an inspection or its record; their ``about`` is its public id.
_ABOUT_INSPECTIONS = {
    MessageKind.INSPECTION_PREPARED: "inspections:detail",
    MessageKind.INSPECTION_DECIDED: "inspections:detail",
    MessageKind.INSPECTION_ANNOUNCED: "inspections:detail",
    MessageKind.INSPECTION_OPENED: "inspections:detail",
    MessageKind.INSPECTION_CANCELLED: "inspections:detail",
    MessageKind.RECORD_SENT: "inspections:record",
    MessageKind.RECORD_TAKEN_BACK: "inspections:record",
    MessageKind.RECORD_ANSWERED: "inspections:record",
    MessageKind.RECORD_SERVED: "inspections:record",
    MessageKind.RECORD_ANNULLED: "inspections:record",
}
#: How codes of letters about late time limits begin; their public id follows.
LETTER_CODES = "CV-"
#: How codes of what Home Affairs records, proposes and recommends begin.
DUTY_CODES = ("TN-", "TT-", "KN-")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inbox."""

    pk: int
    sentence: str
    title: str
    url: str
    at: datetime
    is_new: bool
    icon: str
    tone: str


def item(message: Message) -> Item:
    """The message in words, with the page where something can be done about it."""
    facts = {
        "dossier": message.about,
        "agency": message.agency_name,
        "day": f"{timezone.localtime(message.due_at - timedelta(microseconds=1)):%d/%m/%Y}",
    }
    sentence = {
        MessageKind.DIRECTED: _(
            "%(agency)s is asked to explain or supplement dossier %(dossier)s by the end of "
            "%(day)s."
        ),
        MessageKind.REPORTED: _("%(agency)s has reported on dossier %(dossier)s."),
        MessageKind.CONCLUDED: _(
            "There is a conclusion on dossier %(dossier)s: the document is to be drafted by the "
            "end of %(day)s."
        ),
        MessageKind.ASSIGNED: _("Dossier %(dossier)s was assigned to you."),
        MessageKind.FORM_RETURNED: _(
            "The City Office returned dossier %(dossier)s. Mend it and submit it again."
        ),
        MessageKind.RESUBMITTED: _("%(agency)s submitted dossier %(dossier)s again."),
        MessageKind.CONSULTED: _(
            "%(agency)s is asked for its opinion on dossier %(dossier)s by the end of %(day)s."
        ),
        MessageKind.OPINION: _("%(agency)s gave its opinion on dossier %(dossier)s."),
        MessageKind.MEETING: _("A meeting on dossier %(dossier)s was called."),
        MessageKind.REJECTED: _("Dossier %(dossier)s of %(agency)s was not accepted."),
        MessageKind.WITHDRAWAL_ASKED: _("%(agency)s asks to withdraw dossier %(dossier)s."),
        MessageKind.WITHDRAWAL_DECIDED: _(
            "The City Office decided on the withdrawal of dossier %(dossier)s."
        ),
        MessageKind.TASK_GIVEN: _(
            "%(agency)s leads task %(dossier)s, to be reported by the end of %(day)s."
        ),
        MessageKind.TASK_ASSIGNED: _(
            "Task %(dossier)s was assigned to you, to be reported by the end of %(day)s."
        ),
        MessageKind.TASK_REPORTED: _("%(agency)s has reported on task %(dossier)s."),
        MessageKind.TASK_ACCEPTED: _("The report on task %(dossier)s was accepted."),
        MessageKind.TASK_SENT_BACK: _(
            "The report on task %(dossier)s was sent back; what remains is to be reported by the "
            "end of %(day)s."
        ),
        MessageKind.REMINDED: _(
            "You are reminded of dossier %(dossier)s: %(agency)s is to answer by the end of "
            "%(day)s."
        ),
        MessageKind.EXTENSION_ASKED: _(
            "%(agency)s asks for an extension on dossier %(dossier)s, now due by the end of "
            "%(day)s."
        ),
        MessageKind.CHANGE_PROPOSED: _(
            "The City Office proposes to change what %(agency)s owes on dossier %(dossier)s, now "
            "due by the end of %(day)s."
        ),
        MessageKind.REQUEST_GRANTED: _(
            "The due date of %(agency)s on dossier %(dossier)s is now the end of %(day)s."
        ),
        MessageKind.REQUEST_REFUSED: _(
            "The request about the time limit on dossier %(dossier)s was refused: it stays due by "
            "the end of %(day)s."
        ),
        MessageKind.LIFTED: _("%(agency)s no longer has to answer on dossier %(dossier)s."),
        MessageKind.SUSPENDED: _(
            "The time limit of %(agency)s on dossier %(dossier)s is suspended: it is now due by "
            "the end of %(day)s."
        ),
        MessageKind.RESUMED: _(
            "The suspended time limit of %(agency)s on dossier %(dossier)s runs on: it is now due "
            "by the end of %(day)s."
        ),
        MessageKind.REORGANISATION_PUT: _("A reorganisation of agencies waits for your decision."),
        MessageKind.REORGANISATION_STOP: _(
            "A reorganisation of agencies was stopped on its day: something had changed."
        ),
        MessageKind.REORGANISED: _(
            "%(agency)s has taken over from %(dossier)s; open time limits run on."
        ),
        MessageKind.CALENDAR_PROPOSED: _(
            "A change of the working calendar waits for the decision of a City leader."
        ),
        MessageKind.CALENDAR_APPLIED: _("A change of the working calendar is in force."),
        MessageKind.CALENDAR_REFUSED: _("A change of the working calendar was refused."),
        MessageKind.CALENDAR_MOVED: _(
            "The working calendar was changed: the time limit of %(agency)s on %(dossier)s now "
            "runs to the end of %(day)s."
        ),
        MessageKind.CALENDAR_MISSING: _(
            "The working calendar of %(dossier)s is not published yet. Counts that reach into it "
            "are refused: enter it as soon as it is announced."
        ),
        MessageKind.INSPECTION_PREPARED: _("An inspection at %(agency)s waits for your decision."),
        MessageKind.INSPECTION_DECIDED: _(
            "You are in the team that inspects %(agency)s. Read the decision."
        ),
        MessageKind.INSPECTION_ANNOUNCED: _(
            "Home Affairs will inspect %(agency)s. Read when and about what."
        ),
        MessageKind.INSPECTION_OPENED: _("Home Affairs has opened an inspection at %(agency)s."),
        MessageKind.INSPECTION_CANCELLED: _(
            "The inspection at %(agency)s of which you were told will not take place."
        ),
        MessageKind.RECORD_SENT: _(
            "A record of the inspection at %(agency)s waits for your opinion."
        ),
        MessageKind.RECORD_TAKEN_BACK: _(
            "Home Affairs took back a record of the inspection at %(agency)s that you were sent."
        ),
        MessageKind.RECORD_ANSWERED: _(
            "%(agency)s gave its opinion on the record of the inspection."
        ),
        MessageKind.RECORD_SERVED: _("The record of the inspection at %(agency)s is final."),
        MessageKind.RECORD_ANNULLED: _(
            "A record of the inspection at %(agency)s was declared void."
        ),
        MessageKind.IMPORT_FINISHED: _("The list that you sent has been entered."),
        MessageKind.IMPORT_FAILED: _(
            "The list that you sent could not be entered to its end. Read why, mend it and send it "
            "again."
        ),
        **dict.fromkeys(rung_news.LADDER, rung_news.sentence(message, _subject_of(message))),
        MessageKind.EXPLANATION_ASKED: _(
            "Home Affairs asks you for an explanation by the end of %(day)s."
        ),
        MessageKind.EXPLANATION_GIVEN: _(
            "The explanation that Home Affairs asked for has come (%(agency)s)."
        ),
        MessageKind.RECORD_FINALISED: _("A record of Home Affairs that names you is final."),
        MessageKind.RECORD_DROPPED: _("Home Affairs dropped a record that named you."),
        MessageKind.RECORD_VOIDED: _("Home Affairs declared a record that names you void."),
        MessageKind.REMEDY_ASKED: _(
            "Home Affairs recommends a remedy to %(agency)s, to be reported by the end of %(day)s."
        ),
        MessageKind.REMEDY_REPORTED: _("%(agency)s has reported on a recommendation."),
        MessageKind.REMEDY_JUDGED: _(
            "Home Affairs judged the report of %(agency)s on a recommendation."
        ),
        MessageKind.PROPOSAL_PUT: _("A proposal waits for you (%(agency)s)."),
        MessageKind.PROPOSAL_RETURNED: _("The director returned a proposal (%(agency)s)."),
        MessageKind.PROPOSAL_ENDORSED: _(
            "Home Affairs puts a proposal to the City leadership (%(agency)s)."
        ),
        MessageKind.PROPOSAL_DECIDED: _(
            "The City leadership decided on a proposal of Home Affairs (%(agency)s)."
        ),
        MessageKind.RESULT_ENTERED: _("The result of a decision was entered (%(agency)s)."),
        MessageKind.POST_PROPOSED: _("A proposed post waits for your confirmation."),
        MessageKind.POST_DECIDED: _("A post that you proposed was decided on."),
        MessageKind.POST_GIVEN: _("You were given a post, with the rights that go with it."),
        MessageKind.POST_ENDED: _("A post of yours ends with %(day)s."),
        MessageKind.PASSWORD_CHANGED: _(
            "The password of your account was changed. If it was not you, tell the system "
            "administrator at once."
        ),
        MessageKind.ADDRESS_CHANGED: _(
            "The e-mail address of your account was changed. If it was not you, tell the system "
            "administrator at once."
        ),
    }[MessageKind(message.kind)]
    if message.about.startswith(TASK_CODES):
        sentence = _of_task(message) or sentence
    if message.about.startswith(LETTER_CODES):
        sentence = _("A reminder letter to %(agency)s was issued; it asks for an answer by the end "
                     "of %(day)s.")  # fmt: skip
    return Item(
        pk=message.pk,
        sentence=sentence % facts,
        title=message.title,
        url=_page_of(message),
        at=message.created_at,
        is_new=message.read_at is None,
        icon=_ICONS[MessageKind(message.kind)],
        tone="overdue" if message.kind in _LATE else "",
    )


def _subject_of(message: Message) -> str:
    """What a time limit is about."""
    if message.about.startswith(TASK_CODES):
        return "task"
    return "duty" if message.about.startswith(DUTY_CODES) else "dossier"


def _of_task(message: Message) -> str:
    """What is said of the time limit of a task, and not of a dossier."""
    return {
        MessageKind.EXTENSION_ASKED: _(
            "%(agency)s asks for an extension on task %(dossier)s, now due by the end of %(day)s."
        ),
        MessageKind.REQUEST_GRANTED: _(
            "The due date of %(agency)s on task %(dossier)s is now the end of %(day)s."
        ),
        MessageKind.REQUEST_REFUSED: _(
            "The request about the time limit of task %(dossier)s was refused: it stays due by the "
            "end of %(day)s."
        ),
    }.get(MessageKind(message.kind), "")


def _page_of(message: Message) -> str:
    code = message.about
    if message.kind in {MessageKind.IMPORT_FINISHED, MessageKind.IMPORT_FAILED}:
        return reverse("dossiers:import_session", args=[code])
    if message.kind == MessageKind.REORGANISED:
        return reverse("dossiers:list")
    if message.kind in {MessageKind.REORGANISATION_PUT, MessageKind.REORGANISATION_STOP}:
        return reverse("agencies:plan", args=[code])
    if message.kind in {MessageKind.POST_PROPOSED, MessageKind.POST_DECIDED}:
        return reverse("accounts:proposal", args=[code])
    if message.kind in {MessageKind.POST_GIVEN, MessageKind.POST_ENDED}:
        return reverse("accounts:rights")
    if message.kind in {MessageKind.PASSWORD_CHANGED, MessageKind.ADDRESS_CHANGED}:
        return reverse("accounts:mail")
    if message.kind == MessageKind.CALENDAR_MISSING:
        return reverse("deadlines:calendar")
    if message.kind in _ABOUT_CALENDAR:
        return reverse("deadlines:change", args=[code])
    if code.startswith(LETTER_CODES):
        return reverse("dossiers:letter", args=[code.removeprefix(LETTER_CODES)])
    if code.startswith(DUTY_CODES):
        return reverse("inspections:subject", args=[code])
    if message.kind in _ABOUT_INSPECTIONS:
        return reverse(_ABOUT_INSPECTIONS[MessageKind(message.kind)], args=[code])
    view = "tasks:detail" if code.startswith(TASK_CODES) else "dossiers:detail"
    return reverse(view, args=[code])
