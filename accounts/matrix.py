"""The table of rights as people read it: made from ``accounts.rights``, and from nothing else."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.rights import RIGHTS
from accounts.roles import COLUMN_OF, Column, Role

#: Act → its name on the page, in the order of a dossier's life.
LABELS: dict[str, Any] = {
    "own_account": _("One's own account, password and inbox"),
    "own_record": _("Records and proposals that name the person: reading and answering them"),
    "calendar_view": _("See the working calendar and the calculator"),
    "calendar_changes_view": _("See changes of the calendar"),
    "calendar_propose": _("Propose a change of the calendar"),
    "calendar_approve": _("Apply a change of the calendar as the second person"),
    "dossier_list": _("See lists of dossiers"),
    "dossier_view": _("See a dossier"),
    "file_get": _("Download files"),
    "export_dossiers": _("Export lists"),
    "dossier_create": _("Log a submission"),
    "dossier_edit": _("Change a draft"),
    "dossier_assign": _("Assign unit and officer"),
    "dossier_submit": _("Submit a dossier"),
    "import_csv": _("Import a list"),
    "import_history": _("Import history of all agencies"),
    "import_view": _("See one's imports"),
    "dossier_receive": _("Receive a dossier"),
    "dossier_return": _("Return a dossier for form"),
    "consultation_ask": _("Ask agencies for their opinion"),
    "consultation_answer": _("Give the agency's opinion"),
    "silence_record": _("Record that an agency kept silent"),
    "dossier_put_to_leader": _("Put a dossier to the leadership"),
    "city_papers_view": _("See the City's internal papers"),
    "directive_create": _("Ask for an explanation or supplement"),
    "response_draft": _("Draft the agency's report"),
    "response_submit": _("Send the agency's report"),
    "meeting_call": _("Call a meeting"),
    "conclusion_create": _("Conclude"),
    "dossier_reject": _("Not accept a dossier"),
    "dossier_withdraw": _("Ask to withdraw a dossier"),
    "withdrawal_decide": _("Decide on a withdrawal"),
    "office_draft_add": _("Add a draft of the document"),
    "notice_issue": _("File the notice or document"),
    "dossier_close": _("Close a dossier"),
    "window_view": _("See time limits"),
    "extension_ask": _("Ask for an extension"),
    "adjustment_propose": _("Propose a correction or waiver"),
    "window_extend": _("Decide on extensions, corrections and waivers"),
    "window_suspend": _("Suspend a time limit"),
    "window_resume": _("Resume a time limit"),
    "apology_issue": _("Issue an apology with a new date"),
    "remind": _("Remind"),
    "task_list": _("See lists of tasks"),
    "task_view": _("See a task"),
    "task_give": _("Give tasks"),
    "task_assign": _("Assign a task inside the agency"),
    "task_report": _("Report on a task"),
    "task_decide": _("Accept or send back a report"),
    "hands_view": _("See whose hands dossiers are in"),
    "stagnation_view": _("See dossiers without an act for long"),
    "orders_view": _("See impossible orders of dates"),
    "plan_view": _("See inspection plans"),
    "plan_draft": _("Draft an inspection plan"),
    "plan_approve": _("Approve an inspection plan"),
    "inspection_list": _("See inspections"),
    "inspection_prepare": _("Prepare an inspection"),
    "inspection_decide": _("Decide on an inspection"),
    "inspection_run": _("Carry out an inspection"),
    "violation_counts": _("See how many records there are"),
    "violation_list": _("See lists of records"),
    "violation_view": _("See a record"),
    "violation_draft": _("Draft a record"),
    "violation_sign": _("Finalise a record"),
    "violation_void": _("Declare a record void"),
    "violation_answer": _("Give opinion and explanation on a record"),
    "inspection_conclude": _("Issue the conclusion of an inspection"),
    "remedy_view": _("See remedies"),
    "remedy_report": _("Report on a remedy"),
    "remedy_judge": _("Judge a remedy"),
    "acc_propose": _("Propose on the responsibility of a head"),
    "acc_withdraw": _("Withdraw one's own proposal"),
    "acc_endorse": _("Put a proposal to the City leadership"),
    "acc_approve": _("Approve a proposal"),
    "acc_reject": _("Refuse a proposal"),
    "decision_supersede": _("Replace a decision"),
    "decision_view": _("See a decision"),
    "result_enter": _("Enter the result of a decision"),
    "duty_pipeline": _("See what waits for whom between a late limit and its result"),
    "evidence_pack": _("Make an evidence pack"),
    "agency_view": _("See agencies and who followed whom"),
    "reorganisation_view": _("See reorganisations of agencies"),
    "agency_edit": _("Prepare a reorganisation of agencies"),
    "reorganisation_apply": _("Apply a reorganisation as the second person"),
    "user_list": _("See people and the posts they hold"),
    "user_role": _("Propose a post, end a post"),
    "user_role_view": _("See proposed posts"),
    "user_role_confirm": _("Confirm a post as the second person"),
    "health": _("See how the system runs, and the self-check"),
    "dash_own": _("See the figures of one's agency"),
    "dash_city": _("See the figures of the city"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One act with what each column may: "city", "own" or nothing."""

    label: Any
    cells: list[str]


def columns() -> list[tuple[str, str]]:
    """The heads of the table, with the roles that fall in each."""
    return [
        (
            str(column.label),
            ", ".join(str(role.label) for role in Role if COLUMN_OF[role] is column),
        )
        for column in Column
    ]


def rows() -> list[Row]:
    """Every act of the table of rights, in the order of a dossier's life."""
    return [
        Row(label, [str(RIGHTS[act].get(column, "")) for column in Column])
        for act, label in LABELS.items()
        if act in RIGHTS
    ]
