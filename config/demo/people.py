"""Invented people in the posts of the real agencies, from the wards to the City leadership."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from accounts.models import Appointment, User
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.models import Agency, InternalUnit, Kind
from config.demo.names import Names
from ledger import recording
from ledger.models import Event

DEMO_PASSWORD = "hoa-sua-thang-muoi"  # noqa: S105 - printed and shown wherever demo data are
AUTHOR = recording.Author(name="system: load_demo/1")
SINCE = date(2025, 7, 1)

#: The people whose accounts are offered to whoever tries the site, the most useful first.
MAIN: tuple[tuple[str, str, Role, str, str], ...] = (
    ("lan", "Trần Thị Lan", Role.AGENCY_CLERK, "P-00070", "Văn thư"),
    ("hung", "Nguyễn Văn Hùng", Role.AGENCY_HEAD, "P-00070", "Chủ tịch UBND phường"),
    ("minh", "Phạm Quang Minh", Role.CITY_LEADER, "", "Phó Chủ tịch UBND Thành phố"),
    ("phuc", "Vũ Hồng Phúc", Role.OFFICE_CLERK, "VP", "Văn thư"),
    ("thu", "Đỗ Minh Thu", Role.OFFICE_CHIEF, "VP", "Chánh Văn phòng"),
    ("hoa", "Bùi Thị Hoa", Role.INSPECTOR, "SNV", "Chuyên viên"),
    ("quang", "Lê Văn Quang", Role.HOME_AFFAIRS_DIRECTOR, "SNV", "Giám đốc"),
    ("tuan", "Lê Anh Tuấn", Role.AGENCY_CLERK, "P-00004", "Văn thư"),
    ("an", "Hoàng Bình An", Role.AUDITOR, "TTTP", "Kiểm toán"),
    ("son", "Ngô Thanh Sơn", Role.SYSTEM_ADMINISTRATOR, "VP", "Quản trị hệ thống"),
)

_HEADS = {
    Kind.WARD: "Chủ tịch UBND phường",
    Kind.COMMUNE: "Chủ tịch UBND xã",
    Kind.DEPARTMENT: "Giám đốc",
    Kind.DEPARTMENT_EQUIVALENT: "Trưởng ban",
    Kind.PROJECT_BOARD: "Giám đốc",
}
_HEADS_BY_CODE = {"TTTP": "Chánh Thanh tra", "TTPVHCC": "Giám đốc Trung tâm"}

_UNITS = {
    "STP": ("Phòng Xây dựng và kiểm tra văn bản", "Phòng Hành chính tư pháp", "Văn phòng Sở"),
    "SCT": ("Phòng Quản lý thương mại", "Phòng Quản lý công nghiệp", "Văn phòng Sở"),
    "SVHTT": ("Phòng Quản lý di sản", "Phòng Quản lý thể dục thể thao", "Văn phòng Sở"),
    "SDL": ("Phòng Quản lý lữ hành", "Phòng Quy hoạch phát triển du lịch"),
    "SGDĐT": ("Phòng Giáo dục phổ thông", "Phòng Kế hoạch - Tài chính", "Văn phòng Sở"),
    "SYT": ("Phòng Nghiệp vụ y", "Phòng Kế hoạch - Tài chính", "Văn phòng Sở"),
    "QHKT": ("Phòng Quy hoạch khu vực trung tâm", "Phòng Hạ tầng kỹ thuật", "Văn phòng Sở"),
    "TTTP": ("Phòng Nghiệp vụ 1", "Phòng Nghiệp vụ 2"),
    "SNV": ("Phòng Công chức, viên chức", "Phòng Cải cách hành chính", "Văn phòng Sở"),
    "STC": ("Phòng Quản lý ngân sách", "Phòng Thẩm định đầu tư", "Phòng Quản lý giá"),
    "SNNMT": ("Phòng Quản lý đất đai", "Phòng Môi trường", "Phòng Thủy lợi và đê điều"),
    "SXD": ("Phòng Quản lý xây dựng", "Phòng Quản lý hạ tầng giao thông", "Văn phòng Sở"),
    "SKHCN": ("Phòng Quản lý khoa học", "Phòng Chuyển đổi số"),
    "SDTTG": ("Phòng Dân tộc", "Phòng Tôn giáo"),
    "BQLCNCKCN": ("Phòng Quản lý đầu tư", "Phòng Quy hoạch và xây dựng"),
    "TTPVHCC": ("Phòng Kiểm soát thủ tục hành chính", "Phòng Hạ tầng số"),
    "VP": ("Phòng Tổng hợp", "Phòng Kinh tế - Đô thị", "Phòng Khoa giáo - Văn xã"),
}

#: Heads who changed in the last months: agency → months ago, whether the new one is only acting.
_CHANGES = {
    "SDL": (6.2, False),
    "P-00160": (5.1, False),
    "X-00454": (3.4, False),
    "QLDA-GT": (2.3, False),
    "P-09556": (1.2, False),
    "SKHCN": (0.8, True),
}


@dataclass
class Cast:
    """Who can act for whom: users and their posts, to be asked as of a day."""

    agencies: dict[str, Agency]
    users: dict[str, User] = field(default_factory=dict)
    posts: list[Appointment] = field(default_factory=list)

    def head(self, agency: Agency, day: date) -> User:
        """The head of an agency on a local date."""
        held = [
            p for p in self.posts if p.agency_id == agency.pk and p.role in HEAD_ROLES
            and p.in_force_on(day)
        ]  # fmt: skip
        return max(held, key=lambda post: post.started_on).user

    def holders(self, role: Role, agency: Agency | None = None) -> list[User]:
        """Everyone who holds a role, in the order of appointment."""
        return [
            p.user
            for p in self.posts
            if p.role == role and (agency is None or p.agency_id == agency.pk)
        ]


def appoint(
    *, agencies: dict[str, Agency], today: date, since: datetime, rng: random.Random
) -> Cast:
    """Create all people and posts, with ledger entries for each; ``since`` dates them.

    Must run inside ``recorded()``.
    """
    cast = Cast(agencies)
    names = Names(rng, taken={main[1] for main in MAIN}, usernames={main[0] for main in MAIN})
    posts = _Posts(cast, names, password=make_password(DEMO_PASSWORD), today=today)
    for username, full_name, role, code, post in MAIN:
        posts.add(role, agencies.get(code), post, name=full_name, username=username)
    _city(posts)
    for agency in agencies.values():
        _agency(posts, agency, rng)
    User.objects.bulk_create(cast.users.values(), batch_size=500)
    for post in cast.posts:
        post.user_id = post.user.pk
    Appointment.objects.bulk_create(cast.posts, batch_size=500)
    recording.append_all(_entries(cast, since))
    return cast


def _entries(cast: Cast, since: datetime) -> list[Event]:
    """What the verbs of people would have entered, had they been called one by one."""
    opened = [
        recording.event(
            by=AUTHOR,
            action="account_opened",
            kind="account",
            code=user.username,
            now=since,
            after={"full_name": user.full_name, "email": user.email},
        )
        for user in cast.users.values()
    ]
    appointed = [
        recording.event(
            by=AUTHOR,
            action="appointed",
            kind="account",
            code=post.user.username,
            now=since,
            after={
                "role": post.role,
                "post": post.post,
                "agency": post.agency.code if post.agency else None,
                "acting": post.acting,
                "started_on": post.started_on,
                "ended_on": post.ended_on,
            },
        )
        for post in cast.posts
    ]
    return [*opened, *appointed]


@dataclass
class _Posts:
    """Adds a person and a post at a time; nothing is saved yet."""

    cast: Cast
    names: Names
    password: str
    today: date

    def add(
        self,
        role: Role,
        agency: Agency | None,
        post: str,
        *,
        name: str = "",
        username: str = "",
        user: User | None = None,
        unit: InternalUnit | None = None,
        women: float = 0.45,
        start: date | None = None,
        end: date | None = None,
        acting: bool = False,
    ) -> User:
        if user is None:
            email = f"{username}@hanoi.example" if username else ""
            name = name or self.names.draw(women=women)
            code = agency.code if agency else "tp"
            username = username or self.names.username(name, code)
            user = User(username=username, full_name=name, email=email, password=self.password)
            self.cast.users[username] = user
        floor = (agency.valid_from if agency else None) or date.min
        self.cast.posts.append(
            Appointment(
                user=user,
                agency=agency,
                unit=unit,
                role=role,
                post=post,
                started_on=start or max(floor, min(SINCE, self.today)),
                ended_on=end,
                acting=acting,
            )
        )
        return user


def _city(posts: _Posts) -> None:
    """City leadership, the City Office's desk, Home Affairs, and who runs the calendar."""
    office, affairs = posts.cast.agencies["VP"], posts.cast.agencies["SNV"]
    posts.add(Role.CITY_LEADER, None, "Chủ tịch UBND Thành phố", women=0)
    posts.add(Role.CITY_LEADER, None, "Phó Chủ tịch UBND Thành phố", women=1)
    posts.add(Role.CITY_LEADER, None, "Phó Chủ tịch UBND Thành phố", women=0)
    posts.add(Role.OFFICE_CLERK, office, "Văn thư", women=1)
    posts.add(Role.CALENDAR_KEEPER, office, "Chuyên viên phụ trách lịch làm việc", women=1)
    for number, unit in enumerate(_units(office)):
        posts.add(Role.OFFICE_OFFICER, office, "Trưởng phòng", unit=unit)
        posts.add(Role.OFFICE_OFFICER, office, "Chuyên viên", unit=unit, women=number % 2)
    posts.add(Role.INSPECTOR, affairs, "Chuyên viên", women=0)


def _agency(posts: _Posts, agency: Agency, rng: random.Random) -> None:
    if agency.code == "VP":
        return
    taken = {(post.agency, post.role) for post in posts.cast.posts}
    if (agency, Role.AGENCY_HEAD) not in taken:
        _head(posts, agency)
    if (agency, Role.AGENCY_CLERK) not in taken:
        posts.add(Role.AGENCY_CLERK, agency, "Văn thư", women=0.85)
    for unit in _units(agency):
        for _ in range(rng.choice((1, 1, 2))):
            posts.add(Role.AGENCY_OFFICER, agency, "Chuyên viên", unit=unit)


def _head(posts: _Posts, agency: Agency) -> None:
    title = _HEADS_BY_CODE.get(agency.code, _HEADS[Kind(agency.kind)])
    months, acting = _CHANGES.get(agency.code, (0, False))
    changed = posts.today - timedelta(days=int(months * 30.4))
    if months and changed > (agency.valid_from or SINCE) + timedelta(days=30):
        former = changed - timedelta(days=1)
        posts.add(Role.AGENCY_HEAD, agency, title, women=0.3, end=former)
        posts.add(Role.AGENCY_HEAD, agency, title, women=0.3, start=changed, acting=acting)
    else:
        director = posts.cast.users["quang"] if agency.code == "SNV" else None
        posts.add(Role.AGENCY_HEAD, agency, title, women=0.3, user=director)


def _units(agency: Agency) -> list[InternalUnit]:
    """The internal units of a department, created when missing; other agencies have none."""
    return [
        InternalUnit.objects.get_or_create(agency=agency, name=name)[0]
        for name in _UNITS.get(agency.code, ())
    ]
