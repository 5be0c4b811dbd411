"""Mutations: one input, one transaction, one payload that says what went wrong."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeAlias

import strawberry
from sqlalchemy.exc import DBAPIError, IntegrityError
from strawberry.utils.str_converters import to_camel_case

from gqlspaces.kernel import idempotency
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.errors import CODE_MEANINGS, DomainError, ErrorCode, Refused
from gqlspaces.kernel.graphql.context import Context, Info
from gqlspaces.kernel.graphql.exposure import graphql_enum
from gqlspaces.kernel.graphql.inputs import sent
from gqlspaces.kernel.transaction import Transaction

Rule: TypeAlias = Callable[[Transaction, Any], Awaitable[Any]]

TRIES = 3
# PostgreSQL: serialization failure and deadlock; the same transaction may succeed when repeated.
_REPEATABLE = {"40001", "40P01"}

ErrorCode.__descriptions__ = {code.name: text for code, text in CODE_MEANINGS.items()}  # type: ignore[attr-defined]


@strawberry.type(description="Why a mutation changed nothing, in a form the caller can act on.")
class UserError:
    """One problem with the input of a mutation."""

    code: graphql_enum(ErrorCode) = strawberry.field(description="What kind of problem it is.")  # type: ignore[valid-type]
    message: str = strawberry.field(description="The problem, for a person.")
    path: list[str] = strawberry.field(description="Where in the input the problem is.")


def mutation(scope: Scope, *, fenced: bool = True, **answers: Any) -> Callable[[Rule], Any]:
    """Declare a mutation over a rule ``(tx, input)``; ``answers`` are the payload's members.

    The rule gives an entity (the first member), or a mapping of members. A DomainError becomes
    ``userErrors`` after the transaction has left no trace. An input with an ``idempotency_key``
    is done once. ``fenced`` mutations are refused when the request carries a lease that no longer
    holds its job.
    """

    def decorate(rule: Rule) -> Any:
        name = rule.__name__
        payload = _payload(name, answers)
        first = next(iter(answers))

        @wraps(rule)
        async def named(tx: Transaction, input: Any) -> Mapping[str, Any]:
            answer = await rule(tx, input)
            return answer if isinstance(answer, Mapping) else {first: answer}

        async def resolve(info: Info, input: Any) -> Any:
            try:
                info.context.principal.require(scope)
                members = await _perform(info.context, named, input, fenced=fenced)
            except DomainError as error:
                return payload(user_errors=_user_errors(error))
            return payload(user_errors=[], **members)

        wanted = inspect.get_annotations(rule, eval_str=True)["input"]
        resolve.__annotations__ = {"info": Info, "input": wanted, "return": payload}
        resolve.__name__ = name
        made = strawberry.field(
            resolver=resolve, description=inspect.getdoc(rule), metadata={"scope": scope}
        )
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


async def _perform(context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
    for left in reversed(range(TRIES)):
        try:
            return await _once(context, rule, input, fenced=fenced)
        except IntegrityError:
            if not left:
                raise
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", None) not in _REPEATABLE:
                raise
    return None


async def _once(context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
    key = getattr(input, "idempotency_key", None) or None
    request = idempotency.fingerprint(rule.__name__, sent(input)) if key else ""
    async with context.transaction() as tx:
        if key and (known := await idempotency.recall(tx, key, request)) is not None:
            return vars(await idempotency.restore(context.reader, tx.rules.kinds, known))
        if fenced and context.lease:
            await tx.rules.fence(tx, context.lease)
        answer = await rule(tx, input)
        if key:
            await tx.flush()
            idempotency.remember(tx, key, request, answer)
    return answer


def _user_errors(error: DomainError) -> list[UserError]:
    problems = error.problems if isinstance(error, Refused) else [error]
    if any(problem.code not in ErrorCode.__members__ for problem in problems):
        raise error
    return [
        UserError(code=ErrorCode(problem.code), message=problem.message, path=list(problem.path))
        for problem in problems
    ]
