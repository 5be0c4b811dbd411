"""Rollouts that a test takes along by hand, step by step."""

from collections.abc import Sequence

import pytest

from features.rollouts.desk import Desk
from gqlspaces.features.rollouts.worker import Rollouts
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.recorder import Touched
from harness import Api


@pytest.fixture(autouse=True)
def _asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the node's own worker sleep: a test says when a step is taken."""

    async def ignore(
        _self: Rollouts, _database: Database, _principal: Principal, _touched: Sequence[Touched]
    ) -> None:
        pass

    monkeypatch.setattr(Rollouts, "follow", ignore)


@pytest.fixture
def desk(api: Api) -> Desk:
    """Somebody who looks after the Spaces of an App."""
    return Desk(api)
