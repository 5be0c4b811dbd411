"""A server in a process of its own, so that its processor time is its own too."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds that a server may take to listen
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on a port of this machine."""

    port: int
    process: Process

    def cpu_seconds(self) -> float | None:
        """The processor time that all its threads have used; None where the system hides it."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return None
        user, system = stat.rpartition(")")[2].split()[11:13]  # fields 14 and 15 of proc(5)
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(
    module: str, *arguments: str, folder: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Server]:
    """A Python module that serves at `--port`; killed afterwards, for nothing of it is kept."""
    port = _free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("GQLSPACES_")}
    errors = folder / f"{module}.log"
    with errors.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments, "--port", str(port)),
            cwd=folder,
            env=own | {"PYTHONPATH": str(ROOT)} | dict(settings or {}),
            stdout=DEVNULL,
            stderr=log,
        )
    server = Server(port, process)
    try:
        await _listening(server, errors)
        _pin(process.pid, CORES[:1])
        yield server
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def pin_load() -> None:
    """Keep this process, which makes the load, off the core of the servers."""
    _pin("self", CORES[-1:])


def _pin(process: int | Literal["self"], cores: list[int]) -> None:
    """Keep a process, with all threads that it has, to some cores; with one core, do nothing."""
    if len(CORES) > 1:
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def _listening(server: Server, errors: Path) -> None:
    """Wait until the port is open; what the process said when it ended too soon is raised."""
    async with asyncio.timeout(PATIENCE):
        while server.process.returncode is None:
            with suppress(OSError):
                _reader, writer = await asyncio.open_connection(HOST, server.port)
                writer.close()
                return
            await asyncio.sleep(0.02)
    raise RuntimeError(_last_words(errors))


def _last_words(errors: Path) -> str:
    return errors.read_text(encoding="utf-8", errors="replace")
