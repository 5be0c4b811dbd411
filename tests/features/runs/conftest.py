"""Fixtures of tests that run Actions."""

import pytest

from features.runs.buttons import Room
from harness import Api


@pytest.fixture
async def room(api: Api) -> Room:
    """A Space in which to press buttons."""
    return await Room.built(api)
