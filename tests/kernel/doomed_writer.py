"""A process that is killed: it forks one writer after the other and tells what was acknowledged."""

import asyncio
import os
import sys

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.schema import build_rules


async def write(url: str, principal: Principal) -> None:
    """Write for ever with several writers; say each id once its transaction is committed."""
    database = Database.open(url, build_rules())

    async def keep_adding() -> None:
        while True:
            async with database.transaction(principal) as tx:
                space = tx.add(Space(name="Acme"))
            os.write(1, f"{space.id}\n".encode())

    await asyncio.gather(*(keep_adding() for _ in range(3)))


def main(url: str, environment_id: str) -> None:
    """Fork a writer for each line of the input; the loaded modules are what saves the time."""
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(write(url, Principal(environment_id, "key_doomed")))
        os.write(1, f"pid {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
