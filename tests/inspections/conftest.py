"""Home Affairs for every story here."""

import pytest

from tests.inspections.desk import Desk


@pytest.fixture
def desk(world) -> Desk:
    """Two inspectors and the director of Home Affairs beside the people of the world."""
    return Desk(world)
