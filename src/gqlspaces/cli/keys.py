"""`gqlspaces keys`: who may use the API, and for what."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeAlias, TypeVar

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.terminal import AsJson, console, note, plain, print_json
from gqlspaces.kernel.auth import Scope

T = TypeVar("T")

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]

KEY = "fragment Parts on Key { id name hint scopes namespaces expiresAt revokedAt createdAt }"

KEYS = KEY + " query Keys { keys { ...Parts } }"

CREATE = (
    KEY
    + """
mutation CreateKey($input: CreateKeyInput!) {
  createKey(input: $input) { token key { ...Parts } userErrors { message } }
}
"""
)

REVOKE = (
    KEY
    + """
mutation RevokeKey($input: RevokeKeyInput!) {
  revokeKey(input: $input) { key { ...Parts } userErrors { message } }
}
"""
)

WORKING = [Scope.SPACE_READ, Scope.SPACE_WRITE, Scope.JOB_WORK, Scope.EVENT_READ]
"""What listeners and frontends need: everything but the making of keys."""

Slug = Annotated[
    str | None,
    typer.Option("--environment", metavar="SLUG", help="In a local database with several."),
]

app = typer.Typer(no_args_is_help=True)


@app.command("create")
def create(
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    scope: Annotated[
        list[Scope],
        typer.Option(metavar="SCOPE", help=f"Repeatable: {', '.join(Scope)}."),
    ] = WORKING,
    namespace: Annotated[
        list[str] | None, typer.Option(help="Limit it to a namespace; repeatable.")
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
            metavar="DATE",
            help="When it ends: 2027-01-31 or 2027-01-31T18:00:00Z.",
        ),
    ] = None,
    environment: Slug = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Make a key. It goes to standard output, this once.

    With GQLSPACES_KEY or --url the gateway makes it; without, it is made in the
    local database, which no gateway may be using then.

    Example: gqlspaces keys create --name crm --scope space:read --namespace red
    """
    wanted = {
        "name": name,
        "scopes": [one.name for one in scope],
        "namespaces": namespace or None,
        "expiresAt": expires.replace(tzinfo=UTC).isoformat() if expires else None,
    }

    async def make(ask: Ask) -> dict[str, Any]:
        return accepted((await ask(CREATE, {"input": wanted}))["createKey"])

    made = _with_gateway(url, environment, make, founding=True)
    if json:
        print_json({**made["key"], "token": made["token"]})
        return
    typer.echo(made["token"])
    note(f"Key {made['key']['id']} for {_reach(made['key'])}. It is shown this once: keep it.")


@app.command("list")
def list_keys(*, environment: Slug = None, url: Url = None, json: AsJson = False) -> None:
    """List keys, newest first; of each only its beginning is known.

    Example: gqlspaces keys list --json
    """

    async def fetch(ask: Ask) -> list[dict[str, Any]]:
        keys: list[dict[str, Any]] = (await ask(KEYS, {}))["keys"]
        return keys

    keys = _with_gateway(url, environment, fetch)
    if json:
        for key in keys:
            print_json(key)
        return
    from rich.table import Column, Table

    whole = [Column(title, no_wrap=True) for title in ("id", "key", "state")]
    table = Table(*whole, "name", "reach", box=None, header_style="bold")
    for key in keys:
        table.add_row(key["id"], f"{key['hint']}…", _state(key), plain(key["name"]), _reach(key))
    console().print(table if keys else "No keys.")


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Such as key_…")],
    *,
    environment: Slug = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Stop a key from working; at once, and for ever.

    Example: gqlspaces keys revoke key_…
    """

    async def stop(ask: Ask) -> Any:
        return accepted((await ask(REVOKE, {"input": {"id": key_id}}))["revokeKey"])["key"]

    key = _with_gateway(url, environment, stop)
    if json:
        print_json(key)
    else:
        console().print(f"{key['id']} ({plain(key['name'])}) no longer works.", soft_wrap=True)


def accepted(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a mutation, unless its input was refused."""
    for error in payload["userErrors"]:
        raise Failure(error["message"])
    return payload


def _with_gateway(
    url: str | None,
    environment: str | None,
    work: Callable[[Ask], Awaitable[T]],
    *,
    founding: bool = False,
) -> T:
    """What `work` returns, of the gateway that is named or of the local database.

    Where there is no database yet, `founding` makes one.
    """
    settings = configured(url=url)
    if settings.key is None and "url" not in settings.model_fields_set:
        from gqlspaces.cli.local import administer

        return administer(settings, environment, lambda one: work(one.ask), founding=founding)
    if environment is not None:
        raise Misuse("a key has one environment", advice="Leave out --environment, or the key.")
    from gqlspaces.cli.gateway import ask, run

    return run(settings, lambda client: work(partial(ask, client)))


def _reach(key: Mapping[str, Any]) -> str:
    scopes = ", ".join(Scope[name].value for name in key["scopes"])
    namespaces = ", ".join(map(plain, key["namespaces"] or ()))
    return f"{scopes} in {namespaces}" if namespaces else scopes


def _state(key: Mapping[str, Any]) -> str:
    if key["revokedAt"]:
        return "revoked"
    return f"until {key['expiresAt'][:10]}" if key["expiresAt"] else "works"
