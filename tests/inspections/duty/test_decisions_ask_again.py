"""What the director and the leaders decide on a head's lateness asks for the password again.

quality.md §4 rule S10: after ten minutes, without it or with a wrong one, nothing is decided.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from deadlines.models import Adjustment
from inspections import duty
from ledger.models import Event
from tests.dossiers.desk import fields, in_english, text_of
from tests.inspections.duty.story import Duty
from tests.world import NOW, PASSWORD

LATER = NOW + timedelta(minutes=10, seconds=1)


def _asked_for_time(told: Duty) -> str:
    decision = told.decided()
    duty.ask_more_time(
        decision, wanted_on=date(2027, 3, 1), reason="Phức tạp.", by=told.by(told.dung), now=NOW
    )
    return decision.time_limit.subject_code


#: Page of a decision → how it comes to be open, who decides, what is typed.
DECISIONS: dict[str, tuple[Callable[[Duty], Any], str, dict[str, str]]] = {
    "endorse_proposal": (lambda told: told.proposed().public_id, "dung", {}),
    "void_lateness": (
        lambda told: told.final().public_id, "dung", {"reason": "Ghi nhầm đơn vị."}
    ),
    "decide_more_time": (
        _asked_for_time, "binh", {"grant": "no", "answer": "Đã đủ thời gian thực hiện."}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_asks_for_the_password_and_nothing_is_decided_without_it(
    told, sign_in, wall_clock, name
):
    make, who, typed = DECISIONS[name]
    address = reverse(f"inspections:{name}", args=[make(told)])
    browser = in_english(sign_in(getattr(told, who)))
    wall_clock(LATER)
    form = {**fields(browser.get(address)), **typed}
    assert form["password"] == ""
    before = acts()
    for given in ("", "không phải mật khẩu"):
        answer = browser.post(address, {**form, "password": given})
        assert answer.status_code == 422
        assert all(text in text_of(answer) for text in typed.values() if " " in text)
        assert acts() == before
    del form["password"]
    assert browser.post(address, form).status_code == 422
    assert acts() == before
    assert browser.post(address, {**form, "password": PASSWORD}).status_code == 302
    assert acts() != before


def acts() -> tuple[int, int]:
    """What was entered but for the tries of the password, and how many requests are decided."""
    entered = Event.objects.exclude(action__in=["sign_in_refused", "password_confirmed"])
    # every opening of a record of Home Affairs is entered too
    read = entered.exclude(action__contains="read").exclude(action__contains="opened")
    return read.count(), Adjustment.objects.exclude(state="asked").count()
