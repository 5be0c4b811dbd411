"""Fixtures of tests of Jobs."""

import pytest

from features.jobs.desk import Desk
from gqlspaces.app import Gateway
from harness import Api, HandClock


@pytest.fixture
async def desk(api: Api, gateway: Gateway, clock: HandClock) -> Desk:
    """A Space in which to make Jobs."""
    return await Desk.open(api, gateway, clock)
