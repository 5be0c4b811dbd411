"""`gqlspaces demo`, and the example listeners that it runs."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gqlspaces.cli.examples import folder, started
from gqlspaces.cli.performance import ACTS, Act

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.xdist_group("demo")


def children(parent: int) -> list[int]:
    """The processes that a process has started, as far as this machine can tell."""
    ps = shutil.which("ps")
    if ps is None:
        return []
    listed = subprocess.check_output([ps, "-A", "-o", "pid=", "-o", "ppid="], text=True)
    pairs = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, ppid in pairs if int(ppid) == parent]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_everything_is_shown_once(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--once", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout
    assert "Playground  http://127.0.0.1:" in shown
    assert shown.count("100% complete") == 2
    assert "▦ Contacts  contacts" in shown
    assert "▤ Customers  document" in shown
    assert "▸ Submit  submit" in shown
    assert "Two Spaces, each configured by its listener" in shown
    assert "gsk_" not in shown
    assert list(tmp_path.iterdir()) == []


def test_it_stays_until_interrupted_and_leaves_nothing(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gqlspaces", "demo"],
        cwd=tmp_path,
        env=bare_environment | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        shown = ""
        while "Ctrl-C" not in shown:
            line = process.stdout.readline()
            assert line, f"it ended before: {shown}"
            shown += line
        assert "Secret key  gsk_" in shown
        listeners = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []
    assert [pid for pid in listeners if is_alive(pid)] == []


async def test_a_listener_ends_with_the_block(tmp_path: Path) -> None:
    async with started("seed_listener", "http://127.0.0.1:1/", "gsk_x", tmp_path) as example:
        pass
    assert example.process.returncode is not None


async def test_a_listener_that_cannot_start_leaves_its_reason(tmp_path: Path) -> None:
    async with started("no_listener", "http://127.0.0.1:1/", "gsk_planted", tmp_path) as example:
        await example.ended()
    assert "no module 'no_listener' here" in example.last_words()
    assert "planted" not in example.last_words()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.listener)
def test_every_example_is_there(act: Act) -> None:
    assert (folder() / f"{act.listener}.py").is_file()
