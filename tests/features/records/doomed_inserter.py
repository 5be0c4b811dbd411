"""A process that is killed: it forks one writer of records after the other."""

import asyncio
import os
import sys
from itertools import count
from random import Random

from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.numbers import commit_id
from gqlspaces.features.records.service.creation import inserting
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.schema import build_rules


async def write(url: str, principal: Principal, seed: int, sheets: list[str]) -> None:
    """Insert batches for ever, into several Spaces; say each commit once it is acknowledged."""
    random = Random(seed)
    database = Database.open(url, build_rules())
    await database.own.recover()
    desk = Desk(database, principal, principal.key_id)

    async def keep_inserting(sheet_id: str) -> None:
        for number in count():
            size = random.choice((1, 7, 200))
            batch = f"{seed}.{number}"
            rows = [
                {"values": {"batch": batch, "size": size, "email": f"{batch}.{place}@acme.com"}}
                for place in range(size)
            ]
            written = await desk.write(sheet_id, inserting(rows))
            id = commit_id(sheet_id, written.commit_n or 0)
            os.write(1, f"{sheet_id} {id} {batch}\n".encode())

    await asyncio.gather(*(keep_inserting(sheet_id) for sheet_id in sheets))


def main(url: str, environment_id: str, *sheets: str) -> None:
    """Fork a writer for each line of the input; the loaded modules are what saves the time."""
    for seed, _ in enumerate(sys.stdin):
        child = os.fork()
        if not child:
            principal = Principal(environment_id, "key_doomed")
            asyncio.run(write(url, principal, seed, list(sheets)))
        os.write(1, f"pid {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
