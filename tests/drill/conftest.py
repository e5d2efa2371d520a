"""A stage for the plays: people in post, on a copy of the test database that every play copies."""

from collections.abc import Callable, Iterator

import pytest

from tests.drill import machine, outcome, stage
from tests.drill.faults import Plan, calm
from tests.drill.outcome import Outcome
from tests.drill.story import Cast
from tests.world import hanoi

Theatre = Callable[[Plan], Outcome]
#: After the last tick of every play.
OVER = hanoi(2027, 2, 28, 9)


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test: plays have copies of it."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def theatre(db) -> Iterator[Theatre]:
    """Plays a plan on rows of its own and tells what came of it."""
    with stage.copied("theatre"):
        cast = Cast.engaged()

        def perform(plan: Plan) -> Outcome:
            with stage.copied("play"):
                machine.play(cast, plan)
                return outcome.look(OVER)

        yield perform


@pytest.fixture(scope="module")
def as_it_should_be(theatre) -> Outcome:
    """What is left when nothing goes wrong."""
    return theatre(calm())
