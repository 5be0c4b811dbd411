"""Callers that read every byte they get, in a database full of what is not for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contract.questions import Question, everything
from contract.world import World, build_world, dump, ids_in
from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_first_environment
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.graphql.server.response import formatted
from gqlspaces.kernel.http.answer import encode
from harness import Api

OWN = "scarlet"
GREEN = "canary-of-green"
ELSEWHERE = "canary-of-another-environment"

# The codes of questions that did not reach a resolver: they would look like silence.
UNASKED = ('"GRAPHQL_', '"LIMIT_EXCEEDED"')


@dataclass
class Spy:
    """A caller that notes what it is told and should not know.

    `foreign` are the worlds of others, `hidden` all their ids and leases, `words` what their
    texts are made of.
    """

    api: Api
    own: World
    foreign: list[World]
    hidden: set[str]
    words: tuple[str, ...]
    leaks: list[str] = field(default_factory=list)
    told_its_own: set[str] = field(default_factory=set)
    answers: int = 0

    async def ask(self, asked: Question) -> str:
        """Ask a question, scan the answer, and give it as it goes over the wire."""
        try:
            result = await self.api.run(asked.document, **asked.variables)
        except RequestRefused as refusal:
            answer: dict[str, Any] = {"data": None, "errors": formatted(refusal.errors)}
        else:
            answer = {"data": result.data, "errors": formatted(result.errors or ())}
        return self.scan(asked.field, asked.variables, answer)

    async def change(self, mutation: str, input: Mapping[str, Any]) -> tuple[Any, str]:
        """Attempt a mutation and scan the answer; give its payload and the whole answer."""
        title = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation ($input: {title}Input!) "
            f"{{ {mutation}(input: $input) {everything(title + 'Payload', levels=2)} }}"
        )
        result = await self.api.run(document, input=dict(input))
        answer = {"data": result.data, "errors": formatted(result.errors or ())}
        return (result.data or {}).get(mutation), self.scan(mutation, input, answer)

    def scan(self, asked: str, sent: Mapping[str, Any], answer: Any) -> str:
        """Note what stands in an answer though it was not sent; give the answer as text."""
        self.answers += 1
        text, known = encode(answer).decode(), str(sent)
        assert not any(code in text for code in UNASKED), text[:500]
        if OWN in text:
            self.told_its_own.add(asked)
        found = (ids_in(text) & self.hidden) | {word for word in self.words if word in text}
        told = sorted(secret for secret in found - ids_in(known) if secret not in known)
        told += ["its failure"] if '"INTERNAL_SERVER_ERROR"' in text else []
        if told:
            self.leaks.append(f"{asked}({known[:200]}) told {told[:3]}")
        return text


async def red_spy(admin: Api, gateway: Gateway) -> Spy:
    """Give a caller limited to a namespace, beside another namespace and another environment."""
    shared = {admin.principal.environment_id, admin.principal.key_id}
    green = await _with_key(admin, await build_world(admin, GREEN, "green"), GREEN)
    other = await build_elsewhere(gateway)
    hidden = await everything_there(gateway) - shared | {green.lease, other.lease}
    scopes = [scope.name for scope in Scope]
    limited = {"name": OWN, "scopes": scopes, "namespaces": ["red", "crimson"]}
    made = await admin.do("createKey", "key { id } token", **limited)
    red = await Api.with_key(gateway, made["token"])
    own = await build_world(red, OWN, "red")
    own = replace(own, ids={**own.ids, "key": made["key"]["id"]})
    return Spy(red, own, [green, other], hidden, (GREEN, ELSEWHERE))


async def whole_spy(admin: Api, gateway: Gateway) -> Spy:
    """Give a caller that sees all of its environment, beside another environment."""
    other = await build_elsewhere(gateway)
    shared = {admin.principal.environment_id, admin.principal.key_id}
    hidden = await everything_there(gateway, other.ids["env"]) - shared | {other.lease}
    own = await _with_key(admin, await build_world(admin, OWN, "red"), OWN)
    return Spy(admin, own, [other], hidden, (ELSEWHERE,))


async def build_elsewhere(gateway: Gateway) -> World:
    """Make another environment with a world in the same namespace."""
    token = await create_first_environment(gateway.database, "elsewhere")
    admin = await Api.with_key(gateway, token)
    world = await _with_key(admin, await build_world(admin, ELSEWHERE, "red"), ELSEWHERE)
    return replace(world, ids={**world.ids, "env": admin.principal.environment_id})


async def everything_there(gateway: Gateway, environment: str = "") -> set[str]:
    """Give every id in the rows of the database, or in those of one environment."""
    tables = (await dump(gateway.database)).values()
    return {id for rows in tables for row in rows if environment in row for id in ids_in(row)}


async def _with_key(admin: Api, world: World, word: str) -> World:
    made = await admin.do("createKey", "key { id }", name=word, scopes=["ADMIN"])
    return replace(world, ids={**world.ids, "key": made["key"]["id"]})
