"""What happens beside a demo dossier's main line: assignment, requests for more time, a suspension,
opinions of other agencies, tasks given by a conclusion and what became of them."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.roles import Role
from agencies.dates import local_day
from config.demo.lives import Life, Planner, Step
from deadlines import adjusting
from deadlines.models import Adjustment, TimeLimit
from deadlines.published import published
from dossiers import transitions as verbs
from dossiers.models import Attachment, Consultation, Task
from dossiers.transitions import Hands
from dossiers.transitions.tasks import Due, Source, TaskLine, TaskReportFacts

if TYPE_CHECKING:
    from config.demo.story import Player

_WHY_LONGER = (
    (Adjustment.Reason.OPINIONS, "Còn chờ ý kiến bằng văn bản của hai cơ quan phối hợp."),
    (Adjustment.Reason.COMPLEX, "Nội dung liên quan nhiều đơn vị, cần đo đạc lại thực địa."),
    (Adjustment.Reason.OTHER, "Cán bộ trực tiếp theo dõi đi công tác, hồ sơ đang bàn giao."),
)
_REFUSALS = (
    "Hồ sơ đã đủ tài liệu; đề nghị đơn vị thực hiện đúng thời hạn đã giao.",
    "Lý do chưa thuyết phục. Đơn vị bố trí người khác báo cáo đúng hạn.",
)
_OPINIONS = (
    (Consultation.Position.AGREES, "Thống nhất với nội dung dự thảo."),
    (Consultation.Position.AGREES, "Thống nhất; đề nghị rà soát thêm căn cứ pháp lý tại mục 2."),
    (Consultation.Position.OTHER, "Đề nghị làm rõ nguồn vốn và tiến độ trước khi trình."),
    (Consultation.Position.DISAGREES, "Chưa thống nhất, do chưa phù hợp quy hoạch phân khu."),
)
_TASKS = (
    ("Rà soát, cập nhật hồ sơ theo kết luận, báo cáo kết quả", "Báo cáo kết quả rà soát"),
    ("Chủ trì giải phóng mặt bằng phần diện tích còn lại", "Biên bản bàn giao mặt bằng"),
    ("Hoàn thiện phương án và công khai tại trụ sở", "Phương án được công khai"),
    ("Bố trí kinh phí trong dự toán năm, không để nợ đọng", "Văn bản phân bổ kinh phí"),
    ("Kiểm tra thực địa, xử lý dứt điểm kiến nghị của người dân", "Báo cáo kiểm tra thực địa"),
)
_DONE = (
    "Đã hoàn thành nội dung được giao; gửi kèm tài liệu chứng minh.",
    "Đơn vị đã thực hiện xong, kết quả được niêm yết công khai từ tuần trước.",
)
_REPORT = Attachment.Purpose.REPORT
_LATE = "Phải chờ kết quả đo đạc của đơn vị tư vấn."


def add(lives: Iterable[Life], planner: Planner, rng: random.Random) -> None:
    """Put asides between the steps of the lives; only what has happened by the day of loading."""
    running = 0
    for life in lives:
        names = [step.verb for step in life.steps]
        asked = next((step for step in reversed(life.steps) if step.verb == "direct"), None)
        if asked and life.agency.units.exists() and rng.random() < 0.7:
            life.steps.append(Step(asked.at + timedelta(minutes=40), "assign"))
        if asked and names[-1] == "direct" and rng.random() < 0.3:
            running += 1
            verb = "suspend" if running == 3 else "ask_longer"
            life.steps.append(Step(asked.at + timedelta(hours=2), verb))
        elif asked and "report" in names and rng.random() < 0.08:
            life.steps.append(Step(asked.at + timedelta(hours=1), "ask_longer"))
            life.steps.append(Step(asked.at + timedelta(hours=3), "refuse_longer"))
        for step in list(life.steps):
            if step.verb == "consult" and rng.random() < 0.6:
                life.steps.append(Step(step.at + timedelta(hours=26), "opine"))
            if step.verb == "conclude" and rng.random() < 0.4:
                life.steps += _tasks(step.at, planner, rng)
        life.steps.sort(key=lambda step: step.at)


def _tasks(at: datetime, planner: Planner, rng: random.Random) -> list[Step]:
    """Given soon after the conclusion; most are reported in time and accepted, some not yet."""
    days = rng.choice((5, 7, 10, 15))
    steps = [Step(at + timedelta(minutes=25), "give_tasks", {"days": days})]
    old = local_day(at) < planner.working_day(planner.today, -20)
    if rng.random() < (0.98 if old else 0.75):
        late = rng.choice((0, 0, 0, 0, 1, 4))
        after = days + late if late else rng.randint(2, days)
        reported = planner.moment(planner.working_day(local_day(at), after), after=steps[0].at)
        steps.append(Step(reported, "report_task", {"late": bool(late)}))
        if rng.random() < 0.85:
            judged = planner.moment(planner.working_day(local_day(reported), 2), after=reported)
            steps.append(Step(judged, "accept_task"))
    return steps


class Asides:
    """Does the steps beside the main line, with the people and dossiers of the player."""

    def __init__(self, player: "Player", rng: random.Random):
        self._player, self._rng = player, rng
        self._asked: dict[int, Adjustment] = {}
        self._tasks: dict[int, list[Task]] = {}
        self.verbs: dict[str, Callable[[int, Life, Step], None]] = {
            "assign": self._assign,
            "ask_longer": self._ask_longer,
            "refuse_longer": self._refuse_longer,
            "suspend": self._suspend,
            "opine": self._opine,
            "give_tasks": self._give_tasks,
            "report_task": self._report_task,
            "accept_task": self._accept_task,
        }

    def _assign(self, key: int, life: Life, step: Step) -> None:
        officers = self._player.cast.holders(Role.AGENCY_OFFICER, life.agency)
        officer = self._rng.choice(officers)
        unit = next(p.unit for p in self._player.cast.posts if p.user is officer)
        verbs.assign(
            self._player.dossiers[key],
            hands=Hands(unit=unit, officer=officer),
            version=None,
            by=self._player.head(life.agency, step.at),
            now=step.at,
        )

    def _limit(self, key: int) -> TimeLimit:
        return self._player.directions[key].time_limit

    def _ask_longer(self, key: int, life: Life, step: Step) -> None:
        limit, (reason_class, reason) = self._limit(key), self._rng.choice(_WHY_LONGER)
        self._asked[key] = adjusting.ask_extension(
            limit,
            wanted_on=published().calendar.add_working_days(limit.due_on, 3),
            reason_class=reason_class,
            reason=reason,
            by=self._player.head(life.agency, step.at),
            now=step.at,
        )

    def _refuse_longer(self, key: int, life: Life, step: Step) -> None:
        adjusting.decide(
            self._asked[key],
            grant=False,
            granted_on=None,
            answer=self._rng.choice(_REFUSALS),
            document="",
            by=self._player.leader(key, step.at),
            now=step.at,
        )

    def _suspend(self, key: int, life: Life, step: Step) -> None:
        limit = self._limit(key)
        adjusting.suspend(
            limit,
            until_on=published().calendar.add_working_days(limit.due_on, 5),
            reason="Chờ kết luận của cơ quan điều tra về một phần diện tích đất.",
            document="1482/UBND-NC",
            by=self._player.leader(key, step.at),
            now=step.at,
        )

    def _opine(self, key: int, life: Life, step: Step) -> None:
        asked = Consultation.objects.filter(dossier=self._player.dossiers[key])
        for one in asked.filter(answered_at__isnull=True).order_by("pk")[:1]:
            position, text = self._rng.choice(_OPINIONS)
            by = self._player.head(one.agency, step.at)
            purpose = Attachment.Purpose.OPINION
            verbs.answer_consultation(
                one,
                position=position,
                text=text,
                ref="",
                files={
                    purpose: [self._player.paper(Attachment.Purpose.REPORT, "gop-y", by, step.at)]
                },
                version=None,
                by=by,
                now=step.at,
            )

    def _give_tasks(self, key: int, life: Life, step: Step) -> None:
        text, product = self._rng.choice(_TASKS)
        line = TaskLine(text, product, life.agency, Due(working_days=step.facts["days"]))
        dossier = self._player.dossiers[key]
        self._tasks[key] = verbs.give_tasks(
            lines=[line],
            source=Source(conclusion=dossier.conclusion),
            by=self._player.leader(key, step.at),
            now=step.at,
        )

    def _report_task(self, key: int, life: Life, step: Step) -> None:
        by = self._player.head(life.agency, step.at)
        for task in self._tasks[key]:
            facts = TaskReportFacts(
                text=self._rng.choice(_DONE),
                stated_on=local_day(step.at),
                late_reason=_LATE if step.facts["late"] else "",
            )
            files = [self._player.paper(_REPORT, task.code, by, step.at)]
            verbs.report_task(task, facts=facts, files=files, version=None, by=by, now=step.at)

    def _accept_task(self, key: int, life: Life, step: Step) -> None:
        for task in self._tasks[key]:
            verbs.accept_task(
                task, answer="", version=None, by=self._player.leader(key, step.at), now=step.at
            )
