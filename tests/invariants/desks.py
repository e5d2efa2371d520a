"""Every page with an act of the workflow: the object on which it is open, who acts, what is typed.

A page added to ``POSTS`` of tests/test_every_url.py belongs here too, or into ``ELSEWHERE`` with
the test that asks the same of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from deadlines import adjusting
from deadlines.fields import read_date
from dossiers import transitions as verbs
from ledger import recording
from tests.dossiers.desk import docx, open_form, pdf
from tests.dossiers.tasks import story
from tests.dossiers.test_adjusting_pages import TYPED, ready
from tests.dossiers.test_verbs import issued
from tests.dossiers.test_verbs_letters import SORRY
from tests.dossiers.test_walk import AFTER
from tests.world import NOW, World, person


@dataclass(frozen=True)
class Desk:
    """A page of an act: ``make`` gives the code of the object on which it is open."""

    page: str
    who: str
    make: Callable[[World], str]
    typed: Callable[[World], dict[str, Any]] = lambda world: {}
    #: A text among what is typed that must come back after a refusal.
    text: str = ""
    now: datetime = NOW

    def where(self, code: str) -> str:
        return reverse(self.page, args=[code] if code else [])


def _of(make: Callable[[World], Any]) -> Callable[[World], str]:
    """The code of the dossier or task that a story makes."""

    def code(world: World) -> str:
        made = make(world)
        return made.code if hasattr(made, "code") else made.dossier.code

    return code


def _asked_back(world: World) -> Any:
    dossier = world.submitted()
    verbs.ask_withdrawal(
        dossier, reason="Rà soát lại.", version=None, by=world.by(world.hung), now=NOW
    )
    return dossier


def _consulted(world: World) -> Any:
    with recording.recorded(may_be_idle=True):
        world.hai = person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
    return world.consulted()


def _adjusted(page: str) -> Desk:
    return Desk(
        f"dossiers:{page}",
        "hung" if page == "ask_extension" else "phuc" if page == "propose" else "minh",
        _of(lambda world: ready(world, page)),
        lambda world: dict(TYPED[page]),
        text=TYPED[page].get("reason", ""),
    )


def _owing_late(world: World) -> str:
    """The code of an agency that owes an answer since long."""
    world.directed(NOW - timedelta(days=20))
    return world.ward.code


_LONGER = {"wanted_on": "14/12/2026", "reason_class": "opinions", "reason": "Chờ số liệu."}


def _task_to_be_longer(world: World) -> Any:
    task = story.given(world)
    adjusting.ask_extension(
        task.time_limit,
        wanted_on=date(2026, 12, 14),
        reason_class=_LONGER["reason_class"],
        reason=_LONGER["reason"],
        by=world.by(world.hung),
        now=NOW,
    )
    return task


def _task_that_stands(world: World) -> Any:
    task = story.given(world)
    facts = TYPED["suspend"]
    adjusting.suspend(
        task.time_limit,
        until_on=read_date(facts["until_on"], NOW.date()),
        reason=facts["reason"],
        document=facts["document"],
        by=world.by(world.minh),
        now=NOW,
    )
    return task


DESKS: dict[str, Desk] = {
    "edit": Desk(
        "dossiers:edit", "lan", _of(World.draft),
        lambda world: {"matter": "Bản sửa của Lan", "viec": "nhap"}, text="Bản sửa của Lan",
    ),
    "assign": Desk(
        "dossiers:assign", "hung", _of(World.draft), lambda world: {"officer": world.lan.pk}
    ),
    "submit": Desk("dossiers:submit", "lan", _of(World.draft)),
    "resubmit": Desk("dossiers:resubmit", "lan", _of(World.returned)),
    "receive": Desk("dossiers:receive", "phuc", _of(World.submitted)),
    "return_for_form": Desk(
        "dossiers:return_for_form", "phuc", _of(World.submitted),
        lambda world: {"reason": "initials", "text": "Thiếu ký tắt."}, text="Thiếu ký tắt.",
    ),
    "put_to_leader": Desk(
        "dossiers:put_to_leader", "phuc", _of(World.received),
        lambda world: {"summary": "Đủ thành phần.", "proposal": "Trình."}, text="Đủ thành phần.",
    ),
    "consult": Desk(
        "dossiers:consult", "phuc", _of(World.received),
        lambda world: {"question": "Cho ý kiến.", "agencies": [world.other_ward.pk]},
        text="Cho ý kiến.",
    ),
    "answer": Desk(
        "dossiers:answer", "hai", _of(_consulted), lambda world: {"position": "agrees"}
    ),
    "record_silence": Desk("dossiers:record_silence", "phuc", _of(_consulted), now=AFTER),
    "direct_explanation": Desk(
        "dossiers:direct_explanation", "minh", _of(World.put),
        lambda world: {"kind": "explain", "text": "Vì sao chậm?"}, text="Vì sao chậm?",
    ),
    "report_draft": Desk(
        "dossiers:report", "lan", _of(World.directed),
        lambda world: {"text": "Bản nháp.", "viec": "nhap"}, text="Bản nháp.",
    ),
    "report": Desk(
        "dossiers:report", "hung", _of(World.directed),
        lambda world: {"text": "Vì thế.", "viec": "gui", "report_files": pdf("bc.pdf")},
        text="Vì thế.",
    ),
    "call_meeting": Desk(
        "dossiers:call_meeting", "minh", _of(World.put),
        lambda world: {"planned_at": "14:00 30/12/2026", "place": "Phòng số 2"}, text="Phòng số 2",
    ),
    "conclude": Desk(
        "dossiers:conclude", "minh", _of(World.put), lambda world: {"text": "Đồng ý chủ trương."},
        text="Đồng ý chủ trương.",
    ),
    "reject": Desk(
        "dossiers:reject", "minh", _of(World.put), lambda world: {"text": "Chưa đủ căn cứ."},
        text="Chưa đủ căn cứ.",
    ),
    "ask_withdrawal": Desk(
        "dossiers:ask_withdrawal", "hung", _of(World.submitted),
        lambda world: {"reason": "Rà soát lại số liệu."}, text="Rà soát lại số liệu.",
    ),
    "decide_withdrawal": Desk(
        "dossiers:decide_withdrawal", "thu", _of(_asked_back),
        lambda world: {"decision": "refuse", "answer": "Đã trình."}, text="Đã trình.",
    ),
    "attach_draft_version": Desk(
        "dossiers:attach_draft_version", "phuc", _of(World.concluded),
        lambda world: {"draft_version_file": docx()},
    ),
    "issue_notice": Desk(
        "dossiers:issue_notice", "phuc", _of(World.concluded),
        lambda world: {
            "ref": "12/TB-VP", "issued_on": "25/11/2026", "notice_file": pdf("tb.pdf"),
        },
        text="12/TB-VP",
    ),
    "remind_agency": Desk(
        "dossiers:remind_agency", "thu", _owing_late, lambda world: {"viec": "gui"},
        text="trước khi hết ngày",
    ),
    "apologise": Desk(
        "dossiers:apologise", "hung", _of(World.directed), lambda world: dict(SORRY),
        text=SORRY["reason"],
    ),
    "close": Desk("dossiers:close", "phuc", _of(issued)),
    **{page: _adjusted(page) for page in TYPED},
    "give": Desk(
        "tasks:give", "minh", lambda world: "",
        lambda world: {
            "source_ref": "310/TB-UBND", "l0_text": story.TEXT, "l0_product": story.PRODUCT,
            "l0_lead": "P-00070", "l0_due_on": "07/12/2026", "viec": "giao",
        },
        text=story.TEXT,
    ),
    "task_assign": Desk(
        "tasks:assign", "hung", _of(story.given), lambda world: {"officer": world.lan.pk}
    ),
    "task_report": Desk(
        "tasks:report", "hung", _of(story.given),
        lambda world: {"text": "Đã rà soát xong.", "report_files": pdf("bc.pdf")},
        text="Đã rà soát xong.",
    ),
    "task_accept": Desk(
        "tasks:accept", "minh", lambda world: story.reported(world).task.code
    ),
    "task_send_back": Desk(
        "tasks:send_back", "minh", lambda world: story.reported(world).task.code,
        lambda world: {"text": "Thiếu phụ lục.", "working_days": "3", "viec": "gui"},
        text="Thiếu phụ lục.",
    ),
    "task_ask_extension": Desk(
        "tasks:ask_extension", "hung", _of(story.given), lambda world: dict(_LONGER),
        text=_LONGER["reason"],
    ),
    "task_decide_extension": Desk(
        "tasks:decide", "minh", _of(_task_to_be_longer), lambda world: {"viec": "dong-y"},
    ),
    "task_propose": Desk(
        "tasks:propose", "phuc", _of(story.given),
        lambda world: {**_LONGER, "kind": "correction", "reason_class": "error"},
        text=_LONGER["reason"],
    ),
    "task_suspend": Desk(
        "tasks:suspend", "minh", _of(story.given), lambda world: dict(TYPED["suspend"]),
        text=TYPED["suspend"]["reason"],
    ),
    "task_resume": Desk(
        "tasks:resume", "minh", _of(_task_that_stands), lambda world: dict(TYPED["resume"]),
        text=TYPED["resume"]["reason"],
    ),
}  # fmt: skip
#: Pages whose posts are no act of the workflow, or are asked the same where they are told.
ELSEWHERE = {
    "accounts:sign_in", "accounts:sign_out", "accounts:password", "accounts:inbox",
    "accounts:autosave", "set_language", "dossiers:filters", "dossiers:save_filter",
    "dossiers:export", "tasks:export",
    "dossiers:log",  # tests/dossiers/test_concurrency.py
    "dossiers:bulk",  # tests/dossiers/lists/test_bulk.py
    "dossiers:imports", "dossiers:import_session",  # tests/dossiers/intake/test_workers.py
    # tests/accounts/test_people_pages.py
    "accounts:propose_post", "accounts:proposal", "accounts:end_post",
    "accounts:mail", "accounts:calendar_link",  # tests/accounts/mail/test_pages.py
    "tasks:give_from",  # the same view as tasks:give
}  # fmt: skip


class Open:
    """A person with the page of a desk open before them, filled in."""

    def __init__(self, world: World, name: str, sign_in, wall_clock):
        self.desk, self.world = DESKS[name], world
        self.code = self.desk.make(world)
        wall_clock(self.desk.now)
        self.browser: Client = sign_in(getattr(world, self.desk.who))
        self.where = self.desk.where(self.code)
        self._shown = open_form(self.browser, self.desk.page, *([self.code] if self.code else []))

    def form(self) -> dict[str, Any]:
        """As it is sent; files are made anew for each sending."""
        return {**self._shown, **self.desk.typed(self.world)}

    def send(self) -> Any:
        return self.browser.post(self.where, self.form())
