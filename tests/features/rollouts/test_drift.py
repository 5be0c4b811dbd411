"""Spaces that are not what their App gave them: told of, kept, overwritten, and taken back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from blueprint.test_round_trip import blueprints  # type: ignore[attr-defined]
from features.rollouts.desk import ONE, TWO, Desk, a_blueprint
from features.structure import a_sheet
from gqlspaces.blueprint import Blueprint, dump
from gqlspaces.features.rollouts.drift import drift, merged
from harness import Api

OWN = a_blueprint("email", "own")
PLAN = """plan { revision total lookedAt changed drifted skipped
  spaces { spaceId name appRevision skipped drift { text } changes { kind path text } } }"""


async def one_that_drifted(desk: Desk) -> tuple[str, str]:
    """Make a Space that stayed as it was and one that got a column of its own."""
    await desk.open(2)
    same, other = desk.spaces
    await desk.change(other, OWN)
    await desk.revise()
    return same, other


async def test_a_report_tells_what_is_otherwise_than_it_was_given(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)

    assert (await desk.read(same))["drift"] == []
    [change] = (await desk.read(other))["drift"]
    path = ["workbooks", "Data", "sheets", "contacts", "fields", "own"]
    assert (change["kind"], change["path"]) == ("ADDED", path)
    assert "own" in change["text"]
    assert await desk.drifted() == [other]


async def test_what_a_blueprint_does_not_speak_of_is_no_drift(desk: Desk) -> None:
    await desk.open(1, ONE | {"space": {"labels": ["a"]}})
    [space] = desk.spaces
    page = {"documents": [{"title": "T", "body": "B"}]}
    await desk.change(space, page | {"space": {"metadata": {"mine": 1}}})
    assert (await desk.read(space))["drift"] == []

    await desk.change(space, {"space": {"labels": ["b"]}})
    [change] = (await desk.read(space))["drift"]
    assert change["path"][:2] == ["space", "labels"]


async def test_a_report_on_many_spaces_ends_after_a_hundred(desk: Desk) -> None:
    await desk.open(104, ONE)
    strays = [desk.spaces[1], desk.spaces[103]]
    for space in strays:
        await desk.change(space, TWO)

    assert await desk.drifted() == strays


@pytest.mark.parametrize("on_drift", ["MERGE", "SKIP", "OVERWRITE"])
async def test_what_a_former_app_gave_is_no_base_for_another(desk: Desk, on_drift: str) -> None:
    await desk.open(1, TWO)
    [space] = desk.spaces
    other = await Desk(desk.api).open(0, a_blueprint("email", "old"), name="Other")
    await desk.api.do("updateSpace", "", id=space, appId=other.app)
    moved = await desk.read(space)
    assert (moved["appRevision"], moved["drift"]) == (None, None)

    await other.revise(ONE)
    done = await other.roll(onDrift=on_drift)
    assert done["skipped"] == int(on_drift != "OVERWRITE")
    assert await desk.keys(space) == ["email", "phone"][: 1 + done["skipped"]]


async def test_merging_keeps_what_is_a_spaces_own(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)
    done = await desk.roll()

    assert done["migrated"] == 2
    assert await desk.keys(same) == ["email", "phone"]
    assert sorted(await desk.keys(other)) == ["email", "own", "phone"]
    assert [change["path"][-1] for change in (await desk.read(other))["drift"]] == ["own"]
    assert await desk.drifted() == [other]


async def test_merging_keeps_what_a_space_has_in_what_the_revision_adds_too(desk: Desk) -> None:
    await desk.open(1, {"workbooks": []})
    [space] = desk.spaces
    await desk.change(space, a_blueprint("own", "email"))
    await desk.revise()
    done = await desk.roll()

    assert done["migrated"] == 1
    assert sorted(await desk.keys(space)) == ["email", "own", "phone"]


async def test_merging_takes_away_what_the_revision_takes_away(desk: Desk) -> None:
    await desk.open(1, TWO)
    [space] = desk.spaces
    await desk.change(space, a_blueprint("email", "phone", "own"))
    await desk.revise(ONE)
    await desk.roll()

    assert await desk.keys(space) == ["email", "own"]


async def test_overwriting_leaves_nothing_of_its_own(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)
    done = await desk.roll(onDrift="OVERWRITE")

    assert done["migrated"] == 2
    assert await desk.keys(other) == await desk.keys(same) == ["email", "phone"]
    assert await desk.drifted() == []


async def test_skipping_leaves_it_as_it_is_and_says_why(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)
    done = await desk.roll(onDrift="SKIP")

    assert (done["migrated"], done["skipped"]) == (1, 1)
    [exception] = done["exceptions"]
    assert (exception["spaceId"], exception["outcome"]) == (other, "SKIPPED")
    assert exception["message"].startswith("It was changed: ")
    assert "own" in exception["message"]
    assert await desk.keys(other) == ["email", "own"]
    assert (await desk.read(other))["appRevision"] == 1
    assert await desk.keys(same) == ["email", "phone"]


@pytest.mark.parametrize(
    ("on_drift", "keys"),
    [
        ("MERGE", ["email", "own"]),
        ("OVERWRITE", ["email", "phone"]),
        ("SKIP", ["email", "own"]),
    ],
)
async def test_a_space_that_a_listener_configured_is_changed_by_overwriting_alone(
    desk: Desk, on_drift: str, keys: list[str]
) -> None:
    await desk.open(0, TWO)
    full = await desk.space(autoConfigure=False)
    empty = await desk.space(autoConfigure=False)
    await desk.change(full, OWN)
    done = await desk.roll(onDrift=on_drift)

    assert done["migrated"] == 1 + (on_drift == "OVERWRITE")
    assert sorted(await desk.keys(full)) == keys
    told = [exception["message"] for exception in done["exceptions"]]
    why = "It was not configured from its App; OVERWRITE replaces what it has."
    assert told == ([why] if on_drift != "OVERWRITE" else [])
    assert await desk.keys(empty) == ["email", "phone"]


@pytest.mark.parametrize("on_drift", ["MERGE", "OVERWRITE", "SKIP"])
async def test_a_dry_run_tells_what_the_rollout_then_does(desk: Desk, on_drift: str) -> None:
    same, other = await one_that_drifted(desk)
    before = {space: await desk.read(space) for space in desk.spaces}
    wanted = {"appId": desk.app, "onDrift": on_drift}
    made = await desk.api.do("rolloutBlueprint", PLAN + " rollout { id }", **wanted, dryRun=True)

    assert made["rollout"] is None
    plan = made["plan"]
    assert {space: await desk.read(space) for space in desk.spaces} == before
    assert (plan["revision"], plan["total"], plan["lookedAt"]) == (2, 2, 2)
    assert (plan["drifted"], plan["skipped"]) == (1, int(on_drift == "SKIP"))
    told = {one["spaceId"]: one for one in plan["spaces"]}
    assert [one["kind"] for one in told[same]["changes"]] == ["ADDED"]
    kinds = {"MERGE": ["ADDED"], "OVERWRITE": ["ADDED", "REMOVED"], "SKIP": []}
    assert sorted(one["kind"] for one in told[other]["changes"]) == kinds[on_drift]
    await desk.roll(onDrift=on_drift)
    again = await desk.api.do("rolloutBlueprint", PLAN, **wanted, dryRun=True)
    assert again["plan"]["changed"] == 0


async def test_a_dry_run_ends_when_it_has_read_much(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(45)
    await desk.revise()
    monkeypatch.setattr("gqlspaces.features.rollouts.plan.MOST_ROWS", 100)
    made = await desk.api.do("rolloutBlueprint", PLAN, appId=desk.app, dryRun=True)

    # A Space has three rows, and twenty Spaces are read at once.
    assert (made["plan"]["total"], made["plan"]["lookedAt"]) == (45, 40)


async def test_a_dry_run_of_a_template_makes_no_revision(desk: Desk) -> None:
    await desk.open(0, blueprint=None)
    template = await desk.space(isAppTemplate=True)
    await desk.change(template, ONE)
    await desk.space()
    made = await desk.api.do("rolloutBlueprint", PLAN, appId=desk.app, dryRun=True)
    await desk.change(template, TWO)
    again = await desk.api.do("rolloutBlueprint", PLAN, appId=desk.app, dryRun=True)

    assert (made["plan"]["revision"], again["plan"]["revision"]) == (1, 2)
    query = "query ($id: ID!) { app(id: $id) { blueprintRevisions { number } rollouts { id } } }"
    found = (await desk.api(query, id=desk.app))["app"]
    assert found == {"blueprintRevisions": [{"number": 1}], "rollouts": []}


async def test_reverting_gives_each_space_what_it_had(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)
    before = {space: (await desk.read(space))["blueprint"] for space in desk.spaces}
    first = await desk.roll(onDrift="OVERWRITE")
    done = await desk.revert(first["id"])

    assert (done["revertsId"], done["revision"]) == (first["id"], None)
    assert (done["status"], done["migrated"]) == ("COMPLETE", 2)
    assert {space: (await desk.read(space))["blueprint"] for space in desk.spaces} == before
    assert (await desk.read(same))["appRevision"] == 1
    assert await desk.drifted() == [other]
    for space in desk.spaces:
        told = [part["info"] for part in await desk.parts(space)]
        assert told[1].startswith("Brought back to version ")
    again = await desk.revert(done["id"])
    assert again["migrated"] == 2
    assert await desk.keys(other) == ["email", "phone"]
    assert (await desk.read(other))["appRevision"] == 2


async def test_reverting_goes_over_what_was_migrated_alone(desk: Desk) -> None:
    same, other = await one_that_drifted(desk)
    first = await desk.begin(onDrift="SKIP")
    await desk.step()
    await desk.api.do("stopRollout", "", id=first["id"])
    done = await desk.revert(first["id"])

    assert (done["total"], done["migrated"]) == (1, 1)
    assert [await desk.keys(space) for space in (same, other)] == [["email"], ["email", "own"]]


@pytest.mark.parametrize(
    ("on_drift", "keys"),
    [
        ("MERGE", ["email", "later"]),
        ("OVERWRITE", ["email"]),
        ("SKIP", ["email", "later", "phone"]),
    ],
)
async def test_reverting_a_space_that_was_changed_since(
    desk: Desk, on_drift: str, keys: list[str]
) -> None:
    await desk.open(1)
    [space] = desk.spaces
    await desk.revise()
    first = await desk.roll()
    await desk.change(space, a_blueprint("email", "phone", "later"))
    await desk.api.do("updateSpace", "", id=space, name="Renamed")
    done = await desk.revert(first["id"], onDrift=on_drift)

    assert sorted(await desk.keys(space)) == keys
    assert done["skipped"] == int(on_drift == "SKIP")


async def test_a_name_that_changed_since_is_no_drift(desk: Desk) -> None:
    await desk.open(1)
    [space] = desk.spaces
    await desk.revise()
    first = await desk.roll()
    await desk.api.do("updateSpace", "", id=space, name="Renamed")
    done = await desk.revert(first["id"], onDrift="SKIP")

    assert done["migrated"] == 1
    assert await desk.keys(space) == ["email"]


LISTS = ("workbooks", "documents", "actions")
OF_ONE = ("name", "namespace", "appId", "isAppTemplate", "primaryWorkbookId", "archivedAt")
FUZZED = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=15,
)


@FUZZED
@given(document=blueprints)
async def test_no_space_drifts_by_what_it_is_given(api: Api, document: dict[str, Any]) -> None:
    own = document.get("space") or {}
    document = document | {"space": {key: own[key] for key in own if key not in OF_ONE}}
    desk = await Desk(api).open(0, document, name=f"App {id(document)}")
    space = await desk.space()

    assert (await desk.read(space))["drift"] == []


@given(first=blueprints, second=blueprints)
def test_merging_into_what_was_given_gives_the_revision(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    before, after = (dump(Blueprint.model_validate(one)) for one in (first, second))
    lists = {name: after[name] for name in LISTS if name in after}
    present = {name: before.get(name, []) for name in LISTS} | {"space": before.get("space", {})}

    merger = merged(before, after, present)

    assert {name: merger[name] for name in lists} == lists
    assert drift(lists, merger) == []


def test_buttons_of_the_space_may_stand_in_either_place() -> None:
    button = {"operation": "go", "label": "Go"}
    inside = {"space": {"actions": [button]}}
    outside: dict[str, Any] = {"actions": [button], "space": {}}

    assert drift(inside, outside) == drift(outside, outside) == []
    assert [one.path for one in drift(inside, {"actions": []})] == [("actions", "go")]


def test_a_list_that_a_revision_does_not_have_stays_as_it_is() -> None:
    pages = {"documents": [{"title": "T", "body": "B"}]}
    books = {"workbooks": [{"name": "W", "sheets": [a_sheet("S", "a")]}]}

    assert merged(books | pages, books, books | pages) == books
    assert drift(books, books | pages) == []
