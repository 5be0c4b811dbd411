"""Mutations: one input, one transaction, one payload that says what went wrong."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial, wraps
from typing import Any, Protocol, TypeAlias

import strawberry
from strawberry.utils.str_converters import to_camel_case

from gqlspaces.kernel import idempotency
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.cancellation import finish
from gqlspaces.kernel.database import repeated
from gqlspaces.kernel.errors import CODE_MEANINGS, DomainError, ErrorCode, Refused
from gqlspaces.kernel.graphql.context import Context, Info
from gqlspaces.kernel.graphql.exposure import graphql_enum
from gqlspaces.kernel.graphql.inputs import sent
from gqlspaces.kernel.transaction import Transaction

Rule: TypeAlias = Callable[[Any, Any], Awaitable[Any]]


class Carrier(Protocol):
    """Carries a rule out once: gives it what it works with, and makes what it did durable."""

    async def __call__(self, context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
        """Give what the rule answers, or raise Raced when it may be tried again."""


ErrorCode.__descriptions__ = {code.name: text for code, text in CODE_MEANINGS.items()}  # type: ignore[attr-defined]


@strawberry.type(description="Why a mutation changed nothing, in a form the caller can act on.")
class UserError:
    """One problem with the input of a mutation."""

    code: graphql_enum(ErrorCode) = strawberry.field(description="What kind of problem it is.")  # type: ignore[valid-type]
    message: str = strawberry.field(description="The problem, for a person.")
    path: list[str] = strawberry.field(description="Where in the input the problem is.")


def mutation(
    scope: Scope, *, fenced: bool = True, by: Carrier | None = None, **answers: Any
) -> Callable[[Rule], Any]:
    """Declare a mutation over a rule ``(tx, input)``; ``answers`` are the payload's members.

    The rule gives an entity (the first member), or a mapping of members. A DomainError becomes
    ``userErrors`` and leaves no trace. An input with an ``idempotency_key`` is done once. A
    ``fenced`` one is refused under a lease that no longer holds its job; ``by`` carries out what
    works with no Transaction. What has begun is ended even when the caller gives up.
    """

    def decorate(rule: Rule) -> Any:
        name = rule.__name__
        payload = _payload(name, answers)
        first = next(iter(answers))

        @wraps(rule)
        async def named(tx: Any, input: Any) -> Mapping[str, Any]:
            answer = await rule(tx, input)
            return answer if isinstance(answer, Mapping) else {first: answer}

        async def resolve(info: Info, input: Any) -> Any:
            try:
                info.context.principal.require(scope)
                work = partial(by or once, info.context, named, input, fenced=fenced)
                members = await finish(repeated(work))
            except DomainError as error:
                return payload(user_errors=_user_errors(error))
            return payload(user_errors=[], **members)

        wanted = inspect.get_annotations(rule, eval_str=True)["input"]
        resolve.__annotations__ = {"info": Info, "input": wanted, "return": payload}
        resolve.__name__ = name
        about = inspect.getdoc(rule)
        made = strawberry.field(resolver=resolve, description=about, metadata={"scope": scope})
        for argument in made.arguments:
            argument.description = "What to do."
        return made

    return decorate


def _payload(name: str, answers: Mapping[str, Any]) -> Any:
    title = "".join(part.capitalize() for part in name.split("_"))
    namespace: dict[str, Any] = {"__annotations__": {}}
    for member, kind in answers.items():
        is_list = getattr(kind, "__origin__", None) is list
        namespace["__annotations__"][member] = kind if is_list else kind | None
        readable = member.replace("_", " ")
        namespace[member] = strawberry.field(
            description=f"The {readable} after the change; null when it was refused."
            if not is_list
            else f"The {readable}; empty when there are none or it was refused.",
            **({"default_factory": list} if is_list else {"default": None}),
        )
    namespace["__annotations__"]["user_errors"] = list[UserError]
    namespace["user_errors"] = strawberry.field(
        description="Why nothing was changed; empty on success.", default_factory=list
    )
    cls = type(f"{title}Payload", (), namespace)
    camel = to_camel_case(name)
    return strawberry.type(cls, description=f"What `{camel}` answers.")


async def once(context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
    """Carry a rule out in one transaction; by its idempotency key, an input is taken once."""
    async with context.transaction() as tx:
        kept = await _answer_kept(tx, rule, input)
        if kept is None or not kept.answer:
            if fenced and context.lease:
                await tx.rules.fence(tx, context.lease)
            answer = await rule(tx, input)
            if kept is not None and not tx.rehearsal:
                await tx.flush()
                kept.answer = idempotency.plain(answer)
            return answer
    return vars(await idempotency.restore(context.reader, tx.rules.kinds, kept.answer))


async def _answer_kept(tx: Transaction, rule: Rule, input: Any) -> idempotency.Answer | None:
    key = getattr(input, "idempotency_key", None)
    if key is None or key is strawberry.UNSET:
        return None
    return await idempotency.take(tx, key, idempotency.fingerprint(rule.__name__, sent(input)))


def _user_errors(error: DomainError) -> list[UserError]:
    problems = error.problems if isinstance(error, Refused) else [error]
    if any(problem.code not in ErrorCode.__members__ for problem in problems):
        raise error
    return [
        UserError(code=ErrorCode(problem.code), message=problem.message, path=list(problem.path))
        for problem in problems
    ]
