"""Whatever is done to a Space, its history and its followers have it right."""

import os
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprint.generated import blueprints
from features.revisions.copies import copied, kept_up, patched
from features.structure import new_space
from gqlspaces.features.revisions import recording
from harness import Api

RUNS = int(os.environ.get("GQLSPACES_TEST_RUNS", "15"))
"""How many sequences are tried, of up to 14 steps each."""

pytestmark = pytest.mark.timeout(60 + 10 * RUNS)

READ = "query ($id: ID!) { space(id: $id) { version blueprint } }"
HISTORY = """query ($id: ID!, $after: String) { space(id: $id) {
  blueprintRevisions(structural: false, first: 100, after: $after) {
    edges { node { number changes { op path value } blueprint } }
    pageInfo { hasNextPage endCursor } } } }"""

numbers = st.integers(0, 99)
words = st.sampled_from(["one", "two", "three", "four"])
steps = st.one_of(
    st.tuples(st.just("configure"), blueprints),
    st.tuples(st.just("revert"), numbers),
    st.tuples(st.sampled_from(["workbooks", "documents"]), words),
    st.tuples(st.sampled_from(["sheets", "fields", "actions", "theme", "name"]), numbers, words),
    st.tuples(st.sampled_from(["rename", "delete", "reverse", "lock"]), numbers, words),
)


@pytest.fixture(autouse=True)
def _snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let snapshots be as frequent in a few steps as they are in a long history."""
    monkeypatch.setattr(recording, "SNAPSHOT_EVERY", 3)


@dataclass
class Followed:
    """A Space, and what was seen of it at each of its versions."""

    api: Api
    space: str
    blueprints: dict[int, Any] = field(default_factory=dict)
    copies: dict[int, Any] = field(default_factory=dict)

    async def look(self) -> int:
        """Note how the Space is now; give its version."""
        seen = (await self.api(READ, id=self.space))["space"]
        copy = await copied(self.api, self.space)
        version: int = seen["version"]
        assert copy["version"] == copy["space"]["version"] == version
        known = self.blueprints.setdefault(version, seen["blueprint"])
        assert known == seen["blueprint"], "it changed, but not its version"
        assert self.copies.setdefault(version, copy)["space"] == copy["space"]
        return version

    async def take(self, step: Any) -> None:
        """Take a step, which may be refused."""
        kind, *more = step
        if kind == "configure":
            await self._try("configureSpace", spaceId=self.space, blueprint=more[0])
        elif kind == "revert":
            await self._revert(more[0])
        elif kind == "workbooks":
            sheets = [{"name": "s", "fields": [{"key": "k"}]}]
            await self._try("createWorkbook", spaceId=self.space, name=more[0], sheets=sheets)
        elif kind == "documents":
            await self._try("createDocument", spaceId=self.space, title=more[0], body="# Hi")
        elif kind == "theme":
            await self._try("updateTheme", id=self.space, theme={"root": {"fontFamily": more[1]}})
        elif kind == "name":
            await self._try("updateSpace", id=self.space, name=more[1])
        else:
            await self._change(kind, *more)

    async def _revert(self, number: int) -> None:
        target = number % max(self.blueprints) + 1
        await self._try("revertBlueprint", spaceId=self.space, number=target)
        now = (await self.api(READ, id=self.space))["space"]
        assert now["blueprint"] == self.blueprints[target]

    async def _change(self, kind: str, number: int, word: str) -> None:
        ids = list(_ids(self.copies[max(self.copies)]["space"]))
        wanted = _ON.get(kind, ("sh", "fd", "wb", "dc", "ac"))
        fit = [id for id in ids if id.startswith(wanted)]
        if not fit:
            return
        id = fit[number % len(fit)]
        noun = _NOUNS[id[:2]]
        if kind == "sheets":
            fields = [{"key": "k"}, {"key": "l"}]
            await self._try("createSheet", workbookId=id, name=word, fields=fields, index=0)
        elif kind == "fields":
            await self._try("createField", sheetId=id, key=word, index=0)
        elif kind == "actions":
            await self._try("createAction", targetId=id, operation=word, label=word)
        elif kind == "lock":
            await self._try("lockSheet" if word < "three" else "unlockSheet", id=id)
        elif kind == "rename":
            await self._try(f"update{noun}", id=id, **{_NAMES[id[:2]]: word})
        elif kind == "delete":
            await self._try(f"delete{noun}", id=id)
        else:
            await self._reverse(id)

    async def _reverse(self, id: str) -> None:
        path = _ids(self.copies[max(self.copies)]["space"])[id]
        fields = path["fields"]
        order = sorted(fields, key=lambda one: fields[one]["position"], reverse=True)
        await self._try("reorderFields", sheetId=id, ids=order)

    async def _try(self, mutation: str, **input: Any) -> None:
        await self.api.attempt(mutation, "", **input)


_NOUNS = {"wb": "Workbook", "sh": "Sheet", "fd": "Field", "dc": "Document", "ac": "Action"}
_NAMES = {"wb": "name", "sh": "slug", "fd": "key", "dc": "title", "ac": "operation"}
_ON: dict[str, Any] = {
    "sheets": "wb",
    "fields": "sh",
    "actions": ("wb", "sh", "fd", "dc"),
    "lock": "sh",
    "reverse": "sh",
}


def _ids(copy: Any) -> dict[str, Any]:
    """Give everything in a copy by its id."""
    found: dict[str, Any] = {}
    for container in ("workbooks", "sheets", "fields", "documents", "actions"):
        for id, row in copy.get(container, {}).items():
            found |= {id: row} | _ids(row)
    return found


async def history(api: Api, space: str) -> list[Any]:
    """Give all revisions of a Space, oldest first."""
    found: list[Any] = []
    after = None
    while True:
        page = (await api(HISTORY, id=space, after=after))["space"]["blueprintRevisions"]
        found += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found[::-1]


def uncounted(copy: Any) -> Any:
    """Give a copy without the counts of records, which no revision tells."""
    bare = deepcopy(copy)
    for row in _ids(bare).values():
        row.pop("recordCounts", None)
    return bare


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=RUNS, database=None)
@given(taken=st.lists(steps, min_size=1, max_size=14))
async def test_any_sequence_of_changes_is_on_record_and_can_be_followed(
    api: Api, taken: list[Any]
) -> None:
    followed = Followed(api, await new_space(api))
    await followed.look()
    for step in taken:
        await followed.take(step)
        await followed.look()
    last = await followed.look()

    revisions = await history(api, followed.space)
    assert [revision["number"] for revision in revisions] == list(range(1, last + 1))
    rebuilt = uncounted(followed.copies[1]["space"])
    for revision in revisions:
        rebuilt = patched(rebuilt, revision["changes"])
        seen = followed.blueprints[revision["number"]]
        assert revision["blueprint"] == seen
        assert rebuilt == uncounted(followed.copies[revision["number"]]["space"])

    end = followed.copies[last]["space"]
    for copy in followed.copies.values():
        assert end == await kept_up(api, followed.space, copy["space"], copy["cursor"], last)

    twin = await new_space(api)
    structure = followed.blueprints[last]
    await api.do("configureSpace", "", spaceId=twin, blueprint=structure)
    assert (await api(READ, id=twin))["space"]["blueprint"] == structure
