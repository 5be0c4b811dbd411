"""Asking a gateway what is wrong with it."""

from typing import Any

from features.listening import CONFIGURE
from harness import Api, HandClock

DIAGNOSIS = """
query { diagnosis { findings {
  code severity title advice subject { id name number }
} } }
"""
DAY = 24 * 3600


async def diagnosed(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api(DIAGNOSIS))["diagnosis"]["findings"]
    return found


async def the_fault(api: Api) -> dict[str, Any]:
    """Give the only finding."""
    [finding] = await diagnosed(api)
    return finding


async def waiting_job(api: Api, **space: Any) -> str:
    """Make a Space whose Job waits for a listener; give the id of the Job."""
    made = await api.do("createSpace", "job { id status }", **{"name": "Acme"} | space)
    assert made["job"]["status"] == "READY"
    id: str = made["job"]["id"]
    return id


async def later(api: Api, clock: HandClock, seconds: float) -> None:
    """Let time pass for listeners that are still there."""
    clock.pass_by(seconds)
    await api.gateway.presence.tell()


def handler(**more: Any) -> dict[str, Any]:
    return CONFIGURE | more
