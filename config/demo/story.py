"""Plays planned lives through the real verbs, in the order of time, with the nightly sweep between.

Everybody acts in the post held on that day. ``now`` is the instant of the step, so flags, messages
and ledger read as if the site had run all along; the ledger's ``recorded_at`` says when it was
written.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from accounts import actors
from accounts.actors import Actor
from accounts.models import StagedFile, User
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency, Kind
from config.demo import matters
from config.demo.asides import Asides
from config.demo.lives import Life, Step
from config.demo.papers import Paper
from config.demo.people import Cast
from deadlines import sweeping
from deadlines.calendar import HANOI
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier, Urgency
from dossiers.transitions import ReportFacts, Submission

_NIGHTLY = time(0, 0, 30)
_DEPUTIES = ("Nguyễn Hữu Khoát", "Trần Thị Bích Nhạn", "Lê Đình Thuấn", "Phạm Thu Hiển")
_NOTICES = ("{n}/TB-UBND", "{n}/QĐ-UBND", "{n}/UBND-TKBT")


class Beside(Protocol):
    """What happens beside the dossiers, in the order of time."""

    def until(self, at: datetime) -> None:
        """Do every step up to an instant."""


class Player:
    """Does the steps. Must run inside ``recorded()``."""

    def __init__(self, cast: Cast, papers: dict[str, list[Paper]], rng: random.Random):
        self.cast, self._papers, self._rng = cast, papers, rng
        self._actors: dict[tuple[int, date], Actor] = {}
        self.dossiers: dict[int, Dossier] = {}
        self.directions: dict[int, Direction] = {}
        self._leaders: dict[int, User] = {}
        self._numbers: Counter[tuple[str, int]] = Counter()
        self._do: dict[str, Callable[[int, Life, Step], None]] = {
            "log": self._log,
            "submit": self._submit,
            "receive": self._receive,
            "put": self._put,
            "direct": self._direct,
            "prepare": self._prepare,
            "report": self._report,
            "return": self._return,
            "consult": self._consult,
            "meet": self._meet,
            "reject": self._reject,
            "ask_back": self._ask_back,
            "let_go": self._let_go,
            "conclude": self._conclude,
            "issue": self._issue,
            "close": self._close,
            **Asides(self, random.Random(rng.random())).verbs,  # noqa: S311 - invented data
        }

    def play(
        self, lives: Iterable[Life], *, since: date, now: datetime, beside: Beside | None = None
    ) -> None:
        """Every step up to ``now``, and a sweep half a minute after each midnight; ``beside`` does
        its own steps up to the same instants."""
        events: list[tuple[datetime, int, Life | None, Step | None]] = [
            (step.at, number, life, step)
            for number, life in enumerate(lives)
            for step in life.steps
            if step.at <= now
        ]
        night = datetime.combine(since + timedelta(days=1), _NIGHTLY, HANOI)
        while night <= now:
            events.append((night, -1, None, None))
            night += timedelta(days=1)
        # Steps of one dossier at the same instant keep their order: the sort is stable.
        for at, number, life, step in sorted(events, key=lambda event: event[:2]):
            if beside:
                beside.until(at)
            if life and step:
                self._do[step.verb](number, life, step)
            else:
                sweeping.flag_overdue(at)
        if beside:
            beside.until(now)

    # --- the agency's steps ---

    def _log(self, key: int, life: Life, step: Step) -> None:
        is_draft = len(life.steps) == 1
        by = self._someone_of(life.agency, step.at)
        facts = self._submission(life.agency, local_day(step.at), is_draft=is_draft)
        number = facts.letter_ref.partition("/")[0]
        purposes = [Attachment.Purpose.LETTER, Attachment.Purpose.DRAFT]
        if is_draft:
            purposes = purposes[: self._rng.randint(0, 2)]
        elif self._rng.random() < 0.35:
            purposes.append(Attachment.Purpose.ANNEX)
        files = {purpose: [self.paper(purpose, number, by, step.at)] for purpose in purposes}
        self.dossiers[key] = verbs.log_submission(
            facts=facts, agency=life.agency, files=files, by=by, now=step.at
        )

    def _submission(self, agency: Agency, today: date, *, is_draft: bool) -> Submission:
        rng = self._rng
        head = self.cast.head(agency, today)
        signed_on = today - timedelta(days=rng.choice((0, 0, 0, 1)))
        if self.cast.head(agency, signed_on) is not head:
            signed_on = today
        number = self._number(f"letter {agency.code}", today, first=(20, 260), steps=(1, 9))
        facts: dict[str, Any] = {
            "matter": matters.matter_of(agency, rng),
            "urgency": rng.choices(Urgency.values, (70, 20, 8, 2))[0],
            "letter_ref": f"{number}/TTr-{matters.symbol_of(agency)}",
            "letter_on": signed_on,
            "signed_by": head.full_name,
            "signed_on": signed_on,
            "initialled_by": head.full_name,
            "initialled_on": signed_on,
        }
        chance = rng.random()
        if is_draft and chance < 0.5:
            facts |= {
                "signed_by": "",
                "signed_on": None,
                "initialled_by": "",
                "initialled_on": None,
            }
        elif chance < 0.05:
            deputy = rng.choice(_DEPUTIES)
            facts |= {"signed_by": deputy, "initialled_by": deputy}
            facts["gate_exception"] = rng.choice(matters.EXCEPTIONS)
        elif chance < 0.07:
            facts |= {"initialled_by": "", "initialled_on": None}
            facts["gate_exception"] = rng.choice(matters.NO_INITIALS)
        return Submission(**facts)

    def _submit(self, key: int, life: Life, step: Step) -> None:
        by = self._someone_of(life.agency, step.at)
        verbs.submit(self.dossiers[key], version=None, by=by, now=step.at)

    def _prepare(self, key: int, life: Life, step: Step) -> None:
        verbs.prepare_report(
            self.directions[key],
            facts=ReportFacts(text=self._rng.choice(matters.REPORTS)),
            files={},
            version=None,
            by=self._someone_of(life.agency, step.at),
            now=step.at,
        )

    def _report(self, key: int, life: Life, step: Step) -> None:
        rng, today = self._rng, local_day(step.at)
        by = self.head(life.agency, step.at)
        number = self._number(f"report {life.agency.code}", today, first=(10, 120), steps=(1, 12))
        facts = ReportFacts(
            text=rng.choice(matters.REPORTS),
            ref=f"{number}/BC-{matters.symbol_of(life.agency)}",
            stated_on=today,
            late_reason=rng.choice(matters.LATE_REASONS) if step.facts["late"] else "",
        )
        purpose = Attachment.Purpose.REPORT
        files = {purpose: [self.paper(purpose, str(number), by, step.at)]}
        verbs.report_back(
            self.directions[key], facts=facts, files=files, version=None, by=by, now=step.at
        )

    # --- the City's steps ---

    def _receive(self, key: int, life: Life, step: Step) -> None:
        by = self._office(Role.OFFICE_CLERK, step.at)
        verbs.receive(self.dossiers[key], version=None, by=by, now=step.at)

    def _put(self, key: int, life: Life, step: Step) -> None:
        summary, proposal = self._rng.choice(matters.SLIPS)
        verbs.put_to_leader(
            self.dossiers[key],
            summary=summary,
            proposal=proposal,
            version=None,
            by=self._office(Role.OFFICE_OFFICER, step.at),
            now=step.at,
        )

    def _return(self, key: int, life: Life, step: Step) -> None:
        reason, text = self._rng.choice(matters.RETURNS)
        verbs.return_for_form(
            self.dossiers[key],
            reason=reason,
            text=text,
            version=None,
            by=self._office(Role.OFFICE_CLERK, step.at),
            now=step.at,
        )

    def _consult(self, key: int, life: Life, step: Step) -> None:
        today = local_day(step.at)
        others = [
            agency
            for agency in self.cast.agencies.values()
            if agency.kind == Kind.DEPARTMENT
            and agency != life.agency
            and agency.is_valid_on(today)
        ]
        verbs.consult(
            self.dossiers[key],
            agencies=self._rng.sample(others, self._rng.randint(1, 3)),
            question=self._rng.choice(matters.QUESTIONS),
            due_on=None,
            version=None,
            by=self._office(Role.OFFICE_OFFICER, step.at),
            now=step.at,
        )

    def _meet(self, key: int, life: Life, step: Step) -> None:
        place, agenda = self._rng.choice(matters.MEETINGS)
        planned_on = local_day(step.at) + timedelta(days=7)
        verbs.call_meeting(
            self.dossiers[key],
            planned_at=datetime.combine(planned_on, time(14, 0), HANOI),
            place=place,
            agenda=agenda,
            version=None,
            by=self.leader(key, step.at),
            now=step.at,
        )

    def _reject(self, key: int, life: Life, step: Step) -> None:
        verbs.reject(
            self.dossiers[key],
            text=self._rng.choice(matters.REJECTIONS),
            version=None,
            by=self.leader(key, step.at),
            now=step.at,
        )

    def _ask_back(self, key: int, life: Life, step: Step) -> None:
        verbs.ask_withdrawal(
            self.dossiers[key],
            reason=self._rng.choice(matters.WITHDRAWALS),
            version=None,
            by=self.head(life.agency, step.at),
            now=step.at,
        )

    def _let_go(self, key: int, life: Life, step: Step) -> None:
        verbs.decide_withdrawal(
            self.dossiers[key],
            agree=True,
            answer="",
            version=None,
            by=self._office(Role.OFFICE_CHIEF, step.at),
            now=step.at,
        )

    def _direct(self, key: int, life: Life, step: Step) -> None:
        kind = self._rng.choices(Direction.Kind.values, (3, 2))[0]
        self.directions[key] = verbs.direct_explanation(
            self.dossiers[key],
            kind=kind,
            text=self._rng.choice(matters.DIRECTIONS[kind]),
            version=None,
            by=self.leader(key, step.at),
            now=step.at,
        )

    def _conclude(self, key: int, life: Life, step: Step) -> None:
        verbs.conclude(
            self.dossiers[key],
            text=self._rng.choice(matters.CONCLUSIONS),
            version=None,
            by=self.leader(key, step.at),
            now=step.at,
        )

    def _issue(self, key: int, life: Life, step: Step) -> None:
        by, today = self._office(Role.OFFICE_CLERK, step.at), local_day(step.at)
        number = self._number("notice", today, first=(300, 900), steps=(1, 14))
        reason = self._rng.choice(matters.OFFICE_LATE_REASONS) if step.facts["late"] else ""
        purpose = Attachment.Purpose.NOTICE
        verbs.issue_notice(
            self.dossiers[key],
            ref=self._rng.choice(_NOTICES).format(n=number),
            issued_on=today,
            late_reason=reason,
            files={purpose: [self.paper(purpose, str(number), by, step.at)]},
            version=None,
            by=by,
            now=step.at,
        )

    def _close(self, key: int, life: Life, step: Step) -> None:
        by = self._office(Role.OFFICE_CLERK, step.at)
        verbs.close(self.dossiers[key], version=None, by=by, now=step.at)

    # --- who acts, with what ---

    def actor(self, user: User, at: datetime) -> Actor:
        """A person in the posts held on that day."""
        key = (user.pk, local_day(at))
        if key not in self._actors:
            self._actors[key] = actors.person(user, key[1])
        return self._actors[key]

    def head(self, agency: Agency, at: datetime) -> Actor:
        """The head of an agency on that day."""
        return self.actor(self.cast.head(agency, local_day(at)), at)

    def _someone_of(self, agency: Agency, at: datetime) -> Actor:
        """The clerk, in departments often a desk officer."""
        clerks = self.cast.holders(Role.AGENCY_CLERK, agency)
        officers = self.cast.holders(Role.AGENCY_OFFICER, agency)
        return self.actor(self._rng.choice([*clerks, *officers]), at)

    def _office(self, role: Role, at: datetime) -> Actor:
        return self.actor(self._rng.choice(self.cast.holders(role)), at)

    def leader(self, key: int, at: datetime) -> Actor:
        """The City leader in charge of this dossier; the vice chair of the demo has the most."""
        if key not in self._leaders:
            leaders = self.cast.holders(Role.CITY_LEADER)
            weights = [4 if user.username == "minh" else 2 for user in leaders]
            self._leaders[key] = self._rng.choices(leaders, weights)[0]
        return self.actor(self._leaders[key], at)

    def _number(
        self, series: str, day: date, *, first: tuple[int, int], steps: tuple[int, int]
    ) -> int:
        """The next number of a series of the year; other papers took some in between."""
        key = (series, day.year)
        self._numbers[key] += self._rng.randint(*(steps if self._numbers[key] else first))
        return self._numbers[key]

    def paper(self, purpose: str, number: str, by: Actor, at: datetime) -> StagedFile:
        paper = self._rng.choice(self._papers[purpose])
        return StagedFile.objects.create(
            owner=by.user,
            name=f"{paper.stem}-{number}.pdf",
            size=paper.stored.size,
            sha256=paper.stored.sha256,
            content_type="application/pdf",
            path=paper.stored.path,
            staged_at=at,
        )
