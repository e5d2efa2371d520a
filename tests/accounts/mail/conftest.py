"""Mail of the stories goes to a box in memory, or to a server of our own."""

import pytest

from tests.accounts.mail.postman import postman


@pytest.fixture
def server(settings):
    with postman(settings) as one:
        yield one
