"""`gqlspaces blueprint`: structures go into files and come out of them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from blueprint.test_seeds import LISTING
from features.records.sheets import insert
from gqlspaces.blueprint.notation import parse, read_blueprint, write_blueprint
from gqlspaces.cli import app as command
from gqlspaces.cli.changes import lines_of, told
from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.server import Served
from gqlspaces.cli.structures import AppStructure, Plan, SpaceStructure
from gqlspaces.kernel.ids import new_id
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import ApiError
from harness import Api

Run = Callable[..., Awaitable[tuple[int | None, str, str]]]


@pytest.fixture
async def client(served: Served) -> AsyncIterator[Client]:
    async with Client(Connection(served.endpoint, served.key or "")) as client:
        yield client


@pytest.fixture
async def space_id(api: Api) -> str:
    made = await api.do("createSpace", "space { id }", name="Acme")
    space_id: str = made["space"]["id"]
    await api.do("configureSpace", "space { id }", spaceId=space_id, blueprint=LISTING)
    return space_id


@pytest.fixture
def run_at(served: Served, tmp_path: Path, bare_environment: dict[str, str]) -> Run:
    """Runs `gqlspaces blueprint` in an empty folder against the gateway.

    With an answer somebody sits at a terminal and gives it.
    """

    async def run(*arguments: str, answer: str = "") -> tuple[int | None, str, str]:
        hand, terminal = os.openpty()
        os.write(hand, answer.encode())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gqlspaces", "blueprint", *arguments),
            cwd=tmp_path,
            env=bare_environment
            | {"GQLSPACES_URL": served.endpoint, "GQLSPACES_KEY": served.key or ""},
            stdin=terminal if answer else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, told = await process.communicate()
        os.close(hand)
        os.close(terminal)
        return process.returncode, out.decode(), told.decode()

    return run


async def blueprint_of(api: Api, space_id: str) -> Any:
    found = await api("query ($id: ID!) { space(id: $id) { blueprint } }", id=space_id)
    return found["space"]["blueprint"]


async def sheet_of(api: Api, space_id: str) -> str:
    asked = "query ($id: ID!) { space(id: $id) { workbooks { sheets { id } } } }"
    (workbook,) = (await api(asked, id=space_id))["space"]["workbooks"]
    sheet_id: str = workbook["sheets"][0]["id"]
    return sheet_id


async def test_a_blueprint_is_pulled_compared_changed_and_taken_back(
    run_at: Run, api: Api, space_id: str, tmp_path: Path
) -> None:
    at = ("--space", space_id)
    assert (0, "", "") == await run_at("pull", *at, "--output", "acme.yaml")
    file = tmp_path / "acme.yaml"
    text = file.read_text(encoding="utf-8")
    before = await blueprint_of(api, space_id)
    assert before == read_blueprint(text)
    assert text.startswith(
        "# The Blueprint of the Space Acme.\n"
        f"# Apply it: gqlspaces blueprint apply acme.yaml --space {space_id}\n"
        "workbooks:\n"
    )
    assert (0, text.replace("acme.yaml", "FILE"), "") == await run_at("pull", *at)
    assert (0, "Nothing differs.\n", "") == await run_at("diff", "acme.yaml", *at)

    file.write_text(text.replace("label: Email Address", "label: E-mail"), encoding="utf-8")
    sentence = (
        "~ Changes the label of the Field email of the Sheet contacts from 'Email Address' to "
        "'E-mail'\n1 change.\n"
    )
    assert (1, sentence, "") == await run_at("diff", "acme.yaml", *at)
    code, out, _ = await run_at("apply", "acme.yaml", *at)
    assert (0, True) == (code, out.startswith(f"{sentence}The Space Acme is at version "))
    assert (
        "E-mail"
        == (await blueprint_of(api, space_id))["workbooks"][0]["sheets"][0]["fields"][2]["label"]
    )
    assert (0, "Nothing differs.\n", "") == await run_at("apply", "acme.yaml", *at)

    code, out, _ = await run_at("revisions", *at, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (0, ["CHANGED"]) == (code, [one["kind"] for one in rows[0]["differences"]])
    assert 2 <= len(rows)
    code, out, _ = await run_at("revisions", *at, "--limit", "1")
    head, line = out.splitlines()
    assert (0, True) == (code, head.startswith(f"version {rows[0]['number']} · 20"))
    assert sentence.splitlines()[0][2:] == line.strip()
    code, out, _ = await run_at("revert", str(rows[1]["number"]), *at)
    assert (0, True) == (code, "from 'E-mail' to 'Email Address'" in out)
    assert before == await blueprint_of(api, space_id)


async def test_nothing_that_has_data_goes_unasked(
    run_at: Run, api: Api, space_id: str, tmp_path: Path
) -> None:
    await insert(api, await sheet_of(api, space_id), {"email": "a@b.c"}, {"phone": "1"})
    await run_at("pull", "--space", space_id, "--output", "acme.json")
    document = json.loads((tmp_path / "acme.json").read_text(encoding="utf-8"))
    del document["workbooks"][0]["sheets"][0]["fields"][3]
    (tmp_path / "acme.yaml").write_text(write_blueprint(document), encoding="utf-8")
    lost = "! The values of the Field phone in 2 records are hidden"

    code, out, told = await run_at("apply", "acme.yaml", "--space", space_id)
    assert (1, True) == (code, lost in out)
    assert "nobody can be asked" in told
    assert "--yes" in told
    code, _, told = await run_at("apply", "acme.yaml", "--space", space_id, answer="n\n")
    assert (1, True) == (code, "nothing was changed" in told)
    assert 4 == len((await blueprint_of(api, space_id))["workbooks"][0]["sheets"][0]["fields"])
    code, out, _ = await run_at("diff", "acme.yaml", "--space", space_id, "--json")
    plan = json.loads(out)
    assert (1, ["REMOVED"]) == (code, [one["kind"] for one in plan["changes"]])
    assert ("VALUES_HIDDEN", 2) == (plan["effects"][0]["kind"], plan["effects"][0]["records"])
    code, out, _ = await run_at("apply", "acme.yaml", "--space", space_id, answer="y\n")
    assert (0, True) == (code, "is at version" in out)
    assert 3 == len((await blueprint_of(api, space_id))["workbooks"][0]["sheets"][0]["fields"])

    (tmp_path / "none.yaml").write_text("workbooks: []", encoding="utf-8")
    code, out, _ = await run_at("apply", "none.yaml", "--space", space_id, "--yes", "--json")
    assert (0, "RECORDS_REMOVED") == (code, json.loads(out)["effects"][0]["kind"])
    assert [] == (await blueprint_of(api, space_id))["workbooks"]


async def test_an_app_gets_its_blueprint_from_a_file(run_at: Run, api: Api, tmp_path: Path) -> None:
    input = {
        "name": "Projects",
        "namespace": "projects",
        "type": "CUSTOM",
        "entityPlural": "Projects",
    }
    app_id = (await api.do("createApp", "app { id }", **input))["app"]["id"]
    (tmp_path / "app.yaml").write_text(write_blueprint(LISTING), encoding="utf-8")

    code, out, _ = await run_at("apply", "app.yaml", "--app", app_id)
    assert (0, True) == (code, "+ Adds the Workbook Customer Data to the Space\n" in out)
    assert "New Projects of the App Projects start from it" in out
    assert (0, "Nothing differs.\n", "") == await run_at("diff", "app.yaml", "--app", app_id)
    code, out, _ = await run_at("pull", "--app", app_id, "--json")
    assert (0, LISTING) == (code, json.loads(out))


async def test_a_change_in_between_is_not_overwritten(
    client: Client, api: Api, space_id: str
) -> None:
    structure = SpaceStructure(space_id)
    change: dict[str, Any] = {"blueprint": {"documents": []}}
    plan = await structure.plan(client, change)
    await api.do("updateSpace", "space { id }", id=space_id, name="Other")
    with pytest.raises(ApiError) as refusal:
        await structure.write(client, change, plan)

    assert "STALE_VERSION" == refusal.value.code


async def test_what_is_not_there_is_told(client: Client, space_id: str) -> None:
    for structure in (SpaceStructure(new_id("sp")), AppStructure("app_nothing")):
        with pytest.raises(Failure, match=r"no (Space sp_|App app_)"):
            await structure.read(client)
    with pytest.raises(ApiError, match="There is no"):
        await SpaceStructure(new_id("sp")).plan(client, {"blueprint": {}})
    with pytest.raises(ApiError, match="version 99"):
        await SpaceStructure(space_id).plan(client, {"number": 99})


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["blueprint", *arguments])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "It is no YAML"),
        ("- a", "A Blueprint is an object"),
        ("workbook: []", "Unknown key 'workbook'. Did you mean 'workbooks'?"),
        ("workbooks: [{}]", "workbooks.0.name: Is required."),
        ("workbooks: [{}, {}, {}, {}, {}, {}, {}]", "… and 2 more."),
    ],
)
def test_a_file_with_faults_is_misuse(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(text, encoding="utf-8")
    fault = invoked("diff", str(file), "--space", "sp_1").exception

    assert isinstance(fault, Misuse)
    assert told in str(fault)
    assert "convert" in fault.advice


def test_a_blueprint_is_of_one_thing(tmp_path: Path) -> None:
    for flags in ([], ["--space", "sp_1", "--app", "app_1"]):
        assert isinstance(invoked("pull", *flags).exception, Misuse)


def test_a_file_that_is_no_text_is_misuse(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_bytes(b"\xff\xfe")
    fault = invoked("convert", str(file)).exception

    assert isinstance(fault, Misuse)
    assert "not UTF-8" in str(fault)


def test_tables_of_sql_become_a_file(tmp_path: Path) -> None:
    source, target = tmp_path / "shop.sql", tmp_path / "shop.yaml"
    source.write_text("CREATE TABLE people (name text NOT NULL, at timestamp);", encoding="utf-8")
    done = invoked("convert", str(source), "--output", str(target))
    text = target.read_text(encoding="utf-8")

    assert 0 == done.exit_code
    omitted = "people/at: Kept as text, not as TIMESTAMP."
    assert omitted in done.stderr
    assert text.startswith(
        f"# Converted from shop.sql.\n# Not as it was:\n#   {omitted}\nworkbooks:\n"
    )
    field = {"key": "name", "type": "string", "constraints": [{"type": "required"}]}
    assert field == parse(text)["workbooks"][0]["sheets"][0]["fields"][0]


def test_a_conversion_is_told_as_json(tmp_path: Path) -> None:
    source = tmp_path / "person.json"
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}
    source.write_text(json.dumps(schema), encoding="utf-8")
    found = json.loads(invoked("convert", str(source), "--json").stdout)

    assert ["person"] == [one["name"] for one in found["blueprint"]["workbooks"]]
    assert [["properties", "a", "pattern"]] == [one["path"] for one in found["omissions"]]


@pytest.mark.parametrize(
    ("name", "text"), [("a.sql", "SELECT 1"), ("a.json", "{"), ("a.yaml", "x")]
)
def test_what_cannot_be_converted_is_misuse(tmp_path: Path, name: str, text: str) -> None:
    source = tmp_path / name
    source.write_text(text, encoding="utf-8")

    assert isinstance(invoked("convert", str(source)).exception, Misuse)


def test_changes_are_shown_in_their_colours() -> None:
    def change(kind: str, text: str, before: Any = None, after: Any = None) -> dict[str, Any]:
        return {"kind": kind, "path": [], "before": before, "after": after, "text": text}

    plan = Plan(
        [
            change("ADDED", "Adds [bold]it"),
            change("REMOVED", "Removes\x1b[2J it"),
            change("CHANGED", "Changes the body", "# A\n\nold\n\nB\n", "# A\n\nnew\n\nB\n"),
        ],
        [
            {"kind": "RECORDS_REMOVED", "path": [], "records": 2, "text": "2 records go"},
            {"kind": "RECORDS_JUDGED", "path": [], "records": 2, "text": "2 records are judged"},
        ],
    )

    assert [
        ("+ Adds [bold]it", "green"),
        ("- Removes\\x1b[2J it", "red"),
        ("~ Changes the body", "yellow"),
        ("    @@ -2,3 +2,3 @@", "cyan"),
        ("     ", "dim"),
        ("    -old", "red"),
        ("    +new", "green"),
        ("     ", "dim"),
        ("! 2 records go", "bold red"),
        ("! 2 records are judged", "yellow"),
    ] == [(line.plain, line.style) for line in lines_of(plan)]
    assert ("3 changes.", ["2 records go"]) == (told(plan), plan.loses)
    assert "Nothing differs." == told(Plan([], []))
