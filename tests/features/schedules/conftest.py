"""Fixtures of tests of what starts by the clock."""

from collections.abc import AsyncIterator

import pytest

from features.schedules.watch import Watch, watching
from harness import Api, HandClock


@pytest.fixture
async def watch(api: Api, clock: HandClock) -> AsyncIterator[Watch]:
    """Two nodes in Berlin."""
    async with watching(api, clock, "Europe/Berlin") as watch:
        yield watch
