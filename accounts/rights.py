"""Who may do what: the one table of roles and acts. Policies, views and buttons all ask it.

``city`` allows an act on the rows of every agency, ``own`` on those of the actor's agency alone,
``anyone`` on what belongs to the person. What is not in the table is refused.
"""

from enum import StrEnum

from accounts.actors import Actor
from accounts.roles import COLUMN_OF, Column


class Scope(StrEnum):
    """How far a right reaches."""

    OWN = "own"
    CITY = "city"


_READERS = dict.fromkeys(
    (Column.LEADER, Column.OFFICE, Column.INSPECTOR, Column.DIRECTOR, Column.AUDITOR), Scope.CITY
)
_AGENCY = {Column.CLERK: Scope.OWN, Column.HEAD: Scope.OWN}
_HEAD = {Column.HEAD: Scope.OWN}
_LEADER = {Column.LEADER: Scope.CITY}
_OFFICE = {Column.OFFICE: Scope.CITY}
_INSPECTOR = {Column.INSPECTOR: Scope.CITY}
_DIRECTOR = {Column.DIRECTOR: Scope.CITY}
_AUDITOR = {Column.AUDITOR: Scope.CITY}
_KEEPER = {Column.KEEPER: Scope.CITY}
_SYSADMIN = {Column.SYSADMIN: Scope.CITY}
_NARROW = {**_HEAD, **_LEADER, **_INSPECTOR, **_DIRECTOR, **_AUDITOR}
_EVERYONE = dict.fromkeys(Column, Scope.CITY)

RIGHTS: dict[str, dict[Column, Scope]] = {
    "own_account": _EVERYONE,
    "own_record": _EVERYONE,
    "calendar_view": _EVERYONE,
    "calendar_changes_view": {**_OFFICE, **_KEEPER, **_LEADER, **_AUDITOR},
    "calendar_propose": {**_OFFICE, **_KEEPER},
    "calendar_approve": _LEADER,
    "dossier_list": {**_AGENCY, **_READERS},
    "dossier_view": {**_AGENCY, **_READERS},
    "export_dossiers": {**_AGENCY, **_READERS},
    "dossier_create": _AGENCY,
    "dossier_edit": _AGENCY,
    "dossier_assign": _AGENCY,
    "import_view": {**_AGENCY, **_OFFICE},
    "import_csv": _AGENCY,
    "import_history": _OFFICE,
    "dossier_submit": _AGENCY,
    "dossier_receive": _OFFICE,
    "dossier_put_to_leader": _OFFICE,
    "dossier_return": _OFFICE,
    "dossier_withdraw": _HEAD,
    "withdrawal_decide": _OFFICE,
    "dossier_reject": _LEADER,
    "consultation_ask": _OFFICE,
    "consultation_answer": _HEAD,
    "silence_record": _OFFICE,
    "meeting_call": _LEADER,
    "office_draft_add": _OFFICE,
    "city_papers_view": _READERS,
    "hands_view": {**_AGENCY, **_READERS},
    "stagnation_view": {**_HEAD, **_LEADER, **_OFFICE, Column.AUDITOR: Scope.CITY},
    "orders_view": {**_AGENCY, **_READERS},
    "file_get": {**_AGENCY, **_READERS},
    "directive_create": _LEADER,
    "conclusion_create": _LEADER,
    "window_view": {**_AGENCY, **_READERS},
    "extension_ask": {**_HEAD, Column.OFFICE: Scope.OWN},
    "adjustment_propose": _OFFICE,
    "window_extend": _LEADER,
    "window_suspend": _LEADER,
    "window_resume": _LEADER,
    "response_draft": _AGENCY,
    "response_submit": _HEAD,
    "notice_issue": _OFFICE,
    "dossier_close": _OFFICE,
    "apology_issue": _HEAD,
    "remind": {**_LEADER, **_OFFICE, Column.INSPECTOR: Scope.CITY},
    "task_list": {**_AGENCY, **_READERS},
    "task_view": {**_AGENCY, **_READERS},
    "task_give": {**_LEADER, **_OFFICE},
    "task_assign": {**_HEAD, Column.OFFICE: Scope.OWN},
    "task_report": {**_HEAD, Column.OFFICE: Scope.OWN},
    "task_decide": {**_LEADER, **_OFFICE},
    "plan_view": {**_LEADER, **_INSPECTOR, **_DIRECTOR, **_AUDITOR},
    "plan_draft": _INSPECTOR,
    "plan_approve": _DIRECTOR,
    "inspection_list": _NARROW,
    "inspection_prepare": _INSPECTOR,
    "inspection_decide": _DIRECTOR,
    "inspection_run": _INSPECTOR,
    "violation_counts": _READERS,
    "violation_list": _NARROW,
    "violation_view": _NARROW,
    "violation_draft": _INSPECTOR,
    "violation_sign": _INSPECTOR,
    "violation_void": _DIRECTOR,
    "violation_answer": _HEAD,
    "inspection_conclude": _DIRECTOR,
    "remedy_view": _NARROW,
    "remedy_report": _HEAD,
    "remedy_judge": _INSPECTOR,
    "acc_propose": _INSPECTOR,
    "acc_withdraw": _INSPECTOR,
    "acc_endorse": _DIRECTOR,
    "acc_approve": _LEADER,
    "acc_reject": _LEADER,
    "decision_supersede": _LEADER,
    "decision_view": _NARROW,
    "result_enter": _INSPECTOR,
    "duty_pipeline": {**_INSPECTOR, **_DIRECTOR, **_AUDITOR},
    "evidence_pack": {**_INSPECTOR, **_DIRECTOR, **_AUDITOR},
    "agency_view": _EVERYONE,
    "reorganisation_view": {**_OFFICE, **_AUDITOR, **_SYSADMIN},
    "agency_edit": _SYSADMIN,
    "reorganisation_apply": {**_OFFICE, **_SYSADMIN},
    "health": {**_SYSADMIN, **_AUDITOR},
    "user_list": {**_HEAD, **_SYSADMIN, **_AUDITOR},
    "user_role": _SYSADMIN,
    "user_role_view": {**_OFFICE, **_SYSADMIN, **_AUDITOR},
    "user_role_confirm": {**_OFFICE, **_SYSADMIN},
    "dash_own": _AGENCY,
    "dash_city": _READERS,
}


#: What remains to a person who holds no post any more: to read and answer what names them. Nobody
#: is judged unheard because they have left; everything else they lose at once.
WITHOUT_POST = frozenset({"own_record"})


def allows(by: Actor, act: str, agency_id: int | None = None) -> bool:
    """Whether a post held today allows the act on rows of an agency; without agency, on any row.

    An act of ``WITHOUT_POST`` belongs to the person.
    """
    if act in WITHOUT_POST and by.user is not None:
        return True
    scopes = RIGHTS[act]
    for post in by.posts:
        scope = scopes.get(COLUMN_OF[post.role])
        if scope is Scope.CITY:
            return True
        if scope is Scope.OWN and (agency_id is None or post.agency_id == agency_id):
            return True
    return False


def agencies_of(by: Actor, act: str) -> set[int]:
    """The agencies in which a post held today carries the right; any other post is not enough."""
    scopes = RIGHTS[act]
    own = (post for post in by.posts if scopes.get(COLUMN_OF[post.role]) is Scope.OWN)
    return {post.agency_id for post in own if post.agency_id}


def reaches_city(by: Actor, act: str) -> bool:
    """Whether the act is allowed on every agency's rows."""
    return any(RIGHTS[act].get(COLUMN_OF[post.role]) is Scope.CITY for post in by.posts)
