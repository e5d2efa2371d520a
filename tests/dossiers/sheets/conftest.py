"""Sentences are compared in English; that each has a Vietnamese text is tested elsewhere."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield
