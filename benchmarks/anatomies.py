"""Anatomies per second: one POST for everything in a Space, beside a server of static bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from benchmarks.effort import Effort
from benchmarks.process import Server
from benchmarks.requests import HEAD_END, WrongAnswer, answer, graphql, hammer, post
from benchmarks.rounds import Advance, Table, compare, connected
from benchmarks.world import World, blueprint, theme

ANATOMY = """
query Anatomy($id: ID!) {
  space(id: $id) {
    id
    name
    namespace
    createdAt
    documents { id title body }
    workbooks {
      id
      name
      namespace
      actions { ...Button }
      sheets {
        id
        name
        slug
        actions { ...Button }
        fields { id key type label description }
      }
    }
    theme {
      root {
        primaryColor dangerColor warningColor successColor borderColor fontFamily
        buttonBorderRadius badgeBorderRadius modalBorderRadius
      }
      sidebar { backgroundColor textColor titleColor focusBgColor }
    }
  }
}
fragment Button on Action { id operation label primary }
"""
ENDING = 40  # bytes of a right answer that all answers must end with


@dataclass(frozen=True, slots=True)
class Anatomies:
    """The requests for the anatomies of some Spaces, and the answer to the first."""

    world: World
    requests: Sequence[bytes]
    answer: bytes

    async def compare(self, static: Server, effort: Effort, advance: Advance) -> Table:
        """Measure them beside the same bytes from a `static` endpoint, asked for as long-windedly.

        Every connection begins with another Space.
        """
        same = post("/answer", self.requests[0].partition(HEAD_END)[2])
        measure = partial(hammer, ending=self.answer[-ENDING:], seconds=effort.seconds)
        comparisons = []
        for connections in effort.connections:
            starts = [number * len(self.requests) // connections for number in range(connections)]
            queues = [[*self.requests[start:], *self.requests[:start]] for start in starts]
            comparisons.append(
                await compare(
                    connected(connections),
                    partial(measure, self.world.server, queues),
                    partial(measure, static, [[same]] * connections),
                    rounds=effort.rounds,
                    advance=advance,
                )
            )
        title = f"Anatomies per second ({len(self.answer) / 1000:.1f} kB each)"
        return Table(title, "static Starlette", comparisons)


async def prepare_anatomies(world: World, space_ids: Sequence[str]) -> Anatomies:
    """The requests for these Spaces, once the first was answered well."""
    requests = [graphql(world.key, ANATOMY, {"id": id}) for id in space_ids]
    body = await answer(world.server, requests[0])
    found, wanted = orjson.loads(body)["data"]["space"], blueprint()
    if not (_agrees(found, wanted) and _agrees(found["theme"], theme())):
        raise WrongAnswer(body.decode())
    return Anatomies(world, requests, body)


def _agrees(found: Any, wanted: Any) -> bool:
    """Tell whether an answer is as it was configured, in what both speak of."""
    if isinstance(found, dict):
        return all(_agrees(found[key], wanted[key]) for key in found.keys() & wanted.keys())
    if isinstance(found, list):
        return len(found) == len(wanted) and all(map(_agrees, found, wanted))
    return bool(found == wanted or found == str(wanted).upper())  # the name of an enum's value
