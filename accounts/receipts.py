"""One effect per filled form, however often and however concurrently it is posted."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.models import FormReceipt


def new_key() -> str:
    """A key to put into a form when it is shown."""
    return str(uuid.uuid4())


def once(*, key: uuid.UUID, by: Actor, now: datetime, act: Callable[[], str]) -> tuple[str, bool]:
    """Run ``act`` unless this form already had its effect: (where the result is, whether it ran).

    ``act`` returns the address of its result. The receipt is written in the same transaction, so a
    second post waits for the first and is led to the same place; if the first fails, nothing of it
    stays and the second may act. A key used by somebody else is no key: it acts for nobody.
    """
    with transaction.atomic():
        receipt, created = FormReceipt.objects.get_or_create(
            key=key, defaults={"user": by.user, "location": "", "at": now}
        )
        if not created:
            return (receipt.location if receipt.user_id == by.author.id else "/"), False
        receipt.location = act()
        receipt.save(update_fields=["location"])
        return receipt.location, True


def result_of(key: str, *, by: Actor) -> str | None:
    """Where this person's form led, if it had its effect; ``None`` for any other key."""
    try:
        number = uuid.UUID(key)
    except ValueError:
        return None
    receipt = FormReceipt.objects.filter(key=number, user_id=by.author.id).first()
    return receipt.location if receipt else None
