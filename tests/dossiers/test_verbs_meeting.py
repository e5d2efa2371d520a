"""A leader calls a meeting; its outcome says that it was held."""

from datetime import timedelta

import pytest

from accounts.models import Message, MessageKind
from dossiers import transitions as verbs
from dossiers.models import Meeting
from dossiers.states import State
from tests.dossiers.test_verbs import VerbStory, people
from tests.dossiers.test_verbs_city import OFFICE
from tests.world import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


class TestCallMeeting(VerbStory):
    starts_from = {State.WITH_LEADER}
    leads_to = State.MEETING_SCHEDULED
    may = {"minh"}
    acts_as = "minh"
    entries = ["meeting_called"]

    def act(self, world, dossier, by, files=None):
        return verbs.call_meeting(
            dossier, planned_at=LATER, place="Phòng họp số 2", agenda="Phương án tuyến.",
            version=None, by=by, now=NOW,
        )  # fmt: skip

    def test_says_when_and_where_to_the_agency_and_the_city_office(self, world):
        people(world)
        meeting = self.act(world, world.put(), world.by(world.minh))
        assert (meeting.planned_at, meeting.place, meeting.held_at) == (
            LATER, "Phòng họp số 2", None,
        )  # fmt: skip
        told = Message.objects.filter(kind=MessageKind.MEETING)
        assert {message.recipient.username for message in told} == {"lan", "hung", *OFFICE}

    @pytest.mark.parametrize("outcome", ["conclude", "reject", "direct"])
    def test_whatever_comes_of_it_says_that_it_was_held(self, world, outcome):
        dossier, by = world.meeting(), world.by(world.minh, LATER)
        if outcome == "conclude":
            verbs.conclude(dossier, text="Đồng ý.", version=None, by=by, now=LATER)
        elif outcome == "reject":
            verbs.reject(dossier, text="Chưa đủ.", version=None, by=by, now=LATER)
        else:
            verbs.direct_explanation(
                dossier, kind="explain", text="Vì sao?", version=None, by=by, now=LATER
            )
        assert Meeting.objects.get().held_at == LATER
