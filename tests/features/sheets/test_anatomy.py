"""The whole structure of a Space in one query."""

from typing import Any

from features.structure import a_sheet, new_space
from gqlspaces.kernel.database import Database
from harness import Api

ANATOMY = """
query ($id: ID!) { space(id: $id) {
  name
  actions { operation }
  documents { title actions { operation } }
  workbooks {
    name
    actions { operation }
    sheets { name actions { operation } fields { key actions { operation } } }
  }
} }
"""

ACTIONS = [{"operation": "a", "label": "A"}, {"operation": "b", "label": "B"}]


def blueprint(size: int) -> dict[str, Any]:
    """Describe a structure with this many of everything."""
    fields = [{"key": f"k{n}", "actions": ACTIONS} for n in range(size)]
    sheets = [a_sheet(f"s{n}", actions=ACTIONS) | {"fields": fields} for n in range(size)]
    return {
        "workbooks": [{"name": f"w{n}", "sheets": sheets, "actions": ACTIONS} for n in range(size)],
        "documents": [{"title": f"d{n}", "body": "B", "actions": ACTIONS} for n in range(size)],
        "actions": ACTIONS,
    }


async def statements(api: Api, database: Database, space: str) -> tuple[Any, int]:
    before = database.statements
    anatomy = (await api(ANATOMY, id=space))["space"]
    return anatomy, database.statements - before


async def test_its_cost_does_not_grow_with_the_space(api: Api, database: Database) -> None:
    costs = []
    for size in (1, 4):
        space = await new_space(api)
        await api.do("configureSpace", "space { id }", spaceId=space, blueprint=blueprint(size))
        anatomy, cost = await statements(api, database, space)
        costs.append(cost)
        assert [workbook["name"] for workbook in anatomy["workbooks"]] == [
            f"w{n}" for n in range(size)
        ]
        for workbook in anatomy["workbooks"]:
            for sheet in workbook["sheets"]:
                assert [field["key"] for field in sheet["fields"]] == [f"k{n}" for n in range(size)]
                assert sheet["fields"][0]["actions"] == [{"operation": "a"}, {"operation": "b"}]
    # One for each list, and buttons once on each of five levels unless levels are read together.
    assert max(costs) <= 10
