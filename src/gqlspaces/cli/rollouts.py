"""`gqlspaces rollouts`: one Blueprint for many Spaces, watched on its way."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from gqlspaces.cli.blueprint import Yes, ask_about_data
from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.jobs import FINAL, PROGRESS, Board
from gqlspaces.cli.terminal import AsJson, console, note, plain, print_json, waiting

if TYPE_CHECKING:
    from rich.text import Text

    from gqlspaces.listener.client import Client

Document = dict[str, Any]

PARTS = """
fragment RolloutParts on Rollout {
  id revision revertsId onDrift status total migrated skipped failed createdAt finishedAt
  app { id name entityPlural }
  job { id }
  exceptions { spaceId outcome message space { name } }
}
"""
ROLLOUT = f"query Rollout($id: ID!) {{ rollout(id: $id) {{ ...RolloutParts }} }} {PARTS}"
PLAN = """
plan {
  revision total lookedAt changed drifted skipped
  spaces { spaceId name skipped changes { kind path before after text } }
}
"""
CHANGE = """
mutation Change($input: %sInput!) {
  %s(input: $input) { rollout { id job { id } } %s userErrors { code message path } }
}
"""
KEYED = frozenset({"rolloutBlueprint", "revertRollout"})
STYLES = {"RUNNING": "cyan", "STOPPED": "yellow", "COMPLETE": "green"}
NAMED = 3  # so many Spaces with the same changes are named
DATA = frozenset({"workbooks", "sheets", "fields"})

app = typer.Typer(no_args_is_help=True)


class Drift(StrEnum):
    """What happens to Spaces that are not what their App gave them."""

    MERGE = "merge"
    OVERWRITE = "overwrite"
    SKIP = "skip"


RolloutId = Annotated[str, typer.Argument(metavar="ID", help="Such as ro_…")]
OnDrift = Annotated[
    Drift, typer.Option(help="What happens to Spaces that are not what their App gave them.")
]


@app.command("start")
def start(
    *,
    app_id: Annotated[str, typer.Option("--app", metavar="ID", help="Of this App, such as app_…")],
    revision: Annotated[
        int | None,
        typer.Option(help="Of its Blueprint.", show_default="what new Spaces start from"),
    ] = None,
    space_ids: Annotated[
        list[str] | None,
        typer.Option("--space", metavar="ID", help="Only this Space; repeatable."),
    ] = None,
    on_drift: OnDrift = Drift.MERGE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")] = False,
    yes: Yes = False,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Bring the Spaces of an App to a revision of its Blueprint, and show how far it is.

    It asks before anything goes that may have data. Ctrl-C ends the watching,
    not the rollout. Exits 1 when a Space failed, or the rollout was stopped.

    Example: gqlspaces rollouts start --app app_… --dry-run
    """
    from gqlspaces.cli.gateway import run

    given = {"appId": app_id, "revision": revision, "spaceIds": space_ids or None}
    input = {**given, "onDrift": on_drift.name}
    settings = configured(url=url)

    async def rehearse(client: "Client") -> Any:
        return (await _send(client, "rolloutBlueprint", {**input, "dryRun": True}))["plan"]

    with waiting("Looking at the Spaces…"):
        plan = run(settings, rehearse)
    if not json:
        for line in _plan_lines(plan):
            console().print(line, soft_wrap=True)
    elif dry_run:
        print_json(plan)
    if dry_run:
        return
    if not yes and any(_takes_data(one) for space in plan["spaces"] for one in space["changes"]):
        ask_about_data()
    # What was shown is what is done, also when the App has another Blueprint by now.
    _follow("rolloutBlueprint", {**input, "revision": plan["revision"]}, url, json=json)


@app.command("show")
def show(rollout_id: RolloutId, *, url: Url = None, json: AsJson = False) -> None:
    """Tell how far a rollout is, and which Spaces it passed over.

    Example: gqlspaces rollouts show ro_…
    """
    from gqlspaces.cli.gateway import run

    async def read(client: "Client") -> Document:
        return await _read(client, rollout_id)

    _tell(run(configured(url=url), read), json=json)


@app.command("stop")
def stop(rollout_id: RolloutId, *, url: Url = None, json: AsJson = False) -> None:
    """Stop a rollout between two Spaces; what is done stays done.

    Example: gqlspaces rollouts stop ro_…
    """
    from gqlspaces.cli.gateway import run

    async def send(client: "Client") -> Document:
        await _send(client, "stopRollout", {"id": rollout_id})
        return await _read(client, rollout_id)

    _tell(run(configured(url=url), send), json=json)


@app.command("resume")
def resume(rollout_id: RolloutId, *, url: Url = None, json: AsJson = False) -> None:
    """Go on with a rollout that was stopped, and show how far it is.

    Example: gqlspaces rollouts resume ro_…
    """
    _follow("resumeRollout", {"id": rollout_id}, url, json=json)


@app.command("revert")
def revert(
    rollout_id: RolloutId,
    *,
    on_drift: OnDrift = Drift.MERGE,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Give the Spaces that a rollout changed the structure that each had before it.

    Of Spaces that were changed since, merge takes back only what the rollout changed.

    Example: gqlspaces rollouts revert ro_…
    """
    _follow("revertRollout", {"id": rollout_id, "onDrift": on_drift.name}, url, json=json)


def _follow(mutation: str, input: Mapping[str, Any], url: str | None, *, json: bool) -> None:
    """Begin something, show it until it is over, and exit 1 where not all went well."""
    from gqlspaces.cli.gateway import run

    async def work(client: "Client") -> Document:
        begun = (await _send(client, mutation, input))["rollout"]
        await _watch(client, begun, json=json)
        return await _read(client, begun["id"])

    rollout = run(configured(url=url), work)
    _tell(rollout, json=json)
    if rollout["failed"] or rollout["status"] != "COMPLETE":
        raise typer.Exit(1)


async def _watch(client: "Client", rollout: Mapping[str, Any], *, json: bool) -> None:
    from asyncio import CancelledError

    from gqlspaces.cli.gateway import watch

    def finished(answer: Mapping[str, Any]) -> bool:
        return answer["jobProgress"]["status"] in FINAL

    job = {"jobId": rollout["job"]["id"], "spaceId": None}
    try:
        with Board(silent=json) as board:
            async for answer in watch(client, PROGRESS, job, finished):
                board.show(answer["jobProgress"])
    except CancelledError:
        told = f"The rollout goes on. `gqlspaces rollouts show {rollout['id']}` tells how far"
        note(f"{told} it is, `gqlspaces rollouts stop {rollout['id']}` ends it.")
        raise


async def _send(client: "Client", mutation: str, input: Mapping[str, Any]) -> Document:
    from gqlspaces.listener.documents import Mutation

    name = mutation[0].upper() + mutation[1:]
    document = CHANGE % (name, mutation, PLAN if mutation == "rolloutBlueprint" else "")
    keyed = mutation in KEYED
    key = {"idempotencyKey": uuid4().hex} if keyed else {}
    return await client.mutate(Mutation(mutation, document, keyed), {**key, **input}, patience=0)


async def _read(client: "Client", id: str) -> Document:
    from gqlspaces.cli.gateway import ask

    found: Document | None = (await ask(client, ROLLOUT, {"id": id}))["rollout"]
    if found is None:
        raise Failure(f"no rollout {id}", advice="`app { rollouts { id } }` names those of an App.")
    return found


def _tell(rollout: Document, *, json: bool) -> None:
    if json:
        print_json(rollout)
        return
    for line in _lines(rollout):
        console().print(line, soft_wrap=True)


def _lines(rollout: Document) -> Iterator["Text"]:
    """What it is, how far it is, and each Space that it did not change."""
    from rich.text import Text

    aim = f"to revision {rollout['revision']}"
    if rollout["revertsId"]:
        aim = f"taking back {rollout['revertsId']}"
    whole, status = f"Rollout {rollout['id']} of the App", rollout["status"].lower()
    name, spaces = plain(rollout["app"]["name"]), plain(rollout["app"]["entityPlural"])
    yield Text.assemble((f"{whole} {name}, {aim}: ", "bold"), (status, STYLES[rollout["status"]]))
    done = [f"{rollout[one]:,} {one}" for one in ("migrated", "skipped", "failed") if rollout[one]]
    yield Text(f"{rollout['total']:,} {spaces}: {', '.join(done) or 'none changed yet'}.")
    exceptions = rollout["exceptions"]
    for one in exceptions:
        bad = one["outcome"] == "FAILED"
        mark = ("✗ ", "bold red") if bad else ("! ", "bold yellow")
        space = plain((one["space"] or {}).get("name", "a Space that is gone"))
        told = f"{space} {'failed' if bad else 'was passed over'}: {plain(one['message'] or '')}"
        yield Text.assemble(mark, told, (f"  {one['spaceId']}", "dim"))
    more = rollout["skipped"] + rollout["failed"] - len(exceptions)
    if more > 0:
        yield Text(f"… and {more:,} more", "dim")
    if rollout["status"] == "RUNNING" and rollout["job"]:
        yield Text(f"Follow it: gqlspaces jobs watch {rollout['job']['id']}", "dim")
    if rollout["status"] == "STOPPED":
        yield Text(f"Go on: gqlspaces rollouts resume {rollout['id']}", "dim")


def _plan_lines(plan: Document) -> Iterator["Text"]:
    """The Spaces to which the same would happen, by what that is."""
    from rich.text import Text

    from gqlspaces.cli.changes import lines_of
    from gqlspaces.cli.structures import Plan

    alike: dict[tuple[str, ...], list[Document]] = {}
    for space in plan["spaces"]:
        same = () if space["skipped"] else tuple(one["text"] for one in space["changes"])
        alike.setdefault(same, []).append(space)
    for spaces in alike.values():
        over = ": passed over" if spaces[0]["skipped"] else ""
        yield Text(f"{_named(spaces)}{over}", "bold")
        if not over:
            yield from lines_of(Plan(spaces[0]["changes"], []))
    if (touched := plan["changed"] + plan["skipped"]) > (shown := len(plan["spaces"])):
        yield Text(f"and {touched - shown:,} more that are not shown", "dim")
    looked, total = plan["lookedAt"], plan["total"]
    of = f"{looked:,} Spaces" if looked == total else f"the first {looked:,} of {total:,} Spaces"
    told = [f"{plan['changed']:,} would change"]
    told += [f"{plan['drifted']:,} are not what they were given"] if plan["drifted"] else []
    told += [f"{plan['skipped']:,} would be passed over"] if plan["skipped"] else []
    yield Text(f"To revision {plan['revision']}: of {of}, {', '.join(told)}.")


def _named(spaces: Sequence[Document]) -> str:
    names = [plain(space["name"]) for space in spaces[:NAMED]]
    more = [f"{len(spaces) - NAMED} more"] if len(spaces) > NAMED else []
    *first, last = [*names, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _takes_data(change: Mapping[str, Any]) -> bool:
    return change["kind"] == "REMOVED" and change["path"][-2] in DATA
