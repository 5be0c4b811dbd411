"""The search of the isolation tests finds what it looks for when there is something to be found."""

from typing import Any

import pytest

from contract import questions
from contract.search import change_everything, list_all, listing, look_everything_up
from contract.spy import Spy, red_spy
from contract.world import dump
from gqlspaces.app import Gateway
from gqlspaces.kernel import reader, transaction
from gqlspaces.kernel.auth import Principal
from harness import Api

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
async def spy(api: Api, gateway: Gateway) -> Spy:
    return await red_spy(api, gateway)


async def test_the_search_finds_an_unscoped_lookup(
    spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_without_limits(monkeypatch)

    told_apart = await look_everything_up(spy)

    told = {leak.partition("(")[0] for leak in spy.leaks}
    assert {*questions.by_id(), "nodes"} == told
    assert len(told_apart) > 10


async def test_the_search_finds_an_unscoped_list(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    read_without_limits(monkeypatch)
    fields = [field for field in listing() if field.name in {"apps", "jobs", "spaces"}]

    await list_all(spy, fields, {})

    assert {"apps", "jobs", "spaces"} == {leak.partition("(")[0] for leak in spy.leaks}


async def test_the_search_finds_an_unscoped_write(
    spy: Spy, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "scoped", unlimited)
    before = await dump(gateway.database)

    odd = await change_everything(spy, "update")

    assert len(odd) > 10
    assert before != await dump(gateway.database)


async def test_the_search_finds_an_unscoped_write_of_records(
    spy: Spy, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_without_limits(monkeypatch)
    before = await dump(gateway.database)

    odd = await change_everything(spy, "Records")

    changed = {
        name for name, rows in (await dump(gateway.database)).items() if rows != before[name]
    }
    foreign = {world.ids["sp"] for world in spy.foreign}
    assert {f"{space}.record" for space in foreign} <= changed
    assert {"insertRecords", "deleteRecords"} <= {one.partition(":")[0] for one in odd}


async def test_the_search_finds_an_unscoped_event(
    spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Principal, "sees", lambda _self, _namespace: True)
    monkeypatch.setattr("gqlspaces.features.events.service.read_page", every_event)

    await list_all(spy, [questions.Asked("Query", "events")], {})

    assert {"events"} == {leak.partition("(")[0] for leak in spy.leaks}


def unlimited(statement: Any, _entity: object, _principal: object) -> Any:
    """Limit nothing: what a forgotten scope would do."""
    return statement


def read_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every read forget its scope, also one whose statement was made before."""
    monkeypatch.setattr(reader, "scoped", unlimited)
    reader._select_by_column.cache_clear()  # noqa: SLF001 - statements are remembered by caller


def every_event(**options: Any) -> Any:
    """Read the log as if the key were limited to no namespace."""
    from gqlspaces.kernel.log import read_page

    return read_page(**options | {"namespaces": None})
