"""How many Workbooks Spaces have."""

from harness import Api

SPACES = "query { spaces(first: 10) { edges { node { name workbooksCount } } } }"


async def test_the_workbooks_of_many_spaces_are_counted_at_once(api: Api) -> None:
    for name, count in (("None", 0), ("Two", 2)):
        made = await api.do("createSpace", "space { id }", name=name, autoConfigure=False)
        for number in range(count):
            await api.do("createWorkbook", "", spaceId=made["space"]["id"], name=f"Book {number}")
    before = api.gateway.database.statements
    found = [edge["node"] for edge in (await api(SPACES))["spaces"]["edges"]]
    assert [{"name": "Two", "workbooksCount": 2}, {"name": "None", "workbooksCount": 0}] == found
    assert 2 == api.gateway.database.statements - before
