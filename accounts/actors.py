"""Who acts: a person in the posts held on that day, or a job of the system."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from accounts.roles import Role
from ledger.recording import Author

if TYPE_CHECKING:
    from accounts.models import Appointment, User


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with today's posts, as every verb and every ``visible_to`` receives it."""

    author: Author
    posts: tuple["Appointment", ...] = ()
    user: "User | None" = None

    def holds(self, *roles: Role) -> bool:
        """Whether one of today's posts carries one of the roles."""
        return any(post.role in roles for post in self.posts)

    def agency_ids(self) -> set[int]:
        """The agencies in which a post is held today."""
        return {post.agency_id for post in self.posts if post.agency_id}

    def post_in(self, agency_id: int) -> "Appointment | None":
        """The post held today in an agency."""
        return next((post for post in self.posts if post.agency_id == agency_id), None)


def person(
    user: "User", day: date, *, request_id: str = "", address: str = "", session: str = ""
) -> Actor:
    """The actor for a user on a local date; one query, for the posts."""
    posts = tuple(user.appointments.in_force_on(day).select_related("agency", "unit"))
    with translation.override(settings.LANGUAGE_CODE):  # the record speaks Vietnamese to everybody
        line = "; ".join(post.line() for post in _by_rank(posts))
    author = Author(
        id=user.pk,
        name=user.full_name,
        post=line,
        request_id=request_id,
        address=address,
        session=session,
    )
    return Actor(author=author, posts=posts, user=user)


def job(name: str) -> Actor:
    """The actor for work of the system itself, named with its version ("sweep/1")."""
    return Actor(author=Author(name=f"system: {name}"))


def _by_rank(posts: Iterable["Appointment"]) -> list["Appointment"]:
    return sorted(posts, key=lambda post: (list(Role).index(Role(post.role)), post.pk))
