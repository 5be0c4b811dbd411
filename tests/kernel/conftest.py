"""Fixtures of tests of the kernel."""

import pytest

from gqlspaces.app import Gateway
from harness import Api
from kernel.ledger import Ledger


@pytest.fixture
def ledger(api: Api, gateway: Gateway) -> Ledger:
    """The log of the environment that ``api`` works in."""
    return Ledger(gateway.database, api.principal)
