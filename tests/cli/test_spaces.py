"""`gqlspaces spaces`: Spaces go by the words that their Apps have for them."""

import asyncio
import json
import sys
from pathlib import Path

from gqlspaces.cli.server import Served, serving
from gqlspaces.settings import Settings
from harness import Api, sqlite_copy


async def test_spaces_are_listed_and_drawn_by_the_words_of_their_apps(
    sqlite: Path, tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    async def run(served: Served, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gqlspaces", "spaces", *arguments),
            cwd=tmp_path,
            env=bare_environment
            | {"GQLSPACES_URL": served.endpoint, "GQLSPACES_KEY": served.key or ""},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out.decode()

    url = sqlite_copy(sqlite, tmp_path)
    async with serving(Settings(database_url=url, data_dir=tmp_path, port=0)) as served:
        api = await Api.with_key(served.gateway, served.key or "")
        wanted = {"name": "Portal", "namespace": "red", "type": "PROJECTS", "entity": "Project"}
        app = (await api.do("createApp", "app { id }", **wanted))["app"]["id"]
        await api.do("createSpace", "", name="Plain")
        made = await api.do("createSpace", "space { id }", appId=app)
        listed = await run(served, "list")
        lines = (await run(served, "list", "--json")).splitlines()
        drawn = await run(served, "show", made["space"]["id"])

    rows = [json.loads(line) for line in lines]
    assert [(row["entity"], row["name"]) for row in rows] == [
        ("Project", "Project"),
        ("Space", "Plain"),
    ]
    assert [line.split()[1:3] for line in listed.splitlines()] == [
        ["kind", "name"],
        ["Project", "Project"],
        ["Space", "Plain"],
    ]
    assert drawn.splitlines()[0].startswith(f"Project  Project · {made['space']['id']}")
