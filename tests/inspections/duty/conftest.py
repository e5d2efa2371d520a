"""The story of Hùng's late limits."""

import pytest

from tests.inspections.duty.story import Duty


@pytest.fixture
def told(world) -> Duty:
    """Late limits of two heads, and everybody who has to do with them."""
    return Duty.build(world)
