"""Listeners that are connected while a block of a test lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gqlspaces.features.columns import checked
from gqlspaces.features.listeners.introduction import ListenerConfig
from harness import Api

CONFIGURE = {"on": ["job:ready"], "filters": [{"job": "space:configure"}]}
"""A handler that configures Spaces."""


@asynccontextmanager
async def introduced(
    api: Api,
    name: str,
    *registrations: dict[str, Any],
    version: str | None = None,
    filter: dict[str, Any] | None = None,
) -> AsyncIterator[None]:
    """Let a listener be connected; without registrations it only has its filter."""
    said = {"name": name, "version": version, "registrations": registrations or None}
    config = checked(ListenerConfig, said)
    presence = api.gateway.presence
    with presence.attended(await presence.arrive(api.principal, config, filter or {})):
        yield
    await presence.tell()
