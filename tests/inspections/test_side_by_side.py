"""Many at once at Home Affairs: a code for each inspection, one effect for each act, no gap.

quality.md invariants 21, 24 and 25, over real connections on both databases.
"""

import pytest
from django.urls import reverse

from accounts.refusals import Conflict
from documents.models import Paper
from inspections.models import Inspection, Record
from inspections.transitions import answering, beginning, finalising, visiting
from ledger.models import Event
from tests.dossiers.desk import fields
from tests.dossiers.test_concurrency import at_once, posting
from tests.inspections.desk import LONG_AGO
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def only_one(answers) -> None:
    """One acted; the others were told that it had been done."""
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(refused) == len(answers) - 1, answers
    assert all(isinstance(answer, Conflict) for answer in refused), refused


def test_each_inspection_gets_a_code_of_its_own(desk):
    visit, by = desk.visit(), desk.by(desk.hoa)
    at_once(*[lambda: visiting.prepare(visit=visit, by=by, now=NOW)] * 6)
    codes = Inspection.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == [f"KT2026-{n:04d}" for n in range(1, 7)]


def test_one_decision(desk):
    inspection, by = desk.prepared(), desk.by(desk.quang)
    only_one(
        at_once(*[lambda: visiting.decide(inspection, days=2, version=None, by=by, now=NOW)] * 5)
    )
    assert Paper.objects.filter(kind="QĐ").count() == 1


def test_one_draw_and_one_set_of_records(desk):
    for hour in range(4):
        desk.world.directed(LONG_AGO.replace(hour=9 + hour))
    inspection, by = desk.opened(), desk.by(desk.hoa)
    only_one(
        at_once(
            *[lambda: visiting.draw_sample(inspection, size=2, version=None, by=by, now=NOW)] * 4
        )
    )
    assert inspection.sample.count() == 2
    at_once(*[lambda: beginning.raise_records(inspection, version=None, by=by, now=NOW)] * 4)
    assert Record.objects.count() == 1


def test_one_opinion(desk):
    record, by = desk.sent(), desk.by(desk.world.hung)
    words = [f"Ý kiến số {n}." for n in range(5)]

    def saying(text):
        return lambda: answering.give_opinion(
            record, opinion="partly", text=text, version=None, by=by, now=NOW
        )

    only_one(at_once(*map(saying, words)))
    record.refresh_from_db()
    assert record.opinion_text in words
    assert Event.objects.filter(action="record_answered").count() == 1


def test_one_number_for_one_record_and_no_gap_for_many(desk):
    by = desk.by(desk.hoa)
    final = [desk.signed() for _n in range(4)]
    jobs = [
        lambda record=record: finalising.finalise(record, version=None, by=by, now=NOW)
        for record in final
    ]
    at_once(*jobs, *jobs)
    numbers = Paper.objects.filter(kind="BB").order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]
    assert Record.objects.filter(state="finalised").count() == 4


def test_a_form_pressed_five_times_finalises_once_and_leads_to_the_record(desk, sign_in):
    record = desk.signed()
    hoa = sign_in(desk.hoa)
    where = reverse("inspections:finalise_record", args=[record.public_id])
    form = fields(hoa.get(where))
    answers = at_once(*[posting(hoa, where, form) for _n in range(5)])
    page = reverse("inspections:record", args=[record.public_id])
    assert {answer.headers["Location"] for answer in answers} == {page}
    assert Paper.objects.filter(kind="BB").count() == 1
