"""`gqlspaces listen`: what keeps a listener from listening is told at once."""

import asyncio
import sys
from pathlib import Path

import pytest

from gqlspaces.cli.server import serving
from gqlspaces.settings import Settings
from harness import Api, sqlite_copy

HEARING = """
from gqlspaces.listener import Listener
listener = Listener()
listener.on("job:ready", {"payload.job": "space:configure"})(print)
"""


async def listening(
    folder: Path, environment: dict[str, str], *, url: str, key: str
) -> asyncio.subprocess.Process:
    (folder / "onboarding.py").write_text(HEARING, encoding="utf-8")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gqlspaces", "listen", "onboarding:listener"),
        cwd=folder,
        env=environment | {"GQLSPACES_URL": url, "GQLSPACES_KEY": key},
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.parametrize("scopes", [None, ["EVENT_READ"]])
async def test_a_key_that_does_not_do_is_explained(
    sqlite: Path, tmp_path: Path, bare_environment: dict[str, str], scopes: list[str] | None
) -> None:
    url = sqlite_copy(sqlite, tmp_path)
    async with serving(Settings(database_url=url, data_dir=tmp_path, port=0)) as served:
        api = await Api.with_key(served.gateway, served.key or "")
        key = "gsk_unknown"
        if scopes:
            key = (await api.do("createKey", "token", name="few", scopes=scopes))["token"]
        process = await listening(tmp_path, bare_environment, url=served.endpoint, key=key)
        told = (await process.communicate())[1].decode()

    assert 1 == process.returncode
    assert "Traceback" not in told
    assert ("lacks the scope 'job:work'" if scopes else "UNAUTHENTICATED") in told
    assert "gqlspaces keys" in told


async def test_a_listener_says_that_nobody_answers(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    nobody = "http://127.0.0.1:1/graphql"
    process = await listening(tmp_path, bare_environment, url=nobody, key="gsk_any")
    assert process.stderr is not None
    told = b""
    while b"no answer" not in told:
        told = await process.stderr.readline()
    process.terminate()
    await process.communicate()

    assert f"no answer from {nobody} yet" in told.decode()
    assert 0 == process.returncode
