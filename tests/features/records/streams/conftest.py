"""Clients of the streams."""

from typing import Any

import pytest

from features.records.sheets import CONTACTS, make_sheets
from features.records.streams.wire import Client
from gqlspaces.app import Gateway
from harness import Api


@pytest.fixture
def client(opened: tuple[Gateway, str]) -> Client:
    """A client with an administrator's key."""
    return Client(*opened)


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


@pytest.fixture
def key_with(api: Api) -> Any:
    """Makes keys with scopes."""

    async def make(*scopes: str, namespaces: list[str] | None = None) -> str:
        made = await api.do(
            "createKey", "token", name="limited", scopes=list(scopes), namespaces=namespaces
        )
        return str(made["token"])

    return make
