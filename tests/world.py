"""The smallest valid things: people in posts, a dossier in any state. Names are stories' names.

Lan is the clerk of Hoàn Kiếm ward, Hùng its head, Tuấn the clerk of Ba Đình ward, Minh a City
leader, Thu the chief and Phúc a clerk of the City Office, Hoa an inspector, An the auditor, Sơn the
system administrator. All are invented; the agencies are real.
"""

import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from django.contrib.auth.hashers import make_password

from accounts import actors
from accounts.actors import Actor
from accounts.models import Appointment, StagedFile, User
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.models import TimeLimit
from deadlines.transitions import Subject, start_limit
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier
from dossiers.transitions import ReportFacts, Submission
from ledger import recording

HANOI = timezone(timedelta(hours=7))
#: A Wednesday morning; the Tuesday before was the new Vietnamese Culture Day.
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=HANOI)
PASSWORD = "một câu chỉ mình biết"
SINCE = date(2025, 7, 1)


@functools.cache
def hashed() -> str:
    """Argon2 costs 50 ms a hash; every person of a test has the same password, hashed once."""
    return make_password(PASSWORD)


def hanoi(*parts: int) -> datetime:
    """An instant in local time."""
    return datetime(*parts, tzinfo=HANOI)


def person(
    username: str,
    full_name: str,
    role: Role,
    agency: Agency | None,
    post: str,
    *,
    since: date = SINCE,
    until: date | None = None,
) -> User:
    """A person with one post."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, full_name=full_name)
        user.password = hashed()
        user.save()
    Appointment.objects.create(
        user=user, agency=agency, role=role, post=post, started_on=since, ended_on=until
    )
    return user


@dataclass
class World:
    """Agencies and the people of the stories."""

    ward: Agency
    other_ward: Agency
    office: Agency
    home_affairs: Agency
    lan: User
    hung: User
    tuan: User
    minh: User
    thu: User
    phuc: User
    hoa: User
    an: User
    son: User

    @classmethod
    def build(cls) -> "World":
        with recording.recorded(may_be_idle=True):
            codes = ("P-00070", "P-00004", "VP", "SNV", "TTTP")
            today = Agency.objects.as_of(date(2026, 11, 25)).filter(code__in=codes)
            agencies = {agency.code: agency for agency in today}
            ward, other, office, affairs, inspectorate = (agencies[code] for code in codes)
            people = {
                "lan": (Role.AGENCY_CLERK, "Trần Thị Lan", ward, "Văn thư"),
                "hung": (Role.AGENCY_HEAD, "Nguyễn Văn Hùng", ward, "Chủ tịch UBND phường"),
                "tuan": (Role.AGENCY_CLERK, "Lê Anh Tuấn", other, "Văn thư"),
                "minh": (Role.CITY_LEADER, "Phạm Quang Minh", None, "Phó Chủ tịch UBND Thành phố"),
                "thu": (Role.OFFICE_CHIEF, "Đỗ Minh Thu", office, "Chánh Văn phòng"),
                "phuc": (Role.OFFICE_CLERK, "Vũ Hồng Phúc", office, "Văn thư"),
                "hoa": (Role.INSPECTOR, "Bùi Thị Hoa", affairs, "Chuyên viên kiểm tra"),
                "an": (Role.AUDITOR, "Hoàng Bình An", inspectorate, "Kiểm toán"),
                "son": (Role.SYSTEM_ADMINISTRATOR, "Ngô Thanh Sơn", office, "Quản trị hệ thống"),
            }
            users = User.objects.bulk_create(
                User(username=key, full_name=name, password=hashed())
                for key, (_role, name, _agency, _post) in people.items()
            )
            Appointment.objects.bulk_create(
                Appointment(user=user, agency=agency, role=role, post=post, started_on=SINCE)
                for user, (role, _name, agency, post) in zip(users, people.values(), strict=True)
            )
        return cls(ward, other, office, affairs, *users)

    def by(self, user: User, now: datetime = NOW) -> Actor:
        """The person as an actor with the posts of that day."""
        return actors.person(user, local_day(now))

    def staged(self, user: User, name: str = "to-trinh.pdf", now: datetime = NOW) -> StagedFile:
        """A file on the server that waits for its form; its bytes are not needed."""
        return StagedFile.objects.create(
            owner=user,
            name=name,
            size=5,
            sha256="0" * 64,
            content_type="application/pdf",
            path=f"none/{uuid.uuid4().hex}",
            staged_at=now,
        )

    def facts(self, now: datetime = NOW, **changes) -> Submission:
        """A submission that passes the gate."""
        today = local_day(now)
        return Submission(
            **{
                "matter": "Điều chỉnh quy hoạch chi tiết khu phố cổ",
                "letter_ref": "123/TTr-UBND",
                "letter_on": today,
                "signed_by": self.hung.full_name,
                "signed_on": today,
                "initialled_by": self.hung.full_name,
                "initialled_on": today,
                **changes,
            }
        )

    def draft(self, now: datetime = NOW, **changes) -> Dossier:
        """A dossier being drafted, complete enough to pass the gate."""
        by = self.by(self.lan, now)
        files = {
            Attachment.Purpose.LETTER: [self.staged(self.lan, "to-trinh.pdf", now)],
            Attachment.Purpose.DRAFT: [self.staged(self.lan, "du-thao.pdf", now)],
        }
        facts = self.facts(now, **changes)
        return verbs.log_submission(facts=facts, agency=self.ward, files=files, by=by, now=now)

    def submitted(self, now: datetime = NOW, **changes) -> Dossier:
        """A dossier that waits to be received."""
        dossier = self.draft(now, **changes)
        return verbs.submit(dossier, version=None, by=self.by(self.lan, now), now=now)

    def directed(self, now: datetime = NOW, **changes) -> Direction:
        """A dossier whose agency owes an explanation, since ``now``."""
        return verbs.direct_explanation(
            self.submitted(now, **changes),
            kind=Direction.Kind.EXPLAIN,
            text="Giải trình căn cứ pháp lý của đề xuất.",
            version=None,
            by=self.by(self.minh, now),
            now=now,
        )

    def reported(self, now: datetime = NOW, at: datetime | None = None) -> Direction:
        """A dossier whose head answered at ``at``."""
        direction = self.directed(now)
        verbs.report_back(
            direction,
            facts=ReportFacts(text="Căn cứ là Luật Quy hoạch đô thị.", ref="45/BC-UBND"),
            files={},
            version=None,
            by=self.by(self.hung, at or now),
            now=at or now,
        )
        return direction

    def received(self, now: datetime = NOW, **changes) -> Dossier:
        """A dossier under verification at the City Office."""
        dossier = self.submitted(now, **changes)
        return verbs.receive(dossier, version=None, by=self.by(self.phuc, now), now=now)

    def put(self, now: datetime = NOW, **changes) -> Dossier:
        """A dossier that lies with the leader, with its cover slip."""
        dossier = self.received(now, **changes)
        verbs.put_to_leader(
            dossier,
            summary="Hồ sơ đủ thành phần, đã thẩm tra căn cứ.",
            proposal="Trình lãnh đạo xem xét, cho ý kiến.",
            version=None,
            by=self.by(self.phuc, now),
            now=now,
        )
        dossier.refresh_from_db()
        return dossier

    def returned(self, now: datetime = NOW, **changes) -> Dossier:
        """A dossier that the City Office sent back for form."""
        dossier = self.submitted(now, **changes)
        verbs.return_for_form(
            dossier,
            reason="composition",
            text="Thiếu bản vẽ tổng mặt bằng.",
            version=None,
            by=self.by(self.phuc, now),
            now=now,
        )
        dossier.refresh_from_db()
        return dossier

    def consulted(self, now: datetime = NOW, agencies: Sequence[Agency] = (), **changes) -> Dossier:
        """A dossier on which agencies (Tuấn's ward unless others) are asked for their opinion."""
        dossier = self.received(now, **changes)
        verbs.consult(
            dossier,
            agencies=list(agencies) or [self.other_ward],
            question="Đề nghị cho ý kiến về phương án điều chỉnh.",
            due_on=None,
            version=None,
            by=self.by(self.phuc, now),
            now=now,
        )
        dossier.refresh_from_db()
        return dossier

    def meeting(self, now: datetime = NOW) -> Dossier:
        """A dossier that waits for a meeting two days from now."""
        dossier = self.put(now)
        verbs.call_meeting(
            dossier,
            planned_at=now + timedelta(days=2),
            place="Phòng họp số 2",
            agenda="",
            version=None,
            by=self.by(self.minh, now),
            now=now,
        )
        dossier.refresh_from_db()
        return dossier

    def rejected(self, now: datetime = NOW) -> Dossier:
        """A dossier that a leader did not accept."""
        dossier = self.put(now)
        verbs.reject(
            dossier, text="Chưa đủ căn cứ.", version=None, by=self.by(self.minh, now), now=now
        )
        dossier.refresh_from_db()
        return dossier

    def withdrawn(self, now: datetime = NOW) -> Dossier:
        """A dossier that its head took back with the City Office's consent."""
        dossier = self.submitted(now)
        verbs.ask_withdrawal(
            dossier, reason="Rà soát lại.", version=None, by=self.by(self.hung, now), now=now
        )
        by = self.by(self.thu, now)
        verbs.decide_withdrawal(dossier, agree=True, answer="", version=None, by=by, now=now)
        dossier.refresh_from_db()
        return dossier

    def concluded(self, now: datetime = NOW) -> Dossier:
        """A dossier whose notice the City Office has to draft."""
        dossier = self.reported(now).dossier
        verbs.conclude(
            dossier, text="Đồng ý chủ trương.", version=None, by=self.by(self.minh, now), now=now
        )
        dossier.refresh_from_db()
        return dossier

    def limit(self, started_at: datetime = NOW, code: str = "", **changes) -> TimeLimit:
        """A bare time limit of the ward, for tests of counting and sweeping."""
        facts = {
            "code": code or f"TH-{uuid.uuid4().hex[:8]}",
            "rule_code": "agency_report",
            "agency": self.ward,
            "subject": Subject(code="HS2026-00001", title="Một việc"),
            "by": self.by(self.minh, started_at),
            "now": started_at,
        }
        return start_limit(**{**facts, **changes})
