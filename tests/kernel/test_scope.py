"""Which rows a caller can reach at all, whether to read or to change them."""

from typing import Any

from sqlalchemy import select

from features.listening import introduced
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from harness import Api
from kernel.ledger import Ledger

_ACTION = {"operation": "go", "label": "Go", "schedule": "HOURLY"}


async def test_a_limited_caller_sees_no_row_unless_a_noun_says_so(api: Api, ledger: Ledger) -> None:
    made = await api.do(
        "createSpace", "space { id } job { id }", name="x", namespace="red", actions=[_ACTION]
    )
    space = made["space"]["id"]
    sheets = [{"name": "s", "fields": [{"key": "f", "type": "STRING"}]}]
    await api.do("createWorkbook", "workbook { id }", spaceId=space, name="w", sheets=sheets)
    await api.do("createDocument", "document { id }", spaceId=space, title="d", body="b")
    app = {"name": "a", "namespace": "red", "type": "CUSTOM", "blueprint": {"documents": []}}
    made = await api.do("createApp", "app { id }", **app)
    await api.do("rolloutBlueprint", "rollout { id }", appId=made["app"]["id"], onDrift="SKIP")
    async with introduced(api, "listener"):
        pass

    async def seen(principal: Principal) -> set[str]:
        nouns = set()
        for prefix, entity in ledger.database.rules.kinds.items():
            [id, *_] = await _ids(ledger.database, entity)
            read = await ledger.database.reader(principal).find(entity, id)
            async with ledger.database.transaction(principal) as tx:
                locked = await tx.first(entity, select(entity).where(table(entity).c.id == id))
            assert (read is None) == (locked is None)
            nouns |= {prefix} if read else set()
        return nouns

    everything = set(ledger.database.rules.kinds)
    home = ledger.environment
    assert await seen(ledger.principal) == everything
    limited = Principal(home, "key", namespaces=frozenset({"red"}))
    assert await seen(limited) == everything - {"key", "ro", "ls"}
    assert await seen(Principal(home, "key", namespaces=frozenset({"green"}))) == {"env"}
    assert await seen(Principal(home, "key", namespaces=frozenset())) == {"env"}
    assert await seen(Principal("env_elsewhere", "key")) == set()


async def _ids(database: Database, entity: Any) -> list[str]:
    return [row.id for row in await database.fetch(select(table(entity).c.id), {})]
