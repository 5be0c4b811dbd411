"""`gqlspaces doctor`: what is wrong with a set-up, and what to do about it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.terminal import AsJson, console, plain, print_json

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

    from gqlspaces.listener.client import Client

VIEWER = """
query Viewer { viewer { key { name scopes namespaces } environment { slug } } }
"""

DIAGNOSIS = """
query Diagnosis {
  diagnosis { findings { code severity title advice subject { id name number } } }
  listeners(first: 100) {
    edges { node {
      id name connected lastSeenAt
      registrations { on filters namespaces works } handled { job number lastAt }
    } }
    totalCount
  }
}
"""

EXPLANATION = """
query Explanation($event: ID!, $listener: String!) {
  explainMatch(eventId: $event, listener: $listener) {
    matches on works checks { part matches told hint }
  }
}
"""

NEEDED = frozenset({"EVENT_READ", "ADMIN"})
CONNECTED, GONE = 20, 3  # so many listeners are shown; each new start has another name
LONGEST = 60

ERROR = "ERROR"


def doctor(
    *,
    event: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Explain who hears this event, and who does not and why."),
    ] = None,
    listener: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --event: only this listener.")
    ] = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Find out why nothing happens: look at listeners, keys and jobs, and say what to do.

    Exits 1 when something is broken.

    Example: gqlspaces doctor
    """
    from gqlspaces.cli.gateway import run

    settings = configured(url=url)

    async def look(client: "Client") -> dict[str, Any]:
        return await _look(client, event, listener)

    seen = run(settings, look)
    if json:
        print_json(seen)
    else:
        _show(settings.url, seen, explained=event is not None)
    if event is None and any(one["severity"] == ERROR for one in seen["findings"]):
        raise typer.Exit(1)


async def _look(client: "Client", event: str | None, listener: str | None) -> dict[str, Any]:
    from gqlspaces.cli.gateway import ask
    from gqlspaces.cli.streaming import socket_fault

    viewer = (await ask(client, VIEWER, {}))["viewer"]
    if not NEEDED & set(viewer["key"]["scopes"]):
        raise Failure(
            f"the key {viewer['key']['name']!r} may not read events, which this needs",
            advice="Make another: gqlspaces keys create --scope event:read --scope space:read",
        )
    data = await ask(client, DIAGNOSIS, {})
    listeners = [edge["node"] for edge in data["listeners"]["edges"]]
    fault = await socket_fault(client)
    seen = {
        "viewer": viewer,
        "listeners": listeners,
        "findings": [*([fault] if fault else []), *data["diagnosis"]["findings"]],
    }
    if event is not None:
        names = [listener] if listener else [one["name"] for one in listeners if one["connected"]]
        seen["explanations"] = {name: await _explain(client, event, name) for name in names}
    return seen


async def _explain(client: "Client", event: str, listener: str) -> Any:
    from gqlspaces.cli.gateway import ask

    answer = await ask(client, EXPLANATION, {"event": event, "listener": listener})
    return answer["explainMatch"]


def _show(url: str, seen: dict[str, Any], *, explained: bool) -> None:
    from rich.text import Text

    screen, viewer = console(), seen["viewer"]
    limits = viewer["key"]["namespaces"]
    place = f"{url}, environment {plain(viewer['environment']['slug'])}"
    only = f", which sees only the namespaces {', '.join(map(plain, limits))}" if limits else ""
    about = f"{place}, key {plain(viewer['key']['name'])}{only}"
    screen.print(Text(about, "dim"), soft_wrap=True)
    screen.print(_table(seen["listeners"]) if seen["listeners"] else "No listeners.")
    if explained:
        for name, handlers in seen["explanations"].items():
            screen.print(_explanation(name, handlers), soft_wrap=True)
        return
    for finding in seen["findings"]:
        screen.print(_finding(finding), soft_wrap=True)
    screen.print(_summary(seen["findings"]))


def _table(listeners: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table("listener", "", "asks for", "took", box=None, header_style="bold")
    shown = [
        *[one for one in listeners if one["connected"]][:CONNECTED],
        *[one for one in listeners if not one["connected"]][:GONE],
    ]
    for one in shown:
        there = "[green]connected[/]" if one["connected"] else f"last seen {_moment(one)}"
        took = "\n".join(f"{plain(done['job'])}: {done['number']}" for done in one["handled"])
        asked = "\n".join(dict.fromkeys(_asked(handler) for handler in one["registrations"]))
        table.add_row(plain(one["name"]), there, _literal(asked), _literal(took))
    if len(listeners) > len(shown):
        table.add_row(f"and {len(listeners) - len(shown)} more", "", "", "")
    return table


def _asked(handler: dict[str, Any]) -> str:
    """A handler in one line: `job:ready {"job": "space:configure"} in space:red`."""
    from json import dumps

    filters = " ".join(dumps(one, ensure_ascii=False) for one in handler["filters"])
    places = " and ".join(" or ".join(level) for level in handler["namespaces"])
    line = plain(" or ".join(handler["on"]))
    line += f" {plain(filters)}" if filters else ""
    line += f" in {plain(places)}" if places else ""
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _finding(finding: dict[str, Any]) -> "Text":
    from rich.text import Text

    bad = finding["severity"] == ERROR
    mark = ("✗ ", "bold red") if bad else ("! ", "bold yellow")
    subject = finding["subject"]
    where = f"  {plain(subject['id'])}" if subject else ""
    return Text.assemble(
        "\n",
        mark,
        (plain(finding["title"]), "bold"),
        (where, "dim"),
        f"\n  {plain(finding['advice'])}",
    )


def _summary(findings: list[dict[str, Any]]) -> "Text":
    from rich.text import Text

    if not findings:
        return Text("\nAll is well.", "green")
    errors = sum(finding["severity"] == ERROR for finding in findings)
    warnings = len(findings) - errors
    told = [_counted(errors, "fault")] if errors else []
    told += [_counted(warnings, "warning")] if warnings else []
    return Text(f"\n{', '.join(told)}.", "red" if errors else "yellow")


def _explanation(name: str, handlers: list[dict[str, Any]]) -> "Group":
    from rich.console import Group
    from rich.text import Text

    lines = [Text(f"\n{plain(name)}", "bold")]
    for one in handlers:
        heard = ("hears it", "green") if one["matches"] else ("does not hear it", "red")
        what = " and takes the job" if one["matches"] and one["works"] else ""
        lines.append(Text.assemble(f"  {plain(' or '.join(one['on']))}: ", heard, what))
        for check in _told(one["checks"]):
            mark, style = ("✓", "green") if check["matches"] else ("✗", "red")
            hint = f" {plain(check['hint'])}" if check["hint"] else ""
            lines.append(
                Text.assemble("    ", (mark, style), f" {plain(check['told'])}", (hint, "bold"))
            )
    return Group(*lines)


def _told(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what else a handler of another topic asks for."""
    topics = [check for check in checks if check["part"] == "TOPIC"]
    return checks if all(check["matches"] for check in topics) else topics


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _moment(listener: dict[str, Any]) -> str:
    return str(listener["lastSeenAt"])[:16].replace("T", " ")


def _literal(text: str) -> "Text":
    from rich.text import Text

    return Text(text)
