"""The gate at submission: the head signs and initials in person, both files are there, or a reason.

Công văn 4449/UBND-TKBT. The pure function is asked first, then the verb and the form that use it.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.models import Appointment
from accounts.roles import Role
from dossiers import gate
from dossiers import transitions as verbs
from dossiers.models import Attachment, Dossier
from dossiers.states import State
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import everything
from tests.world import NOW, hanoi, person

TODAY, YESTERDAY = date(2026, 11, 25), date(2026, 11, 24)
HEAD = "Nguyễn Văn Hùng"
GOOD = gate.Signatures(
    letter_ref="123/TTr-UBND",
    letter_on=TODAY,
    signed_by=HEAD,
    signed_on=TODAY,
    initialled_by=HEAD,
    initialled_on=TODAY,
    has_letter=True,
    has_draft=True,
    exception="",
)


def faulty(facts: gate.Signatures, head_on=lambda day: HEAD) -> list[str]:
    return [fault.field for fault in gate.faults(facts, head_on=head_on, today=TODAY)]


class TestWhatTheGateAsks:
    def test_everything_in_place_passes(self):
        assert faulty(GOOD) == []

    @pytest.mark.parametrize(
        ("missing", "field"),
        [
            ({"letter_ref": ""}, "letter_ref"),
            ({"letter_on": None}, "letter_on"),
            ({"signed_by": ""}, "signed_by"),
            ({"signed_on": None}, "signed_by"),
            ({"initialled_by": ""}, "initialled_by"),
            ({"initialled_on": None}, "initialled_by"),
            ({"has_letter": False}, "letter_file"),
            ({"has_draft": False}, "draft_file"),
        ],
    )
    def test_each_thing_that_is_missing_is_named_beside_its_field(self, missing, field):
        assert faulty(replace(GOOD, **missing)) == [field]

    def test_all_that_is_missing_is_named_at_once_in_the_order_of_the_form(self):
        nothing = gate.Signatures("", None, "", None, "", None, False, False, "")
        assert faulty(nothing) == [
            "letter_ref", "letter_on", "signed_by", "initialled_by", "letter_file", "draft_file",
        ]  # fmt: skip

    @pytest.mark.parametrize("field", ["signed_by", "initialled_by"])
    def test_a_deputys_signature_needs_a_reason(self, field):
        deputy = replace(GOOD, **{field: "Lê Thị Phó"})
        assert faulty(deputy) == [field]
        [fault] = gate.faults(deputy, head_on=lambda day: HEAD, today=TODAY)
        assert "Lê Thị Phó" in fault.sentence and HEAD in fault.sentence
        assert faulty(replace(deputy, exception="Chủ tịch đi công tác, ký thay.")) == []

    @pytest.mark.parametrize("name", ["nguyễn văn hùng", "Nguyen Van Hung", "NGUYỄN  VĂN  HÙNG"])
    def test_the_name_is_compared_as_people_write_it(self, name):
        assert faulty(replace(GOOD, signed_by=name, initialled_by=name)) == []

    @pytest.mark.parametrize("field", ["letter_on", "signed_on", "initialled_on"])
    def test_no_date_on_paper_lies_ahead_whatever_reason_is_given(self, field):
        ahead = replace(GOOD, **{field: TODAY + timedelta(days=1)}, exception="Có lý do")
        assert faulty(ahead) == [field]

    def test_a_reason_replaces_signature_initials_and_files_but_not_the_letter(self):
        bare = gate.Signatures("", None, "", None, "", None, False, False, "Mất điện")
        assert faulty(bare) == ["letter_ref", "letter_on"]

    def test_each_signature_is_asked_as_of_its_own_day(self):
        """The former head initialled yesterday, the new one signs today: both are right."""
        heads = {YESTERDAY: "Trần Bình", TODAY: HEAD}
        facts = replace(GOOD, initialled_by="Trần Bình", initialled_on=YESTERDAY)
        assert faulty(facts, heads.get) == []
        assert faulty(replace(facts, initialled_on=TODAY), heads.get) == ["initialled_by"]
        assert faulty(replace(GOOD, signed_on=YESTERDAY), heads.get) == ["signed_by"]

    def test_where_no_head_is_on_record_there_is_nobody_to_compare_with(self):
        assert faulty(GOOD, lambda day: None) == []


@pytest.mark.django_db
class TestTheVerbAsksTheGate:
    def submit(self, world, **facts):
        return verbs.submit(world.draft(**facts), version=None, by=world.by(world.lan), now=NOW)

    def test_a_closed_gate_names_every_fault_and_changes_nothing(self, world):
        dossier = world.draft(initialled_by="", signed_by="Lê Thị Phó")
        before = everything()
        with pytest.raises(verbs.GateClosed) as refused:
            verbs.submit(dossier, version=None, by=world.by(world.lan), now=NOW)
        assert [fault.field for fault in refused.value.faults] == ["signed_by", "initialled_by"]
        assert everything() == before

    @pytest.mark.parametrize("purpose", [Attachment.Purpose.LETTER, Attachment.Purpose.DRAFT])
    def test_both_files_are_needed(self, world, purpose):
        one = {purpose: [world.staged(world.lan)]}
        dossier = verbs.log_submission(
            facts=world.facts(), agency=world.ward, files=one, by=world.by(world.lan), now=NOW
        )
        with pytest.raises(verbs.GateClosed) as refused:
            verbs.submit(dossier, version=None, by=world.by(world.lan), now=NOW)
        missing = "draft_file" if purpose == Attachment.Purpose.LETTER else "letter_file"
        assert [fault.field for fault in refused.value.faults] == [missing]

    def test_an_exception_passes_with_its_reason_and_is_counted_in_the_event(self, world):
        reason = "Chủ tịch đi công tác nước ngoài"
        dossier = self.submit(world, signed_by="Lê Thị Phó", gate_exception=reason)
        assert dossier.state == State.SUBMITTED
        event = Event.objects.get(action="dossier_submitted")
        assert (event.reason, event.after["gate_exception"]) == (reason, True)

    def test_a_full_gate_is_counted_as_none(self, world):
        self.submit(world)
        event = Event.objects.get(action="dossier_submitted")
        assert (event.reason, event.after["gate_exception"]) == ("", False)

    def test_head_is_whoever_was_head_on_the_day_of_the_signature(self, world):
        """Hùng left yesterday evening; Bình heads the ward since this morning."""
        with recording.recorded(may_be_idle=True):
            Appointment.objects.filter(user=world.hung).update(ended_on=YESTERDAY)
            binh = person(
                "binh", "Trần Bình", Role.AGENCY_HEAD, world.ward, "Chủ tịch", since=TODAY
            )
        then = {"signed_on": YESTERDAY, "initialled_on": YESTERDAY}
        assert self.submit(world, **then).state == State.SUBMITTED
        with pytest.raises(verbs.GateClosed):
            self.submit(world)  # Hùng signs on a day on which he is head no more
        with pytest.raises(verbs.GateClosed):
            self.submit(world, signed_by=binh.full_name, initialled_by=binh.full_name, **then)
        mixed = {"signed_by": binh.full_name, "initialled_on": YESTERDAY}
        assert self.submit(world, **mixed).state == State.SUBMITTED

    def test_a_date_that_lies_ahead_is_refused_even_with_a_reason(self, world):
        with pytest.raises(verbs.GateClosed) as refused:
            self.submit(world, letter_on=date(2026, 11, 26), gate_exception="Gấp")
        assert [fault.field for fault in refused.value.faults] == ["letter_on"]

    def test_today_is_hanois_day_not_the_servers(self, world):
        """At 00:30 in Hanoi it is still yesterday in Greenwich."""
        after_midnight = hanoi(2026, 11, 26, 0, 30)
        dossier = verbs.submit(
            world.draft(after_midnight),
            version=None,
            by=world.by(world.lan, after_midnight),
            now=after_midnight,
        )
        assert dossier.letter_on == date(2026, 11, 26)
        assert Dossier.objects.get().state == State.SUBMITTED
