"""Stories of late limits for packs, with a store for files of their own."""

import pytest

from tests.inspections.desk import Desk
from tests.inspections.duty.story import Duty
from tests.ledger.conftest import behind_the_guards

__all__ = ["behind_the_guards", "desk", "store", "told"]


@pytest.fixture
def told(world) -> Duty:
    """Late limits of two heads, and everybody who has to do with them."""
    return Duty.build(world)


@pytest.fixture
def desk(world) -> Desk:
    """Two inspectors and the director of Home Affairs beside the people of the world."""
    return Desk(world)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """Where the files of this story lie."""
    settings.MEDIA_ROOT = tmp_path / "store"
    return settings.MEDIA_ROOT
