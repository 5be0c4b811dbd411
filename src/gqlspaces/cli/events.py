"""`gqlspaces events`: the event log as it grows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.terminal import AsJson, console, plain, print_json

if TYPE_CHECKING:
    from rich.text import Text

    from gqlspaces.listener.client import Client
    from gqlspaces.listener.errors import CursorRefused

NOW = "query Now { eventCursor }"

EVENTS = """
subscription Events($filter: EventFilter, $after: String) {
  events(filter: $filter, after: $after) {
    cursor
    event { id topic domain namespaces context payload createdAt }
  }
}
"""

app = typer.Typer(no_args_is_help=True)

Many = list[str] | None


@app.command("tail")
def tail(
    *,
    topic: Annotated[Many, typer.Option(help="Such as job:ready or job:*; repeatable.")] = None,
    namespace: Annotated[Many, typer.Option(help="Such as space:red; repeatable.")] = None,
    space: Annotated[str | None, typer.Option(metavar="ID", help="Only of this Space.")] = None,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="Start behind it.")] = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Print events as they happen, until interrupted; none is missed when a connection breaks.

    Every line of --json carries the cursor from which --after resumes.

    Example: gqlspaces events tail --topic 'job:*' --json
    """
    from gqlspaces.cli.gateway import ask, run
    from gqlspaces.listener.stream import Follower, over_websocket

    wanted = {"topics": topic, "namespaces": namespace, "spaceId": space}
    narrowed = {key: value for key, value in wanted.items() if value}

    async def follow(client: "Client") -> None:
        now = (await ask(client, NOW, {}))["eventCursor"]
        follower = Follower(
            client.connection,
            EVENTS,
            narrowed,
            over_websocket,
            client.pace,
            on_connected=_nothing,
            on_gap=_give_up,
        )
        async for item in follower.follow(after or now):
            if item.event is not None:
                show(item.cursor, item.event)

    show = _print_json if json else _print_line
    run(configured(url=url), follow)


def _nothing() -> None: ...


async def _give_up(gap: "CursorRefused") -> NoReturn:
    raise gap


def _print_json(cursor: str, event: Mapping[str, Any]) -> None:
    print_json({"cursor": cursor, "event": event})


def _print_line(_cursor: str, event: Mapping[str, Any]) -> None:
    console().print(_line(event), soft_wrap=True)


def _line(event: Mapping[str, Any]) -> "Text":
    from rich.text import Text

    context = event["context"]
    about = [
        f"{name}={plain(context[name])}"
        for name in ("job", "spaceId", "workbookId", "sheetId", "documentId", "jobId")
        if context.get(name)
    ]
    return Text.assemble(
        (event["createdAt"], "dim"),
        (f"  {plain(event['topic']):<24}", "bold cyan"),
        "  ".join(about),
        (f"  {plain(', '.join(event['namespaces']))}", "dim"),
    )
