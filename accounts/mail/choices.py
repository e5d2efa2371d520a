"""What a person decides about e-mail: which news, and to which address."""

from datetime import datetime

from accounts.actors import Actor
from accounts.mail import notices
from accounts.mail_models import MailChoice
from accounts.models import User
from ledger import recording


def choice_of(user: User) -> str:
    """What a person wants by e-mail; one query."""
    row = MailChoice.objects.filter(user=user).first()
    return row.news if row else MailChoice.News.MORNING


def choose(*, news: str, by: Actor) -> None:
    """Which news come by e-mail. What must come comes whatever is chosen."""
    MailChoice.objects.update_or_create(user_id=by.author.id, defaults={"news": news})


def change_address(*, address: str, by: Actor, now: datetime) -> None:
    """Another e-mail address, or none. The former address is told, and the new one.

    News from before goes to the address that was given then, or nowhere.
    """
    user = User.objects.get(pk=by.author.id)
    former = user.email
    if address == former:
        return
    with recording.recorded():
        User.objects.filter(pk=user.pk).update(email=address)
        MailChoice.objects.update_or_create(
            user_id=user.pk, defaults={} if former else {"since": now}
        )
        recording.append(
            by=by.author,
            action="address_changed",
            kind="account",
            code=user.username,
            now=now,
            before={"email": former},
            after={"email": address},
        )
        notices.address_changed(user, addresses=(former, address), now=now)
