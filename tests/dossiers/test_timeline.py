"""The timeline of a dossier is its ledger, read aloud: nobody can write into it or out of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from accounts.actors import job
from deadlines.sweeping import flag_overdue
from dossiers import timeline
from dossiers import transitions as verbs
from dossiers.models import Dossier
from dossiers.transitions import ReportFacts
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import IN_STATE
from tests.world import NOW, hanoi

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told(dossier: Dossier) -> list[str]:
    """The sentences, the oldest first."""
    return [entry.sentence for entry in reversed(timeline.entries(dossier))]


def test_tells_the_whole_life_of_a_dossier_in_order(world):
    """One line for each act, with the files and the limits that came of it."""
    at = [NOW + timedelta(minutes=minute) for minute in range(9)]
    lan, hung, phuc, minh = map(world.by, (world.lan, world.hung, world.phuc, world.minh))
    dossier = world.draft()
    verbs.submit(dossier, version=None, by=lan, now=at[1])
    verbs.receive(dossier, version=None, by=phuc, now=at[2])
    verbs.put_to_leader(dossier, summary="Đủ.", proposal="Trình.", version=None, by=phuc, now=at[3])
    direction = verbs.direct_explanation(
        dossier, kind="explain", text="Vì sao?", version=None, by=minh, now=at[4]
    )
    answer = ReportFacts(text="Vì thế.")
    verbs.report_back(direction, facts=answer, files={}, version=None, by=hung, now=at[5])
    verbs.conclude(dossier, text="Đồng ý.", version=None, by=minh, now=at[6])
    verbs.issue_notice(
        dossier, ref="12/TB-VP", issued_on=NOW.date(), late_reason="", files={}, version=None,
        by=phuc, now=at[7],
    )  # fmt: skip
    verbs.close(dossier, version=None, by=phuc, now=at[8])
    assert told(dossier) == [
        "Logged the submission",
        "Submitted the dossier to the City",
        "Received the dossier and began to verify",
        "Put the dossier to the City leadership",
        "Asked for an explanation or supplement",
        "Sent the report",
        "Concluded",
        "Filed the notice or document",
        "Closed the dossier",
    ]
    entries = timeline.entries(dossier)[::-1]
    assert [entry.at for entry in entries] == at
    assert [file["name"] for file in entries[0].files] == ["to-trinh.pdf", "du-thao.pdf"]
    [note] = entries[4].notes
    assert note.startswith("A time limit began: due by the end of ") and "27/11/2026" in note
    assert (entries[5].notes, entries[5].tone) == (["The time limit was met: in time"], "on_time")


def test_every_action_of_the_verbs_has_its_sentence(world):
    IN_STATE["closed"](world)
    by = world.by(world.lan)
    verbs.edit(world.draft(), facts=world.facts(), files={}, version=1, by=by, now=NOW)
    actions = Event.objects.filter(object_kind__in=["dossier", "time_limit"])
    assert set(actions.values_list("action", flat=True)) <= set(timeline.SENTENCES)


def test_names_person_and_post_as_they_were(world):
    dossier = world.draft()
    with recording.recorded(may_be_idle=True):
        world.lan.full_name = "Trần Thị Lan Anh"
        world.lan.save()
        world.lan.appointments.update(post="Phó Chủ tịch")
    entry = timeline.entries(dossier)[-1]
    assert (entry.who, entry.post) == ("Trần Thị Lan", "Văn thư · UBND phường Hoàn Kiếm")


def test_shows_a_breach_with_its_true_instant_and_the_head_of_that_day(world):
    direction = world.directed()
    flag_overdue(NOW + timedelta(days=9))
    [entry] = [e for e in timeline.entries(direction.dossier) if "without an answer" in e.sentence]
    assert "00:00 28/11/2026" in entry.text
    assert "Nguyễn Văn Hùng" in entry.text
    assert entry.who == "The system"
    assert entry.notes == [
        "Reported upwards: still no answer: 3 full working days after the end"
    ]  # found in the same look, after days without one


def test_shows_each_warning_and_how_far_ahead_it_was(world):
    direction = world.directed()
    for now in (hanoi(2026, 11, 26), hanoi(2026, 11, 27), hanoi(2026, 12, 1)):
        flag_overdue(now)
    told = [
        (e.sentence, e.text) for e in timeline.entries(direction.dossier) if "Remind" in e.sentence
    ]
    assert told == [
        ("Reminded before the time limit ends", "on the last day"),
        ("Reminded before the time limit ends", "1 working day ahead"),
    ]


def test_says_whether_an_answer_was_in_time(world):
    direction, late = world.directed(), hanoi(2026, 11, 30, 8, 0)
    verbs.report_back(
        direction, facts=ReportFacts(text="Giải trình", late_reason="Mất điện"), files={},
        version=None, by=world.by(world.hung, late), now=late,
    )  # fmt: skip
    entries = timeline.entries(direction.dossier)
    [sent] = [entry for entry in entries if entry.sentence == "Sent the report"]
    assert (sent.tone, sent.reason) == ("met_late", "Mất điện")
    assert sent.notes == ["The time limit was met: late"]


def test_what_somebody_wrote_beside_the_application_stands_out(world):
    dossier = world.draft()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET matter = 'Đổi lén' WHERE id = %s", [dossier.pk])
    event = Event.objects.get(action="direct_update")
    assert event.after["matter"] == "Đổi lén"
    assert event.actor_id is None


def test_a_dossier_whose_code_begins_alike_is_another(world):
    """HS2026-00001 and HS2026-000010: the prefix of a limit's code ends with its stroke."""
    first = world.directed().dossier
    with recording.recorded(may_be_idle=True):
        limit = world.limit(code=f"{first.code}0/1")
    assert limit.code not in str(timeline.entries(first))
    notes = [note for entry in timeline.entries(first) for note in entry.notes]
    assert len(notes) == 1


def test_reads_with_one_query_however_long_it_is(world, django_assert_num_queries):
    dossier = IN_STATE["closed"](world)
    with django_assert_num_queries(1):
        timeline.entries(dossier)


def test_whoever_comes_too_late_reads_the_last_act(world):
    direction = world.directed()
    entry = timeline.last_entry(direction.dossier)
    assert (entry.who, entry.sentence) == (
        "Phạm Quang Minh",
        "Asked for an explanation or supplement",
    )


def test_a_job_is_named_as_the_system(world):
    direction = world.directed()
    with recording.recorded():
        recording.append(
            by=job("sweep/1").author, action="dossier_imported", kind="dossier",
            code=direction.dossier.code, now=NOW,
        )  # fmt: skip
    assert timeline.entries(direction.dossier)[0].who == "The system"
